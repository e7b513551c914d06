"""What befalls one case and the people who work on it, beside what they do (``acts``)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from server.domain.errors import Conflict, EngineError
from server.models.identity import Person
from server.queries import inbox, perspectives, visibility
from server.queries.inbox import When
from server.services.context import reading
from server.services.identity import posts
from server.services.verbs import messages
from tests.factories import crowd
from tests.factories.acts import Acts
from tests.factories.commands import COMMANDS
from tests.factories.crowd import LEADER, SUBSTITUTES
from tests.factories.invariants import stranded

#: most people of one run whose posts or accounts have ended
_MOST_OUT: Final = 2


class Events(Acts):
    """People go and come, offices are missing, messages arrive, the program does its round."""

    def happen(self, what: str, which: int, number: int) -> bool:
        """Let it befall the case, or be done by somebody who may; was it."""
        if what not in EVENTS:
            return super().happen(what, which, number)
        came_of_it = EVENTS[what](self, which, number)
        self.tell(f"{what}: {came_of_it or 'nothing'}")
        self.done[what] += bool(came_of_it)
        self.is_changed = True
        return bool(came_of_it)

    def round(self) -> None:
        """The program does its round: nothing is left with who cannot act, nor with nobody."""
        self.mishaps.round(self.now)
        found = stranded(self.tiny.tools, self.case_id, self.now.date())
        assert not found, found
        self._somebody_stands_in()

    def listed(self, login: str) -> tuple[frozenset[str], bool]:
        """What waits of this case in his lists, and whether he knows of the case."""
        today = self.now.date()
        when = When(now=self.now, on=today, soon_on=today + timedelta(days=1))
        with reading(self.tiny.tools, self.mishaps.actor(login), self.now) as ctx:
            actor = posts.with_posts(ctx)
            found = inbox.of_case(ctx.session, actor, self.case_id, when=when)
            seen = perspectives.of_each(ctx.session, actor, [self.case_id])
        return found, self.case_id in seen

    def kept_out(self) -> frozenset[str]:
        """Who is recused."""
        with self.tiny.tools.readers() as session:
            out = select(Person.login).where(Person.id.in_(visibility.kept_out_of(self.case_id)))
            return frozenset(session.scalars(out))

    def _somebody_stands_in(self) -> None:
        """What an absent person has in his hands is in the list of who stands in for him."""
        if not self.mishaps.away:
            return
        out = self.kept_out() | self.mishaps.out
        for who, (stands_in, arranged) in self.mishaps.away.items():
            if out & {who, stands_in} or not self.mishaps.holds(arranged, self.now):
                continue
            held = {row.id for row in self.items() if (row.state, row.login) == ("claimed", who)}
            if held and self.read(crowd.status) == "open":
                assert held <= self.listed(stands_in)[0], f"{stands_in} does not stand in for {who}"

    def _go_away(self, which: int, number: int) -> str:
        held = [row.login for row in self.items() if row.state == "claimed"]
        busy = {stands_in for stands_in, _arranged in self.mishaps.away.values()}
        free = [each for each in (*held, *SUBSTITUTES) if each in SUBSTITUTES and each not in busy]
        pairs = [
            (who, stands_in)
            for who in dict.fromkeys(free)
            for stands_in in SUBSTITUTES[who]
            if self._is_there(who) and self._is_there(stands_in)
        ]
        if not pairs:
            return ""
        who, stands_in = pairs[which % len(pairs)]
        self.mishaps.go_away(who, stands_in, self.now, number % 9)
        return f"{who}, for whom {stands_in} stands in"

    def _come_back(self, which: int, number: int) -> str:
        if not self.mishaps.away:
            self.happen("go-away", which, number)
        back = next((each for each in self.mishaps.away if self._is_in(each)), None)
        if back is None:
            return ""
        try:
            self.mishaps.come_back(back, self.now)
        except Conflict:  # its last day is over
            return ""
        return back

    def _is_there(self, login: str) -> bool:
        return self._is_in(login) and login not in self.mishaps.away

    def _lose_post(self, which: int, _number: int) -> str:
        return self._is_out(which, self.mishaps.lose_post)

    def _lose_account(self, which: int, _number: int) -> str:
        return self._is_out(which, self.mishaps.lose_account)

    def _is_out(self, which: int, how: Callable[[str, datetime], None]) -> str:
        rows = self.items()
        held = [row.login for row in rows if row.state == "claimed"]
        some = [each for each in (*held, *crowd.handlers(rows)) if each in SUBSTITUTES]
        some = [each for each in some if self._is_in(each) and each != LEADER]
        if not some or len(self.mishaps.out) == _MOST_OUT:
            return ""
        who = some[which % len(some)]
        how(who, self.now)
        self.round()
        return str(who)

    def _fault(self, which: int, number: int) -> str:
        """Offices are missing when the next step is opened: the case stands still."""
        if self.read(crowd.status) != "open":
            return ""
        self.is_broken = True
        with self.mishaps.without_offices():
            for _again in range(3):
                if not self.go_on(which, number) or self.read(crowd.status) != "open":
                    break
        self.is_broken = False
        return "stands still" if self.read(crowd.status) == "fault" else ""

    def _message(self, which: int, number: int) -> str:
        awaited = self.read(crowd.messages)
        if not awaited or self.read(crowd.status) != "open":
            return ""
        name = awaited[which % len(awaited)]
        said = {f"said_{name}": number % 6}
        self.now += timedelta(seconds=1)
        try:
            self.tiny.program(lambda ctx: messages.deliver(ctx, self.case_id, name, said), self.now)
        except EngineError:
            if not self.is_broken:
                raise
        return str(name)

    def _round(self, _which: int, _number: int) -> str:
        self.round()
        return "done"

    def _wait(self, _which: int, number: int) -> str:
        days = (1, 6, 12)[number % 3]
        self.now += timedelta(days=days)
        self.round()
        return f"{days} days"

    def _go_on(self, which: int, number: int) -> str:
        return "done" if self.go_on(which, number) else ""


EVENTS: Final[Mapping[str, Callable[[Events, int, int], str]]] = {
    "go-away": Events._go_away,
    "come-back": Events._come_back,
    "lose-post": Events._lose_post,
    "lose-account": Events._lose_account,
    "fault": Events._fault,
    "message": Events._message,
    "round": Events._round,
    "wait": Events._wait,
    "go-on": Events._go_on,
}
#: everything that is done at least once in any good number of runs
EVERYTHING: Final = (*COMMANDS, *EVENTS)
