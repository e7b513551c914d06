"""What people do to one case: whoever may, or whoever tries, by words and plain numbers.

Who may is asked of the program (``commands.offered``); where nobody may yet, what comes before it
is done first. What the numbers mean depends on no id.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar, Final

from hypothesis import currently_in_test_context, note

from server.domain.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    RongcuoError,
    TooOften,
)
from server.domain.requests import RequestKind
from server.http.verbs.table import CASE_VERBS
from server.models.work import OPEN_STATES
from server.services.case import incidents
from server.services.context import reading
from tests.factories import crowd
from tests.factories.commands import (
    COMMANDS,
    SUBJECT_COMMANDS,
    TASK_COMMANDS,
    Aim,
    offered,
)
from tests.factories.crowd import STAFF, Pair
from tests.factories.mishaps import Mishaps
from tests.factories.random_pack import APPLICANT
from tests.factories.tiny import Tiny

#: most steps in which a case is brought to its end
TO_THE_END: Final = 14
#: how often what comes before something is done; a loop of the procedure may have no end
MOST_BEFORE: Final = 6
#: what a refusal is; any other error of the domain says that the program is wrong
REFUSALS: Final = (Forbidden, NotFound, Conflict, Invalid, TooOften)

#: verb -> what is done before it, where it is not possible yet
_BEFORE: Final = {
    **dict.fromkeys(
        ("release", "complete", "draft", "transfer", "delegate", "add-signers", "follow-up"),
        "claim",
    ),
    **dict.fromkeys(("hand-over", "take-back"), "claim"),
    "return": "return-ahead",
    "recall": "delegate",
    "decline": "hand-over",
    "remove-signers": "add-signers",
    "withdraw": "complete",
    "resume": "suspend",
    "ease": "hasten",
    "restart": "stop",
    "retry": "fault",
    "resolve": "fault",
    "reopen": "end",
    "consent-extend": "ask-extension",
    "consent-move": "move",
    "consent-amend": "amend",
    "refuse": "amend",
    "take-request-back": "ask-extension",
    "grant-recusal": "ask-recusal",
    "refuse-recusal": "declare",
    "take-recusal-back": "ask-recusal",
}
#: what waits for somebody's decision, where it is not any request
_WAITING: Final[Mapping[str, Callable[..., Any]]] = {
    **{f"consent-{kind}": partial(crowd.requests, kind=kind) for kind in RequestKind},
    **dict.fromkeys(("grant-recusal", "refuse-recusal", "take-recusal-back"), crowd.recusals),
}
_STEERING: Final = (
    frozenset(CASE_VERBS)
    - {"stop", "restart", "extend", "ask-extension"}
    - {"withdraw-application"}
)


class Acts:
    """A case and everybody who may do something to it."""

    mishaps: ClassVar[Mishaps]
    #: how often each thing was done with success
    done: ClassVar[Counter[str]]

    case_id: str
    now: datetime
    #: a fault is meant to happen
    is_broken = False
    #: nobody has looked at what was done since
    is_changed = True

    def __init__(self) -> None:
        super().__init__()
        #: what was done, in words
        self.told: list[str] = []

    @property
    def tiny(self) -> Tiny:
        """The installation."""
        return self.mishaps.tiny

    def items(self) -> list[Any]:
        """Everything that waits or waited."""
        with self.tiny.tools.readers() as session:
            return crowd.items(session, self.case_id)

    def read(self, what: Callable[..., Any]) -> Any:
        """Something of the case as it is stored."""
        with self.tiny.tools.readers() as session:
            return what(session, self.case_id)

    def tell(self, told: str) -> None:
        """Say what was done."""
        if currently_in_test_context():
            note(told)
        self.told.append(told)

    def happen(self, what: str, which: int, number: int) -> bool:
        """Let it be done by somebody who may; was it."""
        if what in TASK_COMMANDS:
            return self._on_task(what, which, number)
        if what in SUBJECT_COMMANDS:
            return self._on_subject(what, which, number)
        if what == "end":
            return self._end(number)
        if what == "return-ahead":
            return self.happen("complete", which, number) and self.happen("claim", which, number)
        return self._on_case(what, which, number)

    def go_on(self, which: int, number: int) -> bool:
        """Whatever is possible of what waits: a message comes, or somebody completes his task."""
        waits = [row for row in self.items() if row.state in OPEN_STATES]
        awaited = self.read(crowd.messages)
        if awaited and (not waits or number % 3 == 0):
            return self.happen("message", which, number)
        return bool(waits) and self.happen("complete", which, number)

    def tries(self, verb: str, who: str, which: int, number: int) -> None:
        """Whoever it is does this to one of the tasks, or is refused."""
        rows = self.items()
        if rows:
            item = rows[which % len(rows)]
            self._do(verb, who, self._aim(item, number), may=self._may(verb, who, self._aim(item)))

    def _on_task(self, verb: str, which: int, number: int) -> bool:
        turn, before = which * 7 + number, _BEFORE.get(verb, "")
        found = self._possible(verb, turn)
        for _again in range(MOST_BEFORE):
            if found is not None or not before or not self.happen(before, which, number):
                break
            found = self._possible(verb, turn)
        if found is None:
            return self._nobody(verb)
        who, item = found
        return self._do(verb, who, self._aim(item, number))

    def _possible(self, verb: str, turn: int) -> Pair | None:
        """Somebody who may do this to something, or who stands in for him; each has his turn."""
        found = []
        for who, item in crowd.meant(verb, self.items()):
            stands_in = self.mishaps.away.get(who, ("", ""))[0]
            found += [(each, item) for each in (stands_in, who) if self._is_in(each)]
        turned = _turned(found, turn)
        return next((each for each in turned if self._may(verb, each[0], self._aim(each[1]))), None)

    def _on_case(self, verb: str, which: int, number: int) -> bool:
        who, before = self._able(verb, which), _BEFORE.get(verb, "")
        if who is None and before and self.happen(before, which, number):
            who = self._able(verb, which)
        if who is None:
            return self._nobody(verb)
        subject = ""
        if verb == "ask-recusal":
            others = [each for each in crowd.handlers(self.items()) if each != who]
            subject = self.tiny.person(others[which % len(others)])
        return self._do(verb, who, self._aim(number=number, subject=subject))

    def _able(self, verb: str, turn: int) -> str | None:
        able = (who for who in _turned(self._by(verb), turn) if self._may(verb, who, self._aim()))
        return next(able, None)

    def _by(self, verb: str) -> list[str]:
        """Who might do this to the case."""
        if verb == "resolve":
            return ["p.system_admin.head"] if self.read(crowd.status) == "fault" else []
        if verb == "withdraw-application":
            return [APPLICANT] if self._is_in(APPLICANT) else []
        heads = tuple(some[0] for some in STAFF.values())
        known = [*(heads if verb in _STEERING else crowd.handlers(self.items()))]
        known += [stands_in for stands_in, _arranged in self.mishaps.away.values()]
        return [each for each in dict.fromkeys(known) if self._is_in(each)]

    def _on_subject(self, verb: str, which: int, number: int) -> bool:
        """What one person asked another one decides."""
        kind = _WAITING.get(verb, crowd.requests)
        waits = self.read(kind)
        if not waits and self.happen(_BEFORE[verb], which, number):
            waits = self.read(kind)
        by_himself = verb.startswith("take-")
        able = [
            (who, subject)
            for subject, asked_by, heads in waits
            for who in ([asked_by] if by_himself else heads)
            if self._is_in(who) and (by_himself or who != asked_by)
        ]
        if not able:
            return self._nobody(verb)
        who, subject = able[which % len(able)]
        return self._do(verb, who, self._aim(number=number, subject=subject))

    def _end(self, number: int) -> bool:
        """The case is brought to its end, if it is not too far off."""
        for which in range(TO_THE_END):
            if self.read(crowd.status) != "open" or not self.go_on(0, 3 * number + which):
                break
        return bool(self.read(crowd.status) == "closed")

    def _do(self, verb: str, who: str, aim: Aim, *, may: bool = True) -> bool:
        """It is done, or refused; nothing that is not on offer is done."""
        told = f"{verb} by {who}"
        self.now += timedelta(seconds=1)
        try:
            with incidents.acting(self.tiny.tools, self.mishaps.actor(who), self.now) as ctx:
                COMMANDS[verb](ctx, aim)
        except RongcuoError as refused:
            if not isinstance(refused, REFUSALS) and not self.is_broken:
                raise
            self.tell(f"{told}: {type(refused).__name__} {refused.message}")
            return False
        assert may, f"{told} was done and is not on offer"
        self.done[verb] += 1
        self.is_changed = True
        self.tell(told)
        return True

    def _may(self, verb: str, who: str, aim: Aim) -> bool:
        with reading(self.tiny.tools, self.mishaps.actor(who), self.now) as ctx:
            return offered(ctx, verb, aim)

    def _is_in(self, login: str) -> bool:
        """Is there such a person, who can sign in."""
        return bool(login) and login not in self.mishaps.out

    def _aim(self, item: Any = None, number: int = 0, subject: str = "") -> Aim:
        of_item = {} if item is None else {"item_id": item.id, "form_key": item.form_key}
        return Aim(case_id=self.case_id, number=number, subject=subject, **of_item)

    def _nobody(self, verb: str) -> bool:
        self.tell(f"{verb}: nobody")
        return False


def _turned(some: list[Any], turn: int) -> list[Any]:
    """The same, beginning with another one."""
    begin = turn % max(len(some), 1)
    return [*some[begin:], *some[:begin]]
