"""What two versions of a pack have in common, for who says what stands for what.

Elements at which a case can stand and periods that can run are the same where they have the same
name; for every other one a designer has to say what of the new version stands for it, or nothing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from server.domain.deadline_lines import units
from server.domain.deadline_rules import DeadlineRule
from server.domain.findings import Finding
from server.domain.migrations import elements_of, mapped_rule, rules_of
from server.domain.packs import PolicyPack
from server.domain.texts import _
from server.engine.diagrams.elements import Node
from server.services.law import charts
from server.services.law.releases import Release

#: kinds of elements at which a case can stand
_STANDS: Final = frozenset(
    {
        *("userTask", "receiveTask", "manualTask", "intermediateCatchEvent", "boundaryEvent"),
        *("callActivity", "subProcess", "parallelGateway", "inclusiveGateway"),
        "eventBasedGateway",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """What the old version has and the new one lacks, or has as another kind."""

    #: as a mapping names it: id of an element, or a period (``migrations.mapped_rule``)
    name: str
    #: id of the element, or key of the period
    element: str
    label: str
    #: of the element; ``deadline`` for a period
    kind: str
    #: what of the new version it may be: id -> label
    options: Mapping[str, str]
    #: the one that is most likely meant, empty for none
    guess: str

    @property
    def may_go(self) -> bool:
        """Only what hangs on a step may go without another in its place."""
        return self.kind == "boundaryEvent"


def gone(source: Release, target: Release) -> tuple[Gone, ...]:
    """Every element a case could stand at that the new version does not have as it was."""
    found: dict[str, Gone] = {}
    for procedure in sorted(source.files.keys() & target.files.keys()):
        old = charts.chart(source.files[procedure]).nodes
        new = charts.chart(target.files[procedure]).nodes
        for key, node in old.items():
            if node.kind in _STANDS and not _is_same_kind(node, new.get(key)):
                found[key] = _gone(node, old, new)
    return tuple(found.values())


def gone_rules(old: PolicyPack, new: PolicyPack) -> tuple[Gone, ...]:
    """Every period the new version does not have under its key.

    It may be one of those that are new there and begin with the same event. Only the one with the
    same name is proposed: a case is given no other time than somebody meant.
    """
    return tuple(
        _gone_rule(rule, _fitting(rule, old, new))
        for key, rule in old.deadlines.items()
        if key not in new.deadlines
    )


def _fitting(rule: DeadlineRule, old: PolicyPack, new: PolicyPack) -> dict[str, DeadlineRule]:
    return {
        key: each
        for key, each in new.deadlines.items()
        if key not in old.deadlines
        and each.origin == rule.origin
        and (each.until is None) is (rule.until is None)
    }


def _gone_rule(rule: DeadlineRule, fits: Mapping[str, DeadlineRule]) -> Gone:
    named = [key for key, each in fits.items() if each.title == rule.title]
    return Gone(
        name=mapped_rule(rule.key),
        element=rule.key,
        label=rule.title,
        kind="deadline",
        options={key: _told(each) for key, each in fits.items()},
        guess=named[0] if len(named) == 1 else "",
    )


def _told(rule: DeadlineRule) -> str:
    if rule.until is not None:
        return rule.title
    return _("{title}（{interval}）").format(title=rule.title, interval=units(rule.n, rule.unit))


def _gone(node: Node, old: Mapping[str, Node], new: Mapping[str, Node]) -> Gone:
    fits = {key: each for key, each in new.items() if _is_same_kind(node, each) and key not in old}
    named = [key for key, each in fits.items() if each.label == node.label]
    guesses = named or list(fits)
    return Gone(
        name=node.id,
        element=node.id,
        label=node.label,
        kind=node.kind,
        options={key: each.label for key, each in fits.items()},
        guess=guesses[0] if len(guesses) == 1 else "",
    )


def _is_same_kind(old: Node, new: Node | None) -> bool:
    return (
        new is not None
        and new.kind == old.kind
        and (new.multi_instance is None) is (old.multi_instance is None)
    )


def wrong(source: Release, target: Release, mapping: Mapping[str, str]) -> Iterator[Finding]:
    """Names in a mapping that do not fit."""
    yield from _wrong_rules(source.pack, target.pack, rules_of(mapping))
    old, new = _nodes(source), _nodes(target)
    for before, after in elements_of(mapping).items():
        was = old.get(before)
        if was is None:
            message = _("旧版本没有环节“{element}”").format(element=before)
        elif not after and was.kind != "boundaryEvent":
            message = _("“{label}”须指明新版本中对应的环节").format(label=was.label)
        elif after and not _is_same_kind(was, new.get(after)):
            message = _("“{label}”对应的环节在新版本中不存在或者类型不同").format(label=was.label)
        else:
            continue
        yield Finding(code="MIGRATION_MAPPING", field=f"map-{before}", message=message)


def _wrong_rules(old: PolicyPack, new: PolicyPack, rules: Mapping[str, str]) -> Iterator[Finding]:
    meant = Counter(rules.values())
    for before, after in rules.items():
        rule = old.deadlines.get(before)
        if rule is None:
            message = _("旧版本没有期限“{key}”").format(key=before)
        elif before in new.deadlines:
            message = _("期限“{title}”在新版本中仍有，不需要对应").format(title=rule.title)
        elif after not in _fitting(rule, old, new):
            message = _("期限“{title}”对应的期限在新版本中不存在，或者起算事由不同").format(
                title=rule.title
            )
        elif meant[after] > 1:
            message = _("两条期限不能对应新版本的同一条")
        else:
            continue
        yield Finding(code="MIGRATION_MAPPING", field=f"map-{mapped_rule(before)}", message=message)


def named(
    source: Release, target: Release, mapping: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """A mapping by names people know; what has one name in both is told apart by its key."""
    old, new = labels(source), labels(target)
    rules = (source.pack.deadlines, target.pack.deadlines)
    pairs = [
        *((was, old[was], now, new.get(now, "")) for was, now in elements_of(mapping).items()),
        *(
            (was, rules[0][was].title, now, rules[1][now].title)
            for was, now in rules_of(mapping).items()
        ),
    ]
    for was, before, now, after in pairs:
        if before == after:
            text = _("{label}（{key}）")
            yield text.format(label=before, key=was), text.format(label=after, key=now)
        else:
            yield before, after


def labels(release: Release) -> dict[str, str]:
    """What people call each element: id -> label."""
    return {key: node.label or key for key, node in _nodes(release).items()}


def _nodes(release: Release) -> dict[str, Node]:
    return {
        key: node
        for files in release.files.values()
        for key, node in charts.chart(files).nodes.items()
    }
