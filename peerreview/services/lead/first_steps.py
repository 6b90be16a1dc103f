"""What the first project lead of an empty house does first: a short list that ticks itself off, and is gone when the
first review or round is under way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ...errors import N_, Message
from ...store.lists import first_steps as store
from ..base.access import only_lead
from ..base.house import Account, House
from ..upkeep.heartbeats import pulse


@dataclass(frozen=True)
class FirstStep:
    """`href` and `button`: where it is done, "" where that is not in the browser."""

    title: Message
    why: Message
    done: bool
    href: str = ""
    button: Message | None = None


def first_steps(house: House, *, actor: Account, real_now: datetime) -> tuple[FirstStep, ...]:
    """What is to be done and what has been, for the lead; nothing once a review or a round has begun."""
    only_lead(actor)
    with house.db.read() as session:
        if store.has_begun(session):
            return ()
        mails = _mail(house, real_now)
        return (mails, *_register(session))


def _mail(house: House, real_now: datetime) -> FirstStep:
    works = not pulse(house, real_now=real_now).silent
    if not works:
        why = N_("The program that sends mail is not running. Ask those who run the service to start it.")
    else:
        why = N_("Invitations and reminders go by mail.")
    return FirstStep(N_("See that mail goes out"), why, works, "/lead/mail", N_("See the mail"))


def _register(session: Session) -> Iterator[FirstStep]:
    seen = store.counted(session)
    yield FirstStep(
        N_("Add the organisations and their people"),
        N_("From a file, all at once, or one by one. Two organisations at least, each with a coordinator."),
        seen.organisations >= 2 and seen.with_coordinator >= 2,
        "/lead/people/from-file",
        N_("Add from a file"),
    )
    yield FirstStep(
        N_("Invite them"),
        N_("Nobody is mailed before you say so. Waiting to be invited: %(count)s.", count=seen.uninvited)
        if seen.uninvited
        else N_("Nobody is mailed before you say so."),
        seen.others > 0 and seen.uninvited == 0,
        "/lead/people/uninvited",
        N_("See who has not been invited"),
    )
    yield FirstStep(
        N_("Propose a review, or begin a round"),
        N_(
            "A review is for two or three organisations that you choose. A round asks them all, and finds the pairs."
        ),
        False,
        "/lead/reviews/new",
        N_("Propose a review"),
    )
