"""Whoever owns an account is told of every new password and of what else is done with it; links end each other."""

from __future__ import annotations

from datetime import datetime

import pytest

from peerreview.errors import NotFound
from peerreview.services.base.house import Account, House
from peerreview.services.home import calendar_feed
from peerreview.services.login import links, sessions
from peerreview.services.people import accounts, operating, reset_password
from tests.people import PASSWORD, make_person
from tests.services.account_play import (
    DAY,
    NEW,
    OLD,
    correct,
    log_in,
    mails,
    token,
)


@pytest.fixture
def anna(house: House) -> Account:
    return make_person(house, "Anna", OLD)


@pytest.fixture
def lead(house: House) -> Account:
    return make_person(house, "Lena", "lena@example.org", is_lead=True)


@pytest.mark.parametrize("how", ["own", "link", "command"])
def test_every_new_password_is_told_and_ends_the_calendar_and_the_sessions(
    house: House, anna: Account, now: datetime, how: str
) -> None:
    session, feed, there = (
        log_in(house, now),
        calendar_feed.make_feed(house, actor=anna, real_now=now),
        {"real_now": now},
    )
    new = "ny och lång mening"
    if how == "own":
        mine = log_in(house, now)
        given = {"actor": anna, "token": mine, "present": PASSWORD, "new": new, "now": now}
        sessions.change_password(house, **given, **there)  # type: ignore[arg-type]
        assert sessions.visitor(house, token=mine, real_now=now) is not None
    elif how == "link":
        reset_password.ask_for_reset(house, email=OLD, client="", now=now, **there)
        reset_password.reset_password(house, token=token(house, "reset", OLD), password=new, now=now, **there)
    else:
        operating.set_password(house, email=OLD, password=new, now=now, **there)
    assert sessions.visitor(house, token=session, real_now=now) is None
    with pytest.raises(NotFound):
        calendar_feed.feed(house, token=feed, now=now)
    to, kind, text = mails(house)[-1]
    assert (to, kind) == (OLD, "account")
    assert "nytt lösenord" in text


def test_taken_invitation_and_reopened_account_are_told(
    house: House, anna: Account, lead: Account, now: datetime
) -> None:
    there = {"now": now, "real_now": now}
    with house.db.write() as session:
        accounts.invite_in(session, house, name="Ny Person", email="ny@example.org", **there)
    given = {"token": token(house, "invite", "ny@example.org"), "name": "Ny", "language": "sv", "agent": ""}
    accounts.accept_invitation(house, password=PASSWORD, **given, **there)  # type: ignore[arg-type]
    assert mails(house)[-1][:2] == ("ny@example.org", "account")
    accounts.close_account(house, actor=lead, person_id=anna.person_id, now=now, real_now=now)
    accounts.reopen_account(house, actor=lead, person_id=anna.person_id, **there)  # type: ignore[arg-type]
    to, kind, text = mails(house)[-1]
    assert (to, kind) == (OLD, "account")
    assert "Lena har öppnat" in text


def test_wrong_address_of_somebody_invited_is_told_that_it_was_a_mistake(
    house: House, lead: Account, now: datetime
) -> None:
    with house.db.write() as session:
        person, _ = accounts.invite_in(
            session, house, name="Ny", email="fel@example.org", now=now, real_now=now
        )
        ny = Account(person.id, "Ny", person.email, "sv", False)
    assert correct(house, lead, ny, now, "ratt@example.org") is True
    assert [(to, kind) for to, kind, _ in mails(house)][1:] == [
        ("fel@example.org", "old_address"),
        ("ratt@example.org", "invite"),
    ]


def test_newer_reset_link_ends_the_older(house: House, anna: Account, now: datetime) -> None:
    there = {"now": now, "real_now": now}
    reset_password.ask_for_reset(house, email=OLD, client="", **there)  # type: ignore[arg-type]
    first = token(house, "reset", OLD)
    reset_password.ask_for_reset(house, email=OLD, client="", **there)  # type: ignore[arg-type]
    with pytest.raises(links.DeadLink):
        links.look(house, kind="reset", token=first, real_now=now)
    links.look(house, kind="reset", token=token(house, "reset", OLD), real_now=now)


def test_reset_asked_for_an_invited_address_leaves_the_invitation_alone(house: House, now: datetime) -> None:
    with house.db.write() as session:
        accounts.invite_in(session, house, name="Ny", email=NEW, now=now, real_now=now)
    first, later = token(house, "invite", NEW), now + 5 * DAY
    reset_password.ask_for_reset(house, email=NEW, client="", now=later, real_now=later)
    second = token(house, "invite", NEW)
    assert first != second
    kept = [links.look(house, kind="invite", token=one, real_now=later).expires_at for one in (first, second)]
    assert kept == [now + 14 * DAY] * 2
    given = {"name": "Ny", "language": "sv", "agent": "", "now": later, "real_now": later}
    accounts.accept_invitation(house, token=first, password=PASSWORD, **given)  # type: ignore[arg-type]
    with pytest.raises(links.DeadLink):
        links.look(house, kind="invite", token=second, real_now=later)
