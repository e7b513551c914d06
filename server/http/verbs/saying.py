"""How a verb is said: its name, what it asks, and the one service call behind it.

The API makes a route of it (``POST /tasks/{id}/<name>``), the pages a form at the same place; so
neither can do what the other cannot, and both are refused by the same rule.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import marshmallow as ma
from marshmallow import validate

from server.domain.texts import _
from server.services.verbs.judged import Choice
from server.services.verbs.outlook import Outlook

#: longest reason, opinion or note
LONGEST = 2000


#: what an id looks like
ID = validate.Regexp(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


def identifier(said: str) -> ma.fields.String:
    """A field that holds the id of somebody or something."""
    return ma.fields.String(required=True, validate=ID, metadata={"description": said})


class WhySchema(ma.Schema):
    """Why."""

    reason = ma.fields.String(required=True, validate=validate.Length(1, LONGEST))


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """One field of the form of a verb."""

    #: name of the argument of the service call, and of the field in the API
    key: str
    label: str
    #: ``seen`` is not asked: it is what the outlook showed; ``file`` is uploaded, its id is given
    kind: Literal["line", "area", "one", "several", "day", "number", "file", "seen"] = "area"
    hint: str = ""
    required: bool = True
    #: for ``one`` and ``several``: what can be chosen, for this task or case and this person
    choices: Callable[..., Sequence[Choice]] | None = None
    #: name of the field before it on which the choices depend: its value is their third argument
    by: str = ""


#: every verb that needs a reason asks for it in the same words
REASON = Ask(key="reason", label=_("理由"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Verb:
    """Something that is done to one task, or to one case."""

    #: word in the path
    name: str
    #: on the button
    title: str
    #: what it does, in a sentence or two, for the page and for the description of the API
    says: str
    #: what is sent to the API; its fields are the arguments of ``act``
    schema: type[ma.Schema] = ma.Schema
    #: ``act(ctx, id, **given)``; a task's verb also takes ``seen``, the version looked at
    act: Callable[..., None]
    asks: tuple[Ask, ...] = ()
    #: what would become of it, shown before it is done; takes what ``act`` takes, writes nothing
    outlook: Callable[..., Outlook] | None = None
    #: word on the button that leads to the outlook
    look: str = _("看看结果")
    #: takes long and writes nothing: done before the use case that writes begins, with what ``act``
    #: takes; what it gives is given to ``act`` besides
    prepare: Callable[..., Mapping[str, Any]] | None = None
    #: what the page says once it is done
    done: str
    #: shown beside the main buttons; the others stand under 更多
    is_common: bool = False
