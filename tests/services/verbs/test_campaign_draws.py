"""Cases are drawn by a seed that was on record before, once, and nobody changes what was drawn."""

import json
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from server.domain import draws
from server.domain.errors import Conflict, ExpressionFailed, NotFound
from server.domain.recusal_rules import DecisionMaker
from server.domain.roles import Capacity
from server.models.audit import AuditEvent
from server.models.case import case
from server.models.link import case_link
from server.models.register import campaign, campaign_part, campaign_target, register_entry
from server.services.case import case_rows
from server.services.context import Context
from server.services.files import campaign_draw_sheets, campaign_lists
from server.services.files.campaign_lists import Pages
from server.services.verbs import campaign_cases, campaigns, earlier_handlers
from server.services.verbs import campaign_lists as lists
from tests.factories import draws as draws_of
from tests.factories.draws import CITY_HEAD
from tests.factories.tiny import DESK, HEAD, NOW, Tiny

CITY_DESK = "city1.case_supervision.1"
LATER = NOW + timedelta(hours=1)


def test_so_many_cases_are_drawn_as_anybody_can_draw_them_again(tiny: Tiny) -> None:
    campaign_id = draws_of.held(tiny, 5, percent="30")
    with tiny.tools.readers() as session:
        row = session.execute(select(campaign)).one()
        wanted = select(register_entry.c.id).where(register_entry.c.register == "received")
        entries = session.scalars(wanted).all()
        found = session.execute(select(campaign_target)).all()
        verbs = ("campaign.open", "campaign.draw")
        events = session.scalars(select(AuditEvent).where(AuditEvent.verb.in_(verbs))).all()
        told = {each.verb: json.loads(each.text) for each in events}
    expected = draws.drawn(row.seed, entries, 2)
    assert {each.entry_id for each in found if each.state == "opened"} == expected
    assert {(each.state, each.reason) for each in found} == {
        ("opened", ""),
        ("left_out", "没有抽中"),
    }
    assert (row.candidates, row.candidates_hash) == (5, draws.digest(entries))
    assert told["campaign.open"]["seed"] == row.seed
    kept = {"candidates": 5, "candidates_hash": row.candidates_hash}
    assert told["campaign.draw"] == {"seed": row.seed, "drawn": 2, **kept}

    shown = tiny.act(CITY_HEAD, lambda ctx: campaign_lists.one(ctx, campaign_id, Pages()), LATER)
    assert (shown.drawn, shown.may_name, shown.total) == (2, False, 5)
    assert all(each.source for each in shown.targets)
    sheet = tiny.act(
        CITY_DESK, lambda ctx: campaign_draw_sheets.workbook(ctx, campaign_id, "A1"), LATER
    )
    page = load_workbook(BytesIO(sheet)).worksheets[0]
    listed = list(page.iter_rows(min_row=5, values_only=True))
    assert [each[1] for each in listed] == ["是", "是", None, None, None]
    assert [each[4] for each in listed] == sorted(draws.rank(row.seed, each) for each in entries)
    with pytest.raises(NotFound):
        tiny.act(DESK, lambda ctx: campaign_draw_sheets.workbook(ctx, campaign_id, "A1"), LATER)


def test_each_drawn_case_is_reviewed_by_the_office_that_drew_and_linked(tiny: Tiny) -> None:
    draws_of.held(tiny, 3, percent="100")
    assert campaign_cases.sweep(tiny.tools, LATER) == 0
    with tiny.tools.readers() as session:
        about = session.execute(
            select(register_entry.c.case_id, campaign_target.c.case_id.label("review"))
            .join(campaign_target, campaign_target.c.entry_id == register_entry.c.id)
            .where(campaign_target.c.state == "opened")
        ).all()
        links = session.execute(select(case_link.c.from_id, case_link.c.to_id)).all()
        units = {each.id: each.unit_id for each in session.execute(select(case))}
        parts = session.scalars(select(campaign_part.c.level)).all()
    assert {(each.review, each.case_id) for each in about} == {tuple(each) for each in links}
    assert all(units[each.review] == units[each.case_id] for each in about)
    review, original = about[0].review, about[0].case_id
    maker = DecisionMaker(
        form="x", field="earlier_case", ground="decision_author", handled=(Capacity.DESK,)
    )

    def kept_out(about: str) -> dict[str, str]:
        """Who handled the case that was drawn reviews nothing of it, and nobody else is meant."""

        def meant(ctx: Context) -> dict[str, str]:
            named = case_rows.found(ctx, about)
            return earlier_handlers.meant(
                ctx, case_rows.found(ctx, review), [(maker, named.reference)]
            )

        return tiny.program(meant, LATER)

    assert kept_out(original) == {tiny.person(DESK): "decision_author"}
    assert kept_out(about[1].case_id) == {}
    # whose work is looked at takes no part
    assert parts == ["city"]


def test_nobody_adds_to_what_was_drawn_or_takes_from_it_or_draws_again(tiny: Tiny) -> None:
    campaign_id = draws_of.held(tiny, 2, percent="50")
    who = tiny.person("county1.audit.1")
    with tiny.tools.readers() as session:
        target = session.scalars(
            select(campaign_target.c.id).where(campaign_target.c.state == "opened")
        ).one()
    with pytest.raises(Conflict, match="随机抽取"):
        tiny.act(CITY_DESK, lambda ctx: lists.name(ctx, campaign_id, kind="person", who=who), LATER)
    with pytest.raises(Conflict, match="随机抽取"):
        tiny.act(CITY_HEAD, lambda ctx: lists.leave_out(ctx, target, reason="不便"), LATER)
    with pytest.raises(Conflict, match="再次抽取"):
        tiny.act(CITY_HEAD, lambda ctx: campaigns.hold(ctx, draws_of.PLAN), LATER)
    tiny.act(CITY_HEAD, lambda ctx: campaigns.end(ctx, campaign_id, reason="停", seen=None), LATER)
    assert tiny.act(CITY_HEAD, lambda ctx: campaigns.hold(ctx, draws_of.PLAN), LATER) != campaign_id


def test_a_whole_region_without_a_case_draws_none_and_a_share_that_is_none_is_a_fault(
    tiny: Tiny,
) -> None:
    draws_of.held(tiny, 0, percent="30")
    with tiny.tools.readers() as session:
        assert session.scalars(select(campaign.c.candidates)).one() == 0
    with pytest.raises(ExpressionFailed, match="1至100"):
        draws_of.held(tiny, 1, percent="=1 - 1", by=HEAD)
