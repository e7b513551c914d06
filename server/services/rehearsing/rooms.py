"""The rehearsal of a pack as its designers have it now, in a process of its own (SECURITY BU-4).

Each designer plays in a process that is kept while he plays: it is found by what the pack is and
by who asks, is set up when it is new, and may be gone any time: then it is set up again, and
whoever plays notices nothing, since every question says the whole scenario.
"""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from server.adapters import yaml_files
from server.adapters.packs import PackFiles, parse
from server.domain.access import Actor
from server.domain.errors import Invalid, NotFound
from server.domain.expressions import Json
from server.domain.findings import Finding, Severity
from server.domain.texts import _
from server.engine.recent import Recent
from server.engine.standing_child import Standing
from server.services.context import Context, Tools
from server.services.packs import definitions, pack_drafts
from server.services.rehearsing import companions, scenario, stage, values

#: what was rehearsed is kept for the next who asks: packs, and scenarios by their content
_PACKS: Final[Recent[str, "Rehearsed"]] = Recent(8)
_STAGES: Final[Recent[str, Json]] = Recent(8)
_RESULTS: Final[Recent[tuple[str, str], Json]] = Recent(2000)
#: how long a page waits for a stage that is being set up, before it asks again
_PATIENCE: Final = 0.8


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsed:
    """A pack as it would be published now."""

    #: without its scenarios: they are no part of what is played on
    files: PackFiles
    #: file name -> content of its own scenarios
    scenarios: Mapping[str, bytes]
    #: those that can be read, as JSON
    documents: Mapping[str, Json]
    #: names what is played on
    content: str
    #: the packs its plays need beside it
    beside: tuple[PackFiles, ...]
    #: nothing waits to be published: it was checked when it was
    is_published: bool


def pack(ctx: Context, key: str) -> Rehearsed:
    """The newest version of a pack with its drafts.

    Raises:
        NotFound: there is no such pack.
    """
    whole = pack_drafts.whole(ctx, key)
    named = f"{definitions.count(ctx)} {_named((whole,))}"
    known = _PACKS.get(named)
    if known is None:
        known = _read(ctx, whole)
        _PACKS.put(named, known)
    return known


def _read(ctx: Context, whole: PackFiles) -> Rehearsed:
    own = f"processes/{whole.key}/scenarios/"
    kept = {path: data for path, data in whole.files.items() if not path.startswith(own)}
    files = PackFiles(key=whole.key, files=kept)
    scenarios = whole.scenarios()
    parsed = parse(files)[0]
    beside = tuple(
        companions.published(ctx, parsed, stage.played_before(scenarios)) if parsed else ()
    )
    return Rehearsed(
        files=files,
        scenarios=scenarios,
        documents=_documents(scenarios),
        content=_named((files, *beside)),
        beside=beside,
        is_published=definitions.is_published(ctx, whole),
    )


def overview(tools: Tools, who: Actor, found: Rehearsed) -> Json | None:
    """What is on the stage, and its scenarios; None as long as it is being set up.

    Raises:
        Invalid: the pack has errors; all problems.
        TooOften: as many rehearse as may.
    """
    room = _room(tools, who, found)
    known = _STAGES.get(found.content)
    if known is None:
        answer = room.first(_PATIENCE)
        if answer is None:
            return None
        known = _kept(found, answer)
    return {**known, "scenarios": scenarios(found)}


def ask(tools: Tools, who: Actor, found: Rehearsed, question: Json) -> Json:
    """What the rehearsal of this person says to a question (``player``).

    Raises:
        Invalid: it refuses; with what it says.
        TooOften: as many rehearse as may.
    """
    room = _room(tools, who, found)
    said = _said(room.answer(question))
    if said.get("empty"):  # the stage is not set up yet
        _kept(found, room.answer(_set_up(found)))
        said = _said(room.answer(question))
    return said


def known(found: Rehearsed) -> dict[str, Json]:
    """How those scenarios of the pack went that were played before, and how many were not."""
    kept = {name: _RESULTS.get(_key(found, data)) for name, data in found.scenarios.items()}
    results = {name: result for name, result in kept.items() if result is not None}
    return {"results": results, "left": len(kept) - len(results)}


def performed(tools: Tools, who: Actor, found: Rehearsed) -> dict[str, Json]:
    """The same, once some more of them were played."""
    before = known(found)
    left = {name: data for name, data in found.scenarios.items() if name not in before["results"]}
    if left:
        texts = {name: data.decode(errors="replace") for name, data in left.items()}
        said = ask(tools, who, found, {"act": "perform", "scenarios": texts})
        for name, result in said["results"].items():
            _RESULTS.put(_key(found, left[name]), result)
        return known(found)
    return before


def scenarios(found: Rehearsed) -> list[Json]:
    """Every scenario with what it says, None where it cannot be read."""
    return [
        {"file": name, "title": said.get("title", name), "document": said or None}
        for name in found.scenarios
        for said in (found.documents.get(name, {}),)
    ]


def _documents(scenarios: Mapping[str, bytes]) -> dict[str, Json]:
    """The scenarios that can be read, as JSON."""
    documents = {}
    for name, content in scenarios.items():
        value, findings = yaml_files.load(name, content)
        if not findings and scenario.of_value(name, value)[0] is not None:
            documents[name] = values.plain(value)
    return documents


def _named(packs: Iterable[PackFiles]) -> str:
    """What names the content of packs."""
    hashing = sha256()
    for files in packs:
        for path, data in sorted(files.files.items()):
            hashing.update(path.encode() + b"\0" + sha256(data).digest())
    return hashing.hexdigest()


def _key(found: Rehearsed, content: bytes) -> tuple[str, str]:
    return found.content, sha256(content).hexdigest()


def _room(tools: Tools, who: Actor, found: Rehearsed) -> Standing:
    if tools.rooms is None:
        raise NotFound
    return tools.rooms.room(f"{who.person_id} {found.content}", lambda: _set_up(found))


def _set_up(found: Rehearsed) -> Json:
    beside = [_sent(each) for each in found.beside]
    return {
        "act": "set_up",
        "pack": _sent(found.files),
        "beside": beside,
        "checked": found.is_published,
    }


def _kept(found: Rehearsed, answer: Json | Finding) -> Json:
    known = _said(answer)
    _STAGES.put(found.content, known)
    return known


def _sent(files: PackFiles) -> Json:
    contents = {path: base64.b64encode(data).decode() for path, data in files.files.items()}
    return {"key": files.key, "files": contents}


def _said(answer: Json | Finding) -> Json:
    if isinstance(answer, Finding):
        raise Invalid(_("演练中断：{why}").format(why=answer.message), [answer])
    refused = answer.get("refused")
    if refused:
        problems = [
            Finding(**{**each, "severity": Severity(each["severity"])})
            for each in refused["problems"]
        ]
        raise Invalid(refused["message"], problems)
    return answer
