"""Logging in and out: sessions are rows, on the real clock; guesses are slowed down."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update

from peerreview.errors import Invalid, NotFound, TooMany
from peerreview.services.base import tokens
from peerreview.services.base.house import Account, House
from peerreview.services.login import devices, passwords, sessions
from peerreview.store.people.people import LoginFailure, LoginSession, Person
from tests.people import PASSWORD, make_person

MINUTE = timedelta(minutes=1)


@pytest.fixture
def anna(house: House) -> Account:
    return make_person(house, "Anna", "anna@example.org")


def log_in(
    house: House,
    at: datetime,
    email: str = "anna@example.org",
    password: str = PASSWORD,
    client: str = "10.0.0.1",
    device: str = "",
) -> str:
    agent = "Firefox\x00 on " + "x" * 300
    return sessions.log_in(
        house, email=email, password=password, client=client, agent=agent, device=device, real_now=at
    )


def here(house: House, token: str, at: datetime) -> bool:
    return sessions.visitor(house, token=token, real_now=at) is not None


def fail(house: House, at: datetime, times: int, **other: str) -> None:
    for _ in range(times):
        with pytest.raises(Invalid):
            log_in(house, at, password="wrong wrong wrong", **other)


def test_log_in_gives_a_session_of_which_only_a_digest_is_kept(
    house: House, anna: Account, now: datetime
) -> None:
    token = log_in(house, now, email=" ANNA@example.org ")
    visit = sessions.visitor(house, token=token, real_now=now)
    assert visit == sessions.Visit(anna, noted=False)
    with house.db.read() as session:
        row = session.scalars(select(LoginSession)).one()
        failures = session.scalar(select(func.count()).select_from(LoginFailure))
    assert token not in (row.token_hash, row.agent)
    assert (row.token_hash, len(row.agent)) == (tokens.digest(token), 200)
    assert "\x00" not in row.agent
    assert failures == 0


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("anna@example.org", "wrong"),
        ("anna@example.org", ""),
        ("nobody@example.org", PASSWORD),
        ("invited@example.org", PASSWORD),
        ("closed@example.org", PASSWORD),
        ("", PASSWORD),
        ("not an address\x00", PASSWORD),
        ("x" * 5000 + "@example.org", PASSWORD),
        ("anna@example.org", PASSWORD + "x" * 10_000),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(
    house: House, anna: Account, now: datetime, email: str, password: str
) -> None:
    make_person(house, "Invited", "invited@example.org", password=None)
    closed = make_person(house, "Closed", "closed@example.org")
    with house.db.write() as session:
        session.execute(update(Person).where(Person.id == closed.person_id).values(closed_at=now))
    with pytest.raises(Invalid) as caught:
        log_in(house, now, email=email, password=password)
    assert caught.value.errors == {"email": sessions._WRONG}


def test_hash_is_renewed_at_login_when_the_parameters_have_changed(
    house: House, anna: Account, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stored() -> str:
        with house.db.read() as session:
            return session.scalars(select(Person.password_hash)).one() or ""

    before = stored()
    log_in(house, now)
    assert stored() == before
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    log_in(house, now)
    assert "m=16,t=2" in stored()
    log_in(house, now)


def test_too_many_tries_for_an_address_have_to_wait_even_with_the_right_password(
    house: House, anna: Account, now: datetime
) -> None:
    fail(house, now, 4)
    fail(house, now + MINUTE, 6)
    with pytest.raises(TooMany) as caught:
        log_in(house, now + 2 * MINUTE)
    assert caught.value.until == now + 15 * MINUTE
    with pytest.raises(TooMany):
        log_in(house, now + 2 * MINUTE, email=" ANNA@EXAMPLE.ORG")
    log_in(house, now + 15 * MINUTE)


def test_strangers_tries_do_not_stop_the_owner_elsewhere_until_they_come_from_everywhere(
    house: House, anna: Account, now: datetime
) -> None:
    for number in range(5):
        log_in(house, now, client=f"10.7.7.{number}")
        fail(house, now, 10, client=f"10.9.9.{number}")
    with pytest.raises(TooMany):
        log_in(house, now, client="10.7.7.7")


def known(house: House, anna: Account) -> str:
    """What a browser keeps in which she has been logged in."""
    return devices.remember(house.settings.secret_key, "", anna.person_id)


def test_browser_that_is_known_gets_through_whatever_strangers_try(
    house: House, anna: Account, now: datetime
) -> None:
    for number in range(5):
        fail(house, now, 9, client=f"10.9.9.{number}")
    fail(house, now, 5, client="10.8.8.8")
    with pytest.raises(TooMany):
        log_in(house, now)
    device = known(house, anna)
    for _ in range(3):
        log_in(house, now, device=device)
    fail(house, now, 9, device=device)
    log_in(house, now, device=device)


def test_known_browser_has_to_wait_for_its_own_tries_and_for_others_accounts(
    house: House, anna: Account, now: datetime
) -> None:
    make_person(house, "Bo", "bo@example.org")
    device = known(house, anna)
    fail(house, now, 10, device=device)
    with pytest.raises(TooMany):
        log_in(house, now, device=device, client="10.3.3.3")
    log_in(house, now, client="10.4.4.4")
    fail(house, now, 10, email="bo@example.org", device=device)
    with pytest.raises(TooMany):
        log_in(house, now, email="bo@example.org", device=device)


@pytest.mark.parametrize("forged", ["", "x", "1.aaaaaaaaaaaaaaaa." + "b" * 32, "~" * 5000, "1.å.b"])
def test_forged_note_of_a_known_browser_is_none(
    house: House, anna: Account, now: datetime, forged: str
) -> None:
    fail(house, now, 10)
    with pytest.raises(TooMany):
        log_in(house, now, device=forged)
    other = devices.remember("another secret of another house, long", "", anna.person_id)
    with pytest.raises(TooMany):
        log_in(house, now, device=other)


def test_browser_knows_its_last_accounts_and_keeps_its_name(house: House) -> None:
    kept = ""
    for person in (1, 2, 3, 4, 5, 6, 2):
        kept = devices.remember(house.settings.secret_key, kept, person)
    read = devices.read(house.settings.secret_key, kept)
    assert list(read) == [2, 6, 5, 4, 3]
    assert (
        devices.read(house.settings.secret_key, devices.remember(house.settings.secret_key, kept, 4)) == read
    )


def test_where_nobody_knows_where_tries_come_from_no_stranger_locks_the_house(
    house: House, anna: Account, now: datetime
) -> None:
    for number in range(150):
        fail(house, now, 1, email=f"{number}@example.org", client="")
    log_in(house, now, client="")
    fail(house, now, 10, client="")
    with pytest.raises(TooMany):
        log_in(house, now, client="")


def test_unknown_address_is_slowed_down_just_the_same(house: House, now: datetime) -> None:
    fail(house, now, 10, email="nobody@example.org")
    with pytest.raises(TooMany):
        log_in(house, now, email="nobody@example.org")


def test_right_password_forgets_the_failures(house: House, anna: Account, now: datetime) -> None:
    for _ in range(3):
        fail(house, now, 9)
        log_in(house, now)


def test_client_that_tries_many_addresses_has_to_wait(house: House, anna: Account, now: datetime) -> None:
    for number in range(100):
        fail(house, now, 1, email=f"{number}@example.org", client="2001:db8:1:2::1")
    with pytest.raises(TooMany):
        log_in(house, now, client="2001:db8:1:2:ffff::9")
    log_in(house, now, client="2001:db8:1:3::1")


def test_own_right_password_does_not_clear_a_guessing_client(
    house: House, anna: Account, now: datetime
) -> None:
    for number in range(99):
        fail(house, now, 1, email=f"{number}@example.org")
    log_in(house, now)
    fail(house, now, 1, email="x@example.org")
    with pytest.raises(TooMany):
        log_in(house, now)


def test_many_guesses_at_once_cannot_slip_past_the_count(house: House, anna: Account, now: datetime) -> None:
    def guess(number: int) -> str:
        try:
            log_in(house, now, password=f"guess number {number}")
        except Invalid:
            return "wrong"
        except TooMany:
            return "wait"
        return "in"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(30)))
    assert (answers.count("wrong"), answers.count("wait")) == (10, 20)


def test_session_runs_out_after_days_without_a_visit(house: House, anna: Account, now: datetime) -> None:
    token = log_in(house, now)
    day = timedelta(days=1)
    assert here(house, token, now + 29 * day)
    assert here(house, token, now + 58 * day)
    assert not here(house, token, now + 88 * day)


def test_visit_is_noted_every_few_minutes_alone(house: House, anna: Account, now: datetime) -> None:
    token = log_in(house, now)

    def noted(at: datetime) -> bool:
        visit = sessions.visitor(house, token=token, real_now=at)
        assert visit is not None
        return visit.noted

    assert [noted(now + MINUTE * n) for n in (4, 5, 9, 10)] == [False, True, False, True]


def test_logging_out_ends_this_session_and_no_other(house: House, anna: Account, now: datetime) -> None:
    first, second = log_in(house, now), log_in(house, now)
    sessions.log_out(house, actor=anna, token=first, real_now=now)
    assert (here(house, first, now), here(house, second, now)) == (False, True)


def test_forged_and_empty_tokens_are_nobody(house: House, anna: Account, now: datetime) -> None:
    token = log_in(house, now)
    for forged in ("", "x", token[:-1], tokens.digest(token), "\ud800", "a" * 100_000):
        assert not here(house, forged, now)


def test_closed_account_is_nobody_even_with_a_running_session(
    house: House, anna: Account, now: datetime
) -> None:
    token = log_in(house, now)
    with house.db.write() as session:
        session.execute(update(Person).values(closed_at=now))
    assert not here(house, token, now)


def test_my_sessions_and_ending_them(house: House, anna: Account, now: datetime) -> None:
    bo = make_person(house, "Bo", "bo@example.org")
    mine, other, third = (log_in(house, now + MINUTE * n) for n in range(3))
    his = log_in(house, now, email="bo@example.org")
    views = sessions.my_sessions(house, actor=anna, token=mine, real_now=now)
    assert [view.here for view in views] == [False, False, True]
    (bos,) = sessions.my_sessions(house, actor=bo, token=his, real_now=now)
    with pytest.raises(NotFound):
        sessions.end_session(house, actor=anna, session_id=bos.id, real_now=now)
    sessions.end_session(house, actor=anna, session_id=views[0].id, real_now=now)
    with pytest.raises(NotFound):
        sessions.end_session(house, actor=anna, session_id=views[0].id, real_now=now)
    assert [here(house, token, now) for token in (mine, other, third, his)] == [True, True, False, True]
    assert sessions.end_other_sessions(house, actor=anna, token=mine, real_now=now) == 1
    assert [here(house, token, now) for token in (mine, other, third, his)] == [True, False, False, True]


def change(
    house: House,
    anna: Account,
    token: str,
    at: datetime,
    present: str = PASSWORD,
    new: str = "ny och lång mening",
) -> None:
    sessions.change_password(house, actor=anna, token=token, present=present, new=new, now=at, real_now=at)


def test_new_password_ends_all_other_sessions(house: House, anna: Account, now: datetime) -> None:
    mine, other = log_in(house, now), log_in(house, now)
    change(house, anna, mine, now)
    assert (here(house, mine, now), here(house, other, now)) == (True, False)
    fail(house, now, 1)
    log_in(house, now, password="ny och lång mening")


def test_new_password_asks_for_the_present_one_and_says_all_faults(
    house: House, anna: Account, now: datetime
) -> None:
    mine, other = log_in(house, now), log_in(house, now)
    with pytest.raises(Invalid) as caught:
        change(house, anna, mine, now, present="not it at all", new="short")
    assert list(caught.value.errors) == ["present", "new"]
    with pytest.raises(Invalid) as caught:
        change(house, anna, mine, now, new="short")
    assert list(caught.value.errors) == ["new"]
    assert here(house, other, now)
    log_in(house, now)


def test_guessing_the_present_password_is_slowed_down(house: House, anna: Account, now: datetime) -> None:
    token = log_in(house, now)
    for _ in range(10):
        with pytest.raises(Invalid):
            change(house, anna, token, now, present="not it at all")
    with pytest.raises(TooMany):
        change(house, anna, token, now)


def test_two_new_passwords_at_once_one_wins(house: House, anna: Account, now: datetime) -> None:
    token = log_in(house, now)

    def choose(number: int) -> bool:
        try:
            change(house, anna, token, now, new=f"mening nummer {number}")
        except Invalid:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(choose, range(4)))
    assert sum(won) == 1


def test_sweep_tidies_what_no_longer_counts(house: House, anna: Account, now: datetime) -> None:
    log_in(house, now)
    fail(house, now, 2, email="x@example.org")
    sessions.sweep(house, real_now=now + 14 * MINUTE)
    with house.db.read() as session:
        assert session.scalar(select(func.count()).select_from(LoginFailure)) == 6
    sessions.sweep(house, real_now=now + timedelta(days=31))
    with house.db.read() as session:
        assert session.scalar(select(func.count()).select_from(LoginFailure)) == 0
        assert session.scalars(select(LoginSession.ended_at)).one() == now + timedelta(days=31)
