"""检举人: sealed, opened by few with a reason, kept out of the case without a word (RI-1 to 6)."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from server.adapters.ring import DRILL_FILE, Ring
from server.domain.absences import Absence
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, StateUnreadable
from server.domain.links import LinkKind
from server.models.audit import AuditEvent
from server.models.case import case
from server.models.reporter import reporter, reporter_bar, reporter_view
from server.queries import perspectives, reporters
from server.services.case import case_rows, links
from server.services.identity import people, posts, reporter_keys
from server.services.verbs import absences, kinships, recusal_people, work
from server.services.verbs import reporter_bars as bars
from server.services.verbs import reporter_deeds as deeds
from server.services.verbs import reporters as verbs
from tests.factories.invariants import broken_chain
from tests.factories.planted import told_of
from tests.factories.tiny import APPLICANT, AUDIT, COLLEAGUE, DESK, HEAD, NOW, Tiny

KEEPER, SECOND = "county1.petition.1", "county1.petition.2"
ELSEWHERE = "county2.petition.1"
RECORDER, CONFIRMER = "county1.personnel_archive.1", "county1.cadre.1"
#: stands nowhere else: planted once, then looked for everywhere
NAME, CONTACT, NOTE = "哨兵廿卅卌检举", "13900001234哨兵", "哨兵所述的来信"
REASON = "哨兵核对线索"


def test_an_official_who_reported_is_in_no_table_and_keeps_away_without_a_ground(
    tiny: Tiny,
) -> None:
    """DOMAIN scenario 19, of the reporter himself: his claim, his sight and his part end."""
    case_id = tiny.open()
    item = tiny.item(case_id, "register")
    tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    made = recorded(tiny, case_id, person=tiny.person(DESK))

    with pytest.raises(NotFound):
        sight(tiny, DESK, case_id)
    with pytest.raises(NotFound):
        tiny.act(DESK, lambda ctx: work.complete(ctx, item.id, {}))
    assert bars.settle(tiny.tools, NOW) == 1
    assert bars.settle(tiny.tools, NOW) == 0
    assert tiny.item(case_id, "register").assignee_id is None
    with pytest.raises(NotFound):
        tiny.act(DESK, lambda ctx: work.claim(ctx, item.id))
    tiny.act(COLLEAGUE, lambda ctx: work.claim(ctx, item.id))
    assert tiny.person(DESK) not in handlers(tiny, case_id)

    opened(tiny, KEEPER, made)
    assert told_of(tiny.tools, (NAME, CONTACT, NOTE, REASON)) == set()
    marks = {"person": tiny.person(DESK)}
    with tiny.tools.readers() as session:
        row = session.execute(select(reporter)).one()
        assert marks["person"] not in str(tuple(row))
        acts = session.execute(select(AuditEvent).where(AuditEvent.target == made)).scalars().all()
    assert {(each.verb, each.case_id, each.chain) for each in acts} == {
        ("reporter.record", None, "act"),
        ("reporter.read", None, "access"),
    }
    assert broken_chain(tiny.tools) is None


def test_kin_of_the_reporter_keep_away_recorded_before_or_afterwards(tiny: Tiny) -> None:
    case_id = tiny.open()
    noted(tiny, DESK, AUDIT)
    recorded(tiny, case_id, person=tiny.person(AUDIT))
    with pytest.raises(NotFound):
        sight(tiny, DESK, case_id)
    sight(tiny, COLLEAGUE, case_id)
    noted(tiny, COLLEAGUE, AUDIT)
    with pytest.raises(NotFound):
        sight(tiny, COLLEAGUE, case_id)
    item = tiny.item(case_id, "register")
    with pytest.raises(NotFound):
        tiny.act(COLLEAGUE, lambda ctx: work.claim(ctx, item.id))
    # his own matter is his own, whatever he reported
    own = tiny.open()
    recorded(tiny, own, person=tiny.person(APPLICANT))
    sight(tiny, APPLICANT, own)


def test_only_the_office_that_received_it_and_whom_it_names_open_it_each_time_with_a_reason(
    tiny: Tiny,
) -> None:
    case_id = tiny.open()
    made = recorded(tiny, case_id)
    for login in (DESK, HEAD, APPLICANT, ELSEWHERE, "p.security_admin.1"):
        assert listed(tiny, login) == []
        with pytest.raises(NotFound):
            opened(tiny, login, made)
    with pytest.raises(Invalid):
        opened(tiny, KEEPER, made, reason=" ")
    assert opened(tiny, SECOND, made) == {
        "name": NAME,
        "contact": CONTACT,
        "note": NOTE,
        "person": "",
    }
    # a substitute of the office is not the office
    tiny.act(
        SECOND,
        lambda ctx: absences.arrange(
            ctx,
            Absence(
                person_id=tiny.person(SECOND),
                substitute_id=tiny.person(COLLEAGUE),
                from_on=NOW.date(),
                to_on=NOW.date(),
            ),
        ),
    )
    assert listed(tiny, COLLEAGUE) == []

    with pytest.raises(NotFound):
        tiny.act(HEAD, lambda ctx: deeds.name(ctx, made, person=tiny.person(DESK), reason="x"))
    entry = tiny.act(
        KEEPER, lambda ctx: deeds.name(ctx, made, person=tiny.person(DESK), reason=REASON)
    )
    assert opened(tiny, DESK, made)["name"] == NAME
    with pytest.raises(NotFound):
        tiny.act(DESK, lambda ctx: deeds.name(ctx, made, person=tiny.person(HEAD), reason="x"))
    with pytest.raises(Conflict):
        tiny.act(KEEPER, lambda ctx: deeds.name(ctx, made, person=tiny.person(DESK), reason="x"))
    party = tiny.person(APPLICANT)
    with pytest.raises(Invalid):
        tiny.act(KEEPER, lambda ctx: deeds.name(ctx, made, person=party, reason="x"))
    tiny.act(KEEPER, lambda ctx: deeds.unname(ctx, made, entry))
    with pytest.raises(NotFound):
        opened(tiny, DESK, made)
    with tiny.tools.readers() as session:
        assert session.scalar(select(func.count()).select_from(reporter_view)) == 2
    assert told_of(tiny.tools, (NAME, REASON)) == set()


def test_what_does_not_fit_is_refused_and_nothing_is_kept(tiny: Tiny) -> None:
    case_id = tiny.open()
    reference = reference_of(tiny, case_id)
    wrong: tuple[tuple[str, Mapping[str, str]], ...] = (
        ("name", {"kind": "real_name"}),
        ("contact", {"kind": "anonymous", "contact": CONTACT}),
        ("person", {"kind": "anonymous", "person": tiny.person(DESK)}),
        ("person", {"kind": "real_name", "name": NAME, "person": "x"}),
        ("name", {"kind": "real_name", "name": "长" * 201}),
        ("reference", {"kind": "anonymous", "reference": "没有"}),
    )
    for field, given in wrong:
        with pytest.raises(Invalid) as refused:
            keep(tiny, {"reference": reference, **given})
        assert [each.field for each in refused.value.findings] == [field]
    anonymous = {"reference": reference, "kind": "anonymous"}
    with pytest.raises(Forbidden):
        tiny.act(DESK, lambda ctx: verbs.record(ctx, **anonymous))
    with pytest.raises(Invalid):
        tiny.act(ELSEWHERE, lambda ctx: verbs.record(ctx, **anonymous))
    own = {**anonymous, "kind": "real_name", "name": NAME, "person": tiny.person(KEEPER)}
    with pytest.raises(Forbidden):
        tiny.act(KEEPER, lambda ctx: verbs.record(ctx, **own))
    with tiny.tools.readers() as session:
        assert session.scalar(select(func.count()).select_from(reporter)) == 0


def test_a_real_name_reporter_is_told_and_acknowledges_an_anonymous_one_never(tiny: Tiny) -> None:
    case_id = tiny.open()
    made = recorded(tiny, case_id)
    given: dict[str, Any] = {
        "form": "face_to_face",
        "given_on": NOW.date(),
        "content": f"{NOTE}不属实",
        "acknowledged": True,
        "answer": "认可",
    }
    tiny.act(KEEPER, lambda ctx: deeds.feed_back(ctx, made, **given))
    unknown = recorded(tiny, case_id, kind="anonymous", name="", contact="")
    with pytest.raises(Conflict, match="匿名检举不反馈"):
        tiny.act(KEEPER, lambda ctx: deeds.feed_back(ctx, unknown, **given))
    assert told_of(tiny.tools, (NAME, NOTE)) == set()


def test_a_case_that_follows_keeps_the_same_people_away(tiny: Tiny) -> None:
    first, second = tiny.open(), tiny.open()
    recorded(tiny, first, person=tiny.person(DESK))
    sight(tiny, DESK, second)
    tiny.act(KEEPER, lambda ctx: verbs.follow(ctx, first, second))
    tiny.act(KEEPER, lambda ctx: verbs.follow(ctx, first, second))
    with pytest.raises(NotFound):
        sight(tiny, DESK, second)
    (line,) = listed(tiny, KEEPER)
    assert len(line.references) == 2

    # recorded late, it reaches what the case began meanwhile
    third, fourth = tiny.open(), tiny.open()
    tiny.program(lambda ctx: links.add(ctx, LinkKind.OPENED, third, fourth))
    recorded(tiny, third, person=tiny.person(COLLEAGUE))
    with pytest.raises(NotFound):
        sight(tiny, COLLEAGUE, fourth)


def test_what_is_sealed_opens_in_its_place_alone_and_under_a_new_key_as_well(
    tiny: Tiny, tmp_path: Path
) -> None:
    case_id = tiny.open()
    made = recorded(tiny, case_id, person=tiny.person(DESK))
    old = tiny.tools.ring.ids[0]
    assert reporter_keys.rekey(tiny.tools, NOW) == 0
    data = tiny.tools.config.data
    before = (data / DRILL_FILE).read_text()
    tools = replace(tiny.tools, ring=Ring(_two_keys(tmp_path / "keys", before), data))
    tiny = Tiny(tools)
    with pytest.raises(NotFound):
        sight(tiny, DESK, case_id)  # also before everything was sealed anew
    assert reporter_keys.rekey(tools, NOW) == 2
    assert old not in set(_column(tiny, reporter_bar.c.key_id))
    assert opened(tiny, KEEPER, made)["name"] == NAME
    with pytest.raises(NotFound):
        sight(tiny, DESK, case_id)

    other = recorded(tiny, tiny.open(), name="另一人")
    with tools.writers() as session:
        stolen = select(reporter.c.name).where(reporter.c.id == made).scalar_subquery()
        session.execute(update(reporter).where(reporter.c.id == other).values(name=stolen))
        session.commit()
    with pytest.raises(StateUnreadable):
        opened(tiny, KEEPER, other)
    tools = replace(tools, ring=Ring(None, tmp_path / "nothing"))
    tiny = Tiny(tools)
    with pytest.raises(Invalid, match="缺少解开检举人信息的密钥"):
        reporter_keys.refuse_missing(tools, NOW)
    with pytest.raises(Conflict, match="RONGCUO_REPORTER_KEY"):
        recorded(tiny, case_id)


def _two_keys(file: Path, before: str) -> Path:
    file.write_text("ab" * 32 + "\n" + before)
    file.chmod(0o600)
    return file


def _column(tiny: Tiny, column: Any) -> list[str]:
    with tiny.tools.readers() as session:
        return list(session.scalars(select(column)))


def keep(tiny: Tiny, said: Mapping[str, str]) -> str:
    return tiny.act(KEEPER, lambda ctx: verbs.record(ctx, **said))


def recorded(tiny: Tiny, case_id: str, **given: str) -> str:
    reference = reference_of(tiny, case_id)
    said = {"kind": "real_name", "name": NAME, "contact": CONTACT, "note": NOTE, **given}
    return keep(tiny, {"reference": reference, **said})


def opened(tiny: Tiny, login: str, reporter_id: str, reason: str = REASON) -> dict[str, str]:
    found: dict[str, str] = tiny.act(
        login, lambda ctx: verbs.open_(ctx, reporter_id, reason=reason)
    )
    return found


def listed(tiny: Tiny, login: str) -> list[reporters.Line]:
    found: list[reporters.Line] = tiny.act(
        login, lambda ctx: list(reporters.lines(ctx.session, posts.with_posts(ctx)))
    )
    return found


def handlers(tiny: Tiny, case_id: str) -> set[str]:
    def of(ctx: Any) -> set[str]:
        row = case_rows.found(ctx, case_id)
        return {each.person_id for each in recusal_people.of_case(ctx, row)}

    found: set[str] = tiny.act(HEAD, of)
    return found


def reference_of(tiny: Tiny, case_id: str) -> str:
    with tiny.tools.readers() as session:
        return str(session.scalar(select(case.c.reference).where(case.c.id == case_id)))


def noted(tiny: Tiny, one: str, other: str) -> None:
    asked = tiny.act(
        RECORDER,
        lambda ctx: kinships.propose(
            ctx,
            person=people.person_by_login(ctx, one).id,
            relative=people.person_by_login(ctx, other).id,
            relation="表兄弟",
            reason="履历表",
        ),
    )
    tiny.act(CONFIRMER, lambda ctx: kinships.confirm(ctx, asked))


def sight(tiny: Tiny, login: str, case_id: str) -> Any:
    return tiny.act(login, lambda ctx: perspectives.of(ctx.session, posts.with_posts(ctx), case_id))
