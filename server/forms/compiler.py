"""A form-js schema compiled for the server: the same validation for web, API and rehearsal.

``compiled`` reads a schema once (cached by its content), ``fields`` says what it asks for,
``validate`` takes filled answers and gives back what may be stored, or every problem at once.
Whether a schema may be published at all is decided in ``checks``.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import orjson
from marshmallow import Schema, ValidationError

from server.domain.errors import Invalid
from server.domain.expressions import Evaluate, Json
from server.domain.findings import Finding
from server.domain.packs import CodeList
from server.domain.texts import _
from server.forms import fields as tree
from server.forms.computed import compute, settle
from server.forms.fields import ANY_CASE, Field, Which, flat
from server.forms.limits import World, broken, is_empty
from server.forms.permitted import FORGED
from server.forms.values import UNKNOWN, level
from server.forms.visibility import Path, Placed, blank, complete, hidden, places, prune, written

#: largest answers of one form, in bytes of JSON (SECURITY BU-2)
MAX_ANSWERS: Final = 256_000
#: deepest nesting of answers
_MAX_DEPTH: Final = 12
#: most times that hiding one field may change whether another is hidden
_MOST_ROUNDS: Final = 8
#: keys that the engine or JavaScript would not take for data (SECURITY EX-11)
_NO_KEYS: Final = frozenset({"typename", "__proto__", "constructor", "prototype"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A compiled form."""

    #: SHA-256 over the canonical JSON of the schema
    hash: str
    #: the components as a tree
    fields: tuple[Field, ...]
    #: reads answers strictly by type; keeps nothing of what it read, so threads share it
    schema: Schema


@dataclass(frozen=True, slots=True)
class Named:
    """What an answer names; whether there is such a one is for the caller to see."""

    #: ``person``, ``unit`` or ``case``
    kind: str
    #: of a person or unit; the reference of a case
    id: str
    #: field of the answer, e.g. ``members[0].person``
    field: str
    #: which cases may be named
    which: Which = ANY_CASE


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """Answers that passed: JSON only, every visible field present, null where unanswered."""

    values: Mapping[str, Json]
    #: fields that a condition hides now; their values were dropped
    hidden: tuple[str, ...] = ()
    #: the hidden ones that are nobody's but this form's to answer: whatever the case knew under
    #: their names does not hold any more; what is locked was only shown here
    withdrawn: tuple[str, ...] = ()
    named: tuple[Named, ...] = ()


def compiled(schema: Mapping[str, Json]) -> Form:
    """The form of a published schema; the same content is compiled once."""
    return _compiled(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS))


def fields(schema: Mapping[str, Json]) -> tuple[Field, ...]:
    """Every answer the form can give, in its order, by key, type, required, list and kind.

    Groups without a path are opened; a group with a path and a dynamic list come as one field
    with ``children``.
    """
    return tuple(each for each in flat(compiled(schema).fields) if each.key)


def validate(
    form: Form,
    answers: Mapping[str, Json],
    *,
    variables: Mapping[str, Json],
    lists: Mapping[str, CodeList],
    evaluate: Evaluate,
    on: date | None = None,
) -> Answers:
    """What may be stored of these answers; ``variables`` are what the form was shown with.

    Unknown fields and changed read-only ones are refused; what a condition hides is dropped with
    everything in it; computed fields are computed here, whatever was sent. ``on`` is the day of
    the act, needed by forms that refuse passed dates.

    Raises:
        Invalid: with one finding per problem, at its field.
        ExpressionFailed: an expression of the form passed its limits.
    """
    data, problems, changed, locked = _taken(form, answers, variables, evaluate)
    shown, gone = _shown(form, data, variables, evaluate)
    problems = {path: it for path, it in problems.items() if not _lies_in(path, gone)}
    judged = [each for each in shown if not _lies_in(each.path, problems)]
    findings = [
        *problems.values(),
        *changed,
        *broken(judged, World(lists=lists, evaluate=evaluate, on=on)),
    ]
    if findings:
        raise Invalid(_("填写的内容有{n}处问题").format(n=len(findings)), findings)
    return Answers(
        values=prune(data, gone),
        hidden=tuple(sorted(map(written, gone))),
        withdrawn=tuple(sorted(map(written, gone - locked))),
        named=tuple(_named(shown)),
    )


def refuse_forged(
    form: Form, answers: Mapping[str, Json], *, variables: Mapping[str, Json], evaluate: Evaluate
) -> None:
    """Return when unfinished answers hold nothing but what the form asks; nothing else is judged.

    Raises:
        Invalid: a field is unknown, or read-only and changed; one finding each.
        ExpressionFailed: an expression of the form passed its limits.
    """
    _data, problems, changed, locked = _taken(form, answers, variables, evaluate)
    findings = [
        each for path, each in problems.items() if each.code in FORGED or _lies_in(path, locked)
    ]
    findings += changed
    if findings:
        raise Invalid(findings[0].message, findings)


