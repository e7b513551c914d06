from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeVar

import pytest

from server.domain.errors import Conflict, Invalid, NotFound
from server.queries import pack_versions
from server.services.context import Context, reading, transaction
from server.services.packs import comparing, definitions, pack_drafts, versions, workspace
from server.services.packs.definitions import Published, Why
from tests.factories.tiny import NOW, Tiny

T = TypeVar("T")

DESIGNER = "p.designer.head"
MANIFEST = "processes/tiny/pack.yaml"
TODAY = NOW.date()
LATER = TODAY + timedelta(days=30)


def test_a_version_holds_from_the_day_it_was_published_for(tiny: Tiny) -> None:
    change(tiny, "抢修")
    done = publish(tiny, LATER)
    assert done.version == 2
    in_force = read(tiny, lambda ctx: definitions.in_force(ctx, procedure(ctx), TODAY).version)
    assert in_force == 1
    then = read(tiny, lambda ctx: definitions.in_force(ctx, procedure(ctx), LATER))
    assert (then.version, then.pack.valid_from, then.pack.version) == (2, LATER, "2.0")
    known = read(tiny, lambda ctx: pack_versions.published(ctx.session, "tiny"))
    assert (known[0].reason, known[0].basis) == ("改了名称", "样例办法第五条")
    assert pack_versions.standing(known, TODAY) == {2: "coming", 1: "in_force"}
    assert pack_versions.standing(known, LATER) == {2: "in_force", 1: "superseded"}


def test_a_running_case_stays_on_its_version_and_a_new_one_begins_on_the_next(tiny: Tiny) -> None:
    before = tiny.open()
    change(tiny, "抢修")
    publish(tiny, TODAY)
    after = tiny.open()
    assert before != after
    assert read(tiny, lambda ctx: pack_versions.running(ctx.session, "tiny")) == {1: None, 2: None}


def test_nobody_opens_a_case_under_a_version_that_was_ended(tiny: Tiny) -> None:
    running = tiny.open()
    change(tiny, "抢修")
    publish(tiny, TODAY)
    act(tiny, lambda ctx: versions.retire(ctx, "tiny", 2, on=LATER, reason="办法废止"))
    assert tiny.open()
    with pytest.raises(NotFound):
        read(tiny, lambda ctx: definitions.in_force(ctx, procedure(ctx), LATER))
    assert read(tiny, lambda ctx: definitions.all_in_force(ctx, LATER)) == {}
    assert tiny.facts(running).status == "open"
    known = read(tiny, lambda ctx: pack_versions.published(ctx.session, "tiny"))
    assert pack_versions.standing(known, LATER) == {2: "retired", 1: "superseded"}
    with pytest.raises(Conflict):
        act(tiny, lambda ctx: versions.retire(ctx, "tiny", 2, on=LATER, reason="再次"))


def test_ending_asks_for_a_day_to_come_and_a_reason(tiny: Tiny) -> None:
    with pytest.raises(Invalid) as refused:
        act(
            tiny,
            lambda ctx: versions.retire(ctx, "tiny", 1, on=TODAY - timedelta(days=1), reason=" "),
        )
    assert {each.field for each in refused.value.findings} == {"on", "reason"}


def test_what_was_law_is_taken_up_as_a_new_version(tiny: Tiny) -> None:
    change(tiny, "抢修")
    publish(tiny, TODAY)
    with pytest.raises(Conflict):
        act(tiny, lambda ctx: versions.take_up(ctx, "tiny", 2))
    assert act(tiny, lambda ctx: versions.take_up(ctx, "tiny", 1)) == 1
    with pytest.raises(Conflict):
        act(tiny, lambda ctx: versions.take_up(ctx, "tiny", 1))
    publish(tiny, TODAY)
    first = read(tiny, lambda ctx: versions.files_of(ctx, "tiny", 1))
    third = read(tiny, lambda ctx: versions.files_of(ctx, "tiny", 3))
    told = comparing.between(tiny.tools, first, third)
    wheres = [each.where for file in told for each in file.changes or ()]
    assert wheres == ["政策包 › 版本名", "政策包 › 施行日期"]


def test_what_was_drafted_in_between_is_not_published_unseen(tiny: Tiny) -> None:
    change(tiny, "抢修")
    found = read(tiny, lambda ctx: pack_drafts.candidate(ctx, "tiny"))
    change(tiny, "抢险")
    with pytest.raises(Conflict):
        act(tiny, lambda ctx: pack_drafts.publish(ctx, found, accept_warnings="试用"))


def change(tiny: Tiny, title: str) -> None:
    begun = read(tiny, lambda ctx: workspace.file(ctx, "tiny", MANIFEST))
    lines = begun.content.decode().splitlines(keepends=True)
    lines = [f"title: {title}\n" if line.startswith("title:") else line for line in lines]
    content = "".join(lines).encode()
    act(tiny, lambda ctx: workspace.store_any(ctx, "tiny", MANIFEST, content, begun.revision))


def publish(tiny: Tiny, on: date) -> Published:
    dated = {"valid_from": on, "version": "2.0"}
    found = read(tiny, lambda ctx: pack_drafts.candidate(ctx, "tiny", dated=dated))
    why = Why(reason="改了名称", basis="样例办法第五条")
    return act(tiny, lambda ctx: pack_drafts.publish(ctx, found, accept_warnings="试用", why=why))


def procedure(ctx: Context) -> str:
    return next(iter(pack_versions.published(ctx.session, "tiny")[0].procedures))


def read(tiny: Tiny, ask: Callable[[Context], T]) -> T:
    with reading(tiny.tools, tiny.actor(DESIGNER), NOW) as ctx:
        return ask(ctx)


def act(tiny: Tiny, verb: Callable[[Context], T]) -> T:
    with transaction(tiny.tools, tiny.actor(DESIGNER), NOW) as ctx:
        return verb(ctx)
