"""Pass 5, pack.yaml against itself: procedures, roles, sources, messages, lists, papers."""

from collections.abc import Iterator

from server.checker.candidate import Candidate
from server.domain.notes import Notes
from server.domain.packs import Basis, PolicyPack, Procedure
from server.domain.roles import PARTIES, Capacity
from server.domain.texts import _


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note every entry that names something the pack does not have."""
    own = notes["pack.yaml"]
    for procedure in candidate.pack.procedures.values():
        _procedure(candidate, procedure, own)
    _unused(candidate, notes)
    _messages(candidate, notes)
    _bases(candidate, own)
    _roles(candidate, own)
    _capacities(candidate, own)
    _papers(candidate, own)
    _lists(candidate, own)


def _procedure(candidate: Candidate, procedure: Procedure, notes: Notes) -> None:
    place = f"{procedure.key}."
    path, graph = candidate.home.get(procedure.key, ("", None))
    if graph is None or path.rsplit("/", 1)[-1] != procedure.diagram:
        notes.error(
            "PROCEDURE_NO_PROCESS",
            _("事项“{title}”的流程图{file}中没有标识为{key}的可执行流程").format(
                title=procedure.title, file=procedure.diagram, key=procedure.key
            ),
            _("事项的键应与图中流程的标识相同"),
            element="procedures",
            field=place + "diagram",
        )
    if procedure.start_form not in candidate.forms:
        notes.error(
            "FORM_MISSING",
            _("事项“{title}”的登记表单“{form}”不存在").format(
                title=procedure.title, form=procedure.start_form[:60]
            ),
            _("放入{form}.form.json，或者改正表单名称").format(form=procedure.start_form[:60]),
            element="procedures",
            field=place + "start.form",
        )
    _defaults(candidate, procedure, notes)
    _title(candidate, procedure, notes)
    if graph is not None:
        messages = {
            start.event.name
            for start in graph.starts(procedure.key)
            if start.event and start.event.kind == "message"
        }
        if procedure.start_message and procedure.start_message not in messages:
            notes.error(
                "START_MESSAGE_UNKNOWN",
                _("事项“{title}”由消息“{message}”开始，但图中没有这个消息开始事件").format(
                    title=procedure.title, message=procedure.start_message[:60]
                ),
                _("画出该消息开始事件，或者改正名称"),
                element="procedures",
                field=place + "start.message",
            )


def _defaults(candidate: Candidate, procedure: Procedure, notes: Notes) -> None:
    """A default is laid under the start form: one the form does not know stops every opening."""
    form = candidate.forms.get(procedure.start_form)
    for key, value in procedure.defaults.items() if form else ():
        sheet = form.fields.get(key) if form else None
        chosen = value if isinstance(value, list) else [value]
        if sheet is None:
            why = _("不在登记表单中")
        elif not all(each is None or each in (sheet.choices or [each]) for each in chosen):
            why = _("的值“{value}”不在该字段的选项中").format(value=str(value)[:60])
        else:
            continue
        notes.error(
            "DEFAULT_UNKNOWN",
            _("事项“{title}”的默认值“{key}”{why}").format(
                title=procedure.title, key=key[:60], why=why
            ),
            _("改正名称或者值；默认值只能是登记表单的字段"),
            element="procedures",
            field=f"{procedure.key}.start.defaults.{key[:60]}",
        )


def _title(candidate: Candidate, procedure: Procedure, notes: Notes) -> None:
    """What names the matter is a text the start form asks for, outside its lists."""
    form = candidate.forms.get(procedure.start_form)
    for key in procedure.title_fields if form else ():
        named = form.fields.get(key) if form else None
        if named and named.type == "string" and not named.refers_to and named.choices is None:
            continue
        notes.error(
            "TITLE_FIELD_UNKNOWN",
            _("事项“{title}”的名称取自“{field}”，登记表单中没有这个文本字段").format(
                title=procedure.title, field=key[:60]
            ),
            _("start.title只能是登记表单的文本字段，且不指人员、机构"),
            element="procedures",
            field=f"{procedure.key}.start.title",
        )


def _unused(candidate: Candidate, notes: dict[str, Notes]) -> None:
    used = {
        process
        for procedure in candidate.pack.procedures.values()
        for process in candidate.processes_of(procedure)
    }
    for process, (path, graph) in candidate.home.items():
        if process not in used:
            name = next(each.name or each.id for each in graph.processes if each.id == process)
            notes[path].warning(
                "PROCESS_UNUSED",
                _("流程“{name}”既不是事项，也没有被调用").format(name=name),
                _("在procedures中登记，用调用活动连接，或者设为不可执行"),
                element=process,
            )


def _messages(candidate: Candidate, notes: dict[str, Notes]) -> None:
    known = candidate.pack.messages
    for path, graph in candidate.graphs.items():
        for node in graph.nodes:
            event = node.event.name if node.event and node.event.kind == "message" else ""
            name = node.message or event
            if name and name not in known:
                notes[path].error(
                    "MESSAGE_UNKNOWN",
                    _("“{name}”的消息“{message}”在政策包messages中没有").format(
                        name=node.label, message=name[:60]
                    ),
                    _("在messages中登记该消息，或者改正名称"),
                    element=node.id,
                )


def _bases(candidate: Candidate, notes: Notes) -> None:
    """Sources named exist; that an entry has a basis at all, the reader has seen to."""
    for section, field, title, basis in _with_basis(candidate):
        if basis is not None and basis.source and basis.source not in candidate.pack.sources:
            notes.error(
                "SOURCE_UNKNOWN",
                _("“{title}”的依据“{source}”在sources中没有").format(
                    title=title, source=basis.source[:60]
                ),
                _("在sources中登记该文件，或者改正名称"),
                element=section,
                field=f"{field}.source",
            )


def _with_basis(candidate: Candidate) -> Iterator[tuple[str, str, str, Basis | None]]:
    pack = candidate.pack
    for deadline in pack.deadlines.values():
        yield "deadlines", f"{deadline.key}.basis", deadline.title, deadline.basis
    for code_list in pack.lists.values():
        yield "lists", f"{code_list.key}.basis", code_list.title, code_list.basis
    for setting in pack.settings.values():
        yield "settings", f"{setting.key}.basis", setting.title, setting.basis
    for lane in pack.lanes.values():
        yield "lanes", f"{lane.key}.basis", lane.title, lane.basis
    for paper in pack.papers.values():
        yield "papers", f"{paper.key}.basis", paper.title, paper.basis
    yield from _of_duties(pack)
    yield from _of_rules(pack)
    for at, handover in enumerate(pack.handover):
        yield "handover", f"{at}.basis", _("移送"), handover.basis
    yield from _of_decisions(candidate)
    yield from _of_registers(pack)


def _of_rules(pack: PolicyPack) -> Iterator[tuple[str, str, str, Basis | None]]:
    for at, rule in enumerate(pack.rules):
        yield "rules", f"{at}.basis", rule.message, rule.basis
    for earlier in pack.earlier.values():
        yield "earlier", f"{earlier.key}.basis", earlier.title, earlier.basis


def _of_registers(pack: PolicyPack) -> Iterator[tuple[str, str, str, Basis | None]]:
    for register in pack.registers.values():
        yield "registers", f"{register.key}.basis", register.title, register.basis
    for campaign in pack.campaigns.values():
        yield "campaigns", f"{campaign.key}.basis", campaign.title, campaign.basis
    for procedure in pack.procedures.values():
        for find in procedure.finds:
            yield "procedures", f"{procedure.key}.finds.basis", procedure.title, find.basis


def _of_decisions(candidate: Candidate) -> Iterator[tuple[str, str, str, Basis | None]]:
    for entry in candidate.pack.decisions.values():
        yield "decisions", f"{entry.node}.basis", entry.title, entry.basis
        yield "decisions", f"{entry.node}.quorum.basis", entry.title, entry.quorum.basis
        yield "decisions", f"{entry.node}.majority.basis", entry.title, entry.majority.basis
    for agenda in candidate.pack.agendas.values():
        yield "agendas", f"{agenda.key}.basis", agenda.title, agenda.basis


def _of_duties(pack: PolicyPack) -> Iterator[tuple[str, str, str, Basis | None]]:
    """Recusal, incompatible duties and rights of fields."""
    yield "recusal", "basis", _("回避"), pack.recusal.basis
    for at, duties in enumerate(pack.incompatible):
        yield "incompatible", f"{at}.basis", "、".join(duties.duties), duties.basis
    for rights in pack.fields.values():
        yield "fields", f"{rights.node}.basis", rights.node, rights.basis


def _roles(candidate: Candidate, notes: Notes) -> None:
    pack = candidate.pack
    named = [
        ("procedures", f"{procedure.key}.start.by", starter.role)
        for procedure in pack.procedures.values()
        for starter in procedure.starters
    ]
    named += [("appoints", entry.node, entry.role) for entry in pack.appointments]
    named += [("papers", paper.key, role) for paper in pack.papers.values() for role in paper.to]
    named += [
        ("registers", f"{register.key}.readers", role)
        for register in pack.registers.values()
        for role in register.readers
    ]
    named += [("campaigns", f"{each.key}.by", each.by) for each in pack.campaigns.values()]
    organs = {role.organ for role in pack.roles.values()}
    for section, field, role in named:
        addressed = section == "papers" and role in {*organs, *pack.lanes}
        if role not in pack.roles and role not in PARTIES and not addressed:
            notes.error(
                "ROLE_UNKNOWN",
                _("岗位或者身份“{role}”在roles中没有").format(role=role[:60]),
                _("在roles中登记，或者改正名称"),
                element=section,
                field=field,
            )


def _capacities(candidate: Candidate, notes: Notes) -> None:
    """Whom a case is about is party to it, and nobody else is."""
    for role in candidate.pack.roles.values():
        if (role.key in PARTIES) != (role.capacity is Capacity.PARTY):
            notes.error(
                "ROLE_CAPACITY",
                _("角色“{title}”的身份（capacity）写作“{capacity}”不对").format(
                    title=role.title, capacity=role.capacity
                ),
                _("applicant和subject写party；其他角色按职责另写一种"),
                element="roles",
                field=f"{role.key}.capacity",
            )


def _papers(candidate: Candidate, notes: Notes) -> None:
    for paper in candidate.pack.papers.values():
        if paper.node not in candidate.nodes:
            notes.error(
                "PAPER_NODE_UNKNOWN",
                _("文书“{title}”所在的节点“{node}”不在图中").format(
                    title=paper.title, node=paper.node[:60]
                ),
                _("改正节点的标识"),
                element="papers",
                field=f"{paper.key}.node",
            )


def _lists(candidate: Candidate, notes: Notes) -> None:
    """Lists that forms use exist, and have something to choose."""
    pack = candidate.pack
    for form in candidate.forms.values():
        sheets = [*form.fields.values()]
        sheets += [inner for sheet in form.fields.values() for inner in sheet.inner]
        for sheet in sheets:
            if not sheet.list_key or sheet.list_key not in pack.lists:
                continue  # an unknown list is noted by the form's own check
            items = pack.lists[sheet.list_key].items
            if all(item.text_missing for item in items):
                notes.warning(
                    "LIST_NOTHING_TO_CHOOSE",
                    _("表单“{form}”的“{field}”使用的清单“{title}”没有可选的条目").format(
                        form=form.key, field=sheet.key, title=pack.lists[sheet.list_key].title
                    ),
                    _("补上条目的原文，或者表单暂不使用该清单"),
                    element="lists",
                    field=sheet.list_key,
                )
