"""A pack made from another: every own file under a new key, with procedures of its own.

What a procedure is called stands in the manifest, the diagrams, the scenarios and a few fields of
forms; each of these places is written anew, and nothing that only looks alike.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from server.adapters import yaml_edits, yaml_files
from server.adapters.packs import PackFiles
from server.domain import pack_paths

#: pack that new ones are written from
TEMPLATE: Final = "_template"
_PROCESS: Final = re.compile(r"<(?:[\w-]{1,20}:)?process\b[^<>]{0,2000}?\bid=\"([\w.-]{1,200})\"")
#: words of the template that stand for a locality, an issuer and the name of the pack
_LOCALITY: Final = "某市"
_NAMES: Final = ("容错纠错示例程序（请改名）", "容错纠错示例程序", "容错纠错示例")
_MARK: Final = "样容"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What the new pack is to be."""

    key: str
    title: str
    valid_from: date
    #: what its references begin with, 宛容 of 宛容〔2026〕1号
    mark: str
    #: 某市: whose rules these are; only the template names one
    locality: str = ""
    #: first words of its record of changes
    history: str = ""


def copied(source: PackFiles, wanted: Wanted) -> dict[str, bytes]:
    """Path -> content of every file of the new pack; inherited files stay where they are."""
    own = {
        path: content
        for path, content in source.files.items()
        if pack_paths.name_of(path) and path.split("/")[1] == source.key
    }
    manifest = pack_paths.manifest(source.key)
    told, _findings = yaml_files.load(manifest, own.get(manifest, b""))
    names = _renamed(source, own, wanted.key)
    found = {}
    for path, content in own.items():
        there = _path(path, source.key, wanted.key, names)
        if path == manifest:
            found[there] = _manifest(content, told, names, wanted, source.key)
        elif there.endswith("/CHANGELOG.md"):
            found[there] = wanted.history.encode()
        elif pack_paths.kind_of(path) in pack_paths.BINARY:
            found[there] = content
        else:
            found[there] = _text(content.decode(), path, source.key, names, wanted).encode()
    return found


def procedures_of(files: Mapping[str, bytes], key: str) -> list[str]:
    """The procedures its manifest names."""
    told, _findings = yaml_files.load("", files.get(pack_paths.manifest(key), b""))
    return _keys(told, "procedures")


def _renamed(source: PackFiles, own: Mapping[str, bytes], key: str) -> dict[str, str]:
    """Every procedure and called process under a name that begins with the new key."""
    processes = {
        name: None
        for path, content in sorted(own.items())
        if path.endswith(".bpmn")
        for name in _PROCESS.findall(content.decode("utf-8", "replace"))
    }
    stem = source.key.strip("_")
    return {
        name: key + name.removeprefix(stem) if name.startswith(f"{stem}_") else f"{key}_{name}"
        for name in {**dict.fromkeys(procedures_of(own, source.key)), **processes}
    }


def _path(path: str, old: str, key: str, names: Mapping[str, str]) -> str:
    root, _old, name = path.split("/", 2)
    stem, dot, suffix = name.partition(".")
    return f"{root}/{key}/{names.get(stem, stem) if suffix == 'bpmn' else stem}{dot}{suffix}"


def _manifest(
    content: bytes, told: Any, names: Mapping[str, str], wanted: Wanted, source: str
) -> bytes:
    values: dict[tuple[str | int, ...], Any] = {
        ("key",): wanted.key,
        ("title",): wanted.title,
        ("version",): "1.0",
        ("valid_from",): wanted.valid_from,
    }
    procedures = told.get("procedures", {}) if isinstance(told, dict) else {}
    for number, (name, entry) in enumerate(procedures.items()):
        values[("procedures", name, "reference")] = _reference(entry, wanted.mark, number)
        diagram = str(entry.get("diagram", ""))
        stem = diagram.removesuffix(".bpmn")
        values[("procedures", name, "diagram")] = f"{names.get(stem, stem)}.bpmn"
        if source == TEMPLATE:
            values[("procedures", name, "title")] = wanted.title
    for path, name in _naming(told, names):
        values[path] = name
    for path, value in values.items():
        content = yaml_edits.set_at(content, path, value)
    for section in ("reopen", "withdrawals", "procedures"):
        for name in _keys(told, section):
            if name in names:
                content = yaml_edits.rename_key(content, (section, name), names[name])
    text = _without_heading(content.decode()) if source == TEMPLATE else content.decode()
    return _text(text, "", source, names, wanted).encode()


def _reference(entry: Any, mark: str, number: int) -> str:
    """The first procedure bears the mark alone, others with what theirs begin with."""
    pattern = str(entry.get("reference", "")) if isinstance(entry, dict) else ""
    begins, bracket, rest = pattern.partition("〔")
    if not bracket:
        begins, rest = "", "{year}〕{number}号"
    return f"{mark}{begins if number else ''}〔{rest}"


def _naming(told: Any, names: Mapping[str, str]) -> list[tuple[tuple[str | int, ...], str]]:
    """Places of the manifest that name a procedure of its own as their whole value."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    for section, part in (("messages", "opens"), ("campaigns", "procedure")):
        for key, entry in _section(told, section).items():
            name = str(entry.get(part)) if isinstance(entry, dict) else ""
            if name in names:
                found.append(((section, key, part), names[name]))
    for key, entry in _section(told, "earlier").items():
        for index, name in enumerate(
            entry.get("procedures", ()) if isinstance(entry, dict) else ()
        ):
            if name in names:
                found.append((("earlier", key, "procedures", index), names[name]))
    return found


def _section(told: Any, section: str) -> dict[str, Any]:
    found = told.get(section) if isinstance(told, dict) else None
    return found if isinstance(found, dict) else {}


def _keys(told: Any, section: str) -> list[str]:
    return [str(key) for key in _section(told, section)]


def _without_heading(text: str) -> str:
    """The manifest without what the template says about itself."""
    lines = text.split("\n")
    while lines and lines[0].startswith("#"):
        lines.pop(0)
    return "\n".join(lines)


def _text(text: str, path: str, source: str, names: Mapping[str, str], wanted: Wanted) -> str:
    for old, new in names.items():
        word = re.escape(old)
        text = re.sub(rf'(procedure\s*!?=\s*)"{word}"', rf'\1"{new}"', text)
        if path.endswith(".bpmn"):
            text = _in_diagram(text, word, new)
        elif path.endswith(".yaml"):
            text = re.sub(rf"^(\s*-?\s*procedure:\s*){word}\s*$", rf"\g<1>{new}", text, flags=re.M)
        elif path.endswith(".form.json"):
            text = re.sub(
                r'("procedures":\s*\[)([^\]]*)',
                lambda found: found[1] + found[2].replace(f'"{old}"', f'"{new}"'),  # noqa: B023
                text,
            )
    text = text.replace(f"urn:rongcuo:{source.strip('_')}", f"urn:rongcuo:{wanted.key}")
    if source == TEMPLATE:
        text = text.replace("template_", f"{wanted.key}_")
        for name in _NAMES:
            text = text.replace(name, wanted.title)
        text = text.replace(_LOCALITY, wanted.locality).replace(_MARK, wanted.mark)
    return text


def _in_diagram(text: str, word: str, new: str) -> str:
    """The process, what refers to it, and the ids that are made of its name."""
    ids = r"(?:pool|lanes|collaboration|definitions|plane|diagram)_"
    places = r"\b(id|processRef|calledElement|bpmnElement)"
    return re.sub(rf'{places}="({ids})?{word}(_di)?"', rf'\1="\g<2>{new}\g<3>"', text)
