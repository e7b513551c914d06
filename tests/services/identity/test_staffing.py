from datetime import date, datetime

import pytest
from sqlalchemy import select

from server.domain.access import SYSTEM
from server.domain.calendar import CHINA_TIME
from server.domain.errors import Conflict, Invalid, NotFound
from server.models.audit import AuditEvent
from server.services.context import Context, Tools, reading, transaction
from server.services.identity import people, staffing
from server.services.identity.staffing import NewPost, NewUnit

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=CHINA_TIME)
TODAY = NOW.date()


def test_an_office_is_found_under_its_organ(empty_tools: Tools) -> None:
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        bureau, hr = bureau_with_hr(ctx)

    with reading(empty_tools, SYSTEM, NOW) as ctx:
        found = people.office_of_unit(ctx, "unit_hr", bureau)
        assert found is not None
        assert (found.id, found.affiliation) == (hr, "county")


def test_what_was_done_is_recorded_without_names(empty_tools: Tools) -> None:
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        _bureau, hr = bureau_with_hr(ctx)
        person = staffing.create_person(ctx, login="zhao", name="赵一")
        post = staffing.appoint(ctx, post_of(person, hr))
        staffing.end_post(ctx, post, TODAY)
        staffing.close_unit(ctx, hr, TODAY)

    with reading(empty_tools, SYSTEM, NOW) as ctx:
        events = ctx.session.execute(
            select(AuditEvent.verb, AuditEvent.text).order_by(AuditEvent.seq)
        ).all()
    assert [event.verb for event in events] == [
        "unit.create",
        "unit.create",
        "person.create",
        "post.create",
        "post.end",
        "unit.close",
    ]
    assert not any("赵" in event.text for event in events)


def test_a_key_and_a_login_are_given_once(empty_tools: Tools) -> None:
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        bureau_with_hr(ctx)
        staffing.create_person(ctx, login="zhao", name="赵一")

    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        with pytest.raises(Conflict):
            staffing.create_unit(ctx, unit("bureau"))
        with pytest.raises(Conflict):
            staffing.create_person(ctx, login="zhao", name="赵二")


def test_a_post_ends_once_and_not_before_it_began(empty_tools: Tools) -> None:
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        _bureau, hr = bureau_with_hr(ctx)
        person = staffing.create_person(ctx, login="zhao", name="赵一")
        post = staffing.appoint(ctx, post_of(person, hr))
        with pytest.raises(Invalid):
            staffing.end_post(ctx, post, date(2026, 2, 28))
        staffing.end_post(ctx, post, TODAY)
        with pytest.raises(Conflict):
            staffing.end_post(ctx, post, TODAY)
        assert people.holders(ctx, hr, TODAY)
        assert not people.holders(ctx, hr, date(2026, 3, 3))


def test_a_unit_closes_once(empty_tools: Tools) -> None:
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        _bureau, hr = bureau_with_hr(ctx)
        staffing.close_unit(ctx, hr, TODAY)
        with pytest.raises(Conflict):
            staffing.close_unit(ctx, hr, TODAY)


def test_nothing_hangs_on_what_does_not_exist(empty_tools: Tools) -> None:
    with transaction(empty_tools, SYSTEM, NOW) as ctx:
        bureau, _hr = bureau_with_hr(ctx)
        person = staffing.create_person(ctx, login="zhao", name="赵一")
        for wrong in (post_of("nobody", bureau), post_of(person, "nowhere")):
            with pytest.raises(NotFound):
                staffing.appoint(ctx, wrong)
        for act in (staffing.end_post, staffing.close_unit):
            with pytest.raises(NotFound):
                act(ctx, "nothing", TODAY)
        with pytest.raises(NotFound):
            staffing.create_unit(ctx, unit("other", parent_id="nowhere"))
        with pytest.raises(Invalid):
            staffing.create_unit(ctx, unit("village", level="village"))


def bureau_with_hr(ctx: Context) -> tuple[str, str]:
    """A bureau and its personnel office."""
    bureau = staffing.create_unit(ctx, unit("bureau"))
    return bureau, staffing.create_unit(ctx, unit("bureau_hr", "unit_hr", parent_id=bureau))


def unit(
    key: str, kind: str = "bureau", *, level: str = "county", parent_id: str | None = None
) -> NewUnit:
    """A unit of the first county."""
    return NewUnit(key=key, name=key, kind=kind, level=level, region="p/c1/d1", parent_id=parent_id)


def post_of(person_id: str, unit_id: str) -> NewPost:
    """A post since the first of March."""
    return NewPost(person_id=person_id, unit_id=unit_id, title="科员", from_on=date(2026, 3, 1))
