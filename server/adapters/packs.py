"""A pack on disk: its files as bytes, and pack.yaml with what it extends as a PolicyPack.

Reading a folder never runs anything of it. What the entries mean together (do events, lanes,
forms exist?) is asked by the checker.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from pathlib import Path

from server.adapters import (
    answer_entries,
    desk_entries,
    pack_moves,
    recusal_entries,
    register_entries,
    yaml_files,
)
from server.adapters import pack_entries as entries
from server.adapters.agenda_entries import agenda
from server.adapters.decision_entries import decision
from server.adapters.pack_bases import extended
from server.adapters.pack_handovers import handover
from server.adapters.reading import REQUIRED, Node, Report, listed, table
from server.adapters.together_entries import together
from server.adapters.yaml_files import Load
from server.domain.errors import Invalid
from server.domain.findings import Finding, Severity, has_errors
from server.domain.packs import PolicyPack
from server.domain.texts import _

#: limits of SECURITY PK-1, in bytes and files
MAX_FILE = 2 * 1024 * 1024
MAX_FILES = 200

_LETTER = re.compile(r"processes/[^/]+/letters/([\w\-]+)\.docx")
_NEVER = date.max
_NOTIFY_AT = time(8, 30)
_SUFFIXES = (".bpmn", ".dmn", ".form.json", ".yaml", ".md", ".docx")


@dataclass(frozen=True, kw_only=True, slots=True)
class PackFiles:
    """The files of one pack and of the packs it extends.

    Paths are ``processes/<pack>/…`` and ``forms/<pack>/…`` wherever the folder lies on disk.
    """

    key: str
    files: Mapping[str, bytes]

    def of(self, suffix: str) -> dict[str, bytes]:
        """File name -> bytes of every file with this suffix; the pack's own win over inherited.

        Scenarios are not procedures: files in sub-folders are left out.
        """
        found: dict[str, bytes] = {}
        own = (f"processes/{self.key}/", f"forms/{self.key}/")
        for path in sorted(self.files, key=lambda path: path.startswith(own)):
            name = path.split("/", 2)[2]
            if name.endswith(suffix) and "/" not in name:
                found[name] = self.files[path]
        return found

    def path_of(self, name: str) -> str:
        """The path a file name of :meth:`of` was found at; the name itself when there is none."""
        for path in sorted(self.files, key=lambda path: f"/{self.key}/" not in path):
            if path.split("/", 2)[2] == name:
                return path
        return name

    def letters(self) -> dict[str, str]:
        """Template name -> path of its letter; the pack's own win over inherited ones."""
        found: dict[str, str] = {}
        for path in sorted(self.files, key=lambda path: path.startswith(f"processes/{self.key}/")):
            match = _LETTER.fullmatch(path)
            if match:
                found[match.group(1)] = path
        return found

    def scenarios(self) -> dict[str, bytes]:
        """File name -> bytes of the pack's own rehearsal files, in order of their names."""
        prefix = f"processes/{self.key}/scenarios/"
        return {
            path.removeprefix(prefix): content
            for path, content in sorted(self.files.items())
            if path.startswith(prefix) and path.endswith(".yaml")
        }


def read_folder(folder: Path) -> PackFiles:
    """Every file of the pack in ``folder``, of its forms and of the packs it extends.

    Forms are looked for in ``../../forms/<pack>``, then in ``forms`` inside the folder
    (CONTRACTS section 4). Raises Invalid when the folder is no pack or passes a limit.
    """
    folder = folder.resolve()
    if not (folder / "pack.yaml").is_file():
        raise Invalid(
            _("“{folder}”不是政策包：里面没有pack.yaml").format(folder=folder.name),
        )
    files: dict[str, bytes] = {}
    todo, seen = [folder], set()
    while todo:
        part = todo.pop()
        if part.name in seen or not part.is_dir():
            continue
        seen.add(part.name)
        files.update(_files_of(part))
        todo += [part.parent / name for name in extended(files, part.name)]
    if len(files) > MAX_FILES:
        raise Invalid(_("政策包的文件超过{n}个").format(n=MAX_FILES))
    return PackFiles(key=folder.name, files=files)


def completed(files: PackFiles, shelf: Path) -> PackFiles:
    """The same files with those of every pack on the shelf that they extend and do not bring.

    ``shelf`` is the folder ``processes`` that is shipped with the program.
    """
    found = dict(files.files)
    todo, seen = extended(found, files.key), {files.key}
    while todo:
        name = todo.pop()
        if name in seen or not name.isidentifier():
            continue
        seen.add(name)
        if (shelf / name).is_dir():
            found = {**_files_of(shelf / name), **found}
        todo += extended(found, name)
    return PackFiles(key=files.key, files=found)


def title_of(key: str, content: bytes) -> str:
    """What a manifest calls the pack, empty where it cannot be read."""
    value, _findings = yaml_files.load(f"processes/{key}/pack.yaml", content)
    return str(value.get("title", "")) if isinstance(value, Mapping) else ""


def restricted(files: PackFiles) -> PackFiles:
    """The same without the files of packs that it does not extend (any more)."""
    todo, seen = [files.key], set[str]()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += extended(files.files, name)
    kept = {path: data for path, data in files.files.items() if path.split("/", 2)[1] in seen}
    return PackFiles(key=files.key, files=kept)


