"""Mail: what is planned and why (PlannedMail), what is being sent and what became of it (Outgoing)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    JSON,
    ColumnElement,
    CursorResult,
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    String,
    TextClause,
    UniqueConstraint,
    and_,
    false,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.orm.attributes import set_committed_value

from ..connection.database import Base, UTCDateTime
from ..people.organisations import Organisation
from ..people.people import Person
from ..review.reviews import Party, Review

KEY = ("review_id", "party", "step", "visit", "rule", "occurrence", "seat_id")


class _Keyed:
    """What makes a planned mail the same one, however often it is planned anew (engine.md 27)."""

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    party: Mapped[int]
    step: Mapped[str] = mapped_column(String(200))
    visit: Mapped[int]
    rule: Mapped[str] = mapped_column(String(100))
    occurrence: Mapped[int] = mapped_column(default=0)
    seat_id: Mapped[int]


class PlannedMail(_Keyed, Base):
    """A mail that would be sent, rewritten by difference whenever something moves (engine.md 27).

    state: planned; sent (outgoing_id says as what); or void, with `why_not` a message's English text:
    the step was left, it was already done ... A void key that becomes true again is planned again. `nameless`: it goes
    to those who have not answered an anonymous form: whom, nobody is shown."""

    __tablename__ = "planned_mail"
    __table_args__ = (
        UniqueConstraint(*KEY),
        Index(
            "ix_planned_mail_due",
            "due_at",
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(50))
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(10), default="planned")
    why_not: Mapped[str] = mapped_column(String(300), default="")
    outgoing_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing.id"))
    nameless: Mapped[bool] = mapped_column(default=False, server_default=false(), sort_order=1)


class MailWish(_Keyed, Base):
    """What the lead wants of a planned mail: a row of its own on that key (engine.md 27), so that planning anew does
    not lose it. `held`: it shall not go. `line`: what the lead adds to it, whose words are `by`'s."""

    __tablename__ = "mail_wish"
    __table_args__ = (UniqueConstraint(*KEY),)

    id: Mapped[int] = mapped_column(primary_key=True)
    held: Mapped[bool] = mapped_column(default=False)
    line: Mapped[str] = mapped_column(String(1000), default="")
    by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Outgoing(Base):
    """One message to one recipient, as bytes, under one Message-ID for life.

    state: waiting, sending (by a worker, claimed at `claimed_at`), sent, failed, or void (no longer wanted:
    what it says was no longer true at a further try, or the lead has laid it aside). `next_at`: nobody tries
    before then. `unclear`: it may have arrived already, so that its bytes must stay as they are. `review_id`
    null where it is about no review or several. `report`: what came back about it after it was sent; `was_to`: where
    it went before its address was corrected; `may_decline`: which mails its reader may turn off by it; `asks`: the step
    that it asks for; `nameless`: as of planned mail. Times are the real clock's; `about_at` is the method's."""

    __tablename__ = "outgoing"
    __table_args__ = (
        Index(
            "ix_outgoing_waiting",
            "next_at",
            sqlite_where=text("state IN ('waiting', 'sending')"),
            postgresql_where=text("state IN ('waiting', 'sending')"),
        ),
        Index("ix_outgoing_sent", "sent_at"),
        Index(
            "ix_outgoing_failed",
            "id",
            sqlite_where=text("state = 'failed'"),
            postgresql_where=text("state = 'failed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    review_id: Mapped[int | None] = mapped_column(ForeignKey("review.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(254))
    kind: Mapped[str] = mapped_column(String(50))
    reason: Mapped[str] = mapped_column(String(500), default="")
    subject: Mapped[str] = mapped_column(String(500))
    message: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    about_at: Mapped[datetime] = mapped_column(UTCDateTime)
    next_at: Mapped[datetime] = mapped_column(UTCDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_answer: Mapped[str] = mapped_column(String(500), default="")
    unclear: Mapped[bool] = mapped_column(default=False)
    report: Mapped[str] = mapped_column(String(500), default="")
    was_to: Mapped[str] = mapped_column(String(254), default="")
    may_decline: Mapped[str] = mapped_column(String(10), default="")
    asks: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    nameless: Mapped[bool] = mapped_column(default=False, server_default=false())


class Heartbeat(Base):
    """When a worker last went round (real clock), and what it met: one row a job. `left`: how many things it left for
    somebody to look at."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failure: Mapped[str] = mapped_column(String(500), default="")
    left: Mapped[int] = mapped_column(default=0)


class Clock(Base):
    """How far the method's time is ahead of the real clock, in seconds: other than 0 in the demo alone."""

    __tablename__ = "clock"

    id: Mapped[int] = mapped_column(primary_key=True)
    ahead: Mapped[int] = mapped_column(default=0)


# The words of the partial index, as they stand there: with bound parameters SQLite would not use it.
_UNSENT = text("outgoing.state IN ('waiting', 'sending')")


def claim(session: Session, *, at: datetime, until: datetime, limit: int) -> list[Outgoing]:
    """Take up to `limit` messages that are due, oldest first; nobody else gets them before `until`.

    A claim is `next_at` put forward: if its worker dies, the message is due again by itself. On PostgreSQL
    rows that another worker is just claiming are passed over; on SQLite there is one writer at a time."""
    query = select(Outgoing).where(_UNSENT, Outgoing.next_at <= at).order_by(Outgoing.next_at, Outgoing.id)
    rows = list(session.scalars(query.limit(limit).with_for_update(skip_locked=True)))
    values = {"state": "sending", "claimed_at": at, "next_at": until}
    if rows:
        # One statement: a unit of work for each row costs as much as sending it.
        taken = update(Outgoing).where(Outgoing.id.in_([row.id for row in rows])).values(**values)
        session.execute(taken.execution_options(synchronize_session=False))
    for row in rows:
        for name, value in values.items():
            set_committed_value(row, name, value)
    return rows


def settle(session: Session, row: Outgoing, **values: Any) -> bool:
    """Write down what became of a claimed message; False where the claim has gone to somebody else."""
    mine = (Outgoing.id == row.id, Outgoing.state == "sending", Outgoing.claimed_at == row.claimed_at)
    changed = session.execute(update(Outgoing).where(*mine).values(claimed_at=None, **values))
    return cast("CursorResult[Any]", changed).rowcount == 1


def settle_sent(
    session: Session, rows: Sequence[Outgoing], *, at: datetime, emptied: Collection[str]
) -> set[int]:
    """Write down that claimed messages were sent, in one statement; gives the ids of those whose claim still held.
    Of the kinds `emptied` the bytes are not kept."""
    mine: set[int] = set()
    for secret in (False, True):
        some = [row for row in rows if (row.kind in emptied) is secret]
        if some:
            values = {"state": "sent", "attempts": Outgoing.attempts + 1, "last_answer": "", "sent_at": at}
            held = (Outgoing.state == "sending", Outgoing.claimed_at.in_({row.claimed_at for row in some}))
            done = update(Outgoing).where(Outgoing.id.in_([row.id for row in some]), *held)
            empty = {"message": b""} if secret else {}
            changed = done.values(**values, claimed_at=None, **empty).returning(Outgoing.id)
            mine |= set(session.scalars(changed.execution_options(synchronize_session=False)))
    return mine


def refused_people(session: Session, ids: Collection[int]) -> Sequence[Person]:
    """Those of them to whom mail was refused at once (what came back later is not undone by what is taken now)."""
    query = select(Person).where(Person.id.in_(ids), Person.mail_problem != "", Person.bounced_at.is_(None))
    return session.scalars(query.order_by(Person.id).with_for_update()).all()


def to_ask_again(session: Session, *, due_by: datetime) -> list[int]:
    """Reminders and mails about meetings that were certainly not taken, and are to be tried again by then."""
    again = (
        Outgoing.attempts > 0,
        Outgoing.kind.in_(("reminder", "digest", "meeting")),
        Outgoing.unclear.is_(False),
    )
    query = select(Outgoing.id).where(
        _UNSENT, Outgoing.next_at <= due_by, Outgoing.state == "waiting", *again
    )
    return list(session.scalars(query.order_by(Outgoing.id)))


def planned_in(session: Session, row: Outgoing) -> list[PlannedMail]:
    """The planned mails that went into a message."""
    query = select(PlannedMail).where(
        PlannedMail.person_id == row.person_id, PlannedMail.outgoing_id == row.id
    )
    return list(session.scalars(query.order_by(PlannedMail.due_at, PlannedMail.id)))


def any_due(session: Session, at: datetime) -> bool:
    return session.scalar(select(Outgoing.id).where(_UNSENT, Outgoing.next_at <= at).limit(1)) is not None


def any_claimed(session: Session) -> bool:
    return (
        session.scalar(select(Outgoing.id).where(_UNSENT, Outgoing.state == "sending").limit(1)) is not None
    )


def outgoing_by_id(session: Session, outgoing_id: int, *, lock: bool = False) -> Outgoing | None:
    query = select(Outgoing).where(Outgoing.id == outgoing_id)
    return session.scalar(query.with_for_update() if lock else query)


def outgoing_by_message_id(session: Session, message_id: str) -> Outgoing | None:
    """The message with that Message-ID, held until the transaction ends."""
    return session.scalar(select(Outgoing).where(Outgoing.message_id == message_id).with_for_update())


def latest_sent_to(session: Session, address: str, *, since: datetime) -> Outgoing | None:
    """The last message that a server took for an address after that instant, held until the transaction ends."""
    query = select(Outgoing).where(
        # One that has come back already too: the same report may be read twice.
        Outgoing.sent_at > since,
        Outgoing.state.in_(("sent", "failed")),
        func.lower(Outgoing.recipient) == address,
    )
    return session.scalar(
        query.order_by(Outgoing.sent_at.desc(), Outgoing.id.desc()).limit(1).with_for_update()
    )


def undelivered_to(session: Session, person_id: int) -> list[Outgoing]:
    """What failed or waits for a person, the newest first, held until the transaction ends."""
    query = select(Outgoing).where(
        Outgoing.person_id == person_id, or_(Outgoing.state == "failed", Outgoing.state == "waiting")
    )
    return list(session.scalars(query.order_by(Outgoing.id.desc()).with_for_update()))


def thread_root(session: Session, review_id: int) -> str | None:
    """The Message-ID of the first mail about a review: the others answer to it."""
    query = select(Outgoing.message_id).where(Outgoing.review_id == review_id)
    return session.scalar(query.order_by(Outgoing.id).limit(1))


def unsent(session: Session, *, due_by: datetime | None = None) -> Row[int, datetime | None]:
    """How many messages are not sent yet, and since when the oldest waits; of those due by then, if given."""
    query = select(func.count(), func.min(Outgoing.created_at)).where(_UNSENT)
    if due_by is not None:
        query = query.where(Outgoing.next_at <= due_by)
    return session.execute(query).one()


def sent_since(session: Session, since: datetime) -> int:
    """How many messages a server has taken after that instant."""
    return session.scalar(select(func.count()).where(Outgoing.sent_at > since)) or 0


def put_off(session: Session, *, limit: int) -> Sequence[Row[Outgoing, str | None]]:
    """What was tried and waits for its next try, newest first, each with the person's name."""
    return _with_names(session, and_(_UNSENT, Outgoing.attempts > 0), limit)


def failed(session: Session, *, limit: int) -> Sequence[Row[Outgoing, str | None]]:
    """What nobody tries again unless asked to, newest first, each with the person's name."""
    return _with_names(session, text("outgoing.state = 'failed'"), limit)


def failures(session: Session) -> int:
    """How many there are of those, counted along their own index."""
    return (
        session.scalar(select(func.count()).where(text("outgoing.state = 'failed'")).select_from(Outgoing))
        or 0
    )


def _with_names(
    session: Session, which: ColumnElement[bool] | TextClause, limit: int
) -> Sequence[Row[Outgoing, str | None]]:
    query = select(Outgoing, Person.name).outerjoin(Person, Person.id == Outgoing.person_id).where(which)
    return session.execute(query.order_by(Outgoing.id.desc()).limit(limit)).all()


def beat_of(session: Session, name: str, at: datetime) -> Heartbeat:
    """The row of a job, made by whoever comes first: two workers may."""
    row = session.get(Heartbeat, name, with_for_update=True)
    if row is not None:
        return row
    try:
        with session.begin_nested():
            session.add(Heartbeat(name=name, at=at))
    except IntegrityError:
        # The other worker's row is as good as ours, and is read below.
        pass
    return session.get_one(Heartbeat, name, with_for_update=True)


def beats(session: Session) -> Sequence[Heartbeat]:
    return session.scalars(select(Heartbeat).order_by(Heartbeat.name)).all()


def clock(session: Session, *, lock: bool = False) -> Clock | None:
    query = select(Clock).where(Clock.id == 1)
    return session.scalar(query.with_for_update() if lock else query)


def written_at(session: Session, real_now: datetime) -> None:
    """Let all that waits have been written just now."""
    session.execute(update(Outgoing).where(_UNSENT).values(created_at=real_now, next_at=real_now))


def next_planned(session: Session, after: datetime) -> datetime | None:
    """When the next planned mail is due, after an instant of the method's time."""
    query = select(PlannedMail.due_at).where(
        text("planned_mail.state = 'planned'"), PlannedMail.due_at > after
    )
    return session.scalar(query.order_by(PlannedMail.due_at).limit(1))


def next_wake(session: Session, after: datetime) -> datetime | None:
    """When time alone moves a review next, after an instant of the method's time."""
    query = select(Review.wake_at).where(Review.wake_at > after)
    return session.scalar(query.order_by(Review.wake_at).limit(1))


def party_names(session: Session, review_id: int) -> dict[int, str]:
    """What the parties of a review are called, by their place in the ring."""
    query = select(Party.position, Organisation.name).join(Organisation)
    return dict(session.execute(query.where(Party.review_id == review_id)).all())


def lead_to_answer(session: Session, review_id: int | None) -> Person | None:
    """Who answers questions: the review's lead; about no review, or if that account is closed, the first lead."""
    if review_id is not None:
        own = select(Person).join(Review, Review.lead_id == Person.id)
        if lead := session.scalar(own.where(Review.id == review_id, Person.closed_at.is_(None))):
            return lead
    leads = select(Person).where(Person.is_lead, Person.closed_at.is_(None)).order_by(Person.id)
    return session.scalar(leads.limit(1))


def take_back(session: Session, newer: Outgoing, why: str, real_now: datetime) -> list[datetime]:
    """Void what waits, has not been tried and would tell the same person the same; return when each was to go."""
    query = select(Outgoing).where(
        Outgoing.person_id == newer.person_id,
        Outgoing.review_id == newer.review_id,
        Outgoing.kind == newer.kind,
        Outgoing.subject == newer.subject,
        Outgoing.state == "waiting",
        Outgoing.attempts == 0,
        Outgoing.next_at > real_now,
    )
    rows = session.scalars(query.order_by(Outgoing.id).with_for_update()).all()
    for row in rows:
        row.state, row.last_answer = "void", why
    return [row.next_at for row in rows]
