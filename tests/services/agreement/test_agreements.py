"""The agreement: versions, confirmations of a version, amendments, two people at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from peerreview.engine.running.case import SHARED
from peerreview.engine.running.moves import Choice
from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services.agreement import agreement_page, edit_agreement
from peerreview.services.agreement.edit_agreement import Clash, Saved
from peerreview.services.base.house import House
from peerreview.services.case.opening import looking
from peerreview.services.terms import agreement_terms
from peerreview.services.terms.agreement_terms import Typed, TypedWish
from peerreview.store.artefacts.agreements import Agreement
from peerreview.store.review.history import HistoryRow

from ..agreement_play import complete, confirm, dates, fields, form, mails, page, resave, save
from ..review_fixtures import Cast, advance, do, make_review, plan_meeting


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="first_meeting")


@pytest.fixture
def working(house: House) -> Cast:
    """A review in which the agreement is in force and the materials are being gathered."""
    return advance(house, make_review(house), to="collect")


# ---- writing it


def test_the_form_begins_with_the_methods_own_pace(house: House, cast: Cast) -> None:
    seen = form(house, cast, cast.coordinator(0))
    assert (seen.typed.period_from, seen.typed.period_to) == ("2025-01-01", "2025-12-31")
    # 12 weeks on, six weeks and two before it, four and eight after; Ascension Day and the summer stop passed by.
    assert seen.typed.dates == {
        "materials": "2026-04-14",
        "questions": "2026-05-12",
        "second_meeting": "2026-05-26",
        "report": "2026-06-23",
        "closing": "2026-08-03",
    }
    assert (seen.version, seen.amends, seen.typed.lead_reads_materials) == (0, None, False)


def test_dates_are_proposed_from_a_second_meeting(house: House, cast: Cast) -> None:
    typed = replace(form(house, cast, cast.lead).typed, dates={"second_meeting": "2026-06-10"})
    found = agreement_page.propose_dates(
        house, actor=cast.lead, review_id=cast.review_id, typed=typed, now=cast.now
    )
    assert list(found.dates.values()) == [
        "2026-04-29",
        "2026-05-27",
        "2026-06-10",
        "2026-08-03",
        "2026-08-05",
    ]
    for wrong in ("", "2026-03-01", "2026-06-06", "juni"):
        with pytest.raises(Invalid) as error:
            agreement_page.propose_dates(
                house,
                actor=cast.lead,
                review_id=cast.review_id,
                typed=replace(typed, dates={"second_meeting": wrong}),
                now=cast.now,
            )
        assert list(error.value.errors) == ["date_second_meeting"]


def test_too_few_weeks_are_shared(house: House, cast: Cast) -> None:
    typed = replace(form(house, cast, cast.lead).typed, dates={"second_meeting": "2026-03-24"})
    found = agreement_page.propose_dates(
        house, actor=cast.lead, review_id=cast.review_id, typed=typed, now=cast.now
    )
    assert list(found.dates.values())[:3] == ["2026-03-11", "2026-03-19", "2026-03-24"]
    assert save(house, cast, cast.lead, replace(complete(house, cast), dates=found.dates)).changed


def test_a_draft_may_have_gaps_and_says_which(house: House, cast: Cast) -> None:
    assert save(house, cast, cast.coordinator(0), Typed(report="joint")).version == 1
    view = page(house, cast, cast.member(1))
    assert view.pending is not None
    assert view.force is None
    assert [say(gap, "en", view.head.names) for gap in view.gaps] == [
        "when the period begins",
        "when the period ends",
        "when the materials open",
        "when you follow up",
        "The materials are handed in",
        "The questions are to be sent",
        "Second meeting",
        "The reports are done",
        "Closing meeting",
        "which documents of Region Kalmar län",
        "which documents of Region Gävleborg",
    ]
    with pytest.raises(Refused):
        confirm(house, cast, 0, 1)


def test_wishes_keep_their_ids_through_the_versions(house: House, cast: Cast) -> None:
    save(house, cast, cast.coordinator(0), complete(house, cast))
    ids = [wish["id"] for wish in fields(house, cast)["wishes"]]
    assert ids == ["w1", "w2", "w3", "w4"]
    typed = form(house, cast, cast.lead).typed
    wishes = (
        replace(typed.wishes[1], title="Annan plan"),
        *typed.wishes[2:],
        TypedWish(0, "Budget", "Varför"),
    )
    resave(house, cast, cast.lead, wishes=wishes)
    assert [(w["id"], w["party"], w["title"]) for w in fields(house, cast)["wishes"]] == [
        ("w2", 0, "Annan plan"),
        ("w5", 0, "Budget"),
        ("w3", 1, "Verksamhetsplan 2025"),
        ("w4", 1, "Handlingsplan för levnadsvanor"),
    ]
    # A row that was taken away never lends its number to another.
    resave(house, cast, cast.lead, wishes=wishes[:-1])
    resave(house, cast, cast.lead, wishes=(*wishes[:-1], TypedWish(1, "Ny")))
    assert "w5" not in [w["id"] for w in fields(house, cast)["wishes"]]


def test_a_forged_wish_id_is_a_new_wish(house: House, cast: Cast) -> None:
    save(house, cast, cast.coordinator(0), Typed(wishes=(TypedWish(0, "Plan", id="w999"),)))
    assert [wish["id"] for wish in fields(house, cast)["wishes"]] == ["w1"]


def test_saving_what_stands_there_makes_no_version(house: House, cast: Cast) -> None:
    save(house, cast, cast.coordinator(0), complete(house, cast))
    assert resave(house, cast, cast.coordinator(1)) == Saved(1, changed=False)


SUNDAY, GOOD_FRIDAY = "2026-05-24", "2026-04-03"


@pytest.mark.parametrize(
    ("changes", "day", "faults"),
    [
        ({"period_from": "2026-01-01"}, {}, {"period_to"}),
        ({"period_from": "1990-01-01"}, {}, {"period_to"}),
        ({"period_from": "igår"}, {}, {"period_from"}),
        ({"report": "none"}, {}, {"report"}),
        ({"opening": "never", "follow_up": "9"}, {}, {"opening", "follow_up"}),
        ({}, {"materials": "2026-03-02"}, {"date_materials"}),
        ({}, {"materials": GOOD_FRIDAY}, {"date_materials"}),
        ({}, {"second_meeting": SUNDAY}, {"date_second_meeting"}),
        ({}, {"questions": "2026-03-10"}, {"date_questions"}),
        ({}, {"closing": "2026-03-10"}, {"date_closing"}),
        ({}, {"report": "snart"}, {"date_report"}),
        ({"wishes": (TypedWish(0, "", "Bara ett varför"),)}, {}, {"wish-0-0-title"}),
        ({"wishes": (TypedWish(0, ""), TypedWish(0, "x" * 201, "y" * 1001))}, {}, {"wish-0-1-title", "wish-0-1-note"}),
        ({"wishes": (TypedWish(1, "a\x00"),)}, {}, {"wish-1-0-title"}),
        ({"wishes": tuple(TypedWish(1, f"{n}") for n in range(51))}, {}, {"wish-1-0-title"}),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said_beside_its_field(
    house: House, cast: Cast, changes: dict[str, Any], day: dict[str, str], faults: set[str]
) -> None:
    typed = complete(house, cast)
    with pytest.raises(Invalid) as error:
        save(house, cast, cast.coordinator(0), replace(typed, **changes, dates=dates(typed, **day)))
    assert set(error.value.errors) - {"meant"} == faults
    assert page(house, cast, cast.lead).pending is None


def test_a_day_off_gets_the_nearest_working_day(house: House, cast: Cast) -> None:
    typed = complete(house, cast)
    said = {}
    for day in ("2026-04-11", "2026-04-12"):
        with pytest.raises(Invalid) as error:
            save(house, cast, cast.coordinator(0), replace(typed, dates=dates(typed, materials=day)))
        said[day] = say(error.value.errors["date_materials"], "en", today=date(2026, 3, 3))
    assert said == {
        "2026-04-11": "Sat 11 April is not a working day. The nearest one is Fri 10 April.",
        "2026-04-12": "Sun 12 April is not a working day. The nearest one is Mon 13 April.",
    }


# ---- confirming


def test_all_confirm_the_same_version(house: House, cast: Cast) -> None:
    save(house, cast, cast.coordinator(0), complete(house, cast))
    assert confirm(house, cast, 0, 1) is False
    view = page(house, cast, cast.coordinator(0))
    assert (view.own_confirmed, view.may_confirm) == (True, False)
    assert page(house, cast, cast.coordinator(1)).may_confirm
    assert confirm(house, cast, 1, 1) is True
    view = page(house, cast, cast.contact(1))
    assert view.force is not None
    assert view.pending is None
    assert [(c.name, c.by) for c in view.force.confirmations] == [
        ("Region Kalmar län", cast.coordinator(0).name),
        ("Region Gävleborg", cast.coordinator(1).name),
    ]


def test_a_change_after_one_side_confirmed_voids_it(house: House, cast: Cast) -> None:
    """engine.md 15."""
    save(house, cast, cast.coordinator(0), complete(house, cast))
    confirm(house, cast, 0, 1)
    seen = form(house, cast, cast.coordinator(1))
    assert seen.voids == ("Region Kalmar län",)
    assert resave(house, cast, cast.coordinator(1), follow_up="12").version == 2
    assert mails(house) == [
        (cast.coordinator(0).email, mails(house)[0][1]),
    ]
    assert not page(house, cast, cast.coordinator(0)).own_confirmed
    with pytest.raises(Conflict):
        confirm(house, cast, 1, 1)
    confirm(house, cast, 1, 2)
    assert page(house, cast, cast.lead).force is None
    confirm(house, cast, 0, 2)
    assert page(house, cast, cast.lead).force is not None


def test_nobody_voids_a_confirmation_unseen(house: House, cast: Cast) -> None:
    save(house, cast, cast.coordinator(0), complete(house, cast))
    seen = form(house, cast, cast.coordinator(1))
    confirm(house, cast, 0, 1)
    typed = replace(seen.typed, follow_up="12")
    with pytest.raises(Clash) as error:
        save(house, cast, cast.coordinator(1), typed, seen.version, seen.confirmed)
    assert (error.value.typed.follow_up, error.value.version, error.value.confirmed) == ("12", 1, (0,))
    assert save(house, cast, cast.coordinator(1), typed, 1, (0,)).version == 2


def test_confirming_twice_is_once(house: House, cast: Cast) -> None:
    save(house, cast, cast.coordinator(0), complete(house, cast))
    confirm(house, cast, 0, 1)
    confirm(house, cast, 0, 1)
    with house.db.read() as session:
        deeds = [row.data.get("action") for row in session.scalars(select(HistoryRow))]
        assert deeds.count("confirm") == 3  # both teams, and this


def test_dates_that_have_been_meanwhile_are_not_confirmed(house: House, cast: Cast) -> None:
    save(house, cast, cast.coordinator(0), complete(house, cast))
    cast.now += timedelta(weeks=8)
    view = page(house, cast, cast.coordinator(0))
    assert (view.may_confirm, view.why_not is not None) == (False, True)
    with pytest.raises(Refused):
        confirm(house, cast, 0, 1)


def test_nor_by_the_action_of_the_definition(house: House, cast: Cast) -> None:
    save(house, cast, cast.coordinator(0), complete(house, cast))
    cast.now += timedelta(weeks=8)
    with pytest.raises(Refused, match="has been"):
        do(house, cast, cast.coordinator(0), "confirm", "first_meeting")


def test_an_agreement_can_still_be_made_when_the_lead_has_gone_on_without(house: House, cast: Cast) -> None:
    do(
        house,
        cast,
        cast.lead,
        "go_on",
        reason="De hinner inte träffas.",
        choice=Choice(place=("first_meeting", SHARED)),
    )
    save(house, cast, cast.coordinator(0), complete(house, cast))
    assert not confirm(house, cast, 0, 1)
    assert confirm(house, cast, 1, 1)
    assert page(house, cast, cast.member(1)).force is not None


def test_held_and_confirmed_ends_the_first_meeting(house: House, cast: Cast) -> None:
    save(house, cast, cast.coordinator(0), complete(house, cast))
    plan_meeting(house, cast, "first_meeting")
    do(house, cast, cast.lead, "held", "first_meeting")
    confirm(house, cast, 0, 1)
    confirm(house, cast, 1, 1)
    with looking(house, review_id=cast.review_id, actor=cast.lead, now=cast.now) as case:
        assert case.standing.state("exchange/collect", 0) == "active"


@pytest.mark.parametrize("who", ["lead", "contact 0", "member 0.0"])
def test_only_a_coordinator_confirms(house: House, cast: Cast, who: str) -> None:
    save(house, cast, cast.coordinator(0), complete(house, cast))
    actor = cast.everyone()[who]
    assert not page(house, cast, actor).may_confirm
    with pytest.raises(Refused):
        edit_agreement.confirm_agreement(
            house, actor=actor, review_id=cast.review_id, version=1, now=cast.now
        )


# ---- who may do what, where


def test_a_ring_of_three_confirms_in_threes(house: House) -> None:
    cast = advance(house, make_review(house, 3), to="first_meeting")
    save(house, cast, cast.coordinator(2), complete(house, cast))
    assert [confirm(house, cast, party, 1) for party in cast.parties] == [False, False, True]
    view = page(house, cast, cast.member(2))
    assert view.force is not None
    # Each is wished for by the side that reviews it: the first of the ring by the last.
    assert [(wishes.of, wishes.by) for wishes in view.force.wishes] == [
        ("Region Kalmar län", "Region Dalarna"),
        ("Region Gävleborg", "Region Kalmar län"),
        ("Region Dalarna", "Region Gävleborg"),
    ]


@pytest.mark.parametrize("who", ["contact 0", "member 1.0"])
def test_who_may_read_may_not_write(house: House, cast: Cast, who: str) -> None:
    actor = cast.everyone()[who]
    assert not page(house, cast, actor).may_write
    with pytest.raises(Refused):
        save(house, cast, actor, Typed(report="joint"))
    with pytest.raises(Refused):
        form(house, cast, actor)


def test_for_an_outsider_there_is_no_agreement(house: House, cast: Cast) -> None:
    for deed in (page, form):
        with pytest.raises(NotFound):
            deed(house, cast, cast.outsider)
    with pytest.raises(NotFound):
        save(house, cast, cast.outsider, Typed())


def test_before_the_first_meeting_nobody_writes(house: House) -> None:
    cast = advance(house, make_review(house), to="teams")
    assert page(house, cast, cast.coordinator(0)).pending is None
    with pytest.raises(Refused):
        save(house, cast, cast.coordinator(0), Typed())


def test_earlier_versions_can_be_read_and_no_others(house: House, working: Cast) -> None:
    resave(house, working, working.coordinator(0), follow_up="12")
    seen = agreement_page.one_version(
        house, actor=working.contact(0), review_id=working.review_id, number=1, now=working.now
    )
    assert (seen.in_force, seen.newest, seen.version.number) == (True, 2, 1)
    with pytest.raises(NotFound):
        agreement_page.one_version(
            house, actor=working.lead, review_id=working.review_id, number=3, now=working.now
        )


def test_every_version_is_kept_with_its_line_of_history(house: House, working: Cast) -> None:
    resave(house, working, working.lead, lead_reads_materials=True)
    with house.db.read() as session:
        assert len(session.scalars(select(Agreement)).all()) == 2
        row = session.scalars(select(HistoryRow).where(HistoryRow.deed == "agreement_saved")).one()
        assert (row.artefact, row.state) == ("agreement", "confirmed")
        assert row.data == {"version": 2, "changed": ["lead_reads_materials"]}


def test_a_second_meeting_is_roomy_from_six_weeks_on(house: House, cast: Cast) -> None:
    """The usual six weeks for the materials before it; where that is a free day, the working day after it."""
    calendar = house.calendar
    today = date(2026, 2, 20)
    assert agreement_terms.roomy_from(calendar, today) == date(2026, 4, 7), (
        "six weeks on is Good Friday: the Tuesday after Easter"
    )
    assert form(house, cast, cast.lead).roomy_from == calendar.on_or_after(
        calendar.day(cast.now) + timedelta(weeks=6)
    )
