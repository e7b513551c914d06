"""Steps tried on the stage while a flow is looked for: played, mended where they are refused."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from server.domain.calendar import CHINA_TIME
from server.domain.errors import RongcuoError
from server.domain.expressions import Json
from server.domain.texts import _
from server.services.rehearsing import scene, variants
from server.services.rehearsing.session import Session, Standing
from server.services.rehearsing.stage import Stage
from server.services.rehearsing.variants import Making
from server.services.rehearsing.way import FAR, Way

#: how often one step is mended
_REPAIRS: Final = 10


@dataclass(slots=True)
class Trying:
    """One play after the other, and what was played last."""

    stage: Stage
    session: Session = field(init=False)
    #: the document as it was played last, mended
    last: dict[str, Json] = field(default_factory=dict)
    #: fields that are answered so on purpose, and are not mended
    kept: frozenset[str] = frozenset()
    #: plays so far
    tried: int = 0
    #: element, empty for the start -> what was wrong when it was refused last, in words
    refused: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.session = Session(stage=self.stage)

    def played(self, document: dict[str, Json], upto: int, way: Way) -> Standing | None:
        """Where the scenario stands after its last step, None when it cannot be played so far."""
        self.tried += 1
        for _round in range(_REPAIRS):
            self.last = document
            try:
                standing = self.session.play(document, upto)
            except RongcuoError:
                return None
            stopped = standing.stopped
            if stopped is None:
                return standing
            mended = self._mended(document, standing, way) if stopped.refused else None
            if mended is None:
                self._note(document, standing)
                return None
            document = mended
        self._note(document, standing)
        return None

    def written(self, way: Way, document: Mapping[str, Json]) -> dict[str, Json]:
        """The scenario with a title, and what is seen on the way."""
        source, target = way.chart.label(way.flow.source), way.chart.label(way.flow.target)
        name = f"（{way.flow.name}）" if way.flow.name else ""
        title = _("建议的场景：走到“{source} → {target}{name}”").format(
            source=source, target=target, name=name
        )
        return scene.recorded(self.session, {**document, "title": title})

    def _note(self, document: Mapping[str, Json], standing: Standing) -> None:
        step = document["steps"][-1] if standing.played else {}
        stopped = standing.stopped
        if stopped is not None:
            found = [each.message for each in stopped.findings][:3]
            words = [stopped.why, *found] if stopped.why else [stopped.message]
            self.refused[str(step.get("do", ""))] = "；".join(words)

    def _mended(
        self, document: dict[str, Json], standing: Standing, way: Way
    ) -> dict[str, Json] | None:
        stopped = standing.stopped
        if stopped is None:
            return None
        if stopped.refused == "invalid":
            return self._answered(document, stopped.findings, standing, way)
        if stopped.refused not in ("forbidden", "not_found"):
            return None
        return self._by_office(document, standing) if standing.played else self._by_other(document)

    def _by_other(self, document: dict[str, Json]) -> dict[str, Json] | None:
        """The start by the next of those who may begin the procedure."""
        starters = self.stage.release.pack.procedures[str(document["procedure"])].starters
        roles = [each.role for each in starters]
        by = document["start"].get("as")
        after = roles[roles.index(by) + 1 :] if by in roles else roles
        return {**document, "start": {**document["start"], "as": after[0]}} if after else None

    def _by_office(self, document: dict[str, Json], standing: Standing) -> dict[str, Json] | None:
        """The step by the office that has the task now."""
        *steps, step = document["steps"]
        case = standing.play.facts()
        offices = (
            [each.office for each in case.work if each.node_key == step.get("do")] if case else []
        )
        if not offices or step.get("as") in offices:
            return None
        return {**document, "steps": [*steps, {**step, "as": offices[0]}]}

    def _answered(
        self, document: dict[str, Json], findings: Sequence[Any], standing: Standing, way: Way
    ) -> dict[str, Json] | None:
        release = self.stage.release
        steps = list(document["steps"])
        step = dict(steps[-1] if standing.played else document["start"])
        if standing.played:
            node = way.chart.nodes.get(str(step.get("do", "")))
            form = node.form if node else ""
        else:
            form = release.pack.procedures[str(document["procedure"])].start_form
        schema = release.forms.get(form)
        if schema is None or "with" not in step:
            return None
        known = way.answers(str(step.get("do", "")))
        day = standing.play.now.astimezone(CHINA_TIME).date()
        making = Making(pack=release.pack, day=day, kept=self.kept)
        answers = variants.repaired(step["with"], findings, schema, known, making)
        if answers is None:
            return None
        step["with"] = answers
        if not standing.played:
            return {**document, "start": step}
        return {**document, "steps": [*steps[:-1], step]}


def acts(
    shown: Json, way: Way, done_by: Mapping[str, str]
) -> Iterator[tuple[dict[str, Json], str]]:
    """What may be done where a play stands and leads nearer, each with the form it is done with;
    what arrives and what time brings first."""
    case = shown["case"]
    for waiting in case["waiting"]:
        if waiting["element"] in way.near and waiting["kind"] == "message":
            yield {"deliver": way.delivery(waiting["message"], waiting["carries"])}, ""
        elif waiting["element"] in way.near and waiting["to"]:
            yield {"until": waiting["to"]}, ""
    tasks = sorted(case["open"], key=lambda task: way.near.get(task["element"], FAR))
    for task in tasks:
        if task["element"] in way.near:
            by = done_by.get(task["element"]) or task["office"]
            step = {"do": task["element"], "as": by}
            if task["item"] is not None:
                step["item"] = _item(task["item"])
            yield step, task["form"]


def _item(item: Json) -> Json:
    """As a scenario names one of several: its value, of a row its first."""
    return next(iter(item.values()), None) if isinstance(item, Mapping) else item
