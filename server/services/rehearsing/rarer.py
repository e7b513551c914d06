"""What officials do now and then to a whole case or one of its clocks, as a scenario writes it."""

from collections.abc import Callable, Mapping
from typing import Final

from server.domain.expressions import Json
from server.services.context import Context
from server.services.verbs import (
    application_withdrawals,
    case_verbs,
    deadline_clock,
    recusals,
    reopenings,
)


def _stop(ctx: Context, case_id: str, said: Json) -> None:
    deadline_clock.stop(ctx, case_id, said["deadline"], reason=said["reason"])


def _restart(ctx: Context, case_id: str, said: Json) -> None:
    deadline_clock.restart(ctx, case_id, said["deadline"], note=said["reason"])


def _extend(ctx: Context, case_id: str, said: Json) -> None:
    deadline_clock.extend(ctx, case_id, said["deadline"], n=said["n"] or 0, note=said["reason"])


def _withdraw(ctx: Context, case_id: str, said: Json) -> None:
    application_withdrawals.withdraw(ctx, case_id, reason=said)


def _suspend(ctx: Context, case_id: str, said: Json) -> None:
    case_verbs.suspend(ctx, case_id, reason=said)


def _resume(ctx: Context, case_id: str, said: Json) -> None:
    case_verbs.resume(ctx, case_id, reason=said)


def _cancel(ctx: Context, case_id: str, said: Json) -> None:
    case_verbs.cancel(ctx, case_id, reason=said)


def _reopen(ctx: Context, case_id: str, said: Json) -> None:
    reopenings.reopen(ctx, case_id, reason=said["reason"], to_task=said["to"])


def _recuse(ctx: Context, case_id: str, said: Json) -> None:
    recusals.declare(ctx, case_id, ground=said["ground"], note=said["note"])


#: act of a scenario -> the verb, with what the scenario says of it
OF_A_CASE: Final[Mapping[str, Callable[[Context, str, Json], None]]] = {
    "stop": _stop,
    "restart": _restart,
    "extend": _extend,
    "withdraw_application": _withdraw,
    "suspend": _suspend,
    "resume": _resume,
    "cancel": _cancel,
    "reopen": _reopen,
    "recuse": _recuse,
}
