"""What is in use is not passed over: a review whose rows hold a word that the new definition lacks stays as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from peerreview.engine.analysis.in_use import fits_in
from peerreview.engine.language.reader import read
from peerreview.errors import Invalid, plain
from peerreview.services.base.house import House
from peerreview.services.workflows import migrate_reviews, migration_preview
from peerreview.store.artefacts.agreements import Agreement
from peerreview.store.artefacts.evaluations import FormAnswer, Hours
from peerreview.store.artefacts.examples import Example
from peerreview.store.artefacts.form_drafts import FormDraft
from peerreview.store.artefacts.questions import Question
from peerreview.store.artefacts.reports import TextComment
from peerreview.store.case import migrating as store
from peerreview.store.review.history import HistoryRow
from peerreview.store.review.reviews import Review

from ..review_fixtures import Cast, advance, make_review, put_agreement, put_questions
from ..round_cast import NOW, RoundCast, hold_talk, invite, make_round, say

GOVERNANCE = "  governance: {sv: Styrning och ledning, en: Governance and management}\n"
BETTER = """      - key: better
        kind: text
        label: {sv: Vad bör vi göra annorlunda nästa gång?, en: What should we do differently next time?}
"""
ROUND, REVIEW = "round", "collegial-review"


def newer(house: House, name: str, *changes: tuple[str, str]) -> House:
    text = house.workflows[name].text
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return replace(house, workflows={**house.workflows, name: read(text, "newer.yaml")})


def why(house: House, cast: Cast | RoundCast, name: str = REVIEW) -> list[str]:
    """Why it is refused, foretold; and that the deed refuses it too, before anything is written."""
    id = cast.id if isinstance(cast, RoundCast) else cast.review_id
    now = NOW if isinstance(cast, RoundCast) else cast.now
    view = migration_preview.versions(house, actor=cast.lead, name=name, chosen=[id], now=now)
    found = [str(plain(one)) for one in view.previews[0].why]
    before = rows(house)
    if found:
        with pytest.raises(Invalid):
            migrate_reviews.migrate(house, actor=cast.lead, name=name, chosen={id: None}, now=now)
    assert rows(house) == before
    return found


def rows(house: House) -> tuple[Any, ...]:
    with house.db.read() as session:
        return session.scalar(select(func.count()).select_from(HistoryRow)), *session.scalars(
            select(Review.definition_hash)
        )


def add(house: House, *found: object) -> None:
    with house.db.write() as session:
        session.add_all(found)


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="work")


def test_a_perspective_that_questions_have(house: House, cast: Cast) -> None:
    after = newer(house, REVIEW, (GOVERNANCE, ""))
    assert why(after, cast) == []
    put_questions(house, cast, 0)
    wrong = "“Review questions” has the perspective “Governance and management”, which the new definition does not have"
    assert why(after, cast) == [f"Region Kalmar län: {wrong}"]


def test_a_perspective_that_a_question_had_which_was_taken_away(house: House, cast: Cast) -> None:
    put_questions(house, cast, 0)
    with house.db.write() as session:
        for question in session.scalars(select(Question)):
            question.removed_at = cast.now
    assert why(newer(house, REVIEW, (GOVERNANCE, "")), cast)


def test_a_perspective_that_an_example_has(house: House, cast: Cast) -> None:
    add(house, Example(review_id=cast.review_id, party=1, title="T", perspectives=["governance"], saved_at=cast.now,
                       saved_by=cast.lead.person_id))  # fmt: skip
    assert why(newer(house, REVIEW, (GOVERNANCE, "")), cast)[0].startswith(
        "Region Gävleborg: “Example to learn from”"
    )


ANSWERED = "somebody has answered “What should we do differently next time?” in “Evaluation”"


@pytest.mark.parametrize(
    ("value", "change", "refusal"),
    [
        ("Mindre papper", (BETTER, ""), f"{ANSWERED}, and the new definition does not ask that"),
        ("", (BETTER, ""), ""),
        (
            "Mindre papper",
            (BETTER, BETTER.replace("kind: text", "kind: scale")),
            f"{ANSWERED} in a way that the new definition has no place for",
        ),
        ("4", (BETTER, BETTER.replace("kind: text", "kind: scale")), ""),
    ],
)
def test_a_field_that_an_answer_has(
    house: House, cast: Cast, value: str, change: tuple[str, str], refusal: str
) -> None:
    """A draft is an answer too; whose it is is not said."""
    add(house, FormAnswer(review_id=cast.review_id, artefact="evaluation", person_id=cast.lead.person_id, party=0,
                          answers={"better": value}, saved_at=cast.now))  # fmt: skip
    assert why(newer(house, REVIEW, change), cast) == ([refusal] if refusal else [])


def test_a_function_that_hours_are_noted_for(house: House, cast: Cast) -> None:
    other = "  other: {sv: Annan, en: Other}\n"
    add(house, Hours(review_id=cast.review_id, person_id=cast.lead.person_id, party=1, function="other", step="",
                     day=date(2026, 4, 1), hours=3, noted_at=cast.now))  # fmt: skip
    assert (
        "Region Gävleborg: hours are noted for the function “Other”, which the new definition does not have"
        in why(newer(house, REVIEW, (other, "")), cast)
    )


def test_a_rough_date_where_the_new_definition_wants_a_day(house: House) -> None:
    cast = advance(house, make_review(house), to="first_meeting")
    put_agreement(house, cast)
    with house.db.write() as session:
        newest = session.scalars(select(Agreement).order_by(Agreement.version.desc())).first()
        assert newest is not None
        newest.fields = {**newest.fields, "dates": {**newest.fields["dates"], "report": "2027-03"}}
    after = newer(house, REVIEW, ("fuzzy: [report, closing]", "fuzzy: [closing]"))
    assert (
        "“Agreement” has a date (`report`) that is a month, a term or a year, and the new definition wants a day"
        in (why(after, cast))
    )


@pytest.mark.parametrize("what", ["example", "draft of a form", "comment"])
def test_a_thing_of_which_some_table_has_a_row(house: House, cast: Cast, what: str) -> None:
    """No fact tells of them, and the case is read without them."""
    who, party = cast.lead.person_id, 0
    made = {
        "example": Example(review_id=cast.review_id, party=party, title="T", saved_at=cast.now, saved_by=who),
        "draft of a form": FormDraft(review_id=cast.review_id, artefact="example", party=party, base=1, number=1,
                                     fields={}, saved_at=cast.now, saved_by=who),
        "comment": TextComment(review_id=cast.review_id, artefact="example", party=party, by_party=1, person_id=who,
                               body="x", at=cast.now),
    }  # fmt: skip
    text = (
        house.workflows[REVIEW].text.replace("\n  example:\n", "\n  lesson:\n").replace("example.", "lesson.")
    )
    after = replace(house, workflows={**house.workflows, REVIEW: read(text, "newer.yaml")})
    assert why(after, cast) == []
    add(house, made[what])
    assert why(after, cast) == ["there is something in `example`, which the new definition does not have"]


# ---- rounds


@pytest.fixture
def round_(house: House) -> RoundCast:
    cast = make_round(house, 3)
    invite(house, cast)
    return cast


def test_a_theme_or_perspective_that_an_interest_has(house: House, round_: RoundCast) -> None:
    alcohol = "  alcohol: {sv: Alkoholprevention, en: Alcohol prevention}\n"
    patient = "  patient: {sv: Patient, en: Patient}\n"
    after = newer(house, ROUND, (alcohol, ""), (patient, ""))
    assert why(after, round_, ROUND) == []
    say(house, round_, 1)
    has = "Region Dalarna: “Expression of interest” has the"
    lacks = "which the new definition does not have"
    assert why(after, round_, ROUND) == [
        f"{has} perspective “Patient”, {lacks}",
        f"{has} theme “Alcohol prevention”, {lacks}",
    ]


def test_a_round_with_a_talk_that_was_held_needs_a_place_for_it(house: House, round_: RoundCast) -> None:
    say(house, round_, 1)
    hold_talk(house, round_, 1)
    with house.db.read() as session:
        assert {"interest", "dialogue"} <= store.kinds_with_rows(session, round_.id)


# ---- what is other


def differences(house: House, cast: Cast | RoundCast, name: str) -> str:
    id = cast.id if isinstance(cast, RoundCast) else cast.review_id
    now = NOW if isinstance(cast, RoundCast) else cast.now
    view = migration_preview.versions(house, actor=cast.lead, name=name, chosen=[id], now=now)
    assert view.previews[0].why == ()
    return "\n".join(str(plain(one)) for one in view.previews[0].differences)


def test_words_fields_functions_and_deeds_are_part_of_the_difference(house: House, cast: Cast) -> None:
    after = newer(
        house,
        REVIEW,
        (GOVERNANCE, "  money: {sv: Pengar, en: Money}\n"),
        ("  staff: {sv: Medarbetare, en: Staff}\n", "  staff: {sv: Personal, en: Employees}\n"),
        (
            "  hr: {sv: HR, en: Human resources}\n",
            "  hr: {sv: HR, en: Human resources}\n  it: {sv: IT, en: IT}\n",
        ),
        (BETTER, BETTER.replace("kind: text", "kind: text\n        required: true")),
        ("fuzzy: [report, closing]", "fuzzy: [report]"),
        ("        ## Styrkor\n", "        ## Starka sidor\n"),
    )
    told = differences(after, cast, REVIEW)
    for line in (
        "The perspective “Governance and management” is gone.",
        "New perspective: “Money”.",
        "The perspective “Staff” is called “Employees”.",
        "New function: “IT”.",
        "“Evaluation”: “What should we do differently next time?” is answered in another way, or must or need not be",
        "“Agreement”: other dates may be a month, a term or a year.",
        "“Report”: the template is another. What has been written stays as it is.",
    ):
        assert line in told


def test_a_round_s_words_are_part_of_the_difference_too(house: House, round_: RoundCast) -> None:
    after = newer(
        house,
        ROUND,
        ("  food: {sv: Matvanor, en: Eating habits}\n", "  water: {sv: Vatten, en: Water}\n"),
        ("parties: {min: 2, max: 40, apart: true}", "parties: {min: 2, max: 50, apart: true}"),
    )
    told = differences(after, round_, ROUND)
    assert "New theme: “Water”." in told
    assert "The theme “Eating habits” is gone." in told
    assert "It is for 2 to 50 sides." in told


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("scale", "5", True), ("scale", 5, True), ("scale", "6", False), ("scale", "bra", False),
        ("hours", "3,5", True), ("hours", 3.5, True), ("hours", "många", False), ("text", 5, True),
    ],
)  # fmt: skip
def test_what_a_field_can_hold(kind: str, value: Any, fits: bool) -> None:
    assert fits_in({"kind": kind}, value) is fits
