"""Filling an empty house with the living example, by playing its history in order of time."""

from __future__ import annotations

from datetime import UTC, datetime

from ..services.base import clock
from ..services.base.house import House
from ..services.people import register_many
from ..services.worker import each_tick
from . import cast
from .events import at, events
from .plans import TODAY

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


def seed(house: House, *, real_now: datetime) -> bool:
    """The 21 regions, their people, ten reviews and a round, as they stand on the demo's first day.

    False, and nothing done, if there is somebody already."""
    if not register_many.is_empty(house):
        return False
    accounts = register_many.register(
        house,
        organisations=cast.organisations(),
        people=cast.people(),
        password=cast.PASSWORD,
        real_now=real_now,
    )
    for event, doing in events(house, accounts, register_many.organisation_ids(house)):
        pass_time(house, event.at, real_now)
        doing.now = event.at
        event.deed(doing)
    morning = at(TODAY, 9)
    pass_time(house, morning, real_now)
    clock.start_at(house, at=morning, real_now=real_now)
    return True


def pass_time(house: House, until: datetime, real_now: datetime) -> None:
    """Let everything happen that time alone brings before `until`, each at its own instant."""
    while (due := clock.next_due(house, now=BEGINNING)) is not None and due <= until:
        each_tick.tick(house, now=due, real_now=real_now)
