"""Pass 5, collective decisions: the task, the fields and the options they name are there."""

from collections.abc import Iterator

from server.checker.candidate import Candidate
from server.checker.form_sheets import FieldSheet
from server.domain.decision_rules import ATTENDANCE, VOTES, DecisionRule, MembersField, Secrecy
from server.domain.notes import Notes
from server.domain.packs import Feel
from server.domain.roles import PARTIES
from server.domain.texts import _


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note every decision that could not be held, or not be written into its form."""
    own = notes["pack.yaml"]
    for entry in candidate.pack.decisions.values():
        if not _is_of_office(candidate, entry):
            own.error(
                "DECISION_NODE",
                _("集体研究“{title}”的节点“{node}”不是由机构办理的用户任务").format(
                    title=entry.title, node=entry.node[:60]
                ),
                _("写用户任务的标识；其泳道应是机构，不是当事人或者调查组，也不限于负责人"),
                element="decisions",
                field=entry.node,
            )
            continue
        _fields(candidate, entry, own)
        _options(candidate, entry, own)
        _secrecy(candidate, entry, own)


def _is_of_office(candidate: Candidate, entry: DecisionRule) -> bool:
    node = candidate.nodes.get(entry.node)
    if node is None or node.kind != "userTask":
        return False
    lane = candidate.pack.lanes.get(node.lane)
    if lane is None:
        return True  # noted by the rules on tasks
    by_name = PARTIES | {each.role for each in candidate.pack.appointments}
    return not lane.head_only and lane.office not in by_name


def _fields(candidate: Candidate, entry: DecisionRule, notes: Notes) -> None:
    """What the decision writes, the form asks; its lists offer what will be written."""
    for name, problem in _wrong(candidate, entry):
        notes.error(
            "DECISION_FIELD",
            _("集体研究“{title}”要写入的字段“{field}”{problem}").format(
                title=entry.title, field=name[:60], problem=problem
            ),
            _("改正字段名称，或者在任务的表单中加上该字段"),
            element="decisions",
            field=f"{entry.node}.writes",
        )


def _wrong(candidate: Candidate, entry: DecisionRule) -> Iterator[tuple[str, str]]:
    form = next(iter(candidate.form_at(entry.node)), None)
    fields = form.fields if form else {}
    for name in sorted(entry.written()):
        if name not in fields:
            yield name, _("不在任务的表单中")
    members = entry.writes.members
    if members is not None and members.list in fields:
        yield from _wrong_in_rows(members, fields[members.list])


def _wrong_in_rows(members: MembersField, rows: FieldSheet) -> Iterator[tuple[str, str]]:
    inner = {each.key: each for each in rows.inner}
    names = (
        *(members.person, members.chairs, members.attendance, members.attended),
        *(members.recused, members.ground, members.vote),
    )
    for name in names:
        if name and name not in inner:
            yield f"{members.list}.{name}", _("不在成员名单的各行中")
    for name, words in ((members.attendance, ATTENDANCE), (members.vote, VOTES)):
        sheet = inner.get(name)
        if sheet is not None and not set(words) <= set(sheet.choices or ()):
            told = _("、").join(words)
            yield f"{members.list}.{name}", _("的选项应有{words}").format(words=told)
    ground = inner.get(members.ground)
    if ground is not None and ground.choices is not None:
        for code in {members.no_ground, members.other_ground} - {"", *ground.choices}:
            problem = _("的选项中没有{words}").format(words=code[:60])
            yield f"{members.list}.{members.ground}", problem
    person = inner.get(members.person)
    if person is not None and person.refers_to != "person":
        yield f"{members.list}.{members.person}", _("不是人员字段")


def _options(candidate: Candidate, entry: DecisionRule, notes: Notes) -> None:
    """There is something to decide, and what is decided without a majority is one of it."""
    form = next(iter(candidate.form_at(entry.node)), None)
    sheet = form.fields.get(entry.field) if form and entry.field else None
    offered = {each.code for each in entry.options}
    if entry.field:
        offered = set(sheet.options) if sheet else set()
    wrong = not offered and (sheet is not None or not entry.field)
    named = {entry.not_adopted} | ({entry.motion} if isinstance(entry.motion, str) else set())
    if wrong or (offered and not named - {""} <= offered) or offered & {"against", "abstain"}:
        notes.error(
            "DECISION_OPTION",
            _(
                "集体研究“{title}”的结论不对：没有可选的结论，或者not_adopted、motion不在其中"
            ).format(title=entry.title),
            _("结论取自单选字段；against和abstain另有含义，不能用作结论"),
            element="decisions",
            field=f"{entry.node}.field",
        )


def _secrecy(candidate: Candidate, entry: DecisionRule, notes: Notes) -> None:
    """Who voted how is not written anywhere where ballots can be secret."""
    members = entry.writes.members
    if entry.secret is not Secrecy.NEVER and members is not None and members.vote:
        notes.error(
            "DECISION_SECRET",
            _("集体研究“{title}”可以无记名表决，但表单要逐人写明怎样表决").format(
                title=entry.title
            ),
            _("去掉members.vote，只写赞成、反对和弃权的票数；或者改为secret: never"),
            element="decisions",
            field=f"{entry.node}.secret",
        )
    if isinstance(entry.secretary, Feel) or not entry.secretary:
        return
    if entry.secretary not in candidate.pack.roles:
        notes.error(
            "ROLE_UNKNOWN",
            _("岗位或者身份“{role}”在roles中没有").format(role=entry.secretary[:60]),
            _("在roles中登记，或者改正名称"),
            element="decisions",
            field=f"{entry.node}.secretary",
        )
