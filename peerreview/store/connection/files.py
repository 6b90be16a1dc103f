"""Files on disk: streamed while hashed, fsynced, renamed, and only then known by their key.

What a person called a file is data in the database and never a path here: a key is random, and a
file that has one is whole. A process that dies half-way leaves a nameless file in `incoming/`, no more.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from ...errors import N_, BadSetting, Invalid, NotFound, TooLarge, why

CHUNK = 256 * 1024
_KEY = re.compile(r"[0-9a-f]{32}")


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class StoredFile(NamedTuple):
    """`key` finds it again; `size` in bytes; `sha256` in hex."""

    key: str
    size: int
    sha256: str


class FileStore:
    """A folder of files. `max_upload`: the most that one may hold, in bytes."""

    def __init__(self, folder: Path, *, max_upload: int):
        self.folder, self.max_upload = folder, max_upload
        self._incoming = folder / "incoming"

    def check(self) -> None:
        """Raises BadSetting with the mend where nothing can be kept in the folder."""
        try:
            _make_folder(self._incoming)
            probe = self._incoming / f"probe-{secrets.token_hex(8)}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise BadSetting(
                N_(
                    "PEERREVIEW_FILES_DIR: %(folder)s cannot be written to (%(why)s); name a folder that "
                    "belongs to the user who runs Peerreview",
                    folder=repr(str(self.folder)),
                    why=why(error),
                )
            ) from error

    def save(self, stream: Readable) -> StoredFile:
        """Keep what `stream` holds. Raises Invalid (field `file`) for nothing at all, and TooLarge.

        Of what is too large up to twice the limit is still read, so that the sender's browser gets to
        see the answer instead of a broken connection; more than that is not waited for."""
        _make_folder(self._incoming)
        key = secrets.token_hex(16)
        temporary, target = self._incoming / key, self._path(key)
        try:
            size, digest = self._receive(stream, temporary)
            _make_folder(target.parent)
            temporary.rename(target)
            _sync_folder(target.parent)
        except BaseException:
            temporary.unlink(missing_ok=True)
            target.unlink(missing_ok=True)
            raise
        return StoredFile(key, size, digest)

    def open(self, key: str) -> BinaryIO:
        """The file for reading; raises NotFound."""
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise NotFound from None

    def holds(self, key: str, size: int) -> bool:
        """Whether the file is there, as large as it was."""
        try:
            return self._path(key).stat().st_size == size
        except (OSError, NotFound):
            return False

    def discard(self, key: str) -> None:
        """Take back a file whose transaction did not come about. Never for one that a row knows."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise NotFound
        return self.folder / key[:2] / key[2:4] / key

    def _receive(self, stream: Readable, path: Path) -> tuple[int, str]:
        digest, size = hashlib.sha256(), 0
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
        with open(descriptor, "wb", buffering=0) as file:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > self.max_upload:
                    _drain(stream, 2 * self.max_upload - size)
                    raise TooLarge(self.max_upload)
                digest.update(chunk)
                _write(file.fileno(), chunk)
            if size == 0:
                raise Invalid(file=N_("The file is empty. Choose a file that holds something."))
            os.fsync(file.fileno())
        return size, digest.hexdigest()


def _write(descriptor: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _drain(stream: Readable, most: int) -> None:
    while most > 0 and (chunk := stream.read(min(CHUNK, most))):
        most -= len(chunk)


def _make_folder(folder: Path) -> None:
    """Like mkdir -p, but each new folder's name survives a power cut as well."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o750, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
