"""Each side's own word: a shared text is finished when all have approved the same version of it, and a draft is shown
in the version that its own side has marked as ready."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from peerreview.errors import NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services.base.fingerprint import Changed
from peerreview.services.base.house import Account, House
from peerreview.services.deeds.change import changing
from peerreview.services.home.my_page import home
from peerreview.services.lead.verify_histories import verify
from peerreview.services.report import edit_report, mark_as_ready
from peerreview.services.report.report_page import ReportView, report
from peerreview.services.review import action_page
from peerreview.services.review.do_action import Wish
from peerreview.services.review.history_page import history
from peerreview.store.mail.outbox import Outgoing

from ..review_fixtures import REPORT, Cast, advance, do, looked, make_review, plan_meeting, put_report

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)
JOINT = {"report": "joint"}
MORE = REPORT + "\nOch mer, som den andra sidan inte har sett.\n"


def read(house: House, cast: Cast, who: Account, key: str, version: str = "") -> ReportView:
    return report(house, review_id=cast.review_id, actor=who, key=key, version=version, now=cast.now)


def write(house: House, cast: Cast, who: Account, body: str, key: str, *, quietly: bool = False) -> None:
    edit_report.save_report(
        house,
        actor=who,
        review_id=cast.review_id,
        key=key,
        started_from=read(house, cast, who, key).token,
        body=body,
        quietly=quietly,
        now=cast.now,
    )


def joint(house: House, parties: int = 2) -> Cast:
    """All sides write in one text, and something stands there."""
    cast = advance(house, make_review(house, parties), to="final_report", agreement=JOINT)
    put_report(house, cast, -1, "joint_report")
    return cast


def finish(house: House, cast: Cast, party: int) -> None:
    do(house, cast, cast.coordinator(party), "finish", "joint_report")


def stands_in(house: House, cast: Cast) -> set[str]:
    case = looked(house, cast, cast.lead)
    return {path for (path, _), mark in case.standing.marks.items() if mark.state == "active"}


def mails(house: House, kind: str) -> list[str]:
    with house.db.read() as session:
        return [row.recipient for row in session.scalars(select(Outgoing).where(Outgoing.kind == kind))]


def asked(house: House, cast: Cast, who: Account) -> list[str]:
    """What is on somebody's page as theirs to do."""
    page = home(house, actor=who, now=cast.now, real_now=cast.now)
    return [say(task.title, "en") for task in page.tasks if not task.helps]


@pytest.mark.parametrize("parties", [2, 3])
def test_joint_report_is_finished_when_all_sides_have_approved_it(house: House, parties: int) -> None:
    cast = joint(house, parties)
    for party in cast.parties[:-1]:
        finish(house, cast, party)
        assert "joint_report" in stands_in(house, cast)
        with pytest.raises(Refused) as waits:
            finish(house, cast, party)
        assert "has not approved" in waits.value.reason.text
    finish(house, cast, cast.parties[-1])
    assert "closing_meeting" in stands_in(house, cast)
    assert verify(house) == []


def test_whoever_has_approved_waits_and_the_others_are_told_that_it_is_their_turn(house: House) -> None:
    cast = joint(house, 3)
    finish(house, cast, 0)
    assert sorted(mails(house, "approve")) == sorted(cast.coordinator(p).email for p in (1, 2))
    assert asked(house, cast, cast.coordinator(0)) == []
    assert asked(house, cast, cast.coordinator(1)) == ["Finish the joint report"]
    page = home(house, actor=cast.coordinator(0), now=cast.now, real_now=cast.now)
    [waiting] = page.waiting
    assert set(waiting.who) == {"Region Gävleborg", "Region Dalarna"}
    case = looked(house, cast, cast.coordinator(1))
    seats = {seat.party for seat in _whose_turn(case, "joint_report")}
    assert seats == {1, 2}, "nobody is reminded of what they have done"


def _whose_turn(case: object, path: str) -> tuple[object, ...]:
    from peerreview.engine.running.case import SHARED
    from peerreview.engine.turns.planning import whose_turn

    return whose_turn(case.case, (path, SHARED))  # type: ignore[attr-defined]


