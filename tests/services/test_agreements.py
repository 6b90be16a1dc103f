"""The agreement: versions, confirmations of a version, amendments, two people at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services import agreeing, agreements
from peerreview.services.agreeing import Clash, Saved
from peerreview.services.agreements import AgreementView
from peerreview.services.cases import looking
from peerreview.services.facts import wished_of
from peerreview.services.house import Account, House
from peerreview.services.terms import Typed, TypedWish, typed_of
from peerreview.store.agreements import Agreement
from peerreview.store.history import HistoryRow
from peerreview.store.materials import Material
from peerreview.store.outbox import Outgoing, PlannedMail

from .review_fixtures import Cast, advance, agreement_fields, do, make_review, plan_meeting


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="first_meeting")


@pytest.fixture
def working(house: House) -> Cast:
    """A review in which the agreement is in force and the materials are being gathered."""
    return advance(house, make_review(house), to="collect")


def page(house: House, cast: Cast, who: Account) -> AgreementView:
    return agreements.agreement(house, actor=who, review_id=cast.review_id, now=cast.now)


def form(house: House, cast: Cast, who: Account) -> agreements.EditView:
    return agreements.edit_form(house, actor=who, review_id=cast.review_id, now=cast.now)


def complete(house: House, cast: Cast, **changes: Any) -> Typed:
    """A whole agreement as it is typed, every wish a new row."""
    typed = typed_of(agreement_fields(house, cast))
    return replace(typed, wishes=tuple(replace(w, id="") for w in typed.wishes), **changes)


def save(
    house: House, cast: Cast, who: Account, typed: Typed, version: int = 0, confirmed: tuple[int, ...] = ()
) -> Saved:
    return agreeing.save_agreement(
        house,
        actor=who,
        review_id=cast.review_id,
        typed=typed,
        version=version,
        confirmed=confirmed,
        now=cast.now,
    )


def resave(house: House, cast: Cast, who: Account, **changes: Any) -> Saved:
    """Open the form, change something, save."""
    seen = form(house, cast, who)
    return save(house, cast, who, replace(seen.typed, **changes), seen.version, seen.confirmed)


def confirm(house: House, cast: Cast, party: int, version: int) -> bool:
    return agreeing.confirm_agreement(
        house, actor=cast.coordinator(party), review_id=cast.review_id, version=version, now=cast.now
    )


def fields(house: House, cast: Cast) -> dict[str, Any]:
    with looking(house, review_id=cast.review_id, actor=cast.lead, now=cast.now) as case:
        return case.rows.agreements[-1].fields


def dates(typed: Typed, **changes: str) -> dict[str, str]:
    return {**typed.dates, **changes}


def mails(house: House) -> list[tuple[str, str]]:
    with house.db.read() as session:
        query = select(Outgoing.recipient, Outgoing.subject).where(Outgoing.kind == "agreement")
        return sorted((recipient, subject) for recipient, subject in session.execute(query))


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
    found = agreements.propose_dates(
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
            agreements.propose_dates(
                house,
                actor=cast.lead,
                review_id=cast.review_id,
                typed=replace(typed, dates={"second_meeting": wrong}),
                now=cast.now,
            )
        assert list(error.value.errors) == ["date_second_meeting"]


def test_too_few_weeks_are_shared(house: House, cast: Cast) -> None:
    typed = replace(form(house, cast, cast.lead).typed, dates={"second_meeting": "2026-03-24"})
    found = agreements.propose_dates(
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
        "The questions are sent",
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
    assert set(error.value.errors) == faults
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
        agreeing.confirm_agreement(house, actor=actor, review_id=cast.review_id, version=1, now=cast.now)


# ---- two at once


def test_two_changes_of_different_things_are_put_together(house: House, cast: Cast) -> None:
    save(house, cast, cast.coordinator(0), complete(house, cast))
    one, other = form(house, cast, cast.coordinator(0)), form(house, cast, cast.coordinator(1))
    mine = replace(one.typed, wishes=(*one.typed.wishes, TypedWish(1, "Från Kalmar")))
    theirs = replace(
        other.typed, follow_up="12", wishes=(*other.typed.wishes[1:], TypedWish(0, "Från Gävleborg"))
    )
    save(house, cast, cast.coordinator(1), theirs, other.version)
    saved = save(house, cast, cast.coordinator(0), mine, one.version)
    assert (saved.version, saved.joined) == (3, cast.coordinator(1).name)
    found = fields(house, cast)
    assert found["follow_up"] == 12
    assert [(w["id"], w["title"]) for w in found["wishes"] if w["party"] == 0] == [
        ("w2", "Handlingsplan för levnadsvanor"),
        ("w5", "Från Gävleborg"),
    ]
    assert [w["title"] for w in found["wishes"] if w["party"] == 1][-1] == "Från Kalmar"


def test_two_changes_of_the_same_thing_come_back_with_both(house: House, cast: Cast) -> None:
    typed = complete(house, cast)
    save(house, cast, cast.coordinator(0), typed)
    seen = form(house, cast, cast.coordinator(0)).typed
    theirs = replace(seen, follow_up="12", dates=dates(seen, closing="2026-08-10"))
    mine = replace(seen, report="joint", dates=dates(seen, closing="2026-08-20"))
    save(house, cast, cast.coordinator(1), theirs, 1)
    with pytest.raises(Clash) as error:
        save(house, cast, cast.coordinator(0), mine, 1)
    clash = error.value
    assert [(say(c.label, "en"), c.before, c.after) for c in clash.differ] == [
        ("Closing meeting", date(2026, 8, 10), date(2026, 8, 20))
    ]
    # The form goes on with both changes, mine where they meet; nothing of theirs is undone by saving it.
    assert (clash.typed.follow_up, clash.typed.report) == ("12", "joint")
    assert clash.typed.dates["closing"] == "2026-08-20"
    assert save(house, cast, cast.coordinator(0), clash.typed, clash.version).version == 3
    assert (fields(house, cast)["follow_up"], fields(house, cast)["report"]) == (12, "joint")


def test_changes_that_do_not_fit_together_come_back(house: House, cast: Cast) -> None:
    save(house, cast, cast.coordinator(0), complete(house, cast))
    seen = form(house, cast, cast.coordinator(0)).typed
    save(house, cast, cast.coordinator(1), replace(seen, dates=dates(seen, second_meeting="2026-05-20")), 1)
    mine = replace(seen, dates=dates(seen, questions="2026-05-21"))
    with pytest.raises(Clash) as error:
        save(house, cast, cast.coordinator(0), mine, 1)
    assert list(error.value.errors) == ["date_second_meeting"]


def test_a_version_from_nowhere_loses_nothing(house: House, cast: Cast) -> None:
    save(house, cast, cast.coordinator(0), complete(house, cast))
    with pytest.raises(Clash):
        save(house, cast, cast.coordinator(1), Typed(report="joint"), version=77)
    assert fields(house, cast)["report"] == "separate"


# ---- amending what is in force


def test_an_amendment_is_in_force_when_all_have_confirmed_it(house: House, working: Cast) -> None:
    before = page(house, working, working.lead).force
    assert before is not None
    assert before.number == 1
    seen = form(house, working, working.coordinator(0))
    assert (seen.amends, seen.voids) == (1, ())
    moved = dates(seen.typed, materials="2026-04-17")
    resave(house, working, working.coordinator(0), dates=moved)
    view = page(house, working, working.member(1))
    assert view.force is not None
    assert (view.force.number, view.pending and view.pending.number) == (1, 2)
    assert [(say(c.label, "en"), c.before, c.after) for c in view.changes] == [
        ("The materials are handed in", date(2026, 4, 14), date(2026, 4, 17))
    ]
    assert [recipient for recipient, _ in mails(house)] == [working.coordinator(1).email]
    assert due(house, working) == {"2026-04-14"}
    assert confirm(house, working, 1, 2) is False
    assert due(house, working) == {"2026-04-14"}
    assert confirm(house, working, 0, 2) is True
    # Dates move then (engine.md 15), and the mails with them.
    assert due(house, working) == {"2026-04-17"}
    assert page(house, working, working.lead).pending is None
    told = {recipient for recipient, _ in mails(house)}
    assert {working.lead.email, working.member(1).email, working.coordinator(1).email} <= told


def due(house: House, cast: Cast) -> set[str]:
    with house.db.read() as session:
        query = select(PlannedMail).where(
            PlannedMail.review_id == cast.review_id,
            PlannedMail.step == "exchange/collect",
            PlannedMail.state == "planned",
        )
        return {row.data["due"] for row in session.scalars(query)}


def test_an_amendment_leaves_nothing_out(house: House, working: Cast) -> None:
    seen = form(house, working, working.coordinator(0))
    for changes, field in (
        ({"report": ""}, "report"),
        ({"dates": dates(seen.typed, closing="")}, "date_closing"),
        ({"wishes": tuple(w for w in seen.typed.wishes if w.party == 0)}, "wish-1-0-title"),
    ):
        with pytest.raises(Invalid) as error:
            resave(house, working, working.coordinator(0), **changes)
        assert list(error.value.errors) == [field]


def test_days_that_have_been_stay_when_something_else_is_amended(house: House, working: Cast) -> None:
    working.now += timedelta(weeks=8)
    assert resave(house, working, working.lead, follow_up="12").changed
    seen = form(house, working, working.lead)
    with pytest.raises(Invalid):
        resave(house, working, working.lead, dates=dates(seen.typed, materials="2026-04-15"))


def test_a_proposal_is_taken_back_and_what_was_confirmed_stays(house: House, working: Cast) -> None:
    resave(house, working, working.coordinator(0), follow_up="12")
    assert page(house, working, working.coordinator(1)).may_drop
    for version, wrong in ((1, Conflict), (2, None)):
        deed = {"actor": working.coordinator(1), "review_id": working.review_id, "version": version}
        if wrong:
            with pytest.raises(wrong):
                agreeing.drop_proposal(house, now=working.now, **deed)
        else:
            agreeing.drop_proposal(house, now=working.now, **deed)
    view = page(house, working, working.lead)
    assert view.force is not None
    assert (view.force.number, view.pending, len(view.versions)) == (3, None, 3)
    with pytest.raises(Refused):
        agreeing.drop_proposal(
            house, actor=working.lead, review_id=working.review_id, version=3, now=working.now
        )


def test_typing_the_agreement_in_force_again_takes_the_proposal_back(house: House, working: Cast) -> None:
    resave(house, working, working.coordinator(0), follow_up="12")
    resave(house, working, working.coordinator(0), follow_up="6")
    assert page(house, working, working.lead).pending is None


def test_a_wish_removed_after_opening_keeps_its_material(house: House) -> None:
    cast = advance(house, make_review(house), to="work")
    seen = form(house, cast, cast.coordinator(0))
    wishes = tuple(wish for wish in seen.typed.wishes if wish.id != "w10")
    resave(house, cast, cast.coordinator(0), wishes=wishes)
    for party in cast.parties:
        confirm(house, cast, party, 2)
    with looking(house, review_id=cast.review_id, actor=cast.lead, now=cast.now) as case:
        assert [wish["id"] for wish in wished_of(case.rows, case.standing, 1)] == ["w11"]
        kept = case.session.scalars(select(Material).where(Material.wish_id == "w10")).one()
        assert (kept.state, kept.withdrawn_at) == ("opened", None)


def test_joint_or_separate_is_settled_once_a_step_hangs_on_it(house: House, working: Cast) -> None:
    assert form(house, working, working.lead).locked == frozenset()
    advance(house, working, to="work")
    assert form(house, working, working.lead).locked == frozenset({"report"})
    with pytest.raises(Invalid) as error:
        resave(house, working, working.lead, report="joint")
    assert list(error.value.errors) == ["report"]


def test_going_back_asks_all_to_confirm_again(house: House, working: Cast) -> None:
    from peerreview.engine.moves import Choice

    do(
        house,
        working,
        working.lead,
        "back",
        reason="Perioden är fel.",
        choice=Choice(step="first_meeting"),
    )
    view = page(house, working, working.coordinator(0))
    assert view.pending is not None
    assert (view.changes, view.may_confirm, view.may_drop) == ((), True, False)


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
    seen = agreements.one_version(
        house, actor=working.contact(0), review_id=working.review_id, number=1, now=working.now
    )
    assert (seen.in_force, seen.newest, seen.version.number) == (True, 2, 1)
    with pytest.raises(NotFound):
        agreements.one_version(
            house, actor=working.lead, review_id=working.review_id, number=3, now=working.now
        )


def test_every_version_is_kept_with_its_line_of_history(house: House, working: Cast) -> None:
    resave(house, working, working.lead, lead_reads_materials=True)
    with house.db.read() as session:
        assert len(session.scalars(select(Agreement)).all()) == 2
        row = session.scalars(select(HistoryRow).where(HistoryRow.deed == "agreement_saved")).one()
        assert (row.artefact, row.state) == ("agreement", "confirmed")
        assert row.data == {"version": 2, "changed": ["lead_reads_materials"]}
