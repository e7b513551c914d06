"""A backup file that is damaged, cut, foreign or hostile is refused in plain words."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from server.adapters import backup_files, sealing
from server.adapters.sealing import CHUNK
from server.domain.errors import Invalid

KEY = bytes(range(32))
OTHER = bytes(32)
CONTENT = bytes(range(256)) * (CHUNK // 100)
HASH = sha256(CONTENT).hexdigest()
ROWS: list[list[Any]] = [["a", 1, None], ["b", 2, "二"]]
ABOUT = {"made_at": "2026-02-12T10:00:00+08:00", "revision": "0008", "chains": {}, "damaged": []}


@pytest.mark.parametrize("key", [None, KEY])
def test_what_was_written_is_read_back(tmp_path: Path, key: bytes | None) -> None:
    file = backup(tmp_path, key)
    with backup_files.opened(file, key) as found:
        assert [row for row, _size in found.rows("case")] == ROWS
        assert found.attachments == {HASH}
        with found.attachment(HASH) as stream:
            assert stream.read() == CONTENT
        assert found.manifest["tables"]["case"]["rows"] == len(ROWS)


def test_nothing_of_a_sealed_file_can_be_read_without_the_key(tmp_path: Path) -> None:
    content = backup(tmp_path, KEY).read_bytes()
    assert b"PK\x03\x04" not in content
    assert b"manifest" not in content


@pytest.mark.parametrize("key", [None, KEY])
def test_a_byte_changed_anywhere_is_found(tmp_path: Path, key: bytes | None) -> None:
    file = backup(tmp_path, key)
    whole = file.read_bytes()
    for place in range(0, len(whole), len(whole) // 40):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert is_refused(file, key), place


@pytest.mark.parametrize("key", [None, KEY])
def test_a_file_that_was_cut_is_refused(tmp_path: Path, key: bytes | None) -> None:
    file = backup(tmp_path, key)
    whole = file.read_bytes()
    lengths = [*range(0, len(whole), len(whole) // 20), len(whole) - 1]
    if key:  # also where a chunk ends
        lengths += [41 + CHUNK + 16, 41 + 2 * (CHUNK + 16)]
    for length in lengths:
        file.write_bytes(whole[:length])
        assert is_refused(file, key), length


def test_sealed_chunks_cannot_be_swapped_or_taken_from_another_file(tmp_path: Path) -> None:
    file = backup(tmp_path, KEY)
    whole = file.read_bytes()
    head, size = 41, CHUNK + 16
    first, second = whole[head : head + size], whole[head + size : head + 2 * size]
    file.write_bytes(whole[:head] + second + first + whole[head + 2 * size :])
    assert is_refused(file, KEY)
    (tmp_path / "more").mkdir()
    other = backup(tmp_path / "more", KEY).read_bytes()
    file.write_bytes(whole[:head] + other[head : head + size] + whole[head + size :])
    assert is_refused(file, KEY)


@pytest.mark.parametrize(
    ("sealed", "key", "told"),
    [(KEY, None, "加密的"), (KEY, OTHER, "另一把密钥"), (None, KEY, "没有加密")],
)
def test_the_wrong_key_is_told_apart_from_damage(
    tmp_path: Path, sealed: bytes | None, key: bytes | None, told: str
) -> None:
    with pytest.raises(Invalid, match=told), backup_files.opened(backup(tmp_path, sealed), key):
        pass


@pytest.mark.parametrize("content", [b"", b"PK", b"none of ours", bytes(4096)])
def test_what_is_no_backup_at_all_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a"
    file.write_bytes(content)
    with pytest.raises(Invalid, match="不是本程序的备份"), backup_files.opened(file, None):
        pass


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="无法读取"), backup_files.opened(tmp_path / "a", None):
        pass


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "tables/../x.jsonl", "attachments/../a", "tables/a", "x"],
)
def test_a_name_that_does_not_belong_in_a_backup_refuses_all_of_it(
    tmp_path: Path, name: str
) -> None:
    file = backup(tmp_path)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(Invalid, match="清单不一致"), backup_files.opened(file, None):
        pass
    assert [each.name for each in tmp_path.iterdir()] == [file.name]


def test_an_attachment_or_table_more_or_less_refuses_all_of_it(tmp_path: Path) -> None:
    def without(name: str) -> Callable[[dict[str, bytes]], None]:
        return lambda parts: parts.__delitem__(name)

    def also(name: str) -> Callable[[dict[str, bytes]], None]:
        return lambda parts: parts.update({name: b""})

    changes = [
        without(f"attachments/{HASH}"),
        without("tables/case.jsonl"),
        also("tables/person.jsonl"),
        also(f"attachments/{'0' * 64}"),
    ]
    for change in changes:
        file = rewritten(tmp_path, change)
        with pytest.raises(Invalid, match="清单不一致"), backup_files.opened(file, None):
            pass


@pytest.mark.parametrize(
    "lines",
    [b'["a",1,null]\n', b'["a",1,null]\n["b",2,"x"]\n', b"[" * 100 + b"\n", b"no\nno\nno\nno\n"],
)
def test_a_table_that_is_not_what_the_manifest_says_is_refused(
    tmp_path: Path, lines: bytes
) -> None:
    file = rewritten(tmp_path, lambda parts: parts.update({"tables/case.jsonl": lines}))
    assert is_refused(file, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": "other"},
        {"format_version": 2},
        {"format_version": "x"},
        {"tables": {"case": {}}},
        {"tables": []},
        {"chains": None},
        {"revision": 2},
        {"attachments": None},
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(
    tmp_path: Path, wrong: Mapping[str, Any]
) -> None:
    def change(parts: dict[str, bytes]) -> None:
        manifest = json.loads(parts["manifest.json"]) | wrong
        parts["manifest.json"] = json.dumps(manifest).encode()

    assert is_refused(rewritten(tmp_path, change), None)


@pytest.mark.parametrize(
    ("text", "mode", "told"),
    [
        ("00" * 32, 0o644, "他人可读"),
        ("00" * 16, 0o600, "64个"),
        ("zz" * 32, 0o600, "64个"),
        ("密钥", 0o600, "无法读取"),
    ],
)
def test_a_key_file_that_is_none_is_refused(
    tmp_path: Path, text: str, mode: int, told: str
) -> None:
    file = tmp_path / "key"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    with pytest.raises(Invalid, match=told):
        sealing.read_key(file, tmp_path / "data")


def test_a_key_lies_outside_of_the_data(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("ab" * 32, encoding="ascii")
    file.chmod(0o600)
    assert sealing.read_key(file, tmp_path / "data") == bytes.fromhex("ab" * 32)
    with pytest.raises(Invalid, match="数据目录里"):
        sealing.read_key(file, tmp_path)


def backup(folder: Path, key: bytes | None = None) -> Path:
    """A small backup with one table and one attachment."""
    file = folder / "a.rongcuo"
    with file.open("wb") as target, backup_files.written(target, key) as writing:
        writing.table("case", [["id", "text"], ["n", "whole"], ["t", "text"]], iter(ROWS))
        writing.attachment(HASH, io.BytesIO(CONTENT))
        writing.finish(ABOUT)
    return file


def rewritten(folder: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The backup with other parts, as a whole zip."""
    file = backup(folder)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


def is_refused(file: Path, key: bytes | None) -> bool:
    """Is the file refused, at the latest when all of it was read?"""
    try:
        with backup_files.opened(file, key) as found:
            told = [row for row, _size in found.rows("case")]
            with found.attachment(HASH) as stream:
                is_whole = sha256(stream.read()).hexdigest() == HASH
            return not (is_whole and told == ROWS)
    except Invalid:
        return True