@pytest.mark.parametrize("quietly", [True, False])
def test_change_after_an_approval_voids_it_and_those_who_gave_it_are_told_once(
    house: House, quietly: bool
) -> None:
    cast = joint(house)
    finish(house, cast, 0)
    write(house, cast, cast.member(1), MORE, "joint", quietly=quietly)
    write(house, cast, cast.member(1), MORE + "Ännu mer.", "joint", quietly=quietly)
    assert mails(house, "approve").count(cast.coordinator(0).email) == 1
    finish(house, cast, 1)
    assert "joint_report" in stands_in(house, cast), "the other side has not approved this version"
    assert asked(house, cast, cast.coordinator(0)) == ["Finish the joint report"]
    finish(house, cast, 0)
    assert "closing_meeting" in stands_in(house, cast)
    assert verify(house) == []


def test_text_that_is_approved_is_the_text_that_was_shown(house: House) -> None:
    cast = joint(house)
    wish = Wish("finish", "joint_report")
    who = cast.coordinator(0)
    view = action_page.look(house, actor=who, review_id=cast.review_id, wish=wish, now=cast.now)
    assert say(view.button, "en", {0: "Kalmar"}) == "Approve version 1 for Kalmar"
    write(house, cast, cast.member(1), MORE, "joint", quietly=True)
    with pytest.raises(Changed):
        action_page.do(
            house,
            actor=who,
            review_id=cast.review_id,
            wish=wish,
            typed=action_page.Typed(),
            seen=view.head.version,
            shown=view.seal,
            now=cast.now,
        )
    assert read(house, cast, who, "joint").approvals == ()


def test_page_says_who_has_approved_and_the_history_too(house: House) -> None:
    cast = joint(house)
    finish(house, cast, 0)
    shown = read(house, cast, cast.member(1), "joint").approvals
    assert [(one.party, one.stamp is not None) for one in shown] == [(0, True), (1, False)]
    lines = history(house, actor=cast.member(1), review_id=cast.review_id, now=cast.now).lines
    assert say(lines[0].title, "en") == "Approved version 1 of: Joint report"
    write(house, cast, cast.member(1), MORE, "joint")
    assert read(house, cast, cast.member(1), "joint").approvals == ()


def test_running_review_whose_text_only_one_side_has_finished_is_handed_over_by_all(house: House) -> None:
    """As the house did before: nobody has approved anything, and the text stands."""
    cast = joint(house)
    do(house, cast, cast.lead, "go_on", reason="Klart", choice=_going_on("joint_report"))
    plan_meeting(house, cast, "closing_meeting")
    do(house, cast, cast.coordinator(1), "hand_over_joint", "closing_meeting")
    assert looked(house, cast, cast.lead).state("joint_report") == "draft"
    assert mails(house, "approve") == [cast.coordinator(0).email]
    do(house, cast, cast.coordinator(0), "hand_over_joint", "closing_meeting")
    assert looked(house, cast, cast.lead).state("joint_report") == "handed_over"
    assert verify(house) == []


def _going_on(path: str) -> object:
    from peerreview.engine.running.case import SHARED
    from peerreview.engine.running.moves import Choice

    return Choice(place=(path, SHARED))


def test_going_back_to_the_text_takes_the_approvals_back(house: House) -> None:
    from peerreview.engine.running.moves import Choice

    cast = joint(house)
    for party in cast.parties:
        finish(house, cast, party)
    do(house, cast, cast.lead, "back", reason="Något saknas", choice=Choice(step="joint_report"))
    assert asked(house, cast, cast.coordinator(0)) == asked(house, cast, cast.coordinator(1)) != []
    finish(house, cast, 0)
    assert "joint_report" in stands_in(house, cast)
    assert verify(house) == []


# ---- drafts that are shown all at once


def meeting(house: House) -> Cast:
    """The second meeting is under way, and each side has said that its draft is ready."""
    cast = advance(house, make_review(house), to="second_meeting")
    plan_meeting(house, cast, "second_meeting")
    return cast


@pytest.mark.parametrize("presenter", ["lead", "other"])
def test_what_a_side_has_not_marked_is_not_shown_by_others(house: House, presenter: str) -> None:
    cast = meeting(house)
    write(house, cast, cast.member(0), REPORT + "En halv men", "0", quietly=True)
    who = cast.lead if presenter == "lead" else cast.coordinator(1)
    do(house, cast, who, "present", "second_meeting")
    assert read(house, cast, cast.member(1), "0").body == REPORT
    assert "En halv men" in read(house, cast, cast.member(0), "0").body
    assert verify(house) == []


