"""Changing the agreement: two people at once, and what is in force already."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from peerreview.errors import Conflict, Invalid, Refused
from peerreview.rendering.words import say
from peerreview.services.agreement import edit_agreement
from peerreview.services.agreement.edit_agreement import Clash
from peerreview.services.base.house import House
from peerreview.services.case.facts import wished_of
from peerreview.services.case.opening import looking
from peerreview.services.terms.agreement_terms import Typed, TypedWish
from peerreview.store.artefacts.materials import Material
from peerreview.store.mail.outbox import PlannedMail

from ..agreement_play import complete, confirm, dates, fields, form, mails, page, resave, save
from ..review_fixtures import Cast, advance, do, make_review


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="first_meeting")


@pytest.fixture
def working(house: House) -> Cast:
    """A review in which the agreement is in force and the materials are being gathered."""
    return advance(house, make_review(house), to="collect")


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
    assert list(error.value.errors) == ["date_second_meeting", "meant"]


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
    assert page(house, working, working.coordinator(0)).may_drop
    for version, wrong in ((1, Conflict), (2, None)):
        deed = {"actor": working.coordinator(0), "review_id": working.review_id, "version": version}
        if wrong:
            with pytest.raises(wrong):
                edit_agreement.drop_proposal(house, now=working.now, **deed)
        else:
            edit_agreement.drop_proposal(house, now=working.now, **deed)
    view = page(house, working, working.lead)
    assert view.force is not None
    assert (view.force.number, view.pending, len(view.versions)) == (3, None, 3)
    with pytest.raises(Refused):
        edit_agreement.drop_proposal(
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
    from peerreview.engine.running.moves import Choice

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
