"""What people may be called: nothing that passes for a role, an organisation, the system or somebody else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from peerreview.errors import Invalid
from peerreview.services.base.checks import Checks
from peerreview.services.base.house import Account, House
from peerreview.services.people import accounts, edit_people, me_page, operating
from peerreview.services.people.names import check_name
from tests.people import PASSWORD, make_organisation, make_person
from tests.services.account_play import token


@pytest.fixture
def anna(house: House) -> Account:
    make_organisation(house, "Region Kalmar län", "H")
    make_organisation(house, "Berg", "B")
    return make_person(house, "Anna", "anna@example.org")


def fault(house: House, name: str, **how: Any) -> str:
    checks = Checks()
    with house.db.read() as session:
        check_name(house, session, checks, "name", name, **how)
    return checks.faults["name"].text if checks.faults else ""


@pytest.mark.parametrize(
    "name",
    [
        "Projektledare, nätverket",
        "Projektledare",
        "pr0jektledare",
        "P r o j e k t ledare",
        "Anna Projekt-Ledare",
        "Projektledaré",
        "Project Leader",
        "Processledare Kalmar",
        "Ledningskontakten Ledningskontakt",
        "Nätverket",
        "Nätverket för kollegial granskning",
        "Anna, Region Kalmar län",
        "RegionKalmarLän",
        "Berg",
        "Peerreview",
        "Systemet",
        "System Message",
        "Mailer-Daemon",
        "Support",
        "Chef",
        "Granskare",
    ],
)
def test_name_that_passes_for_a_role_an_organisation_or_the_system(
    house: House, anna: Account, name: str
) -> None:
    assert "no person's name" in fault(house, name)


@pytest.mark.parametrize(
    "name",
    [
        "\u0420rojektledare",
        "Proj\u0435ktledare",
        "\u0391nna",
        "\u0410\u043d\u043d\u0430",
        "\uff21nna",
        "\u2113ena",
        "\u01c0ena",
        "Anna \u2713",
        "Anna <b>",
        "anna@example.org",
        "A\u0336nna",
    ],
)
def test_name_with_letters_that_only_look_like_others(house: House, anna: Account, name: str) -> None:
    assert "cannot stand in a name" in fault(house, name)


@pytest.mark.parametrize(
    "name", ["12", "--", "", "two\nlines", "turned\u202eeman", "\u061cAnna", "tag\U000e0041"]
)
def test_name_that_is_none(house: House, anna: Account, name: str) -> None:
    assert fault(house, name)


@pytest.mark.parametrize(
    "name",
    [
        "Åsa Öberg",
        "Jean-Luc O’Neill",
        "Łukasz Żółć",
        "Nguyễn Văn A",
        "Đorđe Šarić",
        "Anna Berg (Kalmar)",
        "Nils Ledare",
        "Anna Chef",
        "N. N.",
        "Karin Lund 2",
    ],
)
def test_name_as_people_have_them(house: House, anna: Account, name: str) -> None:
    assert fault(house, name) == ""


def test_what_somebody_is_called_already_stays_right(house: House, anna: Account) -> None:
    assert fault(house, "Projektledare", now_called="Projektledare") == ""


def test_unseen_signs_of_a_pasted_name_are_left_out(house: House) -> None:
    with house.db.read() as session:
        assert check_name(house, session, Checks(), "name", " Anna\u00ad  Ber\u200bg\ufeff ") == "Anna Berg"


def test_nobody_takes_anothers_name_but_the_lead_writes_namesakes(
    house: House, anna: Account, now: datetime
) -> None:
    lead = make_person(house, "Lena Ek", "lena@example.org", is_lead=True)
    for name in ("Lena Ek", "lena  ék", "L3na Ek"):
        with pytest.raises(Invalid) as caught:
            me_page.change_me(house, actor=anna, name=name, phone="", language="sv", real_now=now)
        assert "already called this" in caught.value.errors["name"].text
    me_page.change_me(house, actor=anna, name="ANNA", phone="", language="sv", real_now=now)
    given = {"person_id": anna.person_id, "phone": "", "language": "sv"}
    edit_people.change_person(house, actor=lead, name="Lena Ek", real_now=now, **given)  # type: ignore[arg-type]


def test_every_way_to_a_name_asks(house: House, anna: Account, now: datetime) -> None:
    lead, there = (
        make_person(house, "Lena Ek", "lena@example.org", is_lead=True),
        {"now": now, "real_now": now},
    )
    kalmar = make_organisation(house, "Kalmar")
    name = "Projektledare, nätverket"
    new = {"email": "ny@example.org", "language": "sv"}
    with house.db.write() as session:
        accounts.invite_in(session, house, name="Ny Person", email="ny@example.org", **there)
    taken = {"token": token(house, "invite", "ny@example.org"), "language": "sv", "agent": ""}
    own = {"phone": "", "language": "sv", "real_now": now}
    in_kalmar = {"organisation_id": kalmar, "role": "member", "title": "", "language": "sv", **there}
    for deed in (
        lambda: accounts.accept_invitation(house, name=name, password=PASSWORD, **taken, **there),
        lambda: me_page.change_me(house, actor=anna, name=name, **own),
        lambda: edit_people.change_person(house, actor=lead, person_id=anna.person_id, name=name, **own),
        lambda: edit_people.add_person(house, actor=lead, name=name, email="x@example.org", **in_kalmar),
        lambda: operating.add_person(house, name=name, is_lead=True, password=PASSWORD, real_now=now, **new),
    ):
        with pytest.raises(Invalid) as caught:
            deed()  # type: ignore[no-untyped-call]
        assert list(caught.value.errors) == ["name"]


@pytest.mark.parametrize(
    "title", ["Projektledare, nätverket", "Peerreview", "Nätverket för kollegial granskning, chef"]
)
def test_job_title_says_nothing_of_the_network(
    house: House, anna: Account, now: datetime, title: str
) -> None:
    lead, kalmar = make_person(house, "Lena", is_lead=True), make_organisation(house, "Kalmar")
    there = {"actor": lead, "person_id": anna.person_id, "organisation_id": kalmar, "role": "member"}
    with pytest.raises(Invalid) as caught:
        edit_people.add_membership(house, title=title, real_now=now, **there)  # type: ignore[arg-type]
    assert list(caught.value.errors) == ["title"]
    edit_people.add_membership(house, title="Projektledare", real_now=now, **there)  # type: ignore[arg-type]
