"""What a task may do with the fields of its form, as one choice for each field."""

from collections.abc import Mapping
from typing import Any, Final

from server.domain.texts import _
from server.web.entries import offered
from server.web.entries.book import Book
from server.web.entries.parts import Kind, Part

#: the part of an entry that names fields -> what that means for them
_SAID: Final = (("read", _("只读")), ("hidden", _("不显示")))
#: key of the group in the form
RIGHTS: Final = "rights"


def parts(book: Book, kind: Kind, node: str, value: Any) -> tuple[Part, ...]:
    """The form of the entry: each field of the node's form with what may be done with it."""
    known = offered.fields_of(book, offered.form_of(book, node))
    held = value if isinstance(value, Mapping) else {}
    listed = {key for key, _label, _need in known}
    stray = [key for name, _word in _SAID for key in _list(held.get(name)) if key not in listed]
    rows = [*known, *((key, key, False) for key in dict.fromkeys(stray))]
    group = Part(
        key=RIGHTS,
        label=_("表单的字段"),
        control="group",
        hint=_("必填、可填由表单本身决定，在表单编辑器中改"),
        parts=tuple(
            Part(
                key=key,
                label=_("{title}（{key}）").format(title=label, key=key),
                control="choice",
                options=(("", _("必填") if is_needed else _("可填")), *_SAID),
                default="",
            )
            for key, label, is_needed in rows
        ),
    )
    return (group, *(part for part in kind.parts if part.key not in dict(_SAID)))


def shown(value: Any) -> dict[str, Any]:
    """The entry as its form reads it."""
    held = dict(value) if isinstance(value, Mapping) else {}
    rights = {key: name for name, _word in _SAID for key in _list(held.pop(name, None))}
    return {RIGHTS: rights, **held}


def taken(value: Mapping[str, Any], old: Any) -> dict[str, Any]:
    """The entry back from what its form reads; the order of the fields is kept."""
    before = old if isinstance(old, Mapping) else {}
    rest = dict(value)
    rights = rest.pop(RIGHTS, None) or {}
    found: dict[str, Any] = {}
    for name, _word in _SAID:
        chosen = [key for key, said in rights.items() if said == name]
        kept = [key for key in _list(before.get(name)) if key in chosen]
        fields = kept + [key for key in chosen if key not in kept]
        if fields or name in before:
            found[name] = before[name] if fields == _list(before.get(name)) else fields
    return {name: fields for name, fields in found.items() if fields} | rest


def _list(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []
