"""Bytes under their hash: kept once, complete, never through a link, never given out changed."""

import os
import stat
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.adapters.storage import Damaged, Storage, Stored, TooLarge

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@given(content=st.binary(max_size=3000))
@settings(max_examples=30, deadline=None)
def test_what_is_put_in_comes_out(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    storage = Storage(tmp_path_factory.mktemp("storage"))
    stored = storage.put(BytesIO(content), 3000)
    with storage.opened(stored) as stream:
        assert stream.read() == content


def test_the_same_content_is_kept_once_and_only_its_owner_reads_it(storage: Storage) -> None:
    first, second = (storage.put(BytesIO(b"abc"), 10) for _ in range(2))
    assert first == second
    (place,) = files(storage)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


def test_one_byte_too_many_leaves_nothing_behind(storage: Storage) -> None:
    assert storage.put(BytesIO(b"x" * 10), 10).size == 10
    with pytest.raises(TooLarge):
        storage.put(BytesIO(b"x" * 11), 10)
    assert len(files(storage)) == 1


def test_changed_bytes_are_not_given_out(storage: Storage) -> None:
    stored = storage.put(BytesIO(b"abc"), 10)
    files(storage)[0].write_bytes(b"abd")
    with pytest.raises(Damaged), storage.opened(stored):
        pass


def test_a_link_in_the_place_of_a_file_is_not_followed(storage: Storage, tmp_path: Path) -> None:
    stored = storage.put(BytesIO(b"abc"), 10)
    (place,) = files(storage)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"abc")
    place.unlink()
    place.symlink_to(elsewhere)
    with pytest.raises(Damaged), storage.opened(stored):
        pass


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "ab"])
def test_what_is_no_hash_names_no_file(storage: Storage, name: str) -> None:
    with pytest.raises(Damaged), storage.opened(Stored(name, 1)):
        pass


def test_only_what_was_put_before_the_moment_is_old(storage: Storage) -> None:
    old, new = put(storage, b"old"), put(storage, b"new")
    aged(storage, old)
    assert storage.older_than(NOW) == [old.hash]
    put(storage, b"old")
    assert storage.older_than(NOW) == []
    assert not storage.drop(old.hash, NOW)
    for kept in (old, new):
        with storage.opened(kept) as stream:
            assert stream.read() in (b"old", b"new")


def test_what_is_dropped_is_gone_and_can_be_put_again(storage: Storage) -> None:
    stored = put(storage, b"bytes")
    aged(storage, stored)
    assert storage.drop(stored.hash, NOW)
    assert not storage.drop(stored.hash, NOW)
    assert files(storage) == []
    assert put(storage, b"bytes") == stored


def put(storage: Storage, content: bytes) -> Stored:
    return storage.put(BytesIO(content), 100)


def aged(storage: Storage, stored: Stored) -> None:
    """Let the bytes be put long before the moment."""
    (place,) = (each for each in files(storage) if each.name == stored.hash)
    os.utime(place, (0, 0))


def files(storage: Storage) -> list[Path]:
    return [each for each in storage.folder.rglob("*") if each.is_file() or each.is_symlink()]


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "attachments")
