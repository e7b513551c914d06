"""Pass 5, signing together: who signs exists, what they sign can be counted, the result is new."""

from typing import Final

from server.checker.candidate import Candidate
from server.domain.notes import Notes
from server.domain.roles import PARTIES
from server.domain.texts import _
from server.domain.together import Kind, Together
from server.forms import signing

_SIGNED: Final = (signing.CHOICE, signing.OPINION)


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note every rule of ``together`` that could not work as it stands."""
    own = notes["pack.yaml"]
    for rule in candidate.pack.together.values():
        _node(candidate, rule, own)
        _who(candidate, rule, own)
        _form(candidate, rule, own)
        _kind(candidate, rule, own)
        _results(candidate, rule, own)


def _node(candidate: Candidate, rule: Together, notes: Notes) -> None:
    node = candidate.nodes.get(rule.node)
    is_fit = node is not None and node.kind == "userTask" and node.multi_instance is None
    if not is_fit or rule.node in candidate.pack.decisions:
        notes.error(
            "TOGETHER_NODE",
            _("“{node}”不是可以共同签署的用户任务").format(node=rule.node[:60]),
            _("写图中的用户任务；多实例任务和由会议决定的任务不能再共同签署"),
            element="together",
            field=rule.node,
        )


def _who(candidate: Candidate, rule: Together, notes: Notes) -> None:
    who, pack = rule.who, candidate.pack
    named = {entry.field: entry.role for entry in pack.appointments}
    unknown = [role for role in (*who.roles, *rule.weights) if role not in pack.roles]
    strangers = [role for role in who.roles if role in PARTIES]
    if unknown or strangers or (who.people_field and who.people_field not in named):
        names = _("、").join(dict.fromkeys([*unknown, *strangers]) or [who.people_field])
        notes.error(
            "TOGETHER_WHO",
            _("“{node}”的签署人“{names}”不存在或者不能签署").format(
                node=rule.node[:60], names=names[:60]
            ),
            _("写roles中的角色（申请人、当事人除外），或者appoints中指定人员的字段"),
            element="together",
            field=f"{rule.node}.who",
        )


def _form(candidate: Candidate, rule: Together, notes: Notes) -> None:
    if not rule.form:
        return
    sheet = candidate.forms.get(rule.form)
    keys = {each.key for each in sheet.fields.values()} if sheet else set()
    if not set(_SIGNED) <= keys:
        notes.error(
            "TOGETHER_FORM",
            _("“{node}”的签署表单“{form}”不存在，或者没有choice、opinion两个字段").format(
                node=rule.node[:60], form=rule.form[:60]
            ),
            _("补上字段，choice的值为agree、disagree、abstain；不写form的用内置表单"),
            element="together",
            field=f"{rule.node}.form",
        )


def _kind(candidate: Candidate, rule: Together, notes: Notes) -> None:
    is_odd = rule.kind is Kind.OR_SIGN and rule.may_abstain
    weighs = bool(rule.weights) or rule.head_weight != 1
    if is_odd or (weighs and rule.kind is not Kind.VOTE):
        notes.error(
            "TOGETHER_KIND",
            _("“{node}”的签署方式与其他各项不符").format(node=rule.node[:60]),
            _("或签不能弃权；只有票签可以写权重"),
            element="together",
            field=f"{rule.node}.kind",
        )


def _results(candidate: Candidate, rule: Together, notes: Notes) -> None:
    """A result is a variable of its own, and one that nobody is asked for without a main one."""
    names = rule.results.types()
    asked = {sheet.key for form in candidate.forms.values() for sheet in form.fields.values()}
    if set(names) & asked or (not names and not rule.has_main):
        notes.error(
            "TOGETHER_RESULT",
            _("“{node}”的签署结果没有去处，或者与表单字段同名").format(node=rule.node[:60]),
            _("在results中写明结果变量，名称不与表单字段相同"),
            element="together",
            field=f"{rule.node}.results",
        )
