"""What a colleague does while somebody has the page of an action open, by the kind of the thing and whose it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from peerreview.services.base.house import House
from peerreview.services.case.opening import looking
from peerreview.services.deeds.change import changing
from peerreview.services.evaluation import answer_evaluation, edit_follow_ups, evaluation_page
from peerreview.services.materials import edit_documents
from peerreview.services.meetings import edit_meetings, meetings_page
from peerreview.services.questions import edit_questions
from peerreview.services.report import edit_report, mark_as_ready
from peerreview.store.artefacts.questions import Question
from peerreview.store.review.reviews import Seat

from .material_helpers import add_file, on
from .review_fixtures import (
    REPORT,
    Cast,
    put_agreement,
)

Change = Callable[[House, Cast, int], None]


def add_a_document(house: House, cast: Cast, party: int) -> None:
    add_file(house, cast, cast.member(party, 1), title="En till")


def add_a_version(house: House, cast: Cast, party: int) -> None:
    add_file(house, cast, cast.member(party, 1), material=_first_document(house, cast, party))


def put_a_document_aside(house: House, cast: Cast, party: int) -> None:
    on(house, cast, cast.member(party, 1), "withdraw", _first_document(house, cast, party))


def describe_a_document(house: House, cast: Cast, party: int) -> None:
    typed = edit_documents.Typed("", "Sekretess")
    on(house, cast, cast.member(party, 1), "describe", _first_document(house, cast, party), typed=typed)


def _first_document(house: House, cast: Cast, party: int) -> int:
    from peerreview.store.artefacts.materials import materials_of

    with house.db.read() as session:
        return next(m.id for m in materials_of(session, cast.review_id) if m.party == party)


def write_a_question(house: House, cast: Cast, party: int) -> None:
    typed = edit_questions.QuestionText("governance", edit_questions.GENERAL, "", "En tredje fråga?")
    who = cast.member(party, 1)
    edit_questions.write_question(house, actor=who, review_id=cast.review_id, typed=typed, now=cast.now)


def write_on_a_question(house: House, cast: Cast, party: int) -> None:
    row = _first_question(house, cast, party)
    edit_questions.save_text(
        house,
        actor=cast.member(party, 1),
        review_id=cast.review_id,
        question_id=row.id,
        text=row.text + " Och varför?",
        seen=edit_questions.text_token(row),
        now=cast.now,
        real_now=cast.now,
    )


def remove_a_question(house: House, cast: Cast, party: int) -> None:
    row = _first_question(house, cast, party)
    who = cast.member(party, 1)
    edit_questions.remove_question(
        house, actor=who, review_id=cast.review_id, question_id=row.id, now=cast.now
    )


def _first_question(house: House, cast: Cast, party: int) -> Question:
    from peerreview.store.artefacts.questions import questions_of

    with house.db.read() as session:
        row = next(q for q, _ in questions_of(session, cast.review_id) if q.party == party)
        session.expunge(row)
        return row


def write_on_the_text(house: House, cast: Cast, party: int) -> None:
    """While somebody writes: the version keeps its number, and the clock has not moved."""
    _save(house, cast, party, REPORT + "En halv men", quietly=True)


def save_the_text(house: House, cast: Cast, party: int) -> None:
    _save(house, cast, party, "## Styrkor\n\nNågot helt annat, och det är längre.\n", quietly=False)


def _save(house: House, cast: Cast, party: int, body: str, *, quietly: bool) -> None:
    from peerreview.services.report.report_page import report

    who, key = cast.member(max(party, 0)), "joint" if party < 0 else str(party)
    view = report(house, review_id=cast.review_id, actor=who, key=key, now=cast.now)
    edit_report.save_report(
        house,
        actor=who,
        review_id=cast.review_id,
        key=key,
        started_from=view.token,
        body=body,
        quietly=quietly,
        now=cast.now,
    )


def mark_another_version(house: House, cast: Cast, party: int) -> None:
    save_the_text(house, cast, party)
    mark_as_ready.mark_ready(
        house, actor=cast.coordinator(party), review_id=cast.review_id, key=str(party), now=cast.now
    )


def save_the_agreement(house: House, cast: Cast, party: int) -> None:
    put_agreement(house, cast, follow_up=12)


def change_a_seat(house: House, cast: Cast, party: int) -> None:
    with changing(
        house, review_id=cast.review_id, actor=cast.coordinator(max(party, 0)), now=cast.now
    ) as case:
        seat = next(s for s in case.rows.seats if s.party == party and s.role == "member")
        seat.function = "other"


def seat_somebody(house: House, cast: Cast, party: int) -> None:
    """One more of the same function: the teams still match."""
    with changing(house, review_id=cast.review_id, actor=cast.coordinator(party), now=cast.now) as case:
        case.session.add(
            Seat(
                review_id=cast.review_id,
                person_id=cast.outsider.person_id,
                party=party,
                role="member",
                function="hr",
                added_at=cast.now,
            )
        )


def move_the_meeting(house: House, cast: Cast, party: int) -> None:
    for key in ("first_meeting", "second_meeting", "closing_meeting"):
        with looking(house, review_id=cast.review_id, actor=cast.lead, now=cast.now) as case:
            if case.state(key) != "planned":
                continue
        view = meetings_page.meeting(house, actor=cast.lead, review_id=cast.review_id, key=key, now=cast.now)
        day = house.calendar.on_or_after(house.calendar.day(cast.now) + timedelta(weeks=3))
        edit_meetings.plan_meeting(
            house,
            actor=cast.coordinator(1),
            review_id=cast.review_id,
            key=key,
            day=day.isoformat(),
            start="10:00",
            until="12:00",
            place="Gävle",
            link="",
            already_held=False,
            seen=view.meeting.seen,
            now=cast.now,
        )


def write_in_the_form(house: House, cast: Cast, person: int) -> None:
    who = next(account for account in cast.everyone().values() if account.person_id == person)
    view = evaluation_page.evaluation(house, review_id=cast.review_id, actor=who, now=cast.now)
    token = next(field.token for field in view.fields if field.key == "best")
    answer_evaluation.save_answer(
        house, actor=who, review_id=cast.review_id, key="best", text="Samtalen.", token=token, now=cast.now
    )


def add_a_row(house: House, cast: Cast, party: int) -> None:
    form = edit_follow_ups.FollowUpForm("", "Ledningen frågar.", "Nu frågar alla.", "done")
    edit_follow_ups.add_follow_up(
        house, actor=cast.member(party, 1), review_id=cast.review_id, form=form, now=cast.now
    )


CHANGES: Mapping[str, tuple[Change, ...]] = {
    "documents": (add_a_document, add_a_version, put_a_document_aside, describe_a_document),
    "questions": (write_a_question, write_on_a_question, remove_a_question),
    "text": (write_on_the_text, save_the_text),
    "agreement": (save_the_agreement,),
    "team": (change_a_seat, seat_somebody),
    "meeting": (move_the_meeting,),
}
FORMS: Mapping[str, Change] = {"person": write_in_the_form, "party": add_a_row}
