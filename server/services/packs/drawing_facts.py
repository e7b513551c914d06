"""What a designer chooses from while he draws: forms, offices, deadlines, tables, outcomes.

Read from the pack with its drafts. What cannot be read is left out, and the check says why.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from server.adapters import yaml_files
from server.adapters.packs import PackFiles, parse
from server.domain import case_words
from server.domain.deadline_lines import units
from server.domain.deadline_rules import DeadlineRule
from server.domain.expressions import Feel, Given, Json
from server.domain.packs import PolicyPack
from server.domain.sources import Basis
from server.domain.texts import _
from server.forms import fields
from server.services.packs.pack_entries_edit import Edit

_DECISION: Final = re.compile(r"<(?:\w+:)?decision\b([^>]{1,1000})>")
_PROCESS: Final = re.compile(r"<(?:\w+:)?process\b([^>]{1,1000})>")
_ID: Final = re.compile(r'\bid="([\w.\-]{1,200})"')
_NAME: Final = re.compile(r'\bname="([^"]{1,200})"')


def facts(files: PackFiles, titles: Mapping[str, str]) -> dict[str, Json]:
    """JSON for the drawing page; ``pack`` says whether pack.yaml could be read.

    ``titles``: path -> what the file is called.
    """
    pack = parse(files)[0]
    return {
        "pack": pack is not None,
        "forms": [
            _form(files.path_of(name), content, titles)
            for name, content in files.of(".form.json").items()
        ],
        "decisions": list(_named(files, ".dmn", _DECISION)),
        "processes": list(_named(files, ".bpmn", _PROCESS)),
        **(_of_pack(pack) if pack else {}),
    }


def rights_edits(
    manifest: bytes, node: str, read: Sequence[str], hidden: Sequence[str], reason: str
) -> list[Edit]:
    """What has to be written so that the task has exactly these rights.

    Why it has them stays as it is written, unless a new ``reason`` of the product is given.
    """
    value = yaml_files.load("pack.yaml", manifest)[0]
    known = value.get("fields") if isinstance(value, Mapping) else None
    entry = known.get(node) if isinstance(known, Mapping) else None
    before = entry if isinstance(entry, Mapping) else {}
    if not read and not hidden:
        whole = isinstance(known, Mapping) and set(known) == {node}
        path: tuple[str, ...] = ("fields",) if whole else ("fields", node)
        return [Edit(verb="remove", path=path)] if before else []
    edits = []
    for name, wanted in (("read", read), ("hidden", hidden)):
        if wanted:
            edits.append(Edit(verb="set", path=("fields", node, name), value=list(wanted)))
        elif name in before:
            edits.append(Edit(verb="remove", path=("fields", node, name)))
    if reason:
        edits.append(Edit(verb="set", path=("fields", node, "basis"), value={"default": reason}))
    return edits


def _of_pack(pack: PolicyPack) -> dict[str, Json]:
    nodes = {event.key: event.node for event in pack.events.values() if event.node}
    starts = {event.key for event in pack.events.values() if event.start}
    return {
        "deadlines": [
            {
                "key": rule.key,
                "title": rule.title,
                "words": _period(rule),
                "basis": _basis(pack, rule.basis),
                "from": nodes.get(rule.origin, ""),
                "from_start": rule.origin in starts,
                "until": [nodes[key] for key in rule.met_by if key in nodes],
            }
            for rule in pack.deadlines.values()
        ],
        "lanes": {
            lane.key: {"title": lane.title, "office": _office(pack, lane.office)}
            for lane in pack.lanes.values()
        },
        "outcomes": list(_outcomes(pack)),
        "messages": [
            {"key": each.key, "title": each.title, "to": each.opens or each.to}
            for each in pack.messages.values()
        ],
        "procedures": {each.key: each.title for each in pack.procedures.values()},
        "rights": {
            each.node: {
                "read": list(each.read),
                "hidden": list(each.hidden),
                "basis": _basis(pack, each.basis) if each.basis and each.basis.source else "",
                "reason": each.basis.default if each.basis else "",
            }
            for each in pack.fields.values()
        },
        "signing": {node: str(rule.kind) for node, rule in pack.together.items()},
        "bodies": {node: rule.title for node, rule in pack.decisions.items()},
        "reasons": {key: each.title for key, each in pack.sources.items()},
    }


def _form(path: str, content: bytes, titles: Mapping[str, str]) -> dict[str, Json]:
    try:
        schema = json.loads(content)
        found = fields.read(schema.get("components") if isinstance(schema, dict) else None)
    except (ValueError, RecursionError):
        found = ()
    name = path.rsplit("/", 1)[-1].removesuffix(".form.json")
    return {
        "name": name,
        "title": titles.get(path, name),
        "path": path,
        "fields": [
            {"key": field.key, "label": field.label or field.key, "required": field.required}
            for field in fields.flat(found)
            if field.key
        ],
    }


def _named(files: PackFiles, suffix: str, pattern: re.Pattern[str]) -> Iterator[dict[str, Json]]:
    for file, content in files.of(suffix).items():
        for attributes in pattern.findall(content.decode(errors="replace")):
            known, name = _ID.search(attributes), _NAME.search(attributes)
            if known:
                key = known.group(1)
                title = name.group(1) if name else key
                yield {"id": key, "name": title, "path": files.path_of(file)}


def _outcomes(pack: PolicyPack) -> Iterator[dict[str, Json]]:
    for procedure in pack.procedures.values():
        for outcome in procedure.outcomes:
            title = case_words.outcome_title(pack, procedure.key, outcome)
            yield {"procedure": procedure.key, "key": outcome, "title": title}


def _period(rule: DeadlineRule) -> str:
    if rule.until is not None:
        return _("到载明的日期为止")
    return units(rule.n, rule.unit)


def _basis(pack: PolicyPack, basis: Basis) -> str:
    if basis.is_default:
        return _("系统默认")
    source = pack.sources.get(basis.source)
    return f"{source.title if source else basis.source} {basis.article}".strip()


def _office(pack: PolicyPack, office: Given) -> str:
    if isinstance(office, Feel):
        return _("按规则确定")
    role = pack.roles.get(str(office))
    return role.title if role else str(office)
