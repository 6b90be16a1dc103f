"""A private calendar address for each who wants one: their meetings and what they have to do, by its day.

Whoever knows the address reads the calendar, without a login, as calendars fetch it; a new one ends the old.
"""

from __future__ import annotations

import secrets
from datetime import date, datetime

from ...errors import N_, NotFound, PutOffDay, RoughDay, small
from ...rendering.calendars import Event, feed_file
from ...rendering.words import say
from ...store.case import cases as case_store
from ...store.lists import accounts as store
from ...store.lists import overview
from ...store.people.people import Feed, Person
from ...store.review import rounds as round_store
from ..base.house import Account, House
from ..base.tokens import digest
from ..case.opening import OpenCase, opened_many
from ..login.sessions import account_of
from ..meetings import edit_meetings
from ..turns.task_lists import TaskView, tasks_of

# Of a lead's reviews those that are due first: a network of twenty has ten or fifteen at a time.
MOST_LED = 200


def feed_since(house: House, *, actor: Account) -> datetime | None:
    """Since when the actor has an address; None for no address. What it is, is told only when it is made."""
    with house.db.read() as session:
        row = session.get(Feed, actor.person_id)
        return row.created_at if row else None


def make_feed(house: House, *, actor: Account, real_now: datetime) -> str:
    """A new address's token; an old address no longer works."""
    token = secrets.token_urlsafe(32)
    with house.db.write() as session:
        row = session.get(Feed, actor.person_id, with_for_update=True) or Feed(person_id=actor.person_id)
        row.token_hash, row.created_at = digest(token), real_now
        session.add(row)
    return token


def end_feed(house: House, *, actor: Account) -> None:
    """The address no longer works."""
    with house.db.write() as session:
        row = session.get(Feed, actor.person_id, with_for_update=True)
        if row is not None:
            session.delete(row)


def feed(house: House, *, token: str, now: datetime) -> bytes:
    """The calendar's bytes. NotFound for an address that does not work (any more)."""
    with house.db.read() as session:
        person = store.feed_reader(session, digest(token))
        if person is None:
            raise NotFound("calendar")
        ids = set(overview.running(session, case_store.reviews_of(session, person.id, now)))
        if person.is_lead:
            # They are called to every review's meetings, and some steps are the lead's.
            ids.update(overview.due_first(session, limit=MOST_LED), round_store.running(session))
            ids.update(overview.of_lead(session, limit=MOST_LED))
        cases = opened_many(house, session, ids, account=account_of(person), now=now)
        events = [
            event
            for case in cases
            for event in (*edit_meetings.events_of(case, person.language), *_due(case, person))
        ]
        name = say(N_("Collegial review"), person.language)
        return feed_file(name, sorted(events, key=lambda e: (e.day, e.uid)), house.calendar.zone.key)


def _due(case: OpenCase, person: Person) -> list[Event]:
    """What the person has to do, on its last day."""
    settings = case.house.settings
    return [
        Event(
            uid=_uid(task, settings.mail_from.rpartition("@")[2]),
            sequence=0,
            stamp=case.review.created_at,
            title=_title(case, task, person),
            day=task.due,
            start=None,
            until=None,
            place="",
            link="",
            page=settings.base_url.rstrip("/") + task.href,
            busy=False,
            note=_put_off(task.due, person),
        )
        for task in tasks_of(case)
        if task.due is not None
    ]


def _title(case: OpenCase, task: TaskView, person: Person) -> str:
    """A day in a calendar is no meeting: what is to be done, and that it is the last day for it."""
    asked = small(say(task.title, person.language, case.names))
    title = say(N_("By then: %(task)s – %(review)s", task=asked, review=task.review), person.language)
    return title + (_roughly(task.due, person) if task.due else "")


def _put_off(due: date, person: Person) -> str:
    if not isinstance(due, PutOffDay):
        return ""
    return say(N_("The day was put off from %(day)s by the time on hold.", day=due.was), person.language)


def _roughly(due: date, person: Person) -> str:
    """What is due at the end of a month, a term or a year says so: a calendar has days alone."""
    rough = isinstance(due, RoughDay) and due.said is not None
    return f" ({say(N_('by %(day)s', day=due), person.language)})" if rough else ""


def _uid(task: TaskView, domain: str) -> str:
    """The same for a task whose day has moved, so that it moves in the calendar too."""
    what = digest(f"{task.href} {say(task.title, 'en')}")[:16]
    return f"review-{task.review_id}-due-{what}@{domain}"
