"""Papers: their letters exist, say only what a letter may say, and can be filled from the case.

A template is code. It is looked at and tried here, in the child the whole check runs in
(SECURITY PK-5).
"""

import string
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from jinja2 import TemplateError
from lxml import etree

from server.adapters.letters import rendering
from server.adapters.letters.language import Spoken
from server.adapters.letters.package import NotALetter
from server.checker.candidate import Candidate
from server.checker.remembered import findings_of
from server.domain.expressions import Json
from server.domain.letters import NAMES
from server.domain.notes import Notes
from server.domain.packs import Paper
from server.domain.texts import _
from server.engine.remembered import key_of

#: list of the pack that says how papers are handed over
WAYS: Final = "service_ways"
_NUMBER: Final = {"year", "number"}


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note what is wrong with how the pack's papers are written, numbered and handed over."""
    letters = candidate.files.letters()
    reads: dict[str, list[str]] = {}
    for paper in candidate.pack.papers.values():
        _terms(candidate, paper, notes["pack.yaml"])
        if not paper.template:
            notes["pack.yaml"].warning(
                "PAPER_TEMPLATE_UNNAMED",
                _("文书“{title}”没有模板，不能制发").format(title=paper.title),
                _("把模板放入letters文件夹，并写明template"),
                element="papers",
                field=f"{paper.key}.template",
            )
            continue
        path = letters.get(paper.template)
        if path is None:
            notes["pack.yaml"].error(
                "PAPER_TEMPLATE_MISSING",
                _("文书“{title}”的模板letters/{template}.docx不存在").format(
                    title=paper.title, template=paper.template[:60]
                ),
                _("把模板放入letters文件夹，或者改正template"),
                element="papers",
                field=f"{paper.key}.template",
            )
            continue
        if path not in reads:
            reads[path] = _letter(candidate, candidate.files.files[path], notes[path])
        _fields(candidate, paper, reads[path], notes["pack.yaml"])


def _terms(candidate: Candidate, paper: Paper, notes: Notes) -> None:
    if paper.number and (not paper.template or _fields_of(paper.number) != _NUMBER):
        notes.error(
            "PAPER_NUMBER",
            _("文书“{title}”的编号格式“{number}”不对").format(
                title=paper.title, number=paper.number[:60]
            ),
            _("写成例如“容决〔{year}〕{number}号”，并写明template"),
            element="papers",
            field=f"{paper.key}.number",
        )
    if paper.service and not (paper.template and paper.to and WAYS in candidate.pack.lists):
        notes.error(
            "PAPER_SERVICE",
            _(
                "文书“{title}”要送达，但没有模板、收件人（to）或者送达方式清单（service_ways）"
            ).format(title=paper.title),
            _("补上template和to；送达方式清单可以由extends: [_national]带来"),
            element="papers",
            field=f"{paper.key}.service",
        )


def _fields_of(pattern: str) -> set[str | None]:
    try:
        return {name for _text, name, _spec, _how in string.Formatter().parse(pattern) if name}
    except ValueError:
        return {None}


def _letter(candidate: Candidate, content: bytes, notes: Notes) -> list[str]:
    """Names the letter reads; what it may not say, and whether it can be filled, is noted."""
    said = candidate.memory.of(key_of("letter", content), lambda: _examined(content))
    notes.found += [replace(each, file=notes.file) for each in findings_of(said["problems"])]
    reads: list[str] = said["reads"]
    return reads


def _examined(content: bytes) -> Json:
    notes = Notes("")
    reads = {path for one in _spoken(content, notes) for path in one.reads}
    return {"problems": [each.as_problem() for each in notes.found], "reads": sorted(reads)}


def _spoken(content: bytes, notes: Notes) -> list[Spoken]:
    try:
        spoken = list(rendering.spoken(content))
    except (NotALetter, etree.LxmlError, KeyError, ValueError) as problem:
        _broken(str(problem), notes)
        return []
    refused = sorted({each for one in spoken for each in one.refused})
    unknown = sorted({each for one in spoken for each in one.unknown})
    broken = [one.broken for one in spoken if one.broken]
    if refused:
        notes.error(
            "PAPER_TEMPLATE_REFUSED",
            _("模板中使用了不允许的写法：{what}").format(what="、".join(refused)[:200]),
            _("模板只能输出名称、循环和判断，不能调用、赋值、计算或者引入其他模板"),
        )
    if unknown:
        notes.error(
            "PAPER_TEMPLATE_NAME",
            _("模板中使用了没有的名称：{what}").format(what="、".join(unknown)[:200]),
            _("可以使用的名称：{names}").format(names="、".join(sorted(NAMES))),
        )
    if broken:
        _broken(broken[0], notes)
    if not (refused or unknown or broken):
        _try(content, notes)
    return spoken


def _try(content: bytes, notes: Notes) -> None:
    """Fill it with nothing: what a letter cannot bear to be without shows."""
    try:
        rendering.rendered(content, {})
    except (NotALetter, TemplateError, etree.LxmlError, LookupError, TypeError, ValueError) as bad:
        _broken(f"{type(bad).__name__}：{bad}"[:200], notes)


def _broken(why: str, notes: Notes) -> None:
    notes.error(
        "PAPER_TEMPLATE_BROKEN",
        _("模板无法使用：{why}").format(why=why),
        _("用Word或者WPS重新另存为.docx，检查每个占位符是否成对"),
    )


def _fields(candidate: Candidate, paper: Paper, reads: list[str], notes: Notes) -> None:
    missing = sorted(set(_missing(candidate, paper, reads)))
    if missing:
        notes.error(
            "PAPER_TEMPLATE_FIELD",
            _("文书“{title}”的模板读取的“{what}”不是该环节表单的字段").format(
                title=paper.title, what="、".join(missing)[:200]
            ),
            _("answers后面写本环节表单的字段，steps后面写环节和它表单的字段"),
            element="papers",
            field=f"{paper.key}.template",
        )


def _missing(candidate: Candidate, paper: Paper, reads: list[str]) -> Iterator[str]:
    for path in reads:
        name, *rest = path.split(".")
        node = paper.node if name == "answers" else rest.pop(0) if name == "steps" and rest else ""
        if not node:
            continue
        fields = {key for form in candidate.form_at(node) for key in form.fields}
        if node not in candidate.nodes or (rest and rest[0] not in fields):
            yield path
