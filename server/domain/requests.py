"""An act on a case that takes two persons: one asks, another one consents; as frozen values.

::

    asked -> consented   by one of those who may, never by whoever asked
          -> refused     by the same, with a reason
          -> withdrawn   by whoever asked

Every other step is refused. What the act is, and whether it is still possible, is the business of
the verbs (``services/verbs/requests``).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.domain.access import Actor
from server.domain.errors import Conflict, Forbidden, Invalid
from server.domain.findings import Finding
from server.domain.texts import _


class RequestKind(StrEnum):
    """Everything that is asked and consented to; there is nothing besides."""

    #: more time for a clock, by the approver its rule names
    EXTEND = "extend"
    #: a token of the diagram stands at another step
    MOVE = "move"
    #: a variable of the case has another value
    AMEND = "amend"


class RequestState(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    CONSENTED = "consented"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


#: what is asked, in words
KINDS: Final = {
    RequestKind.EXTEND: _("延长期限"),
    RequestKind.MOVE: _("调整环节"),
    RequestKind.AMEND: _("更正流程数据"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A request as its decision looks at it."""

    state: RequestState
    asked_by: str
    #: the office whose people may consent
    office_id: str
    #: only its heads
    by_head: bool = True


def consent(request: Request, actor: Actor) -> RequestState:
    """The state once the actor consents.

    Raises:
        Conflict: it is decided.
        Forbidden: he is none of those who may, or asked himself.
    """
    _decides(request, actor)
    return RequestState.CONSENTED


def refuse(request: Request, actor: Actor, answer: str) -> RequestState:
    """The state once the actor refuses.

    Raises:
        Conflict, Forbidden: as :func:`consent`.
        Invalid: he says no reason.
    """
    _decides(request, actor)
    if not answer.strip():
        message = _("不同意的，须写明理由")
        finding = Finding(code="REQUEST_ANSWER", field="answer", message=message, fix=_("填写理由"))
        raise Invalid(message, [finding])
    return RequestState.REFUSED


def withdraw(request: Request, actor: Actor) -> RequestState:
    """The state once the actor takes it back.

    Raises:
        Conflict: it is decided.
        Forbidden: somebody else asked.
    """
    _open(request)
    if request.asked_by != actor.person_id:
        raise Forbidden(_("只有提出的人可以撤回"))
    return RequestState.WITHDRAWN


def may_decide(request: Request, actor: Actor) -> bool:
    """Is he one of those who may consent or refuse, while it is open."""
    try:
        _decides(request, actor)
    except (Conflict, Forbidden):
        return False
    return True


def is_addressed(request: Request, actor: Actor) -> bool:
    """Does he hold a post that may decide it, whoever asked."""
    return any(
        post.unit_id == request.office_id and (post.is_head or not request.by_head)
        for post in actor.posts
    )


def _decides(request: Request, actor: Actor) -> None:
    _open(request)
    if not is_addressed(request, actor):
        raise Forbidden(_("由被请示的机构的负责人决定"))
    if request.asked_by in (actor.person_id, actor.on_behalf_of):
        raise Forbidden(_("自己提出的须由他人决定"))


def _open(request: Request) -> None:
    if request.state is not RequestState.ASKED:
        raise Conflict(_("这项请示已经办结，请刷新后查看"))
