"""Invitations, resets and closing: single-use links, their mails, and what ends what."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import func, select

from peerreview.errors import Invalid, NotFound, Refused, TooMany
from peerreview.services.base.house import Account, House
from peerreview.services.login import links, sessions
from peerreview.services.people import accounts, operating, reset_password
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.people.people import Link, Person
from tests.people import PASSWORD, make_person

DAY = timedelta(days=1)


@pytest.fixture
def lead(house: House) -> Account:
    return make_person(house, "Lead", "lead@example.org", is_lead=True)


def invite(
    house: House, at: datetime, email: str = "ny@example.org", name: str = "Ny Person"
) -> tuple[int, bool]:
    with house.db.write() as session:
        person, created = accounts.invite_in(
            session, house, name=name, email=email, by=None, now=at, real_now=at
        )
        return person.id, created


def mails(house: House) -> list[tuple[str, str]]:
    """Each mail in the outbox as (recipient, its text)."""
    with house.db.read() as session:
        rows = session.scalars(select(Outgoing).order_by(Outgoing.id)).all()
    texts = []
    for row in rows:
        message = message_from_bytes(row.message, policy=policy.default)
        body = message.get_body(("plain",))  # type: ignore[attr-defined]
        texts.append((row.recipient, f"{message['Subject']}\n{body.get_content()}"))
    return texts


def last_token(house: House) -> str:
    found = re.findall(r"/(?:invite|reset)/([\w-]{43})\b", mails(house)[-1][1])
    return str(found[-1])


def accept(house: House, token: str, at: datetime, **other: str) -> str:
    typed = {"name": "Ny Person", "language": "en", "password": PASSWORD, **other}
    return accounts.accept_invitation(house, token=token, agent="Firefox", now=at, real_now=at, **typed)


def test_invitation_is_mailed_in_the_same_transaction(house: House, now: datetime) -> None:
    person_id, created = invite(house, now)
    assert created
    ((recipient, text),) = mails(house)
    assert recipient == "ny@example.org"
    assert "Du har bjudits in till" in " ".join(text.split())
    assert f"{house.settings.base_url}/invite/" in text
    with house.db.read() as session:
        link = session.scalars(select(Link)).one()
    assert (link.person_id, link.token_hash) == (person_id, links.digest(last_token(house)))
    assert link.expires_at == now + 14 * DAY


def test_failed_transaction_leaves_neither_person_nor_mail(house: House, now: datetime) -> None:
    with pytest.raises(RuntimeError), house.db.write() as session:
        accounts.invite_in(session, house, name="Ny", email="ny@example.org", now=now, real_now=now)
        raise RuntimeError
    assert mails(house) == []
    with house.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_inviting_somebody_known_changes_nothing(house: House, now: datetime) -> None:
    anna = make_person(house, "Anna", "anna@example.org")
    assert invite(house, now, "ANNA@example.org", "Somebody Else") == (anna.person_id, False)
    first = invite(house, now)
    assert invite(house, now + DAY) == (first[0], False)
    assert len(mails(house)) == 1
    invite(house, now + 15 * DAY)
    assert len(mails(house)) == 2


def test_two_invite_the_same_address_at_once(house: House, now: datetime) -> None:
    with ThreadPoolExecutor(4) as pool:
        people = list(pool.map(lambda _: invite(house, now), range(4)))
    assert len({person for person, _ in people}) == 1
    assert sorted(created for _, created in people) == [False, False, False, True]
    assert len(mails(house)) == 1


def test_inviting_a_closed_account_or_nonsense_is_refused(house: House, lead: Account, now: datetime) -> None:
    anna = make_person(house, "Anna", "anna@example.org")
    accounts.close_account(house, actor=lead, person_id=anna.person_id, now=now, real_now=now)
    with pytest.raises(Invalid) as caught:
        invite(house, now, "anna@example.org")
    assert list(caught.value.errors) == ["email"]
    with pytest.raises(Invalid) as caught:
        invite(house, now, "kjellåke@example.org", "")
    assert list(caught.value.errors) == ["name", "email"]


def test_looking_at_a_link_as_often_as_one_likes_leaves_it_usable(house: House, now: datetime) -> None:
    invite(house, now)
    token = last_token(house)
    for _ in range(5):
        view = links.look(house, kind="invite", token=token, real_now=now)
    assert (view.name, view.email) == ("Ny Person", "ny@example.org")
    session_token = accept(house, token, now)
    visit = sessions.visitor(house, token=session_token, real_now=now)
    assert visit is not None
    assert (visit.account.email, visit.account.language, visit.account.is_lead) == (
        "ny@example.org",
        "en",
        False,
    )


def test_link_works_once(house: House, now: datetime) -> None:
    invite(house, now)
    token = last_token(house)
    accept(house, token, now)
    for deed in (
        lambda: accept(house, token, now),
        lambda: links.look(house, kind="invite", token=token, real_now=now),
    ):
        with pytest.raises(links.DeadLink) as caught:
            deed()
        assert caught.value.why == "used"


def test_link_used_twice_at_once_works_once(house: House, now: datetime) -> None:
    invite(house, now)
    token = last_token(house)

    def one(number: int) -> bool:
        try:
            accept(house, token, now, password=f"{PASSWORD} {number}")
        except links.DeadLink:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(4))) == 1


def test_link_runs_out(house: House, now: datetime) -> None:
    invite(house, now)
    token = last_token(house)
    links.look(house, kind="invite", token=token, real_now=now + 14 * DAY - timedelta(seconds=1))
    with pytest.raises(links.DeadLink) as caught:
        accept(house, token, now + 14 * DAY)
    assert caught.value.why == "expired"


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "å" * 1000, "\x00"])
def test_unknown_link_does_not_exist(house: House, now: datetime, token: str) -> None:
    invite(house, now)
    with pytest.raises(NotFound):
        links.look(house, kind="invite", token=token, real_now=now)


def test_link_of_one_kind_is_none_of_the_other(house: House, now: datetime) -> None:
    invite(house, now)
    with pytest.raises(NotFound):
        reset_password.reset_password(
            house, token=last_token(house), password=PASSWORD, now=now, real_now=now
        )


def test_faults_of_the_form_leave_the_link_usable(house: House, now: datetime) -> None:
    invite(house, now)
    token = last_token(house)
    with pytest.raises(Invalid) as caught:
        accept(house, token, now, name=" ", language="de", password="short")
    assert sorted(caught.value.errors) == ["language", "name", "password"]
    with pytest.raises(Invalid):
        accept(house, token, now, password="ny@example.org")
    accept(house, token, now)


def test_new_invitation_voids_the_older(house: House, lead: Account, now: datetime) -> None:
    person_id, _ = invite(house, now)
    old = last_token(house)
    accounts.invite_again(house, actor=lead, person_id=person_id, now=now + DAY, real_now=now + DAY)
    with pytest.raises(links.DeadLink) as caught:
        accept(house, old, now + DAY)
    assert caught.value.why == "expired"
    accept(house, last_token(house), now + DAY)
    with pytest.raises(Refused):
        accounts.invite_again(house, actor=lead, person_id=person_id, now=now, real_now=now)


def test_corrected_address_voids_the_old_link_and_invites_anew(
    house: House, lead: Account, now: datetime
) -> None:
    person_id, _ = invite(house, now, "fel@example.org")
    old = last_token(house)
    with house.db.write() as session:
        session.get_one(Person, person_id).mail_problem = "550 no such user"
    deed = {"actor": lead, "person_id": person_id, "now": now, "real_now": now}
    accounts.correct_address(house, email="Rätt@example.org".replace("ä", "a"), **deed)  # type: ignore[arg-type]
    assert mails(house)[-1][0] == "Ratt@example.org"
    with pytest.raises(links.DeadLink):
        accept(house, old, now)
    with house.db.read() as session:
        assert session.get_one(Person, person_id).mail_problem == ""
    with pytest.raises(Invalid) as caught:
        accounts.correct_address(house, email="LEAD@example.org", **deed)  # type: ignore[arg-type]
    assert dict(caught.value.errors["email"].params) == {"name": "Lead"}
    accept(house, last_token(house), now)
    assert accounts.correct_address(house, email="tredje@example.org", **deed) is False  # type: ignore[arg-type]
    assert mails(house)[-1][0] == "Ratt@example.org"


def ask(house: House, at: datetime, email: str = "anna@example.org", client: str = "10.0.0.1") -> None:
    reset_password.ask_for_reset(house, email=email, client=client, now=at, real_now=at)


def test_reset_ends_all_sessions_and_forgets_failures(house: House, now: datetime) -> None:
    make_person(house, "Anna", "anna@example.org")
    log = {"email": "anna@example.org", "client": "10.0.0.1", "agent": "", "real_now": now}
    token = sessions.log_in(house, password=PASSWORD, **log)  # type: ignore[arg-type]
    for _ in range(10):
        with pytest.raises(Invalid):
            sessions.log_in(house, password="wrong", **log)  # type: ignore[arg-type]
    ask(house, now)
    first = last_token(house)
    ask(house, now)
    again = {"token": last_token(house), "password": "en helt ny mening", "now": now, "real_now": now}
    reset_password.reset_password(house, client="10.0.0.1", **again)  # type: ignore[arg-type]
    assert sessions.visitor(house, token=token, real_now=now) is None
    with pytest.raises(links.DeadLink):
        reset_password.reset_password(
            house, token=first, password="en annan ny mening", now=now, real_now=now
        )
    sessions.log_in(house, password="en helt ny mening", **log)  # type: ignore[arg-type]


def test_reset_link_runs_out_after_hours(house: House, now: datetime) -> None:
    make_person(house, "Anna", "anna@example.org")
    ask(house, now)
    with pytest.raises(links.DeadLink):
        reset_password.reset_password(
            house, token=last_token(house), password=PASSWORD, now=now, real_now=now + timedelta(hours=2)
        )


def test_asking_for_a_reset_answers_the_same_for_everybody(
    house: House, lead: Account, now: datetime
) -> None:
    anna = make_person(house, "Anna", "anna@example.org")
    make_person(house, "Invited", "invited@example.org", password=None)
    accounts.close_account(house, actor=lead, person_id=anna.person_id, now=now, real_now=now)
    for email in ("lead@example.org", "nobody@example.org", "anna@example.org", "invited@example.org"):
        ask(house, now, email)
    assert [(to, "/invite/" in text) for to, text in mails(house)] == [
        ("lead@example.org", False),
        ("invited@example.org", True),
    ]
    with house.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 3
        assert session.scalar(select(func.count()).select_from(Link)) == 2
    with pytest.raises(Invalid):
        ask(house, now, "no address")


@pytest.mark.parametrize("email", ["lead@example.org", "nobody@example.org"])
def test_nobodys_mailbox_is_filled(house: House, lead: Account, now: datetime, email: str) -> None:
    for _ in range(reset_password.ASKED):
        ask(house, now, email)
    with pytest.raises(TooMany):
        ask(house, now, email, client="10.9.9.9")


def test_closing_ends_sessions_and_links_and_reopening_gives_the_account_back(
    house: House, lead: Account, now: datetime
) -> None:
    anna = make_person(house, "Anna", "anna@example.org")
    log = {"email": "anna@example.org", "password": PASSWORD, "client": "", "agent": "", "real_now": now}
    token = sessions.log_in(house, **log)  # type: ignore[arg-type]
    ask(house, now)
    reset = last_token(house)
    accounts.close_account(house, actor=lead, person_id=anna.person_id, now=now, real_now=now)
    deed = {"actor": lead, "person_id": anna.person_id, "now": now, "real_now": now}
    with pytest.raises(Refused):
        accounts.invite_again(house, **deed)  # type: ignore[arg-type]
    accounts.reopen_account(house, **deed)  # type: ignore[arg-type]
    assert sessions.visitor(house, token=token, real_now=now) is None
    with pytest.raises(links.DeadLink):
        reset_password.reset_password(house, token=reset, password=PASSWORD, now=now, real_now=now)
    sessions.log_in(house, **log)  # type: ignore[arg-type]


def test_reopening_somebody_who_never_came_invites_them_again(
    house: House, lead: Account, now: datetime
) -> None:
    person_id, _ = invite(house, now)
    accounts.close_account(house, actor=lead, person_id=person_id, now=now, real_now=now)
    with pytest.raises(links.DeadLink):
        accept(house, last_token(house), now)
    accounts.reopen_account(house, actor=lead, person_id=person_id, now=now, real_now=now)
    accept(house, last_token(house), now)


def test_nobody_closes_their_own_account(house: House, lead: Account, now: datetime) -> None:
    with pytest.raises(Refused):
        accounts.close_account(house, actor=lead, person_id=lead.person_id, now=now, real_now=now)


def test_whoever_is_no_lead_finds_nothing(house: House, lead: Account, now: datetime) -> None:
    anna = make_person(house, "Anna", "anna@example.org")
    deed = {"actor": anna, "person_id": lead.person_id, "real_now": now}
    with pytest.raises(NotFound):
        accounts.close_account(house, **deed, now=now)  # type: ignore[arg-type]
    for other in (accounts.invite_again, accounts.reopen_account):
        with pytest.raises(NotFound):
            other(house, now=now, **deed)  # type: ignore[operator]
    with pytest.raises(NotFound):
        accounts.correct_address(house, email="x@example.org", now=now, **deed)  # type: ignore[arg-type]


def test_operator_makes_the_first_lead_and_opens_closed_doors(
    house: House, lead: Account, now: datetime
) -> None:
    typed = {"name": "Anna", "email": "anna@example.org", "language": "sv", "is_lead": True}
    with pytest.raises(Invalid) as caught:
        operating.add_person(house, **{**typed, "email": "x"}, password="short", real_now=now)  # type: ignore[arg-type]
    assert sorted(caught.value.errors) == ["email", "password"]
    person_id = operating.add_person(house, **typed, password=PASSWORD, real_now=now)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        operating.add_person(house, **typed, password=PASSWORD, real_now=now)  # type: ignore[arg-type]
    accounts.close_account(house, actor=lead, person_id=person_id, now=now, real_now=now)
    operating.set_password(
        house, email="ANNA@example.org", password="en helt ny mening", now=now, real_now=now
    )
    log = {"client": "", "agent": "", "real_now": now, "email": "anna@example.org"}
    token = sessions.log_in(house, password="en helt ny mening", **log)  # type: ignore[arg-type]
    visit = sessions.visitor(house, token=token, real_now=now)
    assert visit is not None
    assert visit.account.is_lead
    with pytest.raises(Invalid):
        operating.set_password(house, email="nobody@example.org", password=PASSWORD, now=now, real_now=now)
