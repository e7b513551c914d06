"""One scenario played through the verbs officials use, with a clock that is set.

The play decides nothing: it chooses who acts (``casting``), moves the clock, calls the verb, and
compares what is seen (``expectations``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from server.domain.access import SYSTEM, Actor
from server.domain.errors import Conflict, EngineError, Invalid, NotFound, RongcuoError
from server.domain.expressions import Json
from server.domain.texts import _
from server.queries import cases as case_queries
from server.queries.cases import CaseFacts, OpenWork
from server.services.case import incidents
from server.services.clocks import calendar_imports
from server.services.context import Context, Tools, reading
from server.services.law.releases import Release
from server.services.packs import definitions
from server.services.rehearsing import casting, expectations, open_items, rarer, refusals
from server.services.rehearsing.casting import Part, Place
from server.services.rehearsing.scenario import Scenario, Step
from server.services.rehearsing.troubles import Trouble
from server.services.verbs import (
    cases,
    messages,
    returns,
    timers,
    withdrawals,
    work,
)


@dataclass(slots=True)
class Play:
    """A scenario under way."""

    tools: Tools
    release: Release
    scenario: Scenario
    now: datetime
    case_id: str = ""
    #: references of the cases played before it
    known: tuple[str, ...] = ()
    #: the plays of those cases
    earlier: tuple["Play", ...] = ()
    troubles: list[Trouble] = field(default_factory=list)

    def run(self) -> None:
        """Play from the start to the end, or to the first act that goes otherwise than said."""
        if self.begin() and all(map(self.take, (self.scenario.start, *self.scenario.steps))):
            self.finish()

    def begin(self) -> bool:
        """Play what there is before this case; False when it did not go as it says."""
        self.earlier = tuple(self._before(each) for each in self.scenario.before)
        return not self.troubles

    def take(self, step: Step) -> bool:
        """Play one step; False when it is no use to go on."""
        try:
            if step.at is not None:
                self._move(step.at)
            self._act(step)
        except RongcuoError as error:
            return self._judge(step, error)
        if step.refused:
            self._note(step, _("应被拒绝（{code}），实际获准").format(code=step.refused))
            return False
        self._hand_over()
        self._compare(step, step.expect)
        return not self._is_parked(step)

    def finish(self) -> None:
        """Look whether everything is at the end as the scenario says."""
        if self.case_id:
            self._compare(None, self.scenario.expect)
        for each in self.earlier:
            each._compare(None, each.scenario.then)
            self.troubles += each.troubles

    def _before(self, scenario: Scenario) -> "Play":
        """A case there is before this one begins: played as it stands, then known by reference."""
        release = self.release
        if scenario.procedure not in release.pack.procedures:
            with reading(self.tools, SYSTEM, self.now) as ctx:
                release = definitions.in_force(ctx, scenario.procedure, self.now.date())
        earlier = Play(
            tools=self.tools,
            release=release,
            scenario=scenario,
            now=self.now,
            known=self.known,
        )
        earlier.run()
        self.troubles += earlier.troubles
        earlier.troubles = []
        self.now, case = earlier.now, earlier.facts()
        self.known += (case.reference,) if case else ()
        return earlier

    def facts(self) -> CaseFacts | None:
        """The case as it stands, None when the start was refused."""
        if not self.case_id:
            return None
        with self.tools.readers() as session:
            return case_queries.whole(session, self.case_id)

    def _judge(self, step: Step, error: RongcuoError) -> bool:
        """Was this refusal the one the scenario asks for."""
        named = {finding.field for finding in refusals.findings(error)}
        if error.code == step.refused and set(step.problems) <= named:
            self._compare(step, step.expect)
            return True
        said = step.refused and _("应以{code}拒绝，实际为").format(code=step.refused)
        trouble = Trouble(
            step=step.number,
            message=f"{said}{refusals.told(error)}",
            refused=error.code,
            why=error.message,
            findings=refusals.findings(error),
        )
        self.troubles.append(trouble)
        return False

    def _act(self, step: Step) -> None:
        acts: Mapping[str, Callable[[Step], None]] = {
            "start": self._start,
            "do": self._do,
            "claim": self._claim,
            "release": self._release,
            "deliver": self._deliver,
            "until": self._until,
            "import_calendar": self._import,
            "return": self._return,
            "withdraw": self._withdraw,
        }
        if step.act:
            acts.get(step.act, self._of_case)(step)

    def _start(self, step: Step) -> None:
        pack, key = self.release.pack, self.scenario.procedure
        procedure = pack.procedures.get(key)
        if procedure is None:
            raise NotFound(_("政策包中没有程序“{key}”").format(key=key))
        given = {**procedure.defaults, **step.answers}
        with reading(self.tools, SYSTEM, self.now) as ctx:
            actor = casting.starter(ctx, pack, Part(by=step.by, level=step.level), given)
            place = casting.start_place(given, step.level)
            answers = self._named(ctx, procedure.start_form, {**step.answers}, place)
        with incidents.acting(self.tools, actor, self.now) as ctx:
            case_id = cases.open_case(ctx, key, answers)
        self.case_id = case_id

    def _do(self, step: Step) -> None:
        case = self._seen()
        item = open_items.meant(case, step)
        with reading(self.tools, SYSTEM, self.now) as ctx:
            actor, place = self._actor(ctx, step, case, item)
            answers = self._named(ctx, item.form_key, dict(step.answers), place)
        if item.assignee_id is None:
            self._verb(actor, lambda ctx: work.claim(ctx, item.id))
        self._verb(actor, lambda ctx: work.complete(ctx, item.id, answers))

    def _claim(self, step: Step) -> None:
        actor, item = self._cast(step)
        self._verb(actor, lambda ctx: work.claim(ctx, item.id))

    def _release(self, step: Step) -> None:
        actor, item = self._cast(step)
        self._verb(actor, lambda ctx: work.release(ctx, item.id))

    def _deliver(self, step: Step) -> None:
        target = step.target
        self._verb(
            SYSTEM,
            lambda ctx: messages.deliver(
                ctx, self.case_id, target["message"], target["with"], sender=target["from"]
            ),
        )

    def _until(self, step: Step) -> None:
        self._move(step.target)

    def _of_case(self, step: Step) -> None:
        with reading(self.tools, SYSTEM, self.now) as ctx:
            actor, _place = self._actor(ctx, step, self._seen())
        self._verb(actor, lambda ctx: rarer.OF_A_CASE[step.act](ctx, self.case_id, step.target))

    def _return(self, step: Step) -> None:
        actor, item = self._cast(step)
        to, reason = step.target["to"], step.target["reason"]
        if item.assignee_id is None:
            self._verb(actor, lambda ctx: work.claim(ctx, item.id))
        self._verb(actor, lambda ctx: returns.return_(ctx, item.id, to_task=to, reason=reason))

    def _withdraw(self, step: Step) -> None:
        case = self._seen()
        with reading(self.tools, SYSTEM, self.now) as ctx:
            item = open_items.done(ctx, case, step)
            actor, _place = self._actor(ctx, step, case, item)
        self._verb(actor, lambda ctx: withdrawals.withdraw(ctx, item.id))

    def _import(self, step: Step) -> None:
        self._verb(
            SYSTEM,
            lambda ctx: calendar_imports.import_notice(ctx, "import_calendar", step.target),
        )

    def _verb(self, actor: Actor, verb: Callable[[Context], object]) -> None:
        with incidents.acting(self.tools, actor, self.now) as ctx:
            verb(ctx)

    def _cast(self, step: Step) -> tuple[Actor, OpenWork]:
        """Who acts, and the open task he acts on."""
        case = self._seen()
        item = open_items.meant(case, step)
        with reading(self.tools, SYSTEM, self.now) as ctx:
            return self._actor(ctx, step, case, item)[0], item

    def _actor(
        self, ctx: Context, step: Step, case: CaseFacts, item: OpenWork | None = None
    ) -> tuple[Actor, Place]:
        """Who acts, and where the roles that the step names are looked up."""
        level = step.level or (item.level if item else "") or ""
        place = casting.place_of(ctx, case, level)
        part = Part(by=step.by, level=step.level)
        return casting.actor(ctx, self.release.pack, part, case, item, place), place

    def _named(
        self, ctx: Context, form: str, answers: dict[str, Json], place: Place
    ) -> dict[str, Json]:
        schema = self.release.forms.get(form)
        if schema is None:
            return answers
        known = {f"before.{nth}": each for nth, each in enumerate(self.known, 1)}
        place = replace(place, cases=known)
        return casting.named(ctx, self.release.pack, schema, answers, place)

    def _seen(self) -> CaseFacts:
        found = self.facts()
        if found is None:
            raise Conflict(_("事项尚未登记"))
        return found

    def _move(self, then: datetime) -> None:
        """Move the clock; everything due on the way fires at its own moment, one by one."""
        if then < self.now:
            raise Invalid(_("时间只能向前：{then}").format(then=then.isoformat()))
        while self.case_id:
            due = timers.next_due(self.tools, self.case_id)
            if due is None or due > then:
                break
            self.now = max(self.now, due)
            self._sweep()
        self.now = then

    def _sweep(self) -> None:
        for done in timers.sweep(self.tools, self.now).done:
            if done.state == "failed":
                message = _("定时“{what}”没有完成：{why}").format(
                    what=done.what, why="、".join(done.effect)
                )
                raise EngineError(message, element=done.what)

    def _hand_over(self) -> None:
        """Let what the case has sent arrive; it may begin other cases."""
        while messages.hand_over(self.tools, self.now):
            pass

    def _is_parked(self, step: Step) -> bool:
        """Would a case that a message begins not take what the message fills in."""
        with self.tools.readers() as session:
            parked = case_queries.parked(session, self.case_id)
        if parked:
            why = "；".join(parked)
            self._note(step, _("消息所启动的事项不接受填写的内容：{why}").format(why=why))
        return bool(parked)

    def _compare(self, step: Step | None, expected: Mapping[str, Json]) -> None:
        case = self.facts() if expected else None
        if case is None:
            return
        for mismatch in expectations.mismatches(case, expected):
            self._note(step, str(mismatch))

    def _note(self, step: Step | None, message: str) -> None:
        self.troubles.append(Trouble(step=step.number if step else None, message=message))
