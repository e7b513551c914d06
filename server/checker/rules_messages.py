"""Pass 5, messages: the case one begins can be begun, and its expressions read what it carries.

A procedure of another pack is not known here: there a message is kept as recorded as long as no
pack in force has it, and parked where its start form refuses it.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from server.checker.candidate import Candidate
from server.checker.form_sheets import FormSheet
from server.checker.rules_names import Names, Place
from server.domain.links import CASE, CASE_PROPERTIES, ITEM, SUBJECT_PROPERTIES
from server.domain.notes import Notes
from server.domain.packs import Feel, Message, Procedure
from server.domain.texts import _

_SUBJECTS: Final = f"{CASE}.subjects."


def check(candidate: Candidate, notes: dict[str, Notes]) -> None:
    """Note messages that could never begin what they say, or read what does not travel."""
    own = notes["pack.yaml"]
    names = Names(candidate)
    for message in candidate.pack.messages.values():
        _opens(candidate, message, own)
        for field, feel in expressions(message):
            place = Place(title=message.title, element="messages", field=f"{message.key}.{field}")
            names.ask(feel.text, _known(candidate, message, field, feel), place, own)
            _properties(candidate, feel, place, own)


def expressions(message: Message) -> Iterator[tuple[str, Feel]]:
    """Every expression of a message with the key it stands under."""
    for key, value in message.start.items():
        if isinstance(value, Feel):
            yield f"with.{key}", value
    for key, given in (("each", message.each), ("to_case", message.to_case)):
        if given is not None:
            yield key, given


def _known(candidate: Candidate, message: Message, field: str, feel: Feel) -> frozenset[str]:
    """The names an expression of the message may read; a filter reads the rows of a list."""
    rows = {
        inner.key
        for form in candidate.forms.values()
        for key in message.carries
        if key in form.fields
        for inner in form.fields[key].inner
    }
    if f"{CASE}.subjects" in feel.text:
        rows |= {*SUBJECT_PROPERTIES}
    item = {ITEM} if message.each and field != "each" else set()
    return frozenset({*message.carries, *rows, CASE, "settings", *item})


def unknown_fields(message: Message, form: FormSheet) -> list[str]:
    """What the message would give that the start form does not ask for."""
    return [key for key in message.start if key not in form.fields]


def missing_fields(message: Message, form: FormSheet, defaults: Mapping[str, object]) -> list[str]:
    """What the start form always asks for and the message does not give."""
    return [
        sheet.key
        for sheet in form.fields.values()
        if sheet.filled and sheet.key not in {*message.start, *defaults} and sheet.type != "boolean"
    ]


def _opens(candidate: Candidate, message: Message, notes: Notes) -> None:
    procedure = candidate.pack.procedures.get(message.opens)
    if procedure is not None:
        _start_event(candidate, message, procedure, notes)
        _start_form(candidate, message, procedure, notes)
    elif message.opens.startswith(f"{candidate.pack.key}_"):
        notes.error(
            "MESSAGE_OPENS_UNKNOWN",
            _("消息“{title}”要启动的程序“{key}”不在本政策包的procedures中").format(
                title=message.title, key=message.opens[:60]
            ),
            _("改正程序的键；别的政策包的程序写该程序自己的键"),
            element="messages",
            field=f"{message.key}.opens",
        )


def _start_event(
    candidate: Candidate, message: Message, procedure: Procedure, notes: Notes
) -> None:
    _path, graph = candidate.home.get(procedure.key, ("", None))
    starts = graph.starts(procedure.key) if graph else []
    if graph and not any(start.event and start.event.name == message.key for start in starts):
        notes.error(
            "MESSAGE_NO_START",
            _("消息“{title}”要启动“{procedure}”，但它的图中没有以此消息开始的事件").format(
                title=message.title, procedure=procedure.title
            ),
            _("在该流程中画出消息开始事件，消息的名称写{key}").format(key=message.key[:60]),
            element="messages",
            field=f"{message.key}.opens",
        )


def _start_form(candidate: Candidate, message: Message, procedure: Procedure, notes: Notes) -> None:
    form = candidate.forms.get(procedure.start_form)
    if form is None:
        return  # noted by itself
    for key in unknown_fields(message, form):
        notes.error(
            "MESSAGE_WITH_UNKNOWN",
            _("消息“{title}”填写的“{field}”不在“{procedure}”的登记表单中").format(
                title=message.title, field=key[:60], procedure=procedure.title
            ),
            _("改正字段的键，或者在登记表单中加上该字段"),
            element="messages",
            field=f"{message.key}.with.{key[:60]}",
        )
    for key in missing_fields(message, form, procedure.defaults):
        notes.error(
            "MESSAGE_WITH_MISSING",
            _("消息“{title}”没有填写“{procedure}”登记表单的必填字段“{field}”，事项不能启动").format(
                title=message.title, procedure=procedure.title, field=key[:60]
            ),
            _("在with中填写该字段，或者在start.defaults中写默认值"),
            element="messages",
            field=f"{message.key}.with",
        )


def _properties(candidate: Candidate, feel: Feel, place: Place, notes: Notes) -> None:
    """What is read of ``case`` is one of the few things a message may know of its own case."""
    for read in sorted(candidate.evaluate.parse(feel.text).paths):
        path = read.replace("[]", "")
        within = path.startswith(_SUBJECTS)
        holder = _SUBJECTS if within else f"{CASE}."
        there: tuple[str, ...] = SUBJECT_PROPERTIES if within else CASE_PROPERTIES
        last = path.removeprefix(holder)
        if path.startswith(holder) and "." not in last and last not in there:
            notes.error(
                "PROPERTY_UNKNOWN",
                _("“{title}”读取的“{path}”不存在：消息能读取的只有{known}").format(
                    title=place.title,
                    path=path[:60],
                    known=_("、").join(f"{holder}{each}" for each in there),
                ),
                _("改正名称；其他内容列入carries随消息走"),
                element=place.element,
                field=place.field,
            )
