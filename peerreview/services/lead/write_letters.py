"""A mail that the lead writes to a set of people, shown as a counted list of names before it goes.

The set is made anew when it is sent; where it has changed since it was shown, nothing goes.
"""

from __future__ import annotations

from datetime import datetime

from ..base import fingerprint
from ..base.access import only_lead
from ..base.house import Account, House
from ..mail import put_in_outbox
from .letters_page import ACT, Letter, addressed, things


def send_letter(
    house: House, *, actor: Account, letter: Letter, seal: str, now: datetime, real_now: datetime
) -> int:
    """One mail to each; gives their number. Raises Invalid, and Changed where others are meant than were shown."""
    only_lead(actor)
    with house.db.write() as session:
        people, words, review_id, nameless = addressed(house, session, actor, letter, now)
        fingerprint.require(house, actor, ACT, things(people, nameless), seal)
        for person, _ in people:
            put_in_outbox.enqueue(
                session,
                house,
                person=person,
                kind="letter",
                words=words,
                review_id=review_id,
                now=now,
                real_now=real_now,
                nameless=nameless,
            )
        return len(people)
