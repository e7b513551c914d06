from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import select

from server.domain.errors import Conflict, Forbidden, NotFound
from server.models.audit import AuditEvent
from server.queries import version_answers as queries
from server.queries.version_answers import Answer
from server.services.context import Context, reading, transaction
from server.services.packs import (
    definitions,
    pack_drafts,
    proposed_versions,
    published_files,
    version_answers,
    workspace,
)
from server.services.packs.definitions import Published, Why
from server.services.packs.proposed_versions import Waiting
from tests.factories.packs import Draft
from tests.factories.tiny import NOW, Tiny

T = TypeVar("T")

FIRST = "p.designer.head"

SECOND = "p.designer.1"
MANIFEST = "processes/tiny/pack.yaml"
APRIL = date(2026, 4, 1)


def test_what_is_proposed_waits_and_is_no_law(tiny: Tiny) -> None:
    done = propose(tiny)
    assert (done.version, done.is_new) == (0, True)
    found = waiting(tiny)
    assert (found.reason, found.basis, found.valid_from) == ("改一处", "某办法第三条", APRIL)
    assert (found.is_own, waiting(tiny, FIRST).is_own) == (False, True)
    assert read(tiny, lambda ctx: published_files.newest_version(ctx, "tiny")) == 1
    assert read(tiny, lambda ctx: definitions.in_force(ctx, "tiny_matter", APRIL)).version == 1
    space = read(tiny, lambda ctx: workspace.opened(ctx, "tiny"))
    assert space.version == 1
    assert [each.path for each in space.drafts] == [MANIFEST]


def test_another_designer_makes_exactly_that_law_and_its_drafts_are_used_up(tiny: Tiny) -> None:
    propose(tiny)
    seen = waiting(tiny)
    done = approve(tiny, seen)
    assert (done.version, done.is_new) == (2, True)
    assert read(tiny, lambda ctx: published_files.newest_files(ctx, "tiny")) == seen.files
    assert read(tiny, lambda ctx: definitions.in_force(ctx, "tiny_matter", APRIL)).version == 2
    assert read(tiny, lambda ctx: proposed_versions.waiting(ctx, "tiny")) is None
    assert not read(tiny, lambda ctx: pack_drafts.drafts(ctx, "tiny"))
    assert verbs(tiny)[-3:] == ["pack.propose", "pack.draft", "pack.publish"]
    (told,) = answers(tiny, FIRST)
    assert (told.version, told.reason, told.label, told.valid_from) == (2, "", seen.label, APRIL)


def test_drafts_made_while_it_waited_are_for_the_version_after(tiny: Tiny) -> None:
    propose(tiny)
    note = "processes/tiny/CHANGELOG.md"
    act(tiny, FIRST, lambda ctx: pack_drafts.put(ctx, "tiny", note, "后来\n".encode()))
    approve(tiny, waiting(tiny))
    assert [each.path for each in read(tiny, lambda ctx: pack_drafts.drafts(ctx, "tiny"))] == [note]


def test_whoever_proposed_it_cannot_publish_it(tiny: Tiny) -> None:
    propose(tiny)
    with pytest.raises(Forbidden):
        approve(tiny, waiting(tiny), by=FIRST)
    assert read(tiny, lambda ctx: published_files.newest_version(ctx, "tiny")) == 1


def test_one_version_of_a_pack_waits_at_a_time(tiny: Tiny) -> None:
    propose(tiny)
    again = propose(tiny)
    assert (again.is_new, again.id) == (False, waiting(tiny).id)
    with pytest.raises(Conflict):
        propose(tiny, note="# otherwise\n")


def test_what_is_the_newest_version_already_is_not_proposed(tiny: Tiny) -> None:
    files = read(tiny, lambda ctx: published_files.newest_files(ctx, "tiny"))
    done = act(tiny, FIRST, lambda ctx: proposed_versions.propose(ctx, files))
    assert (done.version, done.is_new) == (1, False)


def test_it_is_sent_back_with_its_reason_on_record_and_its_drafts_stay(tiny: Tiny) -> None:
    propose(tiny)
    seen = waiting(tiny)
    act(tiny, SECOND, lambda ctx: proposed_versions.refuse(ctx, seen, "依据已经修改"))
    assert read(tiny, lambda ctx: proposed_versions.waiting(ctx, "tiny")) is None
    assert read(tiny, lambda ctx: pack_drafts.drafts(ctx, "tiny"))
    assert verbs(tiny)[-1] == "pack.refuse"
    (told,) = answers(tiny, FIRST)
    assert (told.version, told.reason) == (0, "依据已经修改")
    assert not answers(tiny, SECOND)
    with pytest.raises(NotFound):
        act(tiny, SECOND, lambda ctx: version_answers.read(ctx, told.id))
    for _ in range(2):
        act(tiny, FIRST, lambda ctx: version_answers.read(ctx, told.id))
    assert verbs(tiny).count("pack.answer_read") == 1
    assert not answers(tiny, FIRST)
    with pytest.raises(Conflict):
        approve(tiny, seen)
    propose(tiny, note="# mended\n")
    with pytest.raises(Conflict):
        act(tiny, SECOND, lambda ctx: proposed_versions.refuse(ctx, seen, "再退"))


