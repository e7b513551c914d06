"""Which procedures people may start here: chosen by the installation, with a reason, on record."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime

import pytest
from sqlalchemy import select

from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, NotOffered
from server.models.audit import AuditEvent
from server.models.definition import Offer
from server.services.context import transaction
from server.services.packs import definitions
from server.services.starts import guides, procedures
from server.services.verbs import cases, offers
from server.services.verbs.offers import Listed, Wish
from tests.databases import Databases
from tests.factories import family as families
from tests.factories import tools as tools_factory
from tests.factories.family import ONE, Family
from tests.factories.shipped import APPLICANT, CHUZHOU, DESK, NANYANG, NOW, Shipped
from tests.factories.tiny import Tiny
from tests.factories.together import together

DESIGNER = "p.designer.head"
WHY = "本市没有这项制度"


def test_everything_is_offered_until_somebody_says_otherwise(shipped: Shipped) -> None:
    found = listed(shipped)

    assert set(found) == {NANYANG, CHUZHOU}
    assert all(each.is_offered and not each.version and not each.reason for each in found.values())
    assert found[CHUZHOU].pack == "chuzhou"
    assert found[CHUZHOU].pack_title


def test_what_is_not_offered_is_on_no_list_and_no_form_and_opens_no_case(shipped: Shipped) -> None:
    assert close(shipped, CHUZHOU) == (CHUZHOU,)

    assert [each.key for each in shipped.see(DESK, procedures.startable)] == [NANYANG]
    with pytest.raises(NotOffered):
        shipped.see(DESK, lambda ctx: procedures.start_sheet(ctx, CHUZHOU))
    with pytest.raises(NotOffered) as refused:
        shipped.act(DESK, lambda ctx: cases.open_case(ctx, CHUZHOU, {}))
    told = shipped.see(DESK, lambda ctx: guides.guide(ctx, CHUZHOU, {}))
    assert told.trouble == refused.value.message
    assert "本单位没有开通该程序" in told.trouble


def test_what_was_typed_before_is_still_shown_in_its_form(shipped: Shipped) -> None:
    close(shipped, CHUZHOU)

    sheet = shipped.see(DESK, lambda ctx: procedures.start_sheet(ctx, CHUZHOU, is_typed=True))
    assert sheet.startable.key == CHUZHOU


def test_who_could_not_start_it_anyway_is_told_so_and_nothing_more(shipped: Shipped) -> None:
    close(shipped, CHUZHOU)

    with pytest.raises(Forbidden):
        shipped.see(APPLICANT, lambda ctx: procedures.start_sheet(ctx, CHUZHOU))
    with pytest.raises(Forbidden):
        shipped.see(APPLICANT, lambda ctx: procedures.start_sheet(ctx, CHUZHOU, is_typed=True))
    with pytest.raises(Forbidden):
        shipped.see(APPLICANT, lambda ctx: guides.guide(ctx, CHUZHOU, {}))


def test_a_procedure_offered_again_may_be_started_and_both_changes_are_on_record(
    shipped: Shipped,
) -> None:
    close(shipped, CHUZHOU)
    wish = {CHUZHOU: Wish(is_offered=True, seen=1)}
    shipped.act(DESIGNER, lambda ctx: offers.change(ctx, wish, " 已印发实施办法 "))

    assert CHUZHOU in {each.key for each in shipped.see(DESK, procedures.startable)}
    shown = listed(shipped)[CHUZHOU]
    assert (shown.is_offered, shown.version, shown.reason) == (True, 2, "已印发实施办法")
    assert shown.changed_by
    assert shown.changed_at == NOW
    assert recorded(shipped) == [("offer.close", WHY), ("offer.open", "已印发实施办法")]


def test_several_change_at_once_or_none_of_them(shipped: Shipped) -> None:
    both = {key: Wish(is_offered=False, seen=0) for key in (NANYANG, CHUZHOU)}

    def change(wishes: Mapping[str, Wish], reason: str) -> tuple[str, ...]:
        return shipped.act(DESIGNER, lambda ctx: offers.change(ctx, wishes, reason))

    with pytest.raises(Invalid):
        change(both, " ")
    with pytest.raises(NotFound):
        change({**both, "nothing": Wish(is_offered=False, seen=0)}, WHY)
    with pytest.raises(Conflict):
        change({**both, NANYANG: Wish(is_offered=False, seen=1)}, WHY)
    assert all(each.is_offered for each in listed(shipped).values())
    assert change(both, WHY) == (CHUZHOU, NANYANG)


def test_a_change_of_what_somebody_else_changed_meanwhile_is_a_conflict(shipped: Shipped) -> None:
    close(shipped, CHUZHOU)
    stale = {CHUZHOU: Wish(is_offered=True, seen=0)}

    with pytest.raises(Conflict):
        shipped.act(DESIGNER, lambda ctx: offers.change(ctx, stale, WHY))
    assert not listed(shipped)[CHUZHOU].is_offered


def test_of_two_who_close_it_at_one_moment_one_does_it_and_the_other_learns_so(
    shipped: Shipped,
) -> None:
    came = together(*[lambda: close(shipped, CHUZHOU)] * 2)

    assert came in ({"done": 1, "conflict": 1}, {"done": 2})
    assert listed(shipped)[CHUZHOU].version == 1
    assert [verb for verb, _reason in recorded(shipped)] == ["offer.close"]


def test_what_does_not_change_needs_no_reason_and_leaves_no_record(shipped: Shipped) -> None:
    same = {NANYANG: Wish(is_offered=True, seen=0)}

    assert shipped.act(DESIGNER, lambda ctx: offers.change(ctx, same, "")) == ()
    with shipped.tools.readers() as session:
        assert session.scalars(select(Offer)).all() == []


def test_a_procedure_that_comes_into_force_later_can_be_decided_on_now(shipped: Shipped) -> None:
    early = datetime(2023, 12, 29, 9, 0, tzinfo=CHINA_TIME)
    found = shipped.see(DESIGNER, offers.listed, early)

    assert {each.key: each.from_on for each in found}[NANYANG] == valid_from(shipped)
    assert listed(shipped)[NANYANG].from_on is None


def test_a_message_begins_a_case_of_a_procedure_that_nobody_may_start(kin: Family) -> None:
    with transaction(kin.tools, SYSTEM, NOW) as ctx:
        offers.change(ctx, {"answering": Wish(is_offered=False, seen=0)}, WHY)

    kin.ask(ONE)
    assert kin.hand_over() == 1


def test_what_only_other_cases_begin_is_no_choice(
    kin: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(families.PACK["procedures"]["answering"]["start"], "by", [])
    with transaction(kin.tools, SYSTEM, NOW) as ctx:
        families.publish(ctx)

        assert [each.key for each in offers.listed(ctx)] == ["asking"]
        with pytest.raises(NotFound):
            offers.change(ctx, {"answering": Wish(is_offered=False, seen=0)}, WHY)


@pytest.fixture
def kin(databases: Databases) -> Iterator[Family]:
    with tools_factory.copied(databases, "kin", families.fill) as tools:
        yield Family(Tiny(tools))


def close(shipped: Shipped, key: str) -> tuple[str, ...]:
    """Let nobody start it any more, for the first time."""
    wish = {key: Wish(is_offered=False, seen=0)}
    return shipped.act(DESIGNER, lambda ctx: offers.change(ctx, wish, WHY))


def listed(shipped: Shipped) -> dict[str, Listed]:
    return {each.key: each for each in shipped.see(DESIGNER, offers.listed)}


def valid_from(shipped: Shipped) -> date:
    release = shipped.see(DESIGNER, lambda ctx: definitions.in_force(ctx, NANYANG, ctx.today))
    return release.pack.valid_from


def recorded(shipped: Shipped) -> list[tuple[str, str]]:
    """What was changed about Chuzhou's procedure, each with its reason, in order."""
    with shipped.tools.readers() as session:
        events = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.target == f"procedure:{CHUZHOU}")
            .order_by(AuditEvent.seq)
        ).all()
    return [(each.verb, json.loads(each.text)["reason"]) for each in events]
