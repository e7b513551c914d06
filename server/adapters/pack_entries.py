"""pack.yaml, entry by entry: one function per class of ``domain/packs.py``.

References between entries are the checker's business; here only shape and type count.
"""

from collections.abc import Mapping

from server.adapters.reading import REQUIRED, Node, listed
from server.adapters.register_entries import find
from server.domain.deadline_rules import AfterReturn
from server.domain.packs import (
    Appointment,
    Basis,
    CodeList,
    DeadlineRule,
    Event,
    Extension,
    Item,
    Lane,
    Message,
    Paper,
    Procedure,
    Role,
    Rung,
    Setting,
    Source,
    Starter,
    StopReason,
    Unit,
)
from server.domain.roles import GIVEN, Capacity
from server.domain.texts import _

#: types a declared variable may have
VARIABLE_TYPES = ("string", "number", "boolean", "date", "dateTime", "time", "list", "context")

_NO_BASIS = Basis(default="")


def source(key: str, node: Node) -> Source:
    """A document the rules come from."""
    return Source(
        key=key,
        title=node.text("title", REQUIRED),
        issuer=node.text("issuer"),
        published_on=node.day("published_on"),
        note=node.text("note"),
    )


def role(key: str, node: Node) -> Role:
    """An office or function."""
    return Role(
        key=key,
        title=node.text("title", REQUIRED),
        capacity=Capacity(node.choice("capacity", GIVEN, REQUIRED)),
        organ=node.text("organ"),
    )


def lane(key: str, node: Node) -> Lane:
    """Where the tasks of a lane go."""
    return Lane(
        key=key,
        title=node.text("title", REQUIRED),
        office=node.given("office", REQUIRED),
        level=node.given("level", "case"),
        head_only=node.flag("head_only", default=False),
        basis=node.basis(),
    )


def event(key: str, node: Node) -> Event:
    """Something that happens and has a date."""
    read = Event(
        key=key,
        title=node.text("title", REQUIRED),
        node=node.text("node"),
        message=node.text("message"),
        start=node.flag("start", default=False),
        when=node.feel("when"),
        date=node.given("date") or None,
    )
    if sum((bool(read.node), bool(read.message), read.start)) != 1:
        node.wrong(node.path, _("node、message、start三者必须且只能写一个"))
    return read


def stop_reason(node: Node) -> StopReason:
    """A reason for which a clock may be stopped."""
    return StopReason(
        key=node.text("key", REQUIRED),
        title=node.text("title", REQUIRED),
        max=node.whole("max"),
        times=node.whole("times"),
    )


def rung(node: Node) -> Rung:
    """One step of a ladder."""
    return Rung(at=node.whole("at", REQUIRED) or 0, to=node.text("to", REQUIRED))


def extension(node: Node) -> Extension:
    """How a clock may be extended."""
    read = Extension(
        times=node.whole("times", REQUIRED) or 0,
        max=node.whole("max", REQUIRED) or 0,
        approver=node.text("approver", REQUIRED),
    )
    node.finish()
    return read


def deadline(key: str, node: Node) -> DeadlineRule:
    """A period set by law or by default."""
    interval = node.child("interval")
    until = interval.given("until") or None
    n = interval.whole("n", 1 if until else REQUIRED)
    if n is not None and not 1 <= n <= 3650:
        interval.wrong(interval.at("n"), _("应在1至3650之间"))
    unit = Unit(interval.choice("unit", tuple(Unit), Unit.WORKING))
    interval.finish()
    stop = node.child("stop")
    read = DeadlineRule(
        key=key,
        title=node.text("title", REQUIRED),
        origin=node.text("origin", REQUIRED),
        met_by=node.texts("met_by"),
        cancelled_by=node.texts("cancelled_by"),
        n=n or 1,
        unit=unit,
        until=until,
        basis=node.basis(required=True) or _NO_BASIS,
        when=node.feel("when"),
        calendar=node.text("calendar", "cn"),
        roll="none" if node.choice("roll", _ROLLS, _ROLLS[0]) == "none" else "next_working_day",
        count_first_day=node.flag("count_first_day", default=False),
        end_of_day=node.moment("end_of_day"),
        force="soft" if node.choice("force", _FORCES, _FORCES[0]) == "soft" else "statutory",
        again="new" if node.choice("again", _AGAIN, _AGAIN[0]) == "new" else "keep",
        stops=listed(stop, "reasons", stop_reason),
        after_return=AfterReturn(
            node.choice("after_return", tuple(AfterReturn), AfterReturn.CONTINUE)
        ),
        stop_day_counts=stop.flag("day_counts", default=True),
        extension=extension(node.child("extend")) if node.has("extend") else None,
        max=node.whole("max"),
        ladder=listed(node, "ladder", rung),
        valid_from=node.day("valid_from"),
    )
    stop.finish()
    return read


