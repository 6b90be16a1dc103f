"""Teams and seats: who is appointed, who may see whom by when, and what a forged id gives (nothing)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from peerreview.engine.running.case import Scope
from peerreview.engine.running.moves import Choice
from peerreview.errors import Invalid, NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.lead.verify_histories import verify
from peerreview.services.review import overview
from peerreview.services.review.overview import OverviewView
from peerreview.services.team import appoint_members, seats_page
from peerreview.services.team.appoint_members import Appointed
from peerreview.services.turns import task_lists
from peerreview.services.turns.task_lists import TaskView
from peerreview.store.people.people import Person
from peerreview.store.review.history import HistoryRow
from tests.people import make_person

from ..review_fixtures import Cast, advance, do, looked, make_review
from ..team_play import appoint, lines, mails, names, page, seat_of


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
    awaited = (
        "Whether the teams are alike is asked when all have confirmed. "
        "Waiting for Region Kalmar län and Region Gävleborg."
    )
    assert lines(page(house, cast, cast.lead)) == [
        "The teams are comparable: as many people, give or take one, and an opposite number for everyone.",
        awaited,
    ]
    appoint_members.change_seat(
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
    appoint(
        house,
        cast,
        cast.coordinator(1),
        name="Inga Chefsdotter",
        email="chef@example.org",
        function="manager",
    )
    assert lines(page(house, cast, cast.lead)) == [
        "As they are now, the teams are unlike in number or functions.",
        "Region Gävleborg lacks Human resources, which Region Kalmar län has.",
        "Region Gävleborg has 5 people and Region Kalmar län 3. One more or less is fine.",
        awaited,
    ]


def test_of_a_team_that_is_not_confirmed_the_others_see_its_size_and_functions_and_no_names(
    house: House, cast: Cast
) -> None:
    for number in range(2):
        appoint(house, cast, cast.coordinator(1), name=f"Ny {number}", email=f"ny{number}@example.org")
    for who in (cast.coordinator(0), cast.member(0), cast.contact(0)):
        view = page(house, cast, who)
        other = view.sides[1]
        assert (other.seen, other.noticed, other.size) == (False, True, 5)
        assert [(say(title, "sv"), count) for title, count in other.functions] == [
            ("Processledare", 1),
            ("Medicinsk kompetens", 1),
            ("HR", 1),
            ("Verksamhetsutveckling", 2),
        ]
        assert "Ny 0" not in repr(view)
        assert cast.coordinator(1).name not in repr(view)
        assert lines(view) == [
            "As they are now, the teams are unlike in number or functions.",
            "Region Gävleborg has 5 people and Region Kalmar län 3. One more or less is fine.",
            "Whether the teams are alike is asked when all have confirmed. You need not wait for the others.",
        ]
    assert [(offer.key, offer.why_not) for offer in page(house, cast, cast.coordinator(0)).offers] == [
        ("confirm", None)
    ]


@pytest.mark.parametrize("first", [0, 1])
def test_whoever_confirms_first_waits_for_the_other_and_neither_is_kept_from_it(
    house: House, cast: Cast, first: int
) -> None:
    for number in range(2):
        appoint(house, cast, cast.coordinator(1), name=f"Ny {number}", email=f"ny{number}@example.org")
    do(house, cast, cast.coordinator(first), "confirm", "teams")
    other = "Region Kalmar län" if first else "Region Gävleborg"
    view = page(house, cast, cast.coordinator(first))
    assert lines(view)[-1] == f"You have confirmed your team. Waiting for {other}."
    assert view.offers == ()
    [panel] = review_page(house, cast, cast.coordinator(first)).panels
    assert [say(side.waits, "sv", view.head.names) for side in panel.sides if side.waits] == [
        f"Väntar på {other}."
    ]
    assert not panel.yours
    do(house, cast, cast.coordinator(1 - first), "confirm", "teams")
    for party in (0, 1):
        view = page(house, cast, cast.coordinator(party))
        assert [offer.key for offer in view.offers] == ["reopen"]
        assert view.comparison is not None
        assert view.comparison.stuck is not None
    # One thing to accept, not one for each side; and all have been told, each once.
    assert [offer.key for offer in page(house, cast, cast.lead).offers] == ["consent"]
    assert sorted(mails(house, "stuck")) == sorted(
        who.email for who in (cast.coordinator(0), cast.coordinator(1), cast.lead)
    )
    assert [say(task.title, "sv") for task in tasks_of(house, cast, cast.lead)] == ["Godta olika team"]
    assert [say(task.title, "sv") for task in tasks_of(house, cast, cast.coordinator(0))] == [
        "Öppna teamet igen"
    ]
    assert tasks_of(house, cast, cast.member(0)) == []


def test_the_lead_consents_once_with_a_reason_that_all_can_read(house: House, cast: Cast) -> None:
    for number in range(2):
        appoint(house, cast, cast.coordinator(1), name=f"Ny {number}", email=f"ny{number}@example.org")
    for party in (1, 0):
        do(house, cast, cast.coordinator(party), "confirm", "teams")
    with pytest.raises(Invalid):
        do(house, cast, cast.lead, "consent", "teams", party=1)
    do(house, cast, cast.lead, "consent", "teams", party=1, reason="Gävleborg är en större region.")
    view = page(house, cast, cast.coordinator(0))
    assert view.comparison is not None
    assert view.comparison.consented
    assert view.comparison.stuck is None
    assert looked(house, cast, cast.lead).standing.state("first_meeting") == "active"
    assert verify(house) == []


def test_a_side_that_opens_its_team_again_is_alone_in_having_something_to_do(
    house: House, cast: Cast
) -> None:
    for number in range(2):
        appoint(house, cast, cast.coordinator(1), name=f"Ny {number}", email=f"ny{number}@example.org")
    for party in (0, 1):
        do(house, cast, cast.coordinator(party), "confirm", "teams")
    do(house, cast, cast.coordinator(1), "reopen", "teams")
    assert not page(house, cast, cast.coordinator(0)).sides[1].seen
    assert page(house, cast, cast.coordinator(0)).sides[1].size == 5
    assert page(house, cast, cast.lead).offers == ()
    assert tasks_of(house, cast, cast.coordinator(0)) == []
    own = page(house, cast, cast.coordinator(1)).sides[1].team
    for number in range(2):
        appoint_members.remove(
            house,
            actor=cast.coordinator(1),
            review_id=cast.review_id,
            seat_id=next(seat.id for seat in own if seat.name == f"Ny {number}"),
            now=cast.now,
            real_now=cast.now,
        )
    do(house, cast, cast.coordinator(1), "confirm", "teams")
    assert looked(house, cast, cast.lead).standing.state("first_meeting") == "active"
    assert verify(house) == []


def test_a_pair_goes_on_when_the_lead_goes_on_without_one_team(house: House, cast: Cast) -> None:
    do(house, cast, cast.coordinator(1), "confirm", "teams")
    choice = Choice(place=("teams", Scope(0)))
    do(house, cast, cast.lead, "go_on", reason="Kalmar hinner inte.", choice=choice)
    assert looked(house, cast, cast.lead).standing.state("first_meeting") == "active"
    assert verify(house) == []


def review_page(house: House, cast: Cast, who: Account) -> OverviewView:
    return overview.overview(house, actor=who, review_id=cast.review_id, now=cast.now)


def tasks_of(house: House, cast: Cast, who: Account) -> list[TaskView]:
    return task_lists.tasks_of(looked(house, cast, who))


# ---- appointing


def test_a_known_person_is_appointed_and_told(house: House, cast: Cast) -> None:
    known = make_person(house, "Folkhälsostrateg", in_organisation=cast.organisations[0], role="member")
    form = seats_page.appoint_form(house, actor=cast.coordinator(0), review_id=cast.review_id, now=cast.now)
    assert [name for _, name in form.known] == [
        "Folkhälsostrateg",
        "Hälso- och sjukvårdsdirektör, Kalmar län",
    ]
    appoint(house, cast, cast.coordinator(0), person_id=known.person_id, function="public_health")
    assert "Folkhälsostrateg" in names(page(house, cast, known), 0)
    assert mails(house, "team") == [known.email]


def test_a_new_person_is_invited_and_belongs_to_the_organisation(house: House, cast: Cast) -> None:
    found = appoint(house, cast, cast.coordinator(0), name="Anhörig", email="anhorig@example.org")
    assert found == Appointed("Anhörig", "invited")
    assert mails(house, "invite") == ["anhorig@example.org"]
    with house.db.read() as session:
        person = session.scalars(select(Person).where(Person.email_folded == "anhorig@example.org")).one()
        assert [(m.organisation_id, m.role, m.by_seat) for m in person.memberships] == [
            (cast.organisations[0], "member", True)
        ]


def test_an_address_that_has_an_account_gives_that_person_the_seat(house: House, cast: Cast) -> None:
    known = make_person(house, "Utredare", "utredare@example.org")
    found = appoint(
        house, cast, cast.coordinator(0), name="Någon annan", email="UTREDARE@example.org", role="coordinator"
    )
    assert found == Appointed("Utredare", "seated")
    assert mails(house, "invite") == []
    with house.db.read() as session:
        person = session.get(Person, known.person_id)
        assert person is not None
        # Coordinating one review makes nobody the organisation's coordinator.
        assert [(m.organisation_id, m.role) for m in person.memberships] == [
            (cast.organisations[0], "member")
        ]


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
    assert said == {appoint_members.NOT_HERE}
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
