"""The shipped diagrams with one thing gone or altered: the checker says so, at some element.

What it does not notice is listed by kind with the reason: there the drawing stays a legal one,
and only the scenarios of the pack can tell that it is not the one that was meant.
"""

import random
from collections.abc import Iterator

import pytest

from tests.factories import mutants
from tests.factories.mutants import Mutant
from tests.factories.wreckage import SHIPPED_PACKS, Wreckage

#: kind of slip -> why a drawing with it may be a legal one
LEGAL = {
    "condition negated": "the other way round is a choice too",
    "flow deleted": "what it stood for now takes the default flow",
    "exclusiveGateway made inclusiveGateway": "the same as long as one condition holds",
    "inclusiveGateway made exclusiveGateway": "the first of several conditions may be meant",
    "parallelGateway made inclusiveGateway": "a join waits for what comes, here all",
    "node deleted": "a whole branch beside others may go",
    "taken out of its lane": "inside a subprocess the lane of the subprocess holds",
    "messageEventDefinition deleted": "an event that only marks a point",
    "errorRef deleted": "a boundary event for every error",
    "multi-instance deleted": "one consultation instead of many",
    "inputDataItem deleted": "the name is declared as a variable too",
    "loopDataOutputRef misspelt": "results may be collected under any name",
}


@pytest.mark.slow
@pytest.mark.parametrize("key", SHIPPED_PACKS)
def test_a_slip_in_a_diagram_is_found_or_leaves_it_legal(key: str) -> None:
    with Wreckage(key) as pack:
        silent = [one for path, one in of_diagrams(pack) if not is_told(pack, path, one)]
    assert {(one.what, one.element) for one in silent if one.what not in LEGAL} == set()


@pytest.mark.parametrize("key", SHIPPED_PACKS)
def test_some_slips_are_found_or_leave_it_legal(key: str) -> None:
    with Wreckage(key) as pack:
        meant = [each for each in of_diagrams(pack) if each[1].what not in LEGAL]
        chosen = random.Random(11).sample(meant, 20)
        silent = [one for path, one in chosen if not is_told(pack, path, one)]
    assert {(one.what, one.element) for one in silent} == set()


def is_told(pack: Wreckage, path: str, one: Mutant) -> bool:
    """Is there an error or a warning, each of them at some element or file."""
    found = pack.findings(files={path: one.data})
    return bool(found) and all(each.element or each.file for each in found)


def of_diagrams(pack: Wreckage) -> Iterator[tuple[str, Mutant]]:
    for path, data in pack.files.files.items():
        if path.endswith(".bpmn"):
            yield from ((path, one) for one in mutants.of_diagram(data))