_ROLLS = ("next_working_day", "none")
_FORCES = ("statutory", "soft")
_AGAIN = ("keep", "new")


def item(node: Node) -> Item:
    """One entry of a list; without text it must say that its text is missing."""
    missing = node.flag("text_missing", default=False)
    read = Item(
        code=node.text("code", REQUIRED),
        text=node.text("text", "" if missing else REQUIRED),
        text_missing=missing,
        against=node.text("against"),
        group=node.text("group"),
        conditions=node.texts("conditions"),
    )
    if missing and read.text:
        node.wrong(node.at("text"), _("写了text的条目不能再标text_missing"))
    return read


def code_list(key: str, node: Node) -> CodeList:
    """Situations, conditions, negative lists, indicators …"""
    read = CodeList(
        key=key,
        title=node.text("title", REQUIRED),
        basis=node.basis(required=True) or _NO_BASIS,
        items=listed(node, "items", item),
    )
    codes = [entry.code for entry in read.items]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        node.wrong(node.at("items"), _("编号“{code}”重复").format(code=code))
    return read


def starter(node: Node) -> Starter:
    """Who may start, and in which case."""
    return Starter(role=node.text("role", REQUIRED), when=node.feel("when"))


def procedure(key: str, node: Node) -> Procedure:
    """One startable procedure."""
    start = node.child("start")
    defaults = start.child("defaults")
    variables = node.child("variables")
    words = _outcome_words(node)
    read = Procedure(
        key=key,
        title=node.text("title", REQUIRED),
        diagram=node.text("diagram", REQUIRED),
        start_form=start.text("form", REQUIRED),
        starters=listed(start, "by", starter),
        reference=node.text("reference", REQUIRED),
        defaults=defaults.values(),
        start_message=start.text("message") or None,
        level=node.given("level", "county"),
        variables={
            name: variables.choice(name, VARIABLE_TYPES, "string") for name in variables.names()
        },
        outcomes=tuple(words) or node.texts("outcomes"),
        outcome_words=words,
        title_fields=start.texts("title"),
        finds=listed(node, "finds", find),
    )
    start.finish()
    return read


def _outcome_words(node: Node) -> dict[str, str]:
    """What the outcomes are called, where they are written as ``code: word``."""
    if not isinstance(node.raw("outcomes"), Mapping):
        return {}
    words = node.child("outcomes")
    return {code: words.text(code, REQUIRED) for code in words.names()}


def message(key: str, node: Node) -> Message:
    """A message to or from another case or organ: it begins a case, or goes to one that runs."""
    start = node.child("with")
    read = Message(
        key=key,
        title=node.text("title", REQUIRED),
        to=node.text("to"),
        carries=node.texts("carries"),
        opens=node.text("opens"),
        start={name: start.worth(name) for name in start.names()},
        each=node.feel("each"),
        to_case=node.feel("to_case"),
    )
    if node.has("with") and not read.opens:
        node.wrong(node.at("with"), _("只有写了opens（启动事项）的消息才能写with"))
    if node.has("each") and not (read.opens or read.to_case):
        node.wrong(node.at("each"), _("只有写了opens或者to_case的消息才能写each"))
    if read.opens and read.to_case:
        node.wrong(
            node.at("to_case"), _("opens和to_case只能写一个：或者启动新事项，或者发给已有的事项")
        )
    return read


def appointment(node: Node) -> Appointment:
    """A form field whose persons get a role in the case."""
    read = Appointment(
        node=node.text("node", REQUIRED),
        field=node.text("field", REQUIRED),
        role=node.text("role", REQUIRED),
        is_untold=not node.flag("told", default=True),
    )
    if read.is_untold and read.role != "subject":
        node.wrong(node.at("told"), _("只有role为subject的，才可以写told"))
    return read


def paper(key: str, node: Node) -> Paper:
    """A document the procedure produces."""
    return Paper(
        key=key,
        title=node.text("title", REQUIRED),
        node=node.text("node", REQUIRED),
        to=node.texts("to"),
        template=node.text("template"),
        number=node.text("number"),
        copies=node.texts("copies"),
        service=node.flag("service", default=False),
        when=node.feel("when"),
        basis=node.basis(),
    )


def setting(key: str, node: Node) -> Setting:
    """A switch of the locality; its value must be one of its options where it has any."""
    options = node.raw("options")
    read = Setting(
        key=key,
        title=node.text("title", REQUIRED),
        value=node.raw("value"),
        options=tuple(options) if isinstance(options, list) else (),
        basis=node.basis(required=True) or _NO_BASIS,
    )
    if read.options and read.value not in read.options:
        node.wrong(node.at("value"), _("不在可选值之内"))
    return read
