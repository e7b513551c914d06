"""A scenario of a pack played over HTTP alone: programs of the people it casts act by the API.

Who plays a part and what must be seen then is the rehearsal's own code; messages of other cases
and the passing of time, which no program brings about, come from outside as in a rehearsal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from server.domain.access import SYSTEM, Actor
from server.domain.errors import Conflict, Forbidden, Invalid, NotFound, RongcuoError
from server.domain.findings import Finding, Severity
from server.services.context import Tools, reading
from server.services.identity import people
from server.services.packs import definitions
from server.services.rehearsing import casting
from server.services.rehearsing.casting import Part
from server.services.rehearsing.open_items import meant
from server.services.rehearsing.play import Play
from server.services.rehearsing.scenario import Scenario, Step, read
from tests.factories.programs import Program, program
from tests.factories.site import Clock

#: tokens live longer than this
HOUR = timedelta(hours=1)

_ERRORS: Mapping[int, type[RongcuoError]] = {403: Forbidden, 404: NotFound, 409: Conflict}


def play(
    app: Flask, tools: Tools, clock: Clock, file: Path, *, only_start: bool = False
) -> "HttpPlay":
    """The scenario in this file, played to its end, or its start alone."""
    scenario, findings = read(file.name, file.read_bytes())
    assert scenario, findings
    if only_start:
        scenario = replace(scenario, steps=(), expect={})
    with reading(tools, SYSTEM, scenario.now) as ctx:
        release = definitions.in_force(ctx, scenario.procedure, ctx.today)
    settings = {
        **release.pack.settings,
        **{
            key: replace(release.pack.settings[key], value=value)
            for key, value in scenario.settings.items()
        },
    }
    release = replace(release, pack=replace(release.pack, settings=settings))
    tools.releases[release.id] = release
    played = HttpPlay(
        tools=tools, release=release, scenario=scenario, now=scenario.now, app=app, clock=clock
    )
    played.run()
    return played


@dataclass(slots=True, kw_only=True)
class HttpPlay(Play):
    """A scenario under way, each act by a program."""

    app: Flask
    clock: Clock
    #: the last who acted
    actor: Program = field(init=False)
    #: who is signed in since when
    signed: dict[str, tuple[datetime, Program]] = field(default_factory=dict)

    def program(self, actor: Actor) -> Program:
        """The program of this person, signed in at the moment of the play."""
        self.clock.moment = self.now
        with reading(self.tools, SYSTEM, self.now) as ctx:
            login = people.person(ctx, actor.person_id).login
        since, known = self.signed.get(login, (None, None))
        if known is None or since is None or self.now - since > HOUR:
            since, known = self.now, program(self.app, login)
            self.signed[login] = (since, known)
        self.actor = known
        return known

    def _start(self, step: Step) -> None:
        pack, key = self.release.pack, self.scenario.procedure
        procedure = pack.procedures[key]
        with reading(self.tools, SYSTEM, self.now) as ctx:
            given = {**procedure.defaults, **step.answers}
            actor = casting.starter(ctx, pack, Part(by=step.by, level=step.level), given)
            place = casting.start_place(given, step.level)
            answers = self._named(ctx, procedure.start_form, {**step.answers}, place)
        opened = self._post(actor, "/cases", {"procedure": key, "variables": _json(answers)})
        self.case_id = opened["id"]

    def _do(self, step: Step) -> None:
        case = self._seen()
        item = meant(case, step)
        with reading(self.tools, SYSTEM, self.now) as ctx:
            actor, place = self._actor(ctx, step, case, item)
            answers = self._named(ctx, item.form_key, dict(step.answers), place)
        if item.assignee_id is None:
            self._post(actor, f"/tasks/{item.id}/claim")
        self._post(actor, f"/tasks/{item.id}/complete", {"variables": _json(answers)})

    def _claim(self, step: Step) -> None:
        actor, item = self._cast(step)
        self._post(actor, f"/tasks/{item.id}/claim")

    def _release(self, step: Step) -> None:
        actor, item = self._cast(step)
        self._post(actor, f"/tasks/{item.id}/release")

    def _clock(self, step: Step) -> None:
        with reading(self.tools, SYSTEM, self.now) as ctx:
            actor, _place = self._actor(ctx, step, self._seen())
        target = {key: value for key, value in step.target.items() if value is not None}
        self._post(actor, f"/cases/{self.case_id}/{step.act}", target)

    def _post(self, actor: Actor, path: str, body: Any = None) -> Any:
        answer = self.program(actor).post(path, body)
        if answer.status_code in (200, 201):
            return answer.json
        told: Any = answer.json
        assert answer.content_type == "application/problem+json", answer.get_data(as_text=True)
        if answer.status_code == 422:
            found = [
                Finding(**{**each, "severity": Severity(each["severity"])})
                for each in told.get("problems", ())
            ]
            raise Invalid(told["detail"], found)
        raise _ERRORS[answer.status_code](told["detail"])


def _json(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as JSON has them: days as text."""
    return {
        key: value.isoformat() if hasattr(value, "isoformat") else value
        for key, value in answers.items()
    }


__all__ = ["HttpPlay", "Scenario", "play"]
