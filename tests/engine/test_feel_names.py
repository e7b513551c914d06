import re
from pathlib import Path

from server.engine.feel import reserved_names as as_offered
from server.engine.feel_names import reserved_names

LIBRARY = Path(__file__).parents[2] / "node_modules" / "feelin" / "dist" / "index.js"


def test_every_builtin_of_the_library_is_reserved() -> None:
    source = LIBRARY.read_text(encoding="utf-8")
    start = source.index("const builtins = {")
    found = re.findall(r"^    '([a-z ]+)': (?:fn|listFn)\(", source[start:], re.MULTILINE)
    assert len(found) > 80
    assert set(found) <= reserved_names()


def test_the_traps_named_in_the_requirements_are_reserved() -> None:
    traps = {"count", "today", "now", "not", "item", "typename", "constructor", "__proto__", "if"}
    assert traps <= reserved_names()
    assert as_offered is reserved_names
