"""The verbs of a case that are only asked for here: another person consents, then they are done."""

from server.domain.requests import RequestKind
from server.domain.texts import _
from server.services.case import case_rows, case_state
from server.services.context import Context
from server.services.law import charts
from server.services.packs import definitions
from server.services.verbs import case_data, case_moves, requests
from server.services.verbs.judged import Choice
from server.services.verbs.outlook import Outlook


def ask_extension(ctx: Context, case_id: str, rule_key: str, *, n: int, reason: str) -> None:
    """Ask the approver for ``n`` more units of a clock. Raises as ``requests.ask``."""
    payload = {"rule_key": rule_key, "n": n}
    requests.ask(ctx, case_id, RequestKind.EXTEND, payload, reason=reason)


def extension(ctx: Context, case_id: str, rule_key: str, *, n: int, reason: str = "") -> Outlook:
    """What would become of the clock. Raises as ``requests.outlook``."""
    del reason
    return requests.outlook(ctx, case_id, RequestKind.EXTEND, {"rule_key": rule_key, "n": n})


def ask_move(ctx: Context, case_id: str, to: str, *, reason: str) -> None:
    """Ask that a token stand at another step. Raises as ``requests.ask``."""
    requests.ask(ctx, case_id, RequestKind.MOVE, {"to": to}, reason=reason)


def move(ctx: Context, case_id: str, to: str, *, reason: str = "") -> Outlook:
    """What would close and open. Raises as ``requests.outlook``."""
    del reason
    return requests.outlook(ctx, case_id, RequestKind.MOVE, {"to": to})


def steps(ctx: Context, case_id: str) -> list[Choice]:
    """The steps a token may be put at."""
    case_rows.refuse_odd(case_id)
    case = case_rows.found(ctx, case_id)
    release = definitions.release(ctx, case.pack_version_id)
    chart = charts.chart(release.files[case.procedure])
    hints = {True: _("此前办过，按退回处理"), False: _("还没有办过")}
    return [
        Choice(value=each.node_key, label=chart.label(each.node_key), hint=hints[each.is_back])
        for each in case_moves.targets(ctx, case, release)
    ]


def ask_amend(ctx: Context, case_id: str, name: str, *, reason: str, value: str = "") -> None:
    """Ask that a variable have another value. Raises as ``requests.ask``."""
    requests.ask(ctx, case_id, RequestKind.AMEND, {"name": name, "value": value}, reason=reason)


def amend(ctx: Context, case_id: str, name: str, *, reason: str = "", value: str = "") -> Outlook:
    """The value before and after. Raises as ``requests.outlook``."""
    del reason
    payload = {"name": name, "value": value}
    return requests.outlook(ctx, case_id, RequestKind.AMEND, payload)


def data(ctx: Context, case_id: str) -> list[Choice]:
    """The variables that may be amended, each with what it is now."""
    case_rows.refuse_odd(case_id)
    case = case_rows.found(ctx, case_id)
    release = definitions.release(ctx, case.pack_version_id)
    now = case_state.load(ctx, case_id).variables
    return [
        Choice(
            value=each.name,
            label=each.label,
            hint=_("现为{value}").format(value=each.text(now.get(each.name))),
        )
        for each in case_data.variables(release, case.procedure).values()
    ]
