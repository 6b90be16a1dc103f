"""More time for a side's step, as it is kept with the review: what was asked, and what was answered.

One entry an asking, the oldest first, in `Review.more_time`. What people wrote with it stands in the history, on the
line that carries the entry's number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from ...engine.running.case import Granted, Place, Scope

ASKED, GRANTED, DECLINED, WITHDRAWN = "asked", "granted", "declined", "withdrawn"


@dataclass(frozen=True)
class Entry:
    """`wished`: the day asked for ("" where more time was given unasked); `until`, `on`: the day granted, and when.
    `party` None: of a step that all share, which gets a new day when it begins again (`new_days`)."""

    number: int
    step: str
    party: int | None
    visit: int
    state: str
    wished: str = ""
    until: str = ""
    on: str = ""

    @property
    def place(self) -> Place:
        return self.step, Scope(self.party)


def entries(kept: Iterable[Mapping[str, Any]]) -> list[Entry]:
    return [Entry(**entry) for entry in kept or ()]


def kept(found: Iterable[Entry]) -> list[dict[str, Any]]:
    return [asdict(entry) for entry in found]


def granted_of(kept: Iterable[Mapping[str, Any]]) -> dict[tuple[Place, int], Granted]:
    """The newest grant of each visit of a step."""
    return {
        (entry.place, entry.visit): Granted(date.fromisoformat(entry.until), date.fromisoformat(entry.on))
        for entry in entries(kept)
        if entry.state == GRANTED
    }


def renamed(kept_so_far: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The same under the names that a newer definition has for the steps; what has no place there is left out."""
    found = entries(kept_so_far)
    return kept(replace(entry, step=names[entry.step]) for entry in found if entry.step in names)


def open_of(found: Iterable[Entry], place: Place, visit: int) -> Entry | None:
    """The asking that waits for an answer: the newest of this visit, unless it was answered."""
    here = [entry for entry in found if (entry.place, entry.visit) == (place, visit)]
    return here[-1] if here and here[-1].state == ASKED else None


def answered(found: list[Entry], number: int, **how: str) -> list[Entry]:
    return [replace(entry, **how) if entry.number == number else entry for entry in found]  # type: ignore[arg-type]
