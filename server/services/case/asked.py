"""What the engine was asked in one step, as it stands in the log: enough to ask it again.

Task keys are random, so the log names places instead; ``services/case/replay`` plays it again. A
command of the engine is taken apart by its fields: a new one needs a word here, and nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Final

from server.domain.expressions import Json
from server.engine.port import (
    Amend,
    Cancel,
    Command,
    CompleteTask,
    Deliver,
    Migrate,
    Place,
    Return,
    Spot,
    Start,
    TimerDue,
)

WITHDRAW: Final = "withdraw"

#: the case moved to another version: its log names versions, where the command has their files
MIGRATE: Final = "migrate"

#: words of the log for the commands of the engine that are told again as they stand
_COMMANDS: Final[Mapping[str, Callable[..., Command]]] = {
    "start": Start,
    "complete": CompleteTask,
    "timer": TimerDue,
    "deliver": Deliver,
    "return": Return,
    "cancel": Cancel,
    "amend": Amend,
}
_WORDS: Final = {made: word for word, made in _COMMANDS.items()}

#: fields that hold a task key: the place of that task is kept instead
_KEYS: Final = ("task_key", "scope")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One request to the engine, without ids of its tasks and without its moment, which is that
    of the step."""

    #: start, complete, timer, deliver, return, cancel, amend, withdraw or migrate
    word: str
    #: of the task or of the scope it named; empty when it named none
    place: Place = ()
    values: Mapping[str, Json] = field(default_factory=dict)


def of(command: Command, place: Place) -> Asked:
    """What this command asks; ``place`` is what the engine said of its task or scope.

    Not for a migration, see :func:`migrated`.
    """
    names = {each.name for each in fields(command)} - {"now", *_KEYS}
    values = {name: getattr(command, name) for name in sorted(names)}
    return Asked(word=_WORDS[type(command)], place=place, values=values)


def migrated(command: Migrate, source: str, target: str) -> Asked:
    """The case was read in another version of its pack: ids of both, and what was renamed."""
    values = {"source": source, "target": target, "mapping": dict(command.mapping)}
    return Asked(word=MIGRATE, values=values)


def withdrawn(version: int) -> Asked:
    """The state became again what it was as this version of the case."""
    return Asked(word=WITHDRAW, values={"version": version})


def again(asked: Asked, now: datetime, key_at: Callable[[Place], str]) -> Command:
    """The command that asks the same at the same moment; ``key_at`` knows the task of a place.

    Raises:
        KeyError: it was no command, but a withdraw; or a migration.
    """
    command = _COMMANDS[asked.word]
    names = command.__annotations__
    keys = {name: key_at(asked.place) for name in _KEYS if name in names and asked.place}
    return command(**asked.values, **keys, now=now)


def name(asked: Asked) -> str:
    """Name of the command that asks it (``engine/port``).

    Raises:
        KeyError: it was no command, but a withdraw.
    """
    return _COMMANDS[asked.word].__name__


def row(asked: Asked) -> dict[str, Json]:
    """As it is stored."""
    place = [[spot.element, spot.instance, spot.nth] for spot in asked.place]
    return {"asked": asked.word, "place": place, "values": dict(asked.values)}


def read(stored: Mapping[str, Json]) -> Asked:
    """What was stored by :func:`row`."""
    place = tuple(
        Spot(element=element, instance=instance, nth=nth)
        for element, instance, nth in stored["place"]
    )
    return Asked(word=stored["asked"], place=place, values=stored["values"])
