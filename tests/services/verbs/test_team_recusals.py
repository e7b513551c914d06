"""DOMAIN scenario 19: a member of the team turns out to be kin, keeps away, and is replaced."""

from functools import partial

import pytest
import yaml
from sqlalchemy import select

from server.adapters.packs import PackFiles, read_folder
from server.domain.errors import Invalid, NotFound
from server.domain.requests import RequestKind
from server.models.audit import AuditEvent
from server.models.outbox import notification
from server.models.work import participant
from server.queries import perspectives
from server.services.identity import posts
from server.services.packs import definitions
from server.services.verbs import kinships, recusals, requests, work
from tests.factories.asked import decider
from tests.factories.invariants import broken_chain, violations
from tests.factories.tiny import (
    ACCEPT,
    APPLICANT,
    AUDIT,
    DESK,
    HEAD,
    PACK,
    STRANGER,
    Tiny,
)

RECORDER, CONFIRMER = "county1.personnel_archive.1", "county1.cadre.1"
REPLACE = "有人员因回避退出调查组，请更换人员"


@pytest.mark.parametrize("is_declared", [True, False], ids=["declares it", "is found to be"])
def test_kin_in_the_team_keeps_away_and_another_goes_on(tiny: Tiny, is_declared: bool) -> None:
    tiny.program(lambda ctx: definitions.publish(ctx, by_the_team(), accept_warnings="测试"))
    case_id = tiny.open()
    tiny.do(DESK, case_id, "register", ACCEPT)
    verified = {"finding": "属实", "checker": tiny.person(STRANGER)}
    tiny.do(DESK, case_id, "verify", verified)
    tiny.deliver(case_id, "evidence_received", {"evidence_weight": 1})
    item = tiny.item(case_id, "decide")
    assert (item.assignee_id, parts(tiny, case_id)) == (None, {tiny.person(STRANGER)})
    sight(tiny, STRANGER, case_id)

    if is_declared:
        tiny.act(STRANGER, lambda ctx: recusals.declare(ctx, case_id, ground="kinship"))
    else:
        found_kin(tiny)

    with pytest.raises(NotFound):
        tiny.act(STRANGER, lambda ctx: work.claim(ctx, item.id))
    with pytest.raises(NotFound):
        sight(tiny, STRANGER, case_id)
    assert parts(tiny, case_id) == set()
    assert REPLACE in told(tiny, case_id, HEAD)
    said = log(tiny, case_id)
    assert {"participant.leave", "work.unattended"} <= set(said)
    assert "recusal.declare" in said if is_declared else "kinship.note" in log(tiny, None)

    # back to the step that names the team: he is not named again, somebody else is
    back = partial(requests.ask, kind=RequestKind.MOVE, payload={"to": "verify"}, reason="更换人员")
    request_id = tiny.act(HEAD, lambda ctx: back(ctx, case_id))
    above = decider(tiny.tools, request_id)
    tiny.act(above, lambda ctx: requests.consent(ctx, request_id, answer="同意"))
    with pytest.raises(Invalid) as refused:
        tiny.do(DESK, case_id, "verify", verified)
    assert [each.field for each in refused.value.findings] == ["checker"]
    tiny.do(DESK, case_id, "verify", {**verified, "checker": tiny.person(AUDIT)})

    assert parts(tiny, case_id) == {tiny.person(AUDIT)}
    with pytest.raises(NotFound):
        sight(tiny, STRANGER, case_id)
    tiny.do(AUDIT, case_id, "decide", {"determination": "tolerated", "grounds": "抢险"})
    assert tiny.facts(case_id).work == ()
    assert violations(tiny.tools, case_id) == []
    assert broken_chain(tiny.tools) is None


def by_the_team() -> PackFiles:
    """The small pack, decided by whom the verification names."""
    read = read_folder(PACK)
    path = "processes/tiny/pack.yaml"
    entries = yaml.safe_load(read.files[path])
    entries["lanes"]["leader"] = {"title": "核实人", "office": "checker"}
    entries["roles"]["checker"]["capacity"] = "team"
    content = yaml.safe_dump(entries, allow_unicode=True).encode()
    return PackFiles(key=read.key, files={**read.files, path: content})


def found_kin(tiny: Tiny) -> None:
    """Two of the personnel offices record that he is the applicant's cousin."""
    pair = {"person": tiny.person(STRANGER), "relative": tiny.person(APPLICANT)}
    why = {"relation": "表兄弟", "reason": "个人有关事项报告"}
    proposal = tiny.act(RECORDER, lambda ctx: kinships.propose(ctx, **pair, **why))
    tiny.act(CONFIRMER, lambda ctx: kinships.confirm(ctx, proposal))


def parts(tiny: Tiny, case_id: str) -> set[str | None]:
    """Who is in the team."""
    now = select(participant.c.person_id).where(
        participant.c.case_id == case_id,
        participant.c.role_key == "checker",
        participant.c.to_at.is_(None),
    )
    with tiny.tools.readers() as session:
        return set(session.scalars(now))


def told(tiny: Tiny, case_id: str, login: str) -> set[str]:
    mine = select(notification.c.text).where(
        notification.c.case_id == case_id, notification.c.recipient_id == tiny.person(login)
    )
    with tiny.tools.readers() as session:
        return set(session.scalars(mine))


def log(tiny: Tiny, case_id: str | None) -> list[str]:
    acts = select(AuditEvent.verb).where(AuditEvent.case_id == case_id).order_by(AuditEvent.seq)
    with tiny.tools.readers() as session:
        return list(session.scalars(acts))


def sight(tiny: Tiny, login: str, case_id: str) -> None:
    tiny.act(login, lambda ctx: perspectives.of(ctx.session, posts.with_posts(ctx), case_id))
