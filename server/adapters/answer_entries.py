"""``rules`` and ``earlier`` of pack.yaml, entry by entry."""

from server.adapters.reading import REQUIRED, Node
from server.domain.answer_rules import AnswerRule, Earlier
from server.domain.packs import Basis, Feel


def answer_rule(node: Node) -> AnswerRule:
    """A cross-field rule of a form."""
    return AnswerRule(
        form=node.text("form", REQUIRED),
        field=node.text("field", REQUIRED),
        check=node.feel("check") or Feel("true"),
        message=node.text("message", REQUIRED),
        fix=node.text("fix"),
        tells=node.text("tells"),
        basis=node.basis(),
    )


def earlier(key: str, node: Node) -> Earlier:
    """Cases that named the same case before."""
    return Earlier(
        key=key,
        title=node.text("title", REQUIRED),
        procedures=node.texts("procedures"),
        where=node.feel("where"),
        basis=node.basis(required=True) or Basis(default=""),
    )
