"""Previews take turns: one at a time for each person, and few at once on one machine, in all of its processes.

A preview costs a second or two of work where the text is as long as may be, and asking for one costs nothing.
Who has to wait is told to come again, and the page does: nobody holds a thread that another needs to save with.
Turns are locks on files: whoever dies lets go of them, and nothing needs to be cleaned. Saving asks for none.
"""

from __future__ import annotations

import fcntl
import hashlib
import math
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from ...errors import N_, Message
from .house import Account, House

# So many at once: half of what the machine can do is left for all else.
AT_ONCE = max(1, (os.cpu_count() or 1) // 2)
BUSY: Message = N_(
    "The preview is busy just now. Try again in a moment. What you have written is still here."
)
# A preview shorter than this (seconds) is followed by no rest.
_SHORT = 0.2
_LONGEST_REST = 10.0


class Busy(Exception):
    """Not now: in `seconds` perhaps."""

    def __init__(self, seconds: float):
        super().__init__(f"in {seconds:.1f} s")
        self.seconds = math.ceil(seconds)


@contextmanager
def turn(house: House, actor: Account) -> Iterator[None]:
    """Work on a preview of `actor` meanwhile. Raises Busy.

    After a long one the same person's next waits as long as it took: so nobody has more than half of a processor."""
    with ExitStack() as held:
        folder = _folder(house)
        own = _taken(held, folder / f"person-{actor.person_id}")
        if own is None:
            raise Busy(1)
        if (rest := _rest(own)) > 0:
            raise Busy(rest)
        if not any(_taken(held, folder / f"slot-{n}") for n in range(AT_ONCE)):
            raise Busy(1)
        began = time.monotonic()
        try:
            yield
        finally:
            _rest_after(own, time.monotonic() - began)


def _folder(house: House) -> Path:
    """One for each house on this machine, that nobody else may write in."""
    name = hashlib.sha256(
        f"previews\n{house.settings.secret_key}\n{house.settings.database_url}".encode()
    ).hexdigest()[:20]
    folder = Path(tempfile.gettempdir()) / f"peerreview-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} is somebody else's")
    return folder


def _taken(held: ExitStack, path: Path) -> IO[str] | None:
    """The file at `path` under a lock, let go of with `held`; None where another has it."""
    file = held.enter_context(path.open("a+", encoding="ascii"))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    return file


def _rest(own: IO[str]) -> float:
    """How long the person has to wait. (The clock stands at nought when the machine starts: a late one is no more.)"""
    own.seek(0)
    try:
        left = float(own.read() or 0) - time.monotonic()
    except ValueError:
        return 0
    return left if left <= _LONGEST_REST else 0


def _rest_after(own: IO[str], took: float) -> None:
    own.seek(0)
    own.truncate()
    if took > _SHORT:
        own.write(str(time.monotonic() + min(took, _LONGEST_REST)))
    own.flush()
