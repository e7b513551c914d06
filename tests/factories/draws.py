"""A campaign of a city that draws from the cases of a county."""

from datetime import timedelta
from typing import Any, Final

from server.services.verbs import campaign_cases, campaigns
from server.services.verbs.campaigns import Plan
from tests.factories import books
from tests.factories.tiny import ACCEPT, DESK, NOW, Tiny

CITY_HEAD: Final = "city1.case_supervision.head"
PLAN: Final = Plan(
    key="spot_check",
    title="受理抽查",
    from_on=NOW.date(),
    to_on=NOW.date() + timedelta(days=30),
    scope="所辖各县受理的事项",
)


def held(tiny: Tiny, number: int, *, percent: str, by: str = CITY_HEAD) -> str:
    """A campaign that draws from so many cases of a county, drawn."""

    def change(entries: dict[str, Any]) -> None:
        basis = {"default": "测试"}
        entries["registers"]["received"] = {
            "title": "受理的事项",
            "event": "registered",
            "of": "case",
            "basis": basis,
        }
        sample = {"percent": percent, "least": "1"}
        entries["campaigns"]["spot_check"] = {
            "title": "受理抽查",
            "procedure": "tiny_matter",
            "levels": ["province", "city", "county"],
            "by": "case_supervision_office",
            "selects": {"register": "received", "sample": sample},
            "with": {
                "managed_by": "=campaign.level",
                "facts": '="抽查" + target.reference',
                "earlier_case": "=target.reference",
            },
            "basis": basis,
        }

    books.at_work(tiny, change)
    for _nth in range(number):
        tiny.do(DESK, tiny.open(), "register", ACCEPT)
    campaign_id = tiny.act(by, lambda ctx: campaigns.hold(ctx, PLAN))
    campaign_cases.sweep(tiny.tools, NOW)
    return campaign_id
