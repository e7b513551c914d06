"""``together`` of pack.yaml: how several people do one task; its names the checker looks up."""

import re
from fractions import Fraction
from typing import Final

from server.adapters.reading import REQUIRED, Node
from server.domain.packs import Basis
from server.domain.texts import _
from server.domain.together import Kind, Results, Share, Together, Who

_NO_BASIS: Final = Basis(default="")
#: at least, or with ``>`` more than, a share of agreement
_PASS: Final = re.compile(r"(>?)\s*(\d{1,4})/(\d{1,4})")
#: abstention: nobody may; whoever does counts in the base; does not
_ABSTAIN: Final = ("no", "counts", "not_counted")


def together(key: str, node: Node) -> Together:
    """The rule of one node."""
    abstain = node.choice("abstain", _ABSTAIN, _ABSTAIN[0])
    is_more, share = _share(node)
    weights = node.child("weights")
    return Together(
        node=key,
        kind=Kind(node.choice("kind", tuple(Kind), REQUIRED)),
        who=_who(node),
        share=share,
        is_more=is_more,
        of=Share(node.choice("of", tuple(Share), Share.ALL)),
        is_early=node.flag("early", default=True),
        may_abstain=abstain != "no",
        abstention_counts=abstain != "not_counted",
        weights={role: _weight(weights, role) for role in weights.names()},
        head_weight=_weight(node, "head_weight"),
        form=node.text("form"),
        results=_results(node.child("results")),
        has_main=node.flag("main", default=False),
        basis=node.basis(required=True) or _NO_BASIS,
    )


def _share(node: Node) -> tuple[bool, Fraction]:
    """``2/3`` is at least that, ``>1/2`` more than that."""
    text = node.text("pass", "1/1")
    read = _PASS.fullmatch(text)
    if read is None or not 0 < int(read[2]) <= int(read[3]) or (read[1] and read[2] == read[3]):
        node.wrong(node.at("pass"), _('应为分数，例如"2/3"（不少于）或者">1/2"（超过）'))
        return False, Fraction(1)
    return bool(read[1]), Fraction(int(read[2]), int(read[3]))


def _who(node: Node) -> Who:
    given = node.child("who")
    read = Who(
        of_office=given.flag("office", default=False),
        people_field=given.text("field"),
        roles=given.texts("roles"),
    )
    given.finish()
    if sum((read.of_office, bool(read.people_field), bool(read.roles))) != 1:
        node.wrong(node.at("who"), _("office、field、roles三者必须且只能写一个"))
    return read


def _results(node: Node) -> Results:
    read = Results(
        agreed=node.text("agreed"),
        for_=node.text("for"),
        against=node.text("against"),
        abstained=node.text("abstained"),
    )
    node.finish()
    return read


def _weight(node: Node, key: str) -> int:
    weight = node.whole(key, 1) or 0
    if not 1 <= weight <= 1000:
        node.wrong(node.at(key), _("应在1至1000之间"))
        return 1
    return weight