def test_whoever_proposed_it_takes_it_back(tiny: Tiny) -> None:
    propose(tiny)
    seen = waiting(tiny)
    act(tiny, FIRST, lambda ctx: proposed_versions.withdraw(ctx, seen))
    assert read(tiny, lambda ctx: proposed_versions.waiting(ctx, "tiny")) is None
    assert verbs(tiny)[-1] == "pack.withdraw"


def test_a_version_published_meanwhile_makes_it_out_of_date(tiny: Tiny) -> None:
    propose(tiny)
    seen = waiting(tiny)
    newest = read(tiny, lambda ctx: published_files.newest_files(ctx, "tiny"))
    other = replace(newest, files={**newest.files, MANIFEST: newest.files[MANIFEST] + b"# x\n"})
    later = NOW + timedelta(minutes=5)
    with transaction(tiny.tools, tiny.actor(SECOND), later) as ctx:
        definitions.publish(ctx, other, accept_warnings="测试")
    with pytest.raises(Conflict, match="新版本"):
        approve(tiny, seen, now=later)


def test_a_day_that_went_by_is_chosen_anew(tiny: Tiny) -> None:
    propose(tiny)
    with pytest.raises(Conflict, match="施行日期"):
        approve(tiny, waiting(tiny), now=NOW + timedelta(days=90))


def test_a_pack_that_was_never_published_may_wait_as_its_first_version(tiny: Tiny) -> None:
    files = Draft().files()
    act(tiny, FIRST, lambda ctx: proposed_versions.propose(ctx, files, accept_warnings="试用"))
    with pytest.raises(NotFound):
        read(tiny, lambda ctx: workspace.opened(ctx, "small"))
    assert approve(tiny, waiting(tiny, key="small")).version == 1


def propose(tiny: Tiny, note: str = "# ours\n") -> Published:
    whole = read(tiny, lambda ctx: pack_drafts.whole(ctx, "tiny"))
    content = whole.files[MANIFEST]
    if note.encode() not in content:
        act(
            tiny, FIRST, lambda ctx: pack_drafts.put(ctx, "tiny", MANIFEST, content + note.encode())
        )
    found = read(tiny, lambda ctx: pack_drafts.candidate(ctx, "tiny", dated={"valid_from": APRIL}))
    why = Why(reason="改一处", basis="某办法第三条")
    return act(
        tiny,
        FIRST,
        lambda ctx: proposed_versions.propose_drafts(ctx, found, accept_warnings="试用", why=why),
    )


def waiting(tiny: Tiny, login: str = SECOND, key: str = "tiny") -> Waiting:
    with reading(tiny.tools, tiny.actor(login), NOW) as ctx:
        found = proposed_versions.waiting(ctx, key)
    assert found is not None
    return found


def approve(tiny: Tiny, seen: Waiting, *, by: str = SECOND, now: datetime = NOW) -> Published:
    checked = definitions.check(tiny.tools, seen.files)
    return act(tiny, by, lambda ctx: proposed_versions.approve(ctx, seen, checked), now)


def act(tiny: Tiny, login: str, verb: Callable[[Context], T], now: datetime = NOW) -> T:
    with transaction(tiny.tools, tiny.actor(login), now) as ctx:
        return verb(ctx)


def read(tiny: Tiny, verb: Callable[[Context], T]) -> T:
    with reading(tiny.tools, tiny.actor(SECOND), NOW) as ctx:
        return verb(ctx)


def answers(tiny: Tiny, login: str) -> Sequence[Answer]:
    with reading(tiny.tools, tiny.actor(login), NOW) as ctx:
        return queries.unread(ctx.session, ctx.actor.person_id)


def verbs(tiny: Tiny) -> list[str]:
    """What was recorded of packs, in its order."""
    events = select(AuditEvent.verb).where(AuditEvent.verb.like("pack.%"))
    return list(read(tiny, lambda ctx: ctx.session.scalars(events.order_by(AuditEvent.seq)).all()))
