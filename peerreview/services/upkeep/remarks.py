"""What the web meets at its door and whoever runs the house should know of: in the log at once, and kept for
`peerreview check`. Said by each process once an hour at most."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from ...errors import Message, in_english
from ...store.upkeep import remarks as store
from ..base.house import House
from .fitness import door_settings
from .troubles import by_the_way

log = logging.getLogger(__name__)
EVERY = timedelta(hours=1)


class Door:
    """What one process has remarked already."""

    def __init__(self, house: House):
        self._house = house
        self._said: dict[str, datetime] = {}

    def remark(self, name: str, said: Message, *, real_now: datetime) -> None:
        """Whoever knocks cannot make us write: a few names, once an hour each."""
        last = self._said.get(name)
        if last is not None and real_now - last < EVERY:
            return
        self._said[name] = real_now
        log.warning("%s", in_english(said))
        data = {"text": said.text, "params": said.params, "settings": door_settings(self._house.settings)}
        with by_the_way("a remark"), self._house.db.write() as session:
            store.keep(session, name, data, real_now)
