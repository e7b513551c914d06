"""The one exception tree. HTTP numbers, exit codes and page texts are decided by entrypoints.

``code`` is the word scenarios use after ``refused:`` (CONTRACTS section 5).
"""

from collections.abc import Sequence
from typing import ClassVar

from server.domain.findings import Finding
from server.domain.texts import _


class RongcuoError(Exception):
    """Root of everything this program refuses on purpose.

    ``message`` is Chinese, in plain words, and safe to show to an official: it carries no
    expression, variable name or engine text. ``detail`` is for the designer and the log only.
    """

    code: ClassVar[str] = "failed"

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class NotFound(RongcuoError):
    """What was asked for does not exist, or the actor may not see it: the same answer for both."""

    code = "not_found"

    def __init__(self, message: str = "", *, detail: str = "") -> None:
        super().__init__(message or _("没有找到该内容，或者您无权查看"), detail=detail)


class Forbidden(RongcuoError):
    """The actor sees the object but lacks the right to do this to it now."""

    code = "forbidden"


class NotSignedIn(RongcuoError):
    """Nobody is signed in, or the session or token is over."""

    code = "not_signed_in"

    def __init__(self) -> None:
        super().__init__(_("请先登录，或者登录已过期"))


class FreshNeeded(Forbidden):
    """The act asks for a password entered a short while ago."""

    code = "fresh_sign_in"

    def __init__(self) -> None:
        super().__init__(_("为安全起见，请再次输入口令后继续"))


class SecretOutdated(Forbidden):
    """The first password has to be replaced by one's own before anything else."""

    code = "secret_outdated"

    def __init__(self) -> None:
        super().__init__(_("请先把初始口令改为自己的口令"))


class Stale(RongcuoError):
    """What the request wants to change is no longer the version it names."""

    code = "stale"


class SignInRefused(Forbidden):
    """Nobody is signed in. One text for every reason: wrong, unknown, locked, disabled."""

    code = "sign_in_refused"

    def __init__(self) -> None:
        super().__init__(_("账号或口令不正确，或者账号暂时不能登录。请核对后重试"))


class Conflict(RongcuoError):
    """The object is not in the state the act needs: stale page, claimed by another, closed."""

    code = "conflict"


class NotOffered(Conflict):
    """The procedure is in force, and this installation does not let its people start it."""

    code = "not_offered"

    def __init__(self) -> None:
        super().__init__(
            _("本单位没有开通该程序，现在不能启动。确需启动的，请联系本单位的流程设计人员")
        )


class DraftOverwritten(Conflict):
    """Another window of the same person kept something since this one looked."""

    code = "draft_overwritten"


class TooOften(RongcuoError):
    """The actor, or the address he asks from, did this as often as anybody may for now (BU-6).

    ``retry_after`` is how many seconds from now it is allowed again at the latest.
    """

    code = "too_often"

    def __init__(self, retry_after: int) -> None:
        super().__init__(_("操作过于频繁，请稍后再试"))
        self.retry_after = retry_after


class Invalid(RongcuoError):
    """The input breaks rules; all problems at once, nothing was changed."""

    code = "invalid"

    def __init__(self, message: str, findings: Sequence[Finding] = (), *, detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.findings = tuple(findings)


class Undelivered(RongcuoError):
    """A letter did not get to its receiver; ``fault`` is a word of ``channels.Fault``.

    It names no address and nothing the receiver said.
    """

    code = "undelivered"

    def __init__(self, fault: str) -> None:
        super().__init__(_("通知没有送达"), detail=fault)
        self.fault = fault


class YearUnpublished(RongcuoError):
    """A day is needed of a year whose holiday notice has not been published."""

    code = "undetermined"

    def __init__(self, year: int) -> None:
        super().__init__(_("{year}年节假日安排尚未公布").format(year=year))
        self.year = year


class NotCompetent(RongcuoError):
    """No unit is competent for what a lane or a routing table names, or more than one is."""

    code = "conflict"


class EngineError(RongcuoError):
    """A step of the engine could not be done; the stored state is untouched.

    ``element`` is the id of the diagram element it happened at, empty when unknown.
    """

    code = "incident"

    def __init__(self, message: str, *, element: str = "", detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.element = element


class UnknownTask(EngineError):
    """The command names a task, timer or subscription that is no longer there."""

    code = "conflict"


class BudgetExceeded(EngineError):
    """A step passed a limit: engine steps, time, tasks, subprocesses or state size (BU-1, BU-2)."""


class ExpressionFailed(EngineError):
    """An expression raised, warned, passed its limits or gave a value of the wrong type (EX-6)."""


class DecisionFailed(EngineError):
    """A decision table broke its hit policy or its types; ``detail`` names the rows."""


class MergeConflict(EngineError):
    """Parallel branches wrote one variable differently; ``detail`` names key and branches."""


class StateUnreadable(EngineError):
    """Stored state has an unknown format, a broken hash or does not fit its definition."""


class MigrationRefused(EngineError):
    """A running case cannot move to the other version; ``reasons`` says why, one per element."""

    code = "conflict"

    def __init__(self, message: str, reasons: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.reasons = tuple(reasons)
