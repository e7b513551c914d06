"""``registers``, ``campaigns`` and ``finds`` of pack.yaml, entry by entry.

What the names in them mean is the checker's business; here only shape and type count.
"""

from collections.abc import Mapping

from server.adapters.reading import REQUIRED, Node, listed, table
from server.domain.campaign_rules import CampaignRule, Figure, Sample, Selection
from server.domain.expressions import Given
from server.domain.jurisdiction import Level
from server.domain.register_rules import SHOWN_TO, Column, Find, Of, RegisterRule
from server.domain.roles import GIVEN, Capacity
from server.domain.sources import Basis
from server.domain.texts import _

_NO_BASIS = Basis(default="")
_LEVELS = tuple(Level)


def register(key: str, node: Node) -> RegisterRule:
    """A book over many cases, and what enters it."""
    read = RegisterRule(
        key=key,
        title=node.text("title", REQUIRED),
        events=node.texts("event"),
        of=Of(node.choice("of", tuple(Of), Of.SUBJECTS)),
        when=node.feel("when"),
        each=node.given("each") or None,
        fields=_givens(node, "fields"),
        columns=table(node, "columns", _column),
        ends=node.texts("ends"),
        readers=node.texts("readers"),
        basis=node.basis(required=True) or _NO_BASIS,
    )
    if not read.events and (read.ends or read.when or read.each):
        node.wrong(node.at("event"), _("没有登记事件的，不能写when、each、ends"))
    return read


def _column(key: str, node: Node) -> Column:
    return Column(
        key=key,
        title=node.text("title"),
        list_key=node.text("list"),
        is_summed=node.flag("sum", default=False),
    )


def find(node: Node) -> Find:
    """What is looked up about the parties of a case that opens."""
    named = node.texts("to")
    known = [Capacity(each) for each in named if each in GIVEN]
    if len(known) < len(named):
        node.wrong(node.at("to"), _("应为{options}之一").format(options=_("、").join(GIVEN)))
    read = Find(
        register=node.text("register", REQUIRED),
        where=node.feel("where"),
        before=node.given("before") or None,
        late=node.text("late"),
        into=node.text("into"),
        shown_to=tuple(known) or SHOWN_TO,
        basis=node.basis(),
    )
    if bool(read.before) != bool(read.late):
        node.wrong(node.at("late"), _("before和late必须同时写，或者都不写"))
    return read


def campaign(key: str, node: Node) -> CampaignRule:
    """A kind of campaign."""
    levels = node.texts("levels")
    if not levels or set(levels) - set(_LEVELS):
        node.wrong(node.at("levels"), _("应为{options}之一").format(options=_("、").join(_LEVELS)))
    read = CampaignRule(
        key=key,
        title=node.text("title", REQUIRED),
        procedure=node.text("procedure"),
        levels=tuple(each for each in _LEVELS if each in levels),
        by=node.text("by", REQUIRED),
        selects=_selection(node.child("selects")) if node.has("selects") else None,
        start=_givens(node, "with"),
        joins=node.flag("joins", default=False),
        into=node.text("into"),
        scope=node.text("scope"),
        figures=listed(node, "figures", _figure),
        basis=node.basis(required=True) or _NO_BASIS,
    )
    if not read.procedure and (read.start or read.joins or read.into):
        node.wrong(node.at("procedure"), _("没有写明程序的，不能写with、joins、into"))
    return read


def _selection(node: Node) -> Selection:
    read = Selection(
        register=node.text("register", REQUIRED),
        where=node.feel("where"),
        since=node.day("since"),
        sample=_sample(node.child("sample")) if node.has("sample") else None,
    )
    node.finish()
    return read


def _sample(node: Node) -> Sample:
    read = Sample(percent=node.given("percent", REQUIRED), least=node.given("least", REQUIRED))
    node.finish()
    return read


def _figure(node: Node) -> Figure:
    read = Figure(
        key=node.text("key", REQUIRED),
        title=node.text("title", REQUIRED),
        outcomes=node.texts("outcomes"),
        register=node.text("register"),
        where=node.feel("where"),
        sum=node.text("sum"),
        parties=node.flag("parties", default=False),
    )
    if bool(read.outcomes) == bool(read.register):
        node.wrong(node.path, _("outcomes和register必须且只能写一个"))
    return read


def _givens(node: Node, key: str) -> Mapping[str, Given]:
    child = node.child(key)
    return {name: child.given(name, REQUIRED) for name in child.names()}
