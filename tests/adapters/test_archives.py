"""Archives that are packs, and everything an archive may be instead (SECURITY section 10)."""

import struct
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.adapters.archives import MAX_ENTRIES, MAX_SENT, MAX_UNPACKED, read_archive
from server.adapters.packs import completed, read_folder
from server.domain.errors import Invalid

ROOT = Path(__file__).parent.parent.parent
GOOD = {"processes/here/pack.yaml": b"key: here\n", "forms/here/start.form.json": b"{}"}


def test_a_pack_comes_back_as_it_was_packed() -> None:
    files = read_archive(packed(GOOD))
    assert (files.key, files.files) == ("here", GOOD)


def test_folders_of_the_archive_and_other_ways_to_write_it_do_not_matter() -> None:
    stream = Unseekable()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("processes/", b"")
        for name, content in GOOD.items():
            archive.writestr(name, content)
    assert read_archive(stream.getvalue()).files == GOOD


def test_what_a_pack_extends_is_taken_from_the_shelf() -> None:
    whole = read_folder(ROOT / "processes" / "nanyang")
    own = {path: data for path, data in whole.files.items() if "/nanyang/" in path}
    read = read_archive(packed(own))
    assert read.files == own
    assert completed(read, ROOT / "processes") == whole


def test_a_name_that_leads_off_the_shelf_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "processes").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "pack.yaml").write_text("key: secret\n")
    given = {"processes/here/pack.yaml": b"key: here\nextends: [../secret]\n"}
    read = read_archive(packed(given))
    assert completed(read, tmp_path / "processes").files == given


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("ARCHIVE_PATH", "../processes/here/a.yaml"),
        ("ARCHIVE_PATH", "/processes/here/a.yaml"),
        ("ARCHIVE_PATH", "processes/here/../../a.yaml"),
        ("ARCHIVE_PATH", "processes//a.yaml"),
        ("ARCHIVE_PATH", "processes\\here\\a.yaml"),
        ("ARCHIVE_PATH", "C:/processes/here/a.yaml"),
        ("ARCHIVE_PATH", "processes/here/a\u202elmay.yaml"),
        ("ARCHIVE_PATH", "processes/here/cafe\u0301.yaml"),
        ("ARCHIVE_PLACE", "processes/here/run.py"),
        ("ARCHIVE_PLACE", "processes/pack.yaml"),
        ("ARCHIVE_PLACE", "elsewhere/here/a.yaml"),
        ("ARCHIVE_PLACE", "__MACOSX/processes/._pack.yaml"),
        ("ARCHIVE_PLACE", "processes/he re/a.yaml"),
        ("ARCHIVE_TWICE", "Processes/here/pack.yaml"),
        ("ARCHIVE_ONE_PACK", "processes/other/pack.yaml"),
    ],
)
def test_a_name_that_is_none_of_a_pack_is_refused(code: str, name: str) -> None:
    assert code in refusal(packed({**GOOD, name: b"x"}))


def test_the_same_name_twice_is_refused() -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("processes/here/pack.yaml", b"a")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("processes/here/pack.yaml", b"b")
    assert refusal(stream.getvalue()) == ["ARCHIVE_TWICE"]


@pytest.mark.parametrize("mode", [0o120777, 0o020600, 0o010600])
def test_a_link_or_device_is_refused(mode: int) -> None:
    link = zipfile.ZipInfo("processes/here/link.yaml")
    link.external_attr = mode << 16
    stream = BytesIO(packed(GOOD))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(link, b"/etc/passwd")
    assert refusal(stream.getvalue()) == ["ARCHIVE_LINK"]


def test_an_encrypted_entry_is_refused() -> None:
    data = bytearray(packed(GOOD))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(data)) == ["ARCHIVE_SEALED"]


def test_a_method_of_compression_nobody_needs_is_refused() -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("processes/here/pack.yaml", b"key: here")
    assert refusal(stream.getvalue()) == ["ARCHIVE_SEALED"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"MZ" + data,
        lambda data: data + b"tail",
        lambda data: data[:-2] + b"\x04\0tail",
        lambda data: data + data[-22:],
        lambda data: data[:-14] + struct.pack("<HH", 1, 1) + data[-10:],
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"key: here", b"key: hero"),
        lambda _data: b"",
        lambda _data: b"<html/>",
        lambda data: data.replace(b"PK\x01\x02", b"gapgapPK\x01\x02", 1),
    ],
)
def test_bytes_that_are_not_exactly_the_entries_are_refused(
    spoil: Callable[[bytes], bytes],
) -> None:
    assert refusal(spoil(packed(GOOD, zipfile.ZIP_STORED))) == ["ARCHIVE_BROKEN"]


def test_the_name_beside_the_bytes_must_be_the_name_of_the_list() -> None:
    data = packed(GOOD)
    assert refusal(data.replace(b"here/pack", b"hero/pack", 1)) == ["ARCHIVE_BROKEN"]


def test_limits_hold_just_above_and_pass_just_below() -> None:
    many = {f"processes/here/{n}.md": b"x" for n in range(MAX_ENTRIES)}
    assert len(read_archive(packed(many)).files) == MAX_ENTRIES
    assert refusal(packed({**many, "processes/here/more.md": b"x"})) == ["ARCHIVE_TOO_MANY"]
    assert refusal(b"PK" + bytes(MAX_SENT - 1)) == ["ARCHIVE_TOO_LARGE"]
    assert refusal(b"PK" + bytes(MAX_SENT - 2)) == ["ARCHIVE_BROKEN"]


def test_a_bomb_is_given_up_while_it_is_read() -> None:
    assert refusal(packed({"processes/here/a.md": bytes(5_000_000)})) == ["ARCHIVE_TOO_LARGE"]
    noise = b"".join(n.to_bytes(8, "big") * 4 for n in range(40_000))
    whole = {f"processes/here/{n}.md": noise for n in range(MAX_UNPACKED // len(noise) + 1)}
    assert refusal(packed(whole)) == ["ARCHIVE_TOO_LARGE"]


def test_an_archive_inside_an_archive_is_refused_unless_it_is_a_letter() -> None:
    inner = packed(GOOD)
    assert refusal(packed({**GOOD, "processes/here/a.bpmn": inner})) == ["ARCHIVE_NESTED"]
    assert read_archive(packed({**GOOD, "processes/here/letters/a.docx": inner})).key == "here"


def test_yaml_of_more_than_a_megabyte_is_refused() -> None:
    text = b"".join(n.to_bytes(4, "big").hex().encode() for n in range(140_000))
    assert refusal(packed({"processes/here/pack.yaml": text})) == ["ARCHIVE_TOO_LARGE"]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_spoilt_archive_is_read_as_it_was_or_refused(data: st.DataObject) -> None:
    good = bytearray(packed(GOOD))
    for _number in range(data.draw(st.integers(1, 3))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Invalid):
        files = read_archive(bytes(good))
        assert all(name.startswith(("processes/", "forms/")) for name in files.files)
        assert list(files.files.values()) == list(GOOD.values())


class Unseekable(BytesIO):
    """A stream that only writes: the sizes follow the bytes of each entry."""

    def tell(self) -> int:
        raise OSError("no position")

    def seek(self, _offset: int, _whence: int = 0) -> int:
        raise OSError("no position")


def packed(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def refusal(data: bytes) -> list[str]:
    """The codes an archive is refused with, each once."""
    with pytest.raises(Invalid) as refused:
        read_archive(data)
    return sorted({finding.code for finding in refused.value.findings})
