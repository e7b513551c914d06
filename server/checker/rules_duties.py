"""Pass 4: who keeps away, duties that one person must not unite, fields that a task must not see.

Each names lists, forms, fields, tasks and roles; one that is not there would bar nobody, silently.
"""

from collections.abc import Iterator

from server.checker.candidate import Candidate
from server.domain.notes import Notes
from server.domain.texts import _


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note every name of these sections that stands for nothing."""
    own = notes["pack.yaml"]
    _grounds(candidate, own)
    _recusal_fields(candidate, own)
    _incompatible(candidate, own)
    _rights(candidate, own)


def _grounds(candidate: Candidate, notes: Notes) -> None:
    rules, lists = candidate.pack.recusal, candidate.pack.lists
    if rules.grounds and rules.grounds not in lists:
        notes.error(
            "RECUSAL_LIST",
            _("回避情形的列表“{key}”在lists中没有").format(key=rules.grounds[:60]),
            _("在lists中登记该列表，或者改正名称"),
            element="recusal",
            field="grounds",
        )
        return
    known = {item.code for item in lists[rules.grounds].items} if rules.grounds else set()
    for one in rules.decision_makers:
        if one.ground not in known:
            notes.error(
                "RECUSAL_GROUND",
                _("回避情形“{ground}”不在列表中").format(ground=one.ground[:60]),
                _("改正编号，或者在列表中加上该情形"),
                element="recusal",
                field=f"{one.form}.{one.field}",
            )


def _recusal_fields(candidate: Candidate, notes: Notes) -> None:
    rules = candidate.pack.recusal
    named = [(one.form, one.field) for one in rules.decision_makers]
    named += [(one.form, field) for one in rules.statements for field in (one.person, one.answer)]
    for form, field in named:
        if field not in set(_fields(candidate, form)):
            notes.error(
                "RECUSAL_FIELD",
                _("回避所用的字段“{field}”不在表单“{form}”中").format(
                    field=field[:60], form=form[:60]
                ),
                _("在表单中加上该字段，或者改正名称"),
                element="recusal",
                field=f"{form}.{field}",
            )


def _incompatible(candidate: Candidate, notes: Notes) -> None:
    appointed = {entry.role for entry in candidate.pack.appointments}
    known = {*candidate.nodes, *candidate.pack.roles, *appointed}
    for at, rule in enumerate(candidate.pack.incompatible):
        for duty in rule.duties:
            if duty not in known:
                notes.error(
                    "DUTY_UNKNOWN",
                    _("不相容的“{duty}”既不是环节，也不是角色").format(duty=duty[:60]),
                    _("写图中用户任务的标识，或者roles中的角色"),
                    element="incompatible",
                    field=f"{at}.{duty}",
                )


def _rights(candidate: Candidate, notes: Notes) -> None:
    for node, rights in candidate.pack.fields.items():
        known = {
            field
            for form in candidate.form_at(node)
            for sheet in form.fields.values()
            for field in (sheet.key, *(inner.key for inner in sheet.inner))
        }
        for field in (*rights.read, *rights.hidden):
            if field not in known:
                notes.error(
                    "FIELD_RIGHTS_UNKNOWN",
                    _("“{node}”的表单中没有字段“{field}”").format(node=node[:60], field=field[:60]),
                    _("写用户任务或者开始事件的标识，和它的表单中的字段"),
                    element="fields",
                    field=f"{node}.{field}",
                )


def _fields(candidate: Candidate, form: str) -> Iterator[str]:
    """Fields of a form, those of the rows of its lists included."""
    if form in candidate.forms:
        for sheet in candidate.forms[form].fields.values():
            yield sheet.key
            yield from (inner.key for inner in sheet.inner)
