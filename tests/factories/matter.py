"""One case of a random procedure, and everybody who may come near it: the state machine.

Its rules take plain numbers and words, and what they mean depends on no id: what a failing run
prints is a script that can be played again (``play``).
"""

import sys
from collections import Counter
from typing import Any, ClassVar, Final

from hypothesis import assume, currently_in_test_context
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import update

from server.domain.access import SYSTEM
from server.domain.expressions import Json
from server.models.case import case
from server.models.time import timer
from server.services.case import replay
from server.services.context import reading
from server.services.verbs import cases
from tests.factories import crowd
from tests.factories.commands import TASK_COMMANDS
from tests.factories.crowd import PEOPLE, STRANGERS
from tests.factories.events import EVERYTHING, Events
from tests.factories.invariants import violations
from tests.factories.random_pack import APPLICANT
from tests.factories.tiny import NOW

#: procedures of one database
PROCEDURES: Final = 24
WATCHED: Final = (*PEOPLE, *STRANGERS)

#: what is drawn: that a case goes on, and that time passes, more often than anything else
_DRAWN: Final = (*EVERYTHING, *("go-on",) * 7, *("wait",) * 2)
#: whoever may, mostly; else who tries
_WHO: Final = (*("",) * 60, *WATCHED)
#: how a case that stands still goes on, and what is done to it all the same
_GOES_ON: Final = {"suspended": "resume", "fault": "retry"}
_MEANWHILE: Final = ("resume", "retry", "resolve", "cancel", "move", "amend", "go-away", "wait")

_numbers = st.integers(0, 342)
_few = st.integers(0, 5)


class Matter(Events, RuleBasedStateMachine):
    """A case, what is done to it, and what holds after every act."""

    #: how many runs came to their end
    runs: ClassVar[Counter[str]]
    #: number of this run: by it everything has its turn
    turn: ClassVar[int] = 0

    @initialize(
        procedure=st.integers(0, PROCEDURES - 1),
        number=_few,
        items=st.lists(st.sampled_from("ABC"), min_size=1, max_size=3, unique=True),
        ahead=st.integers(0, 3),
        first=st.runner().map(lambda machine: EVERYTHING[machine.turn % len(EVERYTHING)]),
        salt=st.integers(0, 2**32),
    )
    def begin(
        self, *, procedure: int, number: int, items: list[str], ahead: int, first: str, salt: int
    ) -> None:
        """The case is opened, and some way on already; then what has its turn is done.

        ``salt`` means nothing: only the simplest run has none, which is the first one of any seed.
        """
        if currently_in_test_context():
            assume(salt != 0)
        self.now = NOW
        self.procedure = procedure
        self.given: dict[str, Json] = {
            "managed_by": "county",
            "facts": "事实",
            "num": number,
            "items": sorted(items),
        }
        self._open()
        for which in range(ahead):
            self.go_on(which, which + number)
        self.happens(first, ahead, salt % 343, "")

    @rule(what=st.sampled_from(_DRAWN), which=_few, number=_numbers, who=st.sampled_from(_WHO))
    def happens(self, what: str, which: int, number: int, who: str) -> None:
        """Somebody who may does it, where anybody may; or whoever it is tries; or it befalls them
        all."""
        self._make_room(what, number)
        if who and what in TASK_COMMANDS and who not in self.mishaps.out:
            self.tries(what, who, which, number)
        else:
            self.happen(what, which, number)

    @invariant()
    def everything_that_holds_of_a_case_holds(self) -> None:
        """What ``invariants`` says, of whatever was changed."""
        if self.is_changed:
            found = violations(self.tiny.tools, self.case_id)
            assert not found, found
            self.is_changed = False

    def teardown(self) -> None:
        """Nobody sees what he must not; the log leads to what is stored; all is as it was."""
        if not hasattr(self, "case_id"):
            return
        try:
            if sys.exc_info()[0] is None:
                self._nobody_sees_what_he_must_not()
                self._log_leads_here()
                self.runs["whole"] += 1
        finally:
            self._put_away()
            self.mishaps.undo()

    def _open(self) -> None:
        key = f"p{self.procedure % PROCEDURES}"
        self.case_id = self.tiny.act(
            APPLICANT, lambda ctx: cases.open_case(ctx, key, self.given), self.now
        )
        self.is_changed = True
        self.tell(f"open {key}")

    def _make_room(self, what: str, number: int) -> None:
        """Where a case is over another one is opened; one that stands still goes on, mostly."""
        stands = self.read(crowd.status)
        if stands in ("closed", "cancelled") and what != "reopen":
            self._log_leads_here()
            self._put_away()
            self.procedure += 1
            self._open()
        elif stands in _GOES_ON and what not in _MEANWHILE and number % 4:
            self.happen(_GOES_ON[stands], 0, number)

    def _nobody_sees_what_he_must_not(self) -> None:
        """Recused people and strangers: neither the case nor work of it; who has work sees it."""
        kept_out, turn = self.kept_out(), self.runs["whole"] % 4
        for login in sorted({*kept_out, *WATCHED[turn::4]} - self.mishaps.out):
            listed, seen = self.listed(login)
            knows = bool(listed) or seen
            assert not (knows and login in {*STRANGERS, *kept_out}), f"{login} knows of it"
            assert seen or not listed, f"{login} has work of what he does not know of"

    def _log_leads_here(self) -> None:
        """Played again, the log leads to what is stored."""
        with reading(self.tiny.tools, SYSTEM, self.now) as ctx:
            found = replay.replay(ctx, self.case_id)
        told = (found.result, found.step, found.why)
        assert told == ("same", None, ""), told

    def _put_away(self) -> None:
        """Nothing of this case is due any more."""
        with self.tiny.tools.database.begin() as connection:
            mine = timer.c.case_id == self.case_id
            connection.execute(update(timer).where(mine).values(state="cancelled"))
            over = case.c.id == self.case_id
            connection.execute(update(case).where(over).values(status="cancelled"))


def play(machine: type[Matter], script: str) -> None:
    """Do again what a failing run printed; what is no call was told, and is left out."""
    names: dict[str, Any] = {machine.__name__: machine}
    for line in script.splitlines():
        call = line.removeprefix("E").strip()
        if call.startswith("state"):
            exec(call, names)  # a test's own words
