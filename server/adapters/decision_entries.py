"""``decisions`` of pack.yaml, entry by entry; what the names in it mean the checker asks."""

from server.adapters.reading import REQUIRED, Node, listed
from server.domain.decision_rules import (
    Base,
    DecisionRule,
    Equal,
    Fraction,
    MembersField,
    Option,
    Secrecy,
    Writes,
)
from server.domain.packs import Basis
from server.domain.texts import _

_NO_BASIS = Basis(default="")


def decision(key: str, node: Node) -> DecisionRule:
    """How a body decides the task of this node."""
    majority = node.child("majority")
    base = Base(majority.choice("base", tuple(Base), Base.MEMBERS))
    equal = Equal(majority.choice("equal", tuple(Equal), Equal.NOT_ADOPTED))
    read = DecisionRule(
        node=key,
        title=node.text("title", REQUIRED),
        question=node.given("question", REQUIRED),
        motion=node.given("motion") or None,
        field=node.text("field"),
        options=listed(node, "options", _option),
        quorum=_fraction(node.child("quorum"), at_least=True),
        majority=_fraction(majority, at_least=False),
        base=base,
        equal=equal,
        not_adopted=node.text("not_adopted"),
        chair_last=node.flag("chair_last", default=True),
        secret=Secrecy(node.choice("secret", tuple(Secrecy), Secrecy.NEVER)),
        secretary=node.given("secretary"),
        offices=node.texts("offices"),
        by_form=node.flag("by_form", default=False),
        writes=_writes(node.child("writes")),
        basis=node.basis(required=True) or _NO_BASIS,
    )
    if bool(read.field) == bool(read.options):
        node.wrong(node.at("field"), _("field和options必须且只能写一个"))
    if read.secret is not Secrecy.NEVER and read.equal is Equal.CHAIR:
        node.wrong(majority.at("equal"), _("可以无记名表决的，不能由主持人决定票数相等的结果"))
    return read


def _option(node: Node) -> Option:
    return Option(code=node.text("code", REQUIRED), text=node.text("text", REQUIRED))


def _fraction(node: Node, *, at_least: bool) -> Fraction:
    read = Fraction(
        numerator=node.given("numerator", REQUIRED),
        denominator=node.given("denominator", REQUIRED),
        at_least=node.flag("at_least", default=at_least),
        basis=node.basis(required=True) or _NO_BASIS,
    )
    node.finish()
    return read


def _writes(node: Node) -> Writes:
    read = Writes(
        date=node.text("date"),
        question=node.text("question"),
        chair=node.text("chair"),
        minutes=node.text("minutes"),
        votes_for=node.text("votes_for"),
        votes_against=node.text("votes_against"),
        abstentions=node.text("abstentions"),
        members=_members(node.child("members")) if node.has("members") else None,
    )
    node.finish()
    return read


def _members(node: Node) -> MembersField:
    read = MembersField(
        list=node.text("list", REQUIRED),
        person=node.text("person", REQUIRED),
        chairs=node.text("chairs"),
        attendance=node.text("attendance"),
        attended=node.text("attended"),
        recused=node.text("recused"),
        ground=node.text("ground"),
        no_ground=node.text("no_ground"),
        other_ground=node.text("other_ground"),
        vote=node.text("vote"),
    )
    node.finish()
    return read
