"""What the files of a pack are called in the words of those who draw them."""

import html
import re
from collections.abc import Iterable, Mapping
from typing import Final

from server.domain import pack_paths
from server.domain.texts import _
from server.services.packs.workspace import File

#: how much of a file is looked at for its own name
_HEAD: Final = 20_000
_PARTICIPANT: Final = re.compile(r'<(?:\w+:)?participant\b[^>]*?\bname="([^"]{1,200})"')
_PROCESS: Final = re.compile(r'<(?:\w+:)?process\b[^>]*?\bname="([^"]{1,200})"')
_DECISION: Final = re.compile(r'<(?:\w+:)?(?:definitions|decision)\b[^>]*?\bname="([^"]{1,200})"')
_TITLE: Final = re.compile(r"^title:\s*(.{1,200}?)\s*$", re.MULTILINE)
_TASK: Final = re.compile(r"<(?:\w+:)?userTask\b[^>]{1,2000}>")
_NAME: Final = re.compile(r'\sname="([^"]{1,200})"')
_FORM: Final = re.compile(r'\s\w+:form="([\w\-]{1,120})"')
_START: Final = re.compile(r"\bstart:\s*(?:\{\s*|\n\s*)form:\s*([\w\-]{1,120})")


def titles(files: Iterable[File]) -> Mapping[str, str]:
    """Path -> the name drawn or written in the file; a form is called after its first task."""
    known = list(files)
    forms = _tasks(known)
    return {file.path: _title(file, forms) for file in known}


def _title(file: File, forms: Mapping[str, str]) -> str:
    text = _text(file)[:_HEAD]
    found = ""
    match file.kind:
        case "bpmn":
            found = _first(_PARTICIPANT, text) or _first(_PROCESS, text)
        case "dmn":
            found = _first(_DECISION, text)
        case "form":
            found = forms.get(file.name.removesuffix(".form.json"), "")
        case "scenario":
            found = _first(_TITLE, text).strip("\"'")
        case "pack":
            found = _("名单、期限和规则")
        case "text":
            found = _("变更说明") if file.name == "CHANGELOG.md" else file.name
    return found or pack_paths.name_of(file.path).split("/")[-1].split(".")[0]


def _tasks(files: Iterable[File]) -> dict[str, str]:
    """Form -> what it is filled in for."""
    found: dict[str, str] = {}
    for file in files:
        if file.kind == "bpmn":
            for task in _TASK.findall(_text(file)):
                form = _first(_FORM, task)
                if form:
                    found.setdefault(form, _first(_NAME, task))
        elif file.kind == "pack":
            found |= {form: _("提出事项") for form in _START.findall(_text(file))}
    return found


def _text(file: File) -> str:
    return (file.content or file.published or b"").decode(errors="replace")


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return html.unescape(match.group(1)) if match else ""