def test_whoever_presents_shows_the_own_draft_as_the_page_showed_it(house: House) -> None:
    cast = meeting(house)
    write(house, cast, cast.member(0), MORE, "0")
    do(house, cast, cast.coordinator(0), "present", "second_meeting")
    assert read(house, cast, cast.member(1), "0").body == MORE


def test_draft_is_marked_anew_and_then_shown(house: House) -> None:
    cast = meeting(house)
    first = read(house, cast, cast.coordinator(0), "0").ready
    assert first is not None
    assert (first.number, first.newer, first.may) == (1, False, False)
    write(house, cast, cast.member(0), MORE, "0", quietly=True)
    found = read(house, cast, cast.coordinator(0), "0").ready
    assert found is not None
    assert (found.number, found.newer, found.may) == (1, True, True)
    member = read(house, cast, cast.member(0), "0").ready
    assert member is not None
    assert not member.may
    assert read(house, cast, cast.coordinator(0), "0").label == 2, "what is marked is not written on"
    write(house, cast, cast.member(0), MORE + "Till.", "0", quietly=True)
    with pytest.raises(Changed):
        mark_as_ready.mark_ready(
            house,
            actor=cast.coordinator(0),
            review_id=cast.review_id,
            key="0",
            shown=found.seal,
            now=cast.now,
        )
    mark_as_ready.mark_ready(
        house, actor=cast.coordinator(0), review_id=cast.review_id, key="0", now=cast.now
    )
    do(house, cast, cast.lead, "present", "second_meeting")
    assert read(house, cast, cast.member(1), "0").body == MORE + "Till."


def test_only_the_own_coordinator_marks_and_only_until_it_is_shown(house: House) -> None:
    cast = meeting(house)
    write(house, cast, cast.member(0), MORE, "0")
    for who in (cast.lead, cast.coordinator(1), cast.contact(1)):
        with pytest.raises(NotFound):
            mark_as_ready.mark_ready(house, actor=who, review_id=cast.review_id, key="0", now=cast.now)
    with pytest.raises(Refused):
        mark_as_ready.mark_ready(house, actor=cast.member(0), review_id=cast.review_id, key="0", now=cast.now)
    do(house, cast, cast.lead, "present", "second_meeting")
    with pytest.raises(Refused):
        mark_as_ready.mark_ready(
            house, actor=cast.coordinator(0), review_id=cast.review_id, key="0", now=cast.now
        )
    assert read(house, cast, cast.coordinator(0), "0").ready is None


def test_running_review_whose_draft_has_been_written_on_since_it_was_ready_is_asked(house: House) -> None:
    """As the house did before: that a draft was ready was of no version. What was written on since waits."""
    cast = meeting(house)
    for party in cast.parties:
        with changing(house, review_id=cast.review_id, actor=cast.coordinator(party), now=cast.now) as case:
            state = case.rows.states[("report", party)]
            from peerreview.store.case import cases

            cases.put_data(case.session, case.rows, state, {})
    assert looked(house, cast, cast.lead).may(_present()), "nothing has been written since"
    cast.now += timedelta(minutes=1)
    write(house, cast, cast.member(0), MORE, "0")
    assert "Mark your draft as ready to present" in asked(house, cast, cast.coordinator(0))
    assert asked(house, cast, cast.coordinator(1)) == [], "it waits for the other side"
    for who in (cast.lead, cast.coordinator(1)):
        with pytest.raises(Refused) as refused:
            do(house, cast, who, "present", "second_meeting")
        assert "has not marked its draft" in refused.value.reason.text
    mark_as_ready.mark_ready(
        house, actor=cast.coordinator(0), review_id=cast.review_id, key="0", now=cast.now
    )
    do(house, cast, cast.coordinator(1), "present", "second_meeting")
    assert read(house, cast, cast.member(1), "0").body == MORE
    assert verify(house) == []


def _present() -> object:
    from peerreview.engine.running.case import SHARED, Do

    return Do("present", ("second_meeting", SHARED))
