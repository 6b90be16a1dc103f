"""Teams and seats: who is appointed, who may see whom by when, and what a forged id gives (nothing)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from peerreview.errors import Invalid, NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services import seats
from peerreview.services.house import House
from peerreview.store.history import HistoryRow
from peerreview.store.people import Person
from tests.people import make_organisation, make_person

from .review_fixtures import Cast, advance, do, make_review
from .team_play import appoint, lines, mails, names, page, seat_of


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="teams")


# ---- who sees which team


def test_a_side_sees_its_own_team_and_the_other_one_once_confirmed(house: House, cast: Cast) -> None:
    before = page(house, cast, cast.member(0))
    assert [side.seen for side in before.sides] == [True, False]
    assert before.sides[1].team == before.sides[1].contacts == ()
    assert before.columns == ("Region Kalmar län",)
    do(house, cast, cast.coordinator(1), "confirm", "teams")
    after = page(house, cast, cast.contact(0))
    assert names(after, 1) == ["Processledare, Gävleborg", "Överläkare, Gävleborg", "HR-strateg, Gävleborg"]
    assert [contact.name for contact in after.sides[1].contacts] == [
        "Hälso- och sjukvårdsdirektör, Gävleborg"
    ]


def test_the_lead_sees_all_teams_and_who_has_no_part_sees_nothing(house: House, cast: Cast) -> None:
    view = page(house, cast, cast.lead)
    assert [side.seen for side in view.sides] == [True, True]
    assert not any(side.may_write for side in view.sides)
    with pytest.raises(NotFound):
        page(house, cast, cast.outsider)


def test_rows_put_opposite_numbers_beside_each_other(house: House, cast: Cast) -> None:
    view = page(house, cast, cast.lead)
    assert [(say(title, "sv"), [len(column) for column in columns]) for title, columns in view.rows] == [
        ("Processledare", [1, 1]),
        ("Medicinsk kompetens", [1, 1]),
        ("HR", [1, 1]),
        ("Ledningskontakt", [1, 1]),
    ]


# ---- the comparison in words


def test_comparison_names_gaps_to_the_lead(house: House, cast: Cast) -> None:
    assert lines(page(house, cast, cast.lead)) == [
        "The teams are comparable: as many people, give or take one, and an opposite number for everyone."
    ]
    seats.change_seat(
        house,
        actor=cast.coordinator(1),
        review_id=cast.review_id,
        seat_id=seat_of(house, cast, cast.member(1, 1)),
        role="member",
        function="patient",
        seen="member/hr",
        now=cast.now,
    )
    appoint(house, cast, cast.coordinator(1), name="Folkhälsostrateg", email="folkhalsa@example.org")
    appoint(house, cast, cast.coordinator(1), name="Chef", email="chef@example.org", function="manager")
    assert lines(page(house, cast, cast.lead)) == [
        "Region Gävleborg lacks Human resources, which Region Kalmar län has.",
        "Region Gävleborg has 5 people and Region Kalmar län 3. One more or less is fine.",
    ]


def test_comparison_says_nothing_of_a_team_that_is_not_confirmed(house: House, cast: Cast) -> None:
    for number in range(2):
        appoint(house, cast, cast.coordinator(1), name=f"Ny {number}", email=f"ny{number}@example.org")
    view = page(house, cast, cast.coordinator(0))
    assert lines(view) == [
        "Region Gävleborg has not confirmed its team yet. You see it when it has.",
        "As they are now, the teams are not comparable in number and functions. "
        "The project lead sees all teams and can help.",
    ]
    assert "5" not in repr(view.comparison)
    assert [offer.key for offer in view.offers] == ["confirm"]
    assert view.offers[0].why_not is not None


def test_the_lead_is_offered_consent_where_the_teams_differ(house: House, cast: Cast) -> None:
    assert [offer.key for offer in page(house, cast, cast.lead).offers] == []
    for number in range(2):
        appoint(house, cast, cast.coordinator(1), name=f"Ny {number}", email=f"ny{number}@example.org")
    offered = page(house, cast, cast.lead).offers
    assert [(offer.key, offer.party, offer.why_not) for offer in offered] == [
        ("consent", 0, None),
        ("consent", 1, None),
    ]
    do(house, cast, cast.lead, "consent", "teams", party=1, reason="Gävleborg är en större region.")
    view = page(house, cast, cast.lead)
    assert [offer.party for offer in view.offers] == [0]
    assert view.comparison is not None
    assert view.comparison.consented == ("Region Gävleborg",)
    do(house, cast, cast.coordinator(1), "confirm", "teams")
    assert page(house, cast, cast.coordinator(0)).sides[1].confirmed


# ---- appointing


def test_a_known_person_is_appointed_and_told(house: House, cast: Cast) -> None:
    known = make_person(house, "Folkhälsostrateg", in_organisation=cast.organisations[0], role="member")
    form = seats.appoint_form(house, actor=cast.coordinator(0), review_id=cast.review_id, now=cast.now)
    assert [name for _, name in form.known] == [
        "Folkhälsostrateg",
        "Hälso- och sjukvårdsdirektör, Kalmar län",
    ]
    appoint(house, cast, cast.coordinator(0), person_id=known.person_id, function="public_health")
    assert "Folkhälsostrateg" in names(page(house, cast, known), 0)
    assert mails(house, "team") == [known.email]


def test_a_new_person_is_invited_and_belongs_to_the_organisation(house: House, cast: Cast) -> None:
    name, is_new = appoint(house, cast, cast.coordinator(0), name="Anhörig", email="anhorig@example.org")
    assert (name, is_new) == ("Anhörig", True)
    assert mails(house, "invite") == ["anhorig@example.org"]
    with house.db.read() as session:
        person = session.scalars(select(Person).where(Person.email_folded == "anhorig@example.org")).one()
        assert [(m.organisation_id, m.role) for m in person.memberships] == [
            (cast.organisations[0], "member")
        ]


def test_an_address_that_has_an_account_gives_that_person_the_seat(house: House, cast: Cast) -> None:
    elsewhere = make_organisation(house, "Region Skåne")
    known = make_person(house, "Utredare", "utredare@example.org", in_organisation=elsewhere)
    name, is_new = appoint(
        house, cast, cast.coordinator(0), name="Någon annan", email="UTREDARE@example.org", role="coordinator"
    )
    assert (name, is_new) == ("Utredare", False)
    assert mails(house, "invite") == []
    with house.db.read() as session:
        person = session.get(Person, known.person_id)
        assert person is not None
        # Coordinating one review makes nobody the organisation's coordinator.
        assert sorted((m.organisation_id, m.role) for m in person.memberships) == sorted(
            [(elsewhere, "coordinator"), (cast.organisations[0], "member")]
        )


def test_a_management_contact_stands_outside_the_team(house: House, cast: Cast) -> None:
    appoint(
        house, cast, cast.coordinator(0), name="Stabschef", email="s@example.org", role="contact", function=""
    )
    own = page(house, cast, cast.coordinator(0)).sides[0]
    assert len(own.team) == 3
    assert "Stabschef" in [contact.name for contact in own.contacts]


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({}, {"name", "email"}),
        ({"name": "A", "email": "a@example.org", "function": ""}, {"function"}),
        ({"name": "A", "email": "a@example.org", "function": "king"}, {"function"}),
        ({"name": "A", "email": "a@example.org", "role": "lead"}, {"role"}),
        ({"name": "A" * 201, "email": "no address"}, {"name", "email"}),
        ({"person_id": 10**6}, {"person"}),
        ({"person_id": 1, "name": "A"}, {"person"}),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(
    house: House, cast: Cast, typed: dict[str, Any], fields: set[str]
) -> None:
    with pytest.raises(Invalid) as error:
        appoint(house, cast, cast.coordinator(0), **typed)
    assert set(error.value.errors) == fields


def test_nobody_sits_on_two_sides_and_the_lead_on_none(house: House, cast: Cast) -> None:
    said = set()
    for who in (cast.member(1), cast.contact(1), cast.lead):
        with pytest.raises(Invalid) as error:
            appoint(house, cast, cast.coordinator(0), name="X", email=who.email)
        said.add(error.value.errors["email"])
    assert said == {seats.NOT_HERE}
    # As little from the list: whom a form may name are the organisation's own people.
    for who in (cast.member(1), cast.outsider, cast.lead):
        with pytest.raises(Invalid) as error:
            appoint(house, cast, cast.coordinator(0), person_id=who.person_id)
        assert list(error.value.errors) == ["person"]


def test_nobody_gets_two_seats_on_one_team(house: House, cast: Cast) -> None:
    with pytest.raises(Invalid):
        appoint(house, cast, cast.coordinator(0), person_id=cast.member(0).person_id)
    with pytest.raises(Invalid):
        appoint(house, cast, cast.coordinator(0), name="X", email=cast.member(0).email)


@pytest.mark.parametrize("who", ["lead", "contact 0", "member 0.0"])
def test_who_may_read_may_not_appoint(house: House, cast: Cast, who: str) -> None:
    with pytest.raises(Refused):
        appoint(house, cast, cast.everyone()[who], name="A", email="a@example.org")
    with pytest.raises(NotFound):
        appoint(house, cast, cast.outsider, name="A", email="a@example.org")


def test_a_confirmed_team_can_change_and_history_says_so(house: House, cast: Cast) -> None:
    advance(house, cast, to="work")
    appoint(house, cast, cast.coordinator(0), name="Ersättare", email="ersattare@example.org")
    with house.db.read() as session:
        row = session.scalars(select(HistoryRow).where(HistoryRow.deed == "seated")).one()
        assert (row.artefact, row.about_party, row.state, row.actor_party) == ("team", 0, "confirmed", 0)
    assert "Ersättare" in names(page(house, cast, cast.member(1)), 0)