def _taken(
    form: Form, answers: Mapping[str, Json], variables: Mapping[str, Json], evaluate: Evaluate
) -> tuple[dict[str, Json], dict[Path, Finding], list[Finding], frozenset[Path]]:
    """Answers by type with what nobody types, what did not fit, what was changed, what is locked.

    Raises:
        Invalid: they are no plain data.
    """
    _refuse_unacceptable(answers)
    sent, problems = _load(form, answers)
    data = complete(form.fields, sent)
    placed = places(form.fields, data, variables)
    changed, locked = settle(placed, data, sent, variables, evaluate)
    return data, problems, changed, locked


def _shown(
    form: Form, data: dict[str, Json], variables: Mapping[str, Json], evaluate: Evaluate
) -> tuple[list[Placed], frozenset[Path]]:
    """The visible fields and the hidden paths; ``data`` gets its computed values.

    What is hidden reads as null, also in the conditions of other fields, so a condition is asked
    again when a hidden field that held something was read. Two fields that hide each other
    would never settle: the number of rounds is limited.
    """
    gone: frozenset[Path] = frozenset()
    for _round in range(_MOST_ROUNDS):
        seen = blank(data, gone)
        compute(form.fields, seen, variables, evaluate)
        placed = places(form.fields, seen, variables)
        out = hidden(placed, evaluate)
        found = frozenset(each.path for each in out if each.path)
        settled = found >= gone and all(
            is_empty(each.value) for each in out if each.path not in gone
        )
        gone = found
        if settled:
            break
    data.update(seen)
    return [each for each in placed if each not in out], gone


@lru_cache(maxsize=256)
def _compiled(content: bytes) -> Form:
    schema = orjson.loads(content)
    found = tree.read(schema.get("components"))
    return Form(hash=hashlib.sha256(content).hexdigest(), fields=found, schema=level(found)())


def _refuse_unacceptable(answers: Mapping[str, Json]) -> None:
    """Refuse what is no plain data before anything looks at it."""
    try:
        size = len(orjson.dumps(answers))
    except (TypeError, RecursionError) as error:
        raise Invalid(_("填写的内容不是有效的数据"), detail=str(error)) from error
    if size > MAX_ANSWERS:
        raise Invalid(_("填写的内容过多，请精简后重新提交"), detail=f"{size} bytes")
    level_now: list[Any] = [answers]
    for _depth in range(_MAX_DEPTH):
        if any(isinstance(it, Mapping) and not _NO_KEYS.isdisjoint(it) for it in level_now):
            raise Invalid(_("填写的内容含有不允许的键"), detail="forbidden key")
        level_now = [inner for it in level_now for inner in _inner(it)]
    if level_now:
        raise Invalid(_("填写的内容嵌套过深"))


def _inner(value: Json) -> list[Json]:
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, list) else []


def _load(form: Form, answers: Mapping[str, Json]) -> tuple[dict[str, Json], dict[Path, Finding]]:
    try:
        return dict(form.schema.load(answers)), {}
    except ValidationError as error:
        labels = {each.key: each.label for each in tree.walk(form.fields)}
        found = dict(_flatten(error.messages, (), labels))
        return dict(error.valid_data or {}), found


def _flatten(
    messages: Any, path: Path, labels: Mapping[str, str]
) -> Iterator[tuple[Path, Finding]]:
    """One finding per place of marshmallow's nested messages."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _flatten(inner, path if key == "_schema" else (*path, key), labels)
        return
    texts = messages if isinstance(messages, list) else [messages]
    keys = [part for part in path if isinstance(part, str)]
    label = labels.get(keys[-1], keys[-1]) if keys else ""
    if UNKNOWN in texts:
        message = _("表单中没有“{label}”这一项").format(label=label[:80])
        code, fix = "FORM_UNKNOWN_FIELD", _("删除该项后重新提交")
    else:
        message = _("“{label}”：{why}").format(label=label, why="；".join(map(str, texts)))
        code, fix = "FORM_TYPE", _("修改“{label}”后重新提交").format(label=label)
    yield path, Finding(code=code, field=written(path), message=message, fix=fix)


def _lies_in(path: Path, places_: Collection[Path]) -> bool:
    return any(path[: n + 1] in places_ for n in range(len(path)))


def _named(shown: list[Placed]) -> Iterator[Named]:
    for each in shown:
        if each.field.kind is not None:
            for value in each.value if isinstance(each.value, list) else [each.value]:
                if isinstance(value, str) and value:
                    yield Named(each.field.kind, value, written(each.path), each.field.which)
