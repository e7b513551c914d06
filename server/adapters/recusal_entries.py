"""pack.yaml: who keeps away, which duties one person must not unite, what a task may see."""

from collections.abc import Iterator

from server.adapters.reading import REQUIRED, Node, listed
from server.domain.field_rights import FieldRights
from server.domain.incompatible import Incompatible
from server.domain.recusal_rules import DecisionMaker, RecusalRules, Statement
from server.domain.roles import GIVEN, Capacity
from server.domain.sources import Basis
from server.domain.texts import _

_NO_BASIS = Basis(default="")


def recusal(node: Node) -> RecusalRules:
    """Where the grounds stand, and the fields that say who has to keep away."""
    if not node.names():
        return RecusalRules()
    read = RecusalRules(
        grounds=node.text("grounds", REQUIRED),
        decision_makers=listed(node, "decision_makers", _decision_maker),
        statements=listed(node, "statements", _statement),
        basis=node.basis(required=True),
    )
    node.finish()
    return read


def _decision_maker(node: Node) -> DecisionMaker:
    return DecisionMaker(
        form=node.text("form", REQUIRED),
        field=node.text("field", REQUIRED),
        ground=node.text("ground", REQUIRED),
        handled=tuple(_capacities(node)),
    )


def _capacities(node: Node) -> Iterator[Capacity]:
    for word in node.texts("handled"):
        if word in GIVEN:
            yield Capacity(word)
        else:
            node.wrong(node.at("handled"), _("须写角色的身份（capacity）"))


def _statement(node: Node) -> Statement:
    return Statement(
        form=node.text("form", REQUIRED),
        person=node.text("person", REQUIRED),
        answer=node.text("answer", REQUIRED),
    )


def incompatible(node: Node) -> Incompatible:
    """Duties of which one person does one at most."""
    read = Incompatible(duties=node.texts("duties"), basis=node.basis(required=True) or _NO_BASIS)
    if len(set(read.duties)) < 2:
        node.wrong(node.at("duties"), _("须列出两个以上不同的环节或者角色"))
    return read


def field_rights(key: str, node: Node) -> FieldRights:
    """What the task may do with the fields of its form."""
    return FieldRights(
        node=key,
        read=node.texts("read"),
        hidden=node.texts("hidden"),
        basis=node.basis(required=True),
    )
