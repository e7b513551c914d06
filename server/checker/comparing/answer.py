"""Two packs file by file: the work of a killable child, since a draft may be anything."""

import base64
from collections.abc import Callable, Mapping
from typing import Final

from server.checker.comparing import drawings, sheets, tables
from server.checker.comparing.changes import Change, Unreadable
from server.domain import pack_paths
from server.domain.expressions import Json

#: kind of file -> how two of them are compared; the others differ as a whole
_COMPARERS: Final[Mapping[str, Callable[[bytes, bytes], list[Change]]]] = {
    "bpmn": drawings.compare,
    "dmn": tables.compare,
    "form": sheets.compare_forms,
    "pack": sheets.compare_packs,
}


def answer(asked: Json) -> Json:
    """``[[path, before, after], …]``, contents in base64 or null, to changes in words by path.

    ``null`` for what cannot be compared in parts.
    """
    found: dict[str, Json] = {}
    for path, before, after in asked:
        compare = _COMPARERS.get(pack_paths.kind_of(path))
        if compare is None or before is None or after is None:
            found[path] = None
            continue
        try:
            changes = compare(base64.b64decode(before), base64.b64decode(after))
        except Unreadable:
            found[path] = None
        else:
            found[path] = [change.as_json() for change in changes]
    return found
