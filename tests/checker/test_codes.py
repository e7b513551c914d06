"""The codes of all checks: each is documented, and each is provoked by some test."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent.parent
CODE = re.compile(r"[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+|DEADLOCK|COMPENSATION|TRANSACTION")
IMPORTS = Path("tests") / "corpus" / "imports" / "manifest.yaml"
#: packages whose modules report findings
REPORTING = ("engine", "checker", "forms", "adapters")
#: read tables of people and the settings of the ways out: what they find is no check of a pack
NO_PACK = ("spreadsheets.py", "settings.py")
#: words in capitals that are no codes: names in an environment, reasons of a decision, statements
OTHER = re.compile(r"LC_ALL|VIRTUAL_ENV|NOT_(ANY|NUMBERS|UNIQUE)|CLONE_\w+")


def test_every_code_in_the_source_is_documented_and_no_other() -> None:
    assert set(documented()) == set(spoken())


def test_no_code_is_documented_twice() -> None:
    assert len(documented()) == len(set(documented()))


def test_every_code_is_provoked_by_some_test() -> None:
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    text = "\n".join(path.read_text(encoding="utf-8") for path in tests)
    manifest = ROOT / "tests" / "corpus" / "bpmn" / "manifest.yaml"
    corpus = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    provoked = {entry["code"] for entry in corpus["reject"].values()}
    for entry in corpus["accept"].values():
        provoked |= set(entry.get("rewrites", ()))
    imports = yaml.safe_load((ROOT / IMPORTS).read_text(encoding="utf-8"))
    provoked |= {code for entry in imports.values() for code in entry["says"]}
    silent = [
        code
        for code in documented()
        if code not in provoked and not re.search(rf"\b{code}\b", text)
    ]
    assert silent == []


def documented() -> list[str]:
    text = (ROOT / "docs" / "reference" / "checks.md").read_text(encoding="utf-8")
    return re.findall(r"^\| `([A-Z0-9_]+)` \|", text, re.MULTILINE)


def spoken() -> Iterator[str]:
    for package in REPORTING:
        found = (ROOT / "server" / package).rglob("*.py")
        for path in (each for each in found if each.name not in NO_PACK):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Constant)
                    and isinstance(node.value, str)
                    and CODE.fullmatch(node.value)
                    and not OTHER.fullmatch(node.value)
                ):
                    yield node.value
