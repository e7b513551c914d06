"""What the pages of a verb have in common, whether it is done to a task or to a whole case.

A page registers each verb of its table (:func:`register`) and brings what is its own: whom the
form is shown to, and what stands around it.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from flask import Blueprint, request
from werkzeug.wrappers import Response

from server.domain.access import Permission
from server.domain.errors import NotFound, RongcuoError
from server.http.access import requires
from server.http.headers import page_class
from server.http.site import reading
from server.http.verbs.saying import Verb
from server.services.context import Context
from server.services.verbs.judged import Choice
from server.web import verb_forms

Page = Response | str | tuple[str, int]


def register(
    pages: Blueprint,
    place: str,
    verb: Verb,
    form: Callable[[str, Verb], Page],
    act: Callable[[str, Verb], Page],
) -> None:
    """The form of the verb (GET) and where it is sent (POST); ``place``: ``case_id``, ``item_id``.

    Their endpoints are the verb's name with ``_form`` and ``_act``.
    """
    for word, view, method in (("form", form, "GET"), ("act", act, "POST")):

        def page(*, view: Callable[[str, Verb], Page] = view, **given: str) -> Page:
            return view(given[place], verb)

        declared = requires(Permission.CASE_READ)(page_class("view")(page))
        pages.add_url_rule(
            f"/<{place}>/{verb.name}", f"{verb.name}_{word}", declared, methods=[method]
        )


def offered(ctx: Context, verb: Verb, of_id: str) -> Mapping[str, list[Choice]]:
    """What can be chosen in each field that is a choice."""
    found: dict[str, list[Choice]] = {}
    for ask in verb.asks:
        if ask.choices is not None:
            narrowed = (request.values.get(ask.by, "")[:120],) if ask.by else ()
            found[ask.key] = list(ask.choices(ctx, of_id, *narrowed))
    return found


def shown(verb: Verb, refused: RongcuoError | None) -> dict[str, Any]:
    """What the template of every verb reads: what was typed, what is wrong with it."""
    return {
        "verb": verb,
        "typed": verb_forms.typed(verb),
        "once": uuid4().hex,
        **verb_forms.refusal(refused),
    }


def exists(look: Callable[[Context], object]) -> bool:
    """Does it still exist for the person, after what he did."""
    with reading() as ctx:
        try:
            look(ctx)
        except NotFound:
            return False
    return True
