"""Pass 5, events and deadlines: what starts a clock and what ends it can really happen."""

from server.checker.candidate import Candidate
from server.domain.notes import Notes
from server.domain.packs import DeadlineRule, Event
from server.domain.texts import _

#: types from which a day can be taken
_DAYS = frozenset({"date", "dateTime", "any"})
_RECIPIENTS = ("assignee", "office", "supervising_organ", "applicant", "subject")


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note events nothing raises, deadlines nothing starts or ends, recipients nobody is."""
    own = notes["pack.yaml"]
    for event in candidate.pack.events.values():
        _event(candidate, event, own)
    for rule in candidate.pack.deadlines.values():
        _deadline(candidate, rule, own)
    for entry in candidate.pack.appointments:
        _appointment(candidate, entry.node, entry.field, own)


def _event(candidate: Candidate, event: Event, notes: Notes) -> None:
    place = f"{event.key}."
    if event.node and event.node not in candidate.nodes:
        notes.error(
            "EVENT_NODE_UNKNOWN",
            _("事件“{title}”所在的节点“{node}”不在图中").format(
                title=event.title, node=event.node[:60]
            ),
            _("改正节点的标识"),
            element="events",
            field=place + "node",
        )
    if event.message and event.message not in candidate.pack.messages:
        notes.error(
            "MESSAGE_UNKNOWN",
            _("事件“{title}”的消息“{message}”在messages中没有").format(
                title=event.title, message=event.message[:60]
            ),
            _("在messages中登记该消息，或者改正名称"),
            element="events",
            field=place + "message",
        )
    if isinstance(event.date, str) and not _dated(candidate, event, event.date):
        notes.error(
            "EVENT_FIELD_UNKNOWN",
            _("事件“{title}”的日期字段“{field}”不在该节点的表单中").format(
                title=event.title, field=event.date[:60]
            ),
            _("在表单中加上该日期字段，或者改正名称"),
            element="events",
            field=place + "date",
        )
    elif isinstance(event.date, str) and _types(candidate, event.date).isdisjoint(_DAYS):
        notes.error(
            "EVENT_FIELD_TYPE",
            _("事件“{title}”的日期字段“{field}”不是日期").format(
                title=event.title, field=event.date[:60]
            ),
            _("把该字段改为日期，或者改用别的字段"),
            element="events",
            field=place + "date",
        )


def _dated(candidate: Candidate, event: Event, field: str) -> bool:
    """Is there a form, or a message, from which this event can take its day."""
    if event.message:
        carried = {name for message in candidate.pack.messages.values() for name in message.carries}
        return field in carried | _variables(candidate)
    if event.start:
        names = {procedure.start_form for procedure in candidate.pack.procedures.values()}
        forms = [candidate.forms[name] for name in names if name in candidate.forms]
        return any(field in form.fields for form in forms)
    if event.node not in candidate.nodes:
        return True  # noted by itself
    if candidate.form_at(event.node):
        return any(field in form.fields for form in candidate.form_at(event.node))
    # passed without a form: the day is a variable that some form gave before
    return field in _variables(candidate)


def _variables(candidate: Candidate) -> set[str]:
    given = {key for form in candidate.forms.values() for key in form.fields}
    return given.union(*(each.variables for each in candidate.pack.procedures.values()))


def _types(candidate: Candidate, field: str) -> set[str]:
    """The types a field or a declared variable of this name has in the pack."""
    sheets = [form.fields[field] for form in candidate.forms.values() if field in form.fields]
    declared = [each.variables.get(field, "") for each in candidate.pack.procedures.values()]
    return {*(sheet.type for sheet in sheets), *declared}


def _deadline(candidate: Candidate, rule: DeadlineRule, notes: Notes) -> None:
    named = [("origin", rule.origin), *(("met_by", key) for key in rule.met_by)]
    named += [("cancelled_by", key) for key in rule.cancelled_by]
    for field, key in named:
        if key not in candidate.pack.events:
            notes.error(
                "DEADLINE_EVENT_UNKNOWN",
                _("期限“{title}”的{field}“{event}”不在events中").format(
                    title=rule.title, field=field, event=key[:60]
                ),
                _("在events中登记该事件，或者改正名称"),
                element="deadlines",
                field=f"{rule.key}.{field}",
            )
    if rule.calendar not in candidate.calendars:
        notes.error(
            "CALENDAR_UNKNOWN",
            _("期限“{title}”所用的工作日历“{calendar}”不存在").format(
                title=rule.title, calendar=rule.calendar[:60]
            ),
            _("写已有的工作日历：{calendars}").format(
                calendars="、".join(sorted(candidate.calendars))
            ),
            element="deadlines",
            field=f"{rule.key}.calendar",
        )
    if isinstance(rule.until, str) and _types(candidate, rule.until).isdisjoint(_DAYS):
        notes.error(
            "DEADLINE_DAY_UNKNOWN",
            _("期限“{title}”的截止日“{field}”不是任何表单中的日期字段").format(
                title=rule.title, field=rule.until[:60]
            ),
            _("在表单中加上该日期字段，或者改正名称"),
            element="deadlines",
            field=f"{rule.key}.interval.until",
        )
    recipients = [("ladder", rung.to) for rung in rule.ladder]
    if rule.extension is not None:
        recipients.append(("extend.approver", rule.extension.approver))
    for field, to in recipients:
        if to.removesuffix(".head") not in {*candidate.pack.roles, *_RECIPIENTS}:
            notes.error(
                "RECIPIENT_UNKNOWN",
                _("期限“{title}”要通知或者审批的“{to}”不存在").format(title=rule.title, to=to[:60]),
                _("写assignee、office.head、supervising_organ、applicant或者roles中的岗位"),
                element="deadlines",
                field=f"{rule.key}.{field}",
            )


def _appointment(candidate: Candidate, node_id: str, field: str, notes: Notes) -> None:
    forms = candidate.form_at(node_id)
    if node_id not in candidate.nodes:
        notes.error(
            "APPOINTMENT_NODE",
            _("指定人员的节点“{node}”不在图中").format(node=node_id[:60]),
            _("改正节点的标识"),
            element="appoints",
            field=node_id,
        )
    elif not any(field in form.fields for form in forms):
        notes.error(
            "APPOINTMENT_FIELD",
            _("指定人员的字段“{field}”不在节点“{node}”的表单中").format(
                field=field[:60], node=candidate.nodes[node_id].label
            ),
            _("在表单中加上该字段，或者改正名称"),
            element="appoints",
            field=f"{node_id}.{field}",
        )