def _files_of(folder: Path) -> dict[str, bytes]:
    forms = folder.parent.parent / "forms" / folder.name
    if not forms.is_dir():
        forms = folder / "forms"
    found = {}
    for root, prefix in ((folder, f"processes/{folder.name}"), (forms, f"forms/{folder.name}")):
        for path in _regular_files(root):
            inside = path.relative_to(root).as_posix()
            if prefix.startswith("processes") and inside.startswith("forms/"):
                continue
            if path.stat().st_size > MAX_FILE:
                raise Invalid(_("文件“{file}”超过2MB").format(file=inside))
            found[f"{prefix}/{inside}"] = path.read_bytes()
    return found


def _regular_files(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            yield path


def parse(
    files: PackFiles, load: Load = yaml_files.load
) -> tuple[PolicyPack | None, list[Finding]]:
    """The pack with what it extends, and every problem of the YAML at once.

    The pack is None when a problem is an error. ``load`` reads one file, as ``yaml_files`` does.
    """
    pack, findings = _parse(files, files.key, (), load)
    findings += [
        Finding(
            code="PACK_FILE_KIND",
            severity=Severity.WARNING,
            file=path,
            message=_("政策包不需要这种文件：{file}").format(file=path.rsplit("/", 1)[-1]),
            fix=_("移走该文件"),
        )
        for path in files.files
        if not path.endswith(_SUFFIXES)
    ]
    return (None if has_errors(findings) else pack), findings


def _parse(
    files: PackFiles, key: str, ring: tuple[str, ...], load: Load
) -> tuple[PolicyPack | None, list[Finding]]:
    path = f"processes/{key}/pack.yaml"
    report = Report(path)
    if key in ring or path not in files.files:
        report.add(
            "PACK_EXTENDS",
            "extends",
            _("所引用的政策包“{key}”不存在或者循环引用").format(key=key),
            _("改正extends"),
        )
        return None, report.findings
    value, findings = load(path, files.files[path])
    if findings:
        return None, findings
    root = Node(value if value is not None else "", "", report)
    bases = []
    for name in root.texts("extends"):
        base, problems = _parse(files, name, (*ring, key), load)
        report.findings += problems
        bases.append(base)
    pack = _pack(root, key)
    root.finish()
    for base in bases:
        pack = _inherit(pack, base) if base else pack
    return pack, report.findings


def _pack(root: Node, folder: str) -> PolicyPack:
    key = root.text("key", REQUIRED)
    if key and key != folder:
        root.wrong("key", _("应与文件夹名“{name}”一致").format(name=folder))
    valid_from = root.day("valid_from", REQUIRED)
    return PolicyPack(
        key=folder,
        title=root.text("title", REQUIRED),
        version=root.text("version", REQUIRED),
        valid_from=valid_from or _NEVER,
        notify_at=root.moment("notify_at") or _NOTIFY_AT,
        sources=table(root, "sources", entries.source),
        roles=table(root, "roles", entries.role),
        procedures=table(root, "procedures", entries.procedure),
        lanes=table(root, "lanes", entries.lane),
        events=table(root, "events", entries.event),
        deadlines=table(root, "deadlines", entries.deadline),
        decisions=table(root, "decisions", decision),
        agendas=table(root, "agendas", agenda),
        together=table(root, "together", together),
        lists=table(root, "lists", entries.code_list),
        messages=table(root, "messages", entries.message),
        settings=table(root, "settings", entries.setting),
        papers=table(root, "papers", entries.paper),
        rules=listed(root, "rules", answer_entries.answer_rule),
        appointments=listed(root, "appoints", entries.appointment),
        desk=desk_entries.desk(root),
        returns=listed(root, "returns", pack_moves.return_rule),
        reopens=table(root, "reopen", pack_moves.reopen_rule),
        withdrawals=table(root, "withdrawals", pack_moves.withdrawal),
        fields=table(root, "fields", recusal_entries.field_rights),
        earlier=table(root, "earlier", answer_entries.earlier),
        recusal=recusal_entries.recusal(root.child("recusal")),
        incompatible=listed(root, "incompatible", recusal_entries.incompatible),
        handover=listed(root, "handover", handover),
        registers=table(root, "registers", register_entries.register),
        campaigns=table(root, "campaigns", register_entries.campaign),
    )


def _inherit(pack: PolicyPack, base: PolicyPack) -> PolicyPack:
    """The pack with the base's entries under its own; an own entry replaces the whole entry."""
    return replace(
        pack,
        sources={**base.sources, **pack.sources},
        roles={**base.roles, **pack.roles},
        procedures={**base.procedures, **pack.procedures},
        lanes={**base.lanes, **pack.lanes},
        events={**base.events, **pack.events},
        deadlines={**base.deadlines, **pack.deadlines},
        decisions={**base.decisions, **pack.decisions},
        agendas={**base.agendas, **pack.agendas},
        together={**base.together, **pack.together},
        lists={**base.lists, **pack.lists},
        messages={**base.messages, **pack.messages},
        settings={**base.settings, **pack.settings},
        papers={**base.papers, **pack.papers},
        rules=(*base.rules, *pack.rules),
        appointments=(*base.appointments, *pack.appointments),
        desk=pack.desk.over(base.desk),
        returns=(*pack.returns, *base.returns),
        reopens={**base.reopens, **pack.reopens},
        withdrawals={**base.withdrawals, **pack.withdrawals},
        fields={**base.fields, **pack.fields},
        earlier={**base.earlier, **pack.earlier},
        recusal=pack.recusal if pack.recusal.grounds else base.recusal,
        incompatible=(*base.incompatible, *pack.incompatible),
        handover=(*pack.handover, *base.handover),
        registers={**base.registers, **pack.registers},
        campaigns={**base.campaigns, **pack.campaigns},
    )
