"""Answers with which a flow would be taken: found on the real conditions and decision tables."""

import pytest

from server.domain.expressions import Json
from server.services.law import charts
from server.services.rehearsing import nearness, solving
from server.services.rehearsing.solving import Solver
from tests.factories.rehearsed import small


@pytest.mark.parametrize(
    ("flow", "known", "first"),
    [
        # the default: none of the others may hold
        ("f_g_registered__end_refused", {"registered": "accept"}, {"registered": "refuse"}),
        ("f_g_registered__supplement", {"registered": "accept"}, {"registered": "supplement"}),
    ],
)
def test_as_little_as_will_do_is_answered_otherwise(
    flow: str, known: dict[str, Json], first: dict[str, Json]
) -> None:
    found = solver()
    wanted = solving.need(found.chart, found.chart.flows[flow])
    assert not found.is_met(wanted, known, {})
    assert next(found.solutions(wanted, known)) == first
    assert found.is_met(wanted, known, first)
    assert [each.key for each in found.fields(wanted)] == ["registered"]


def test_what_every_way_to_a_flow_meets_is_known() -> None:
    chart = solver().chart
    flow = chart.flows["f_g_join__decide"]
    start = next(each.id for each in chart.nodes.values() if each.kind == "startEvent")
    found = solving.musts(chart, start, flow, nearness.behind(chart))
    assert [each.id for each in found] == ["f_g_join__decide", "f_g_registered__g_split"]


def solver() -> Solver:
    stage = small()
    release = stage.release
    return Solver(
        release=release,
        procedure="tiny_matter",
        chart=charts.chart(release.files["tiny_matter"]),
        evaluate=stage.tools.evaluate,
        now=stage.first_moment(),
    )
