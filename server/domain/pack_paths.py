"""What the files of a pack are called, and what each of them is."""

import re
from typing import Final

#: the first suffix that fits says what kind of file it is
_KINDS: Final = (
    (".bpmn", "bpmn"),
    (".dmn", "dmn"),
    (".form.json", "form"),
    (".docx", "letter"),
    ("/pack.yaml", "pack"),
    (".yaml", "scenario"),
    ("", "text"),
)
#: kinds that are no text
BINARY: Final = frozenset({"letter"})

PACK: Final = re.compile(r"[a-z][a-z0-9_]{0,79}")
_NAME: Final = r"[\w\-]{1,120}"
_INSIDE: Final = re.compile(
    rf"processes/[^/]+/({_NAME}\.(bpmn|dmn)|pack\.yaml|CHANGELOG\.md"
    rf"|scenarios/{_NAME}\.yaml|letters/{_NAME}\.docx)"
    rf"|forms/[^/]+/{_NAME}\.form\.json"
)


def kind_of(path: str) -> str:
    """``bpmn``, ``dmn``, ``form``, ``letter``, ``pack``, ``scenario`` or ``text``."""
    return next(kind for suffix, kind in _KINDS if path.endswith(suffix))


def is_of(pack: str, path: str) -> bool:
    """Is it a file that the pack itself may have, not one it inherits."""
    return bool(_INSIDE.fullmatch(path)) and path.split("/")[1] == pack


def name_of(path: str) -> str:
    """The path inside the folder: ``main.bpmn``, ``scenarios/late.yaml``."""
    return path.split("/", 2)[-1]


def manifest(pack: str) -> str:
    """The path of what describes the pack."""
    return f"processes/{pack}/pack.yaml"
