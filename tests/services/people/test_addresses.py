"""Another address counts when it is proven; the old one is told, and can object; whoever should know of it does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from peerreview.errors import Invalid, NotFound, Refused, TooMany
from peerreview.services.base.house import Account, House
from peerreview.services.home import calendar_feed
from peerreview.services.login import links, sessions
from peerreview.services.people import accounts, operating, prove_address, reset_password
from peerreview.services.people.me_page import me
from tests.people import PASSWORD, make_person
from tests.services.account_play import (
    DAY,
    HOUR,
    NEW,
    OLD,
    address,
    ask,
    correct,
    log_in,
    mails,
    object_to,
    prove,
    token,
)


@pytest.fixture
def anna(house: House) -> Account:
    return make_person(house, "Anna", OLD)


@pytest.fixture
def lead(house: House) -> Account:
    return make_person(house, "Lena", "lena@example.org", is_lead=True)


# --- asked for by the owner


def test_nothing_counts_before_the_new_address_is_proven(house: House, anna: Account, now: datetime) -> None:
    ask(house, anna, now)
    assert address(house, anna) == OLD
    pending = me(house, actor=anna, real_now=now).pending
    assert pending is not None
    assert (pending.email, pending.by, pending.until) == (NEW, "", now + DAY)
    assert [(to, kind) for to, kind, _ in mails(house)] == [(NEW, "address"), (OLD, "old_address")]
    assert prove(house, now) == NEW
    assert address(house, anna) == NEW
    assert me(house, actor=anna, real_now=now).pending is None
    assert [(to, kind) for to, kind, _ in mails(house)][2:] == [(NEW, "account"), (OLD, "old_address")]
    log_in(house, now, NEW)
    with pytest.raises(Invalid):
        log_in(house, now, OLD)


def test_asking_needs_the_password_and_another_address(
    house: House, anna: Account, lead: Account, now: datetime
) -> None:
    for typed, field in (
        ({"present": "not it"}, "present"),
        ({"email": "nonsense"}, "email"),
        ({"email": "LENA@example.org"}, "email"),
        ({"email": OLD}, "email"),
    ):
        with pytest.raises(Invalid) as caught:
            ask(house, anna, now, **typed)
        assert list(caught.value.errors) == [field]
    assert mails(house) == []
    assert "Lena" not in str(caught.value)


def test_a_slip_gives_the_account_to_nobody(house: House, anna: Account, now: datetime) -> None:
    """A stranger reads mail at the address that was written: the link alone does nothing for them."""
    ask(house, anna, now)
    stranger = make_person(house, "Stranger", "stranger@example.org")
    for who in (
        {"password": ""},
        {"password": "a guess of theirs"},
        {"actor": stranger, "password": PASSWORD + "x"},
    ):
        with pytest.raises(Invalid) as caught:
            prove(house, now, **who)
        assert list(caught.value.errors) == ["password"]
    reset_password.ask_for_reset(house, email=NEW, client="10.0.0.9", now=now, real_now=now)
    assert not [text for _, kind, text in mails(house) if kind == "reset"]
    assert address(house, anna) == OLD


def test_guessing_the_password_at_the_link_is_slowed_down(house: House, anna: Account, now: datetime) -> None:
    ask(house, anna, now)
    for _ in range(10):
        with pytest.raises(Invalid):
            prove(house, now, password="a guess of theirs")
    with pytest.raises(TooMany):
        prove(house, now)


def test_who_is_logged_in_as_the_owner_needs_no_password(house: House, anna: Account, now: datetime) -> None:
    ask(house, anna, now)
    view = prove_address.look_at_proof(house, token=token(house, "address", NEW), actor=anna, real_now=now)
    assert (view.old, view.new, view.mine) == (OLD, NEW, True)
    assert prove(house, now, actor=anna, password="") == NEW


def test_link_works_once_for_a_day_and_until_a_newer_one(house: House, anna: Account, now: datetime) -> None:
    ask(house, anna, now)
    first = token(house, "address", NEW)
    ask(house, anna, now + HOUR)
    with pytest.raises(links.DeadLink):
        prove(house, now + HOUR, token=first)
    with pytest.raises(links.DeadLink):
        prove(house, now + HOUR + DAY)
    prove(house, now + DAY)
    with pytest.raises(links.DeadLink):
        prove(house, now + DAY)


def test_address_that_somebody_else_has_by_then_is_refused(
    house: House, anna: Account, now: datetime
) -> None:
    ask(house, anna, now)
    make_person(house, "Bo", NEW)
    with pytest.raises(Invalid) as caught:
        prove(house, now)
    assert list(caught.value.errors) == ["email"]
    assert address(house, anna) == OLD


@pytest.mark.parametrize("how", ["own", "link", "command", "forgotten", "closed"])
def test_a_new_password_a_closed_account_and_another_thought_end_a_change(
    house: House, anna: Account, lead: Account, now: datetime, how: str
) -> None:
    ask(house, anna, now)
    there = {"now": now, "real_now": now}
    if how == "own":
        session = log_in(house, now)
        given = {"actor": anna, "token": session, "present": PASSWORD, "new": "ny och lång mening"}
        sessions.change_password(house, **given, **there)  # type: ignore[arg-type]
    elif how == "link":
        reset_password.ask_for_reset(house, email=OLD, client="", **there)
        reset_password.reset_password(
            house, token=token(house, "reset", OLD), password="ny och lång mening", **there
        )
    elif how == "command":
        operating.set_password(house, email=OLD, password="ny och lång mening", **there)
    elif how == "forgotten":
        prove_address.forget_change(house, actor=anna, real_now=now)
    else:
        accounts.close_account(house, actor=lead, person_id=anna.person_id, now=now, real_now=now)
        accounts.reopen_account(house, actor=lead, person_id=anna.person_id, **there)
    with pytest.raises(links.DeadLink):
        prove(house, now)
    assert address(house, anna) == OLD


# --- asked for by a project lead


def test_an_address_from_the_lead_opens_nobodys_account(
    house: House, anna: Account, lead: Account, now: datetime
) -> None:
    assert correct(house, lead, anna, now) is False
    assert address(house, anna) == OLD
    assert "Lena har skrivit" in mails(house)[0][2]
    pending = accounts_view(house, lead, anna, now).pending
    assert (pending.email, pending.by) == (NEW, "Lena")
    with pytest.raises(Invalid):
        prove(house, now, actor=lead, password="whatever she thinks")
    prove(house, now + 13 * DAY)
    assert address(house, anna) == NEW


def accounts_view(house: House, lead: Account, anna: Account, now: datetime) -> Any:
    from peerreview.services.people.people_page import person

    return person(house, actor=lead, person_id=anna.person_id, real_now=now)


def test_lead_takes_the_wish_back_and_others_may_not(
    house: House, anna: Account, lead: Account, now: datetime
) -> None:
    bo = make_person(house, "Bo")
    correct(house, lead, anna, now)
    with pytest.raises(NotFound):
        prove_address.forget_change(house, actor=bo, person_id=anna.person_id, real_now=now)
    prove_address.forget_change(house, actor=lead, person_id=anna.person_id, real_now=now)
    with pytest.raises(NotFound):
        prove_address.forget_change(house, actor=anna, real_now=now)
    with pytest.raises(links.DeadLink):
        prove(house, now)


def test_address_of_a_closed_account_is_left_alone(
    house: House, anna: Account, lead: Account, now: datetime
) -> None:
    accounts.close_account(house, actor=lead, person_id=anna.person_id, now=now, real_now=now)
    with pytest.raises(Refused):
        correct(house, lead, anna, now)


# --- objected to


def test_old_address_stops_a_change_and_shuts_out_who_knew_the_password(
    house: House, anna: Account, lead: Account, now: datetime
) -> None:
    session, feed = log_in(house, now), calendar_feed.make_feed(house, actor=anna, real_now=now)
    ask(house, anna, now)
    view = prove_address.look_at_objection(house, token=token(house, "address/stop", OLD), real_now=now)
    assert (view.old, view.new, view.is_changed) == (OLD, NEW, False)
    reset = object_to(house, now)
    assert sessions.visitor(house, token=session, real_now=now) is None
    with pytest.raises(NotFound):
        calendar_feed.feed(house, token=feed, now=now)
    with pytest.raises(links.DeadLink):
        prove(house, now)
    with pytest.raises(Invalid):
        log_in(house, now)
    reset_password.reset_password(house, token=reset, password="ny och lång mening", now=now, real_now=now)
    log_in(house, now, password="ny och lång mening")
    assert ("lena@example.org", "account") in [(to, kind) for to, kind, _ in mails(house)]


def test_old_address_takes_a_change_back_that_counts_already(
    house: House, anna: Account, lead: Account, now: datetime
) -> None:
    ask(house, anna, now)
    prove(house, now)
    session = log_in(house, now, NEW)
    reset = object_to(house, now + 13 * DAY)
    assert address(house, anna) == OLD
    assert sessions.visitor(house, token=session, real_now=now + 13 * DAY) is None
    later = now + 13 * DAY
    reset_password.reset_password(
        house, token=reset, password="ny och lång mening", now=later, real_now=later
    )
    log_in(house, later, password="ny och lång mening")
    told = [(to, kind) for to, kind, _ in mails(house)]
    assert (NEW, "old_address") in told
    assert ("lena@example.org", "account") in told


def test_two_weeks_after_the_change_it_is_not_taken_back(house: House, anna: Account, now: datetime) -> None:
    ask(house, anna, now)
    prove(house, now)
    with pytest.raises(links.DeadLink):
        object_to(house, now + 14 * DAY)


def test_whoever_had_the_account_meanwhile_takes_nothing_back(
    house: House, anna: Account, now: datetime
) -> None:
    """They change it on, to get a link of their own to their own address: it dies with their change."""
    ask(house, anna, now)
    prove(house, now)
    ours = token(house, "address/stop", OLD)
    ask(house, anna, now, "tredje@example.org")
    theirs = token(house, "address/stop", NEW)
    given = {"token": token(house, "address", "tredje@example.org"), "actor": None, "password": PASSWORD}
    prove_address.prove(house, client="", device="", now=now, real_now=now, **given)  # type: ignore[arg-type]
    object_to(house, now, ours)
    assert address(house, anna) == OLD
    for which in (theirs, ours):
        with pytest.raises(links.DeadLink):
            object_to(house, now, which)
    assert address(house, anna) == OLD


def test_objecting_to_what_the_lead_wrote_stops_it_and_no_more(
    house: House, anna: Account, lead: Account, now: datetime
) -> None:
    session = log_in(house, now)
    correct(house, lead, anna, now)
    assert object_to(house, now) == ""
    assert sessions.visitor(house, token=session, real_now=now) is not None
    with pytest.raises(links.DeadLink):
        prove(house, now)
    assert "gäller fortfarande" in mails(house)[-1][2]
    assert mails(house)[-1][0] == "lena@example.org"


def test_nothing_left_to_object_to_is_said(house: House, anna: Account, now: datetime) -> None:
    ask(house, anna, now)
    prove_address.forget_change(house, actor=anna, real_now=now)
    with pytest.raises(links.DeadLink):
        prove_address.look_at_objection(house, token=token(house, "address/stop", OLD), real_now=now)
