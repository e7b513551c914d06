"""A pack copied from another: clean at once, and nothing of the other's names is left."""

import re
from datetime import date
from pathlib import Path

import pytest

from server.adapters import pack_copies
from server.adapters.pack_copies import TEMPLATE, Wanted
from server.adapters.packs import PackFiles, parse, read_folder
from server.domain import pack_paths
from server.domain.findings import has_errors

PROCESSES = Path(__file__).parents[2] / "processes"
SHIPPED = sorted(
    path.parent.name for path in PROCESSES.glob("*/pack.yaml") if path.parent.name != "_national"
)
WANTED = Wanted(
    key="linhai",
    title="临海县容错纠错办法",
    valid_from=date(2026, 3, 2),
    mark="临容",
    locality="临海县",
    history="# 变更记录\n",
)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_copy_is_clean_and_its_diagrams_and_scenarios_name_its_own_procedures(name: str) -> None:
    source = read_folder(PROCESSES / name)
    copied = pack_copies.copied(source, WANTED)
    inherited = {p: c for p, c in source.files.items() if p.split("/")[1] != name}
    pack, findings = parse(PackFiles(key="linhai", files={**inherited, **copied}))
    assert not has_errors(findings)
    assert pack is not None
    assert (pack.title, pack.valid_from, pack.version) == (WANTED.title, WANTED.valid_from, "1.0")
    own = pack_copies.procedures_of(source.files, name)
    assert len(pack.procedures) == len(own)
    assert not set(pack.procedures) & set(own)
    assert all(each.reference.startswith("临容") for each in pack.procedures.values())
    assert len({each.reference for each in pack.procedures.values()}) == len(own)
    assert all(pack_paths.is_of("linhai", path) for path in copied)
    _names_new_procedures(copied, set(own), set(pack.procedures))


def _names_new_procedures(copied: dict[str, bytes], old: set[str], new: set[str]) -> None:
    processes = {
        each
        for path, content in copied.items()
        if path.endswith(".bpmn")
        for each in re.findall(r'process\b[^>]*? id="(\w+)"', content.decode())
    }
    called = {
        each
        for path, content in copied.items()
        if path.endswith(".bpmn")
        for each in re.findall(r'(?:calledElement|processRef)="(\w+)"', content.decode())
    }
    assert called <= processes
    assert all(each.startswith("linhai_") for each in processes)
    for path, content in copied.items():
        if pack_paths.kind_of(path) == "scenario":
            named = set(re.findall(r"^\s*(?:- )?procedure: (\w+)", content.decode(), re.M))
            assert not named & old, path
            assert named & new, path


def test_nothing_of_the_template_is_left() -> None:
    copied = pack_copies.copied(read_folder(PROCESSES / TEMPLATE), WANTED)
    for path, content in copied.items():
        text = content.decode()
        assert "template_" not in text + path, path
        assert "示例" not in text, path
        assert "某市" not in text, path
    assert (
        copied["processes/linhai/CHANGELOG.md"]
        == b"# \xe5\x8f\x98\xe6\x9b\xb4\xe8\xae\xb0\xe5\xbd\x95\n"
    )
    assert "processes/linhai/linhai_procedure.bpmn" in copied
