"""Files: whole or not at all, hashed on the way in, known by keys that are no paths."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from peerreview.errors import BadSetting, Invalid, NotFound, TooLarge
from peerreview.store.connection.files import CHUNK, FileStore

LIMIT = 3 * CHUNK


class Counting(io.BytesIO):
    """A stream that gives what it likes, as networks do, and counts what was read of it."""

    def __init__(self, size: int):
        super().__init__(b"x" * size)
        self.taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(min(size or -1, 70_000))
        self.taken += len(chunk)
        return chunk


class Breaking(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        if not chunk:
            raise ConnectionResetError
        return chunk


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files", max_upload=LIMIT)


def names(store: FileStore) -> list[str]:
    return sorted(path.name for path in store.folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("size", [1, CHUNK, CHUNK + 1, LIMIT])
def test_file_comes_back_as_it_was(store: FileStore, size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    kept = store.save(io.BytesIO(content))
    assert (kept.size, kept.sha256) == (size, hashlib.sha256(content).hexdigest())
    with store.open(kept.key) as file:
        assert file.read() == content
    assert names(store) == [kept.key]


def test_same_content_twice_is_two_files(store: FileStore) -> None:
    first, second = (store.save(io.BytesIO(b"same")) for _ in range(2))
    assert first.sha256 == second.sha256
    assert first.key != second.key


def test_empty_file_is_refused(store: FileStore) -> None:
    with pytest.raises(Invalid) as caught:
        store.save(io.BytesIO(b""))
    assert list(caught.value.errors) == ["file"]
    assert names(store) == []


def test_too_large_is_read_to_its_end_so_that_the_answer_arrives(store: FileStore) -> None:
    stream = Counting(2 * LIMIT)
    with pytest.raises(TooLarge) as caught:
        store.save(stream)
    assert (caught.value.limit, stream.taken) == (LIMIT, 2 * LIMIT)
    assert names(store) == []


def test_much_too_large_is_not_waited_for(store: FileStore) -> None:
    stream = Counting(20 * LIMIT)
    with pytest.raises(TooLarge):
        store.save(stream)
    assert stream.taken <= 2 * LIMIT


def test_broken_upload_leaves_nothing(store: FileStore) -> None:
    with pytest.raises(ConnectionResetError):
        store.save(Breaking(b"half of it"))
    assert names(store) == []


@pytest.mark.parametrize("key", ["", "..", "../../etc/passwd", "a" * 31, "A" * 32, "0" * 32, "0" * 32 + "\n"])
def test_what_is_no_key_is_not_found(store: FileStore, key: str) -> None:
    with pytest.raises(NotFound):
        store.open(key)


def test_discarded_file_is_gone(store: FileStore) -> None:
    key = store.save(io.BytesIO(b"never recorded")).key
    store.discard(key)
    store.discard(key)
    assert names(store) == []


def test_folder_that_cannot_be_written_to_is_told_at_the_start(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder", encoding="utf-8")
    with pytest.raises(BadSetting, match=r"PEERREVIEW_FILES_DIR: .*cannot be written to"):
        FileStore(in_the_way / "files", max_upload=1).check()


def test_usable_folder_is_made_and_left_empty(store: FileStore) -> None:
    store.check()
    assert names(store) == []
