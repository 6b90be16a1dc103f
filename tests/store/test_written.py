"""What people write in a review, as it is read back: versions, comments, hours, rows of the follow-up."""

from __future__ import annotations

from datetime import date

import pytest

from peerreview.services.base.house import House
from peerreview.store.artefacts import evaluations, reports
from peerreview.store.artefacts.evaluations import FollowUp, Hours
from peerreview.store.artefacts.questions import Question
from peerreview.store.artefacts.reports import TextComment, TextVersion
from tests.services.review_fixtures import Cast, make_review


@pytest.fixture
def cast(house: House) -> Cast:
    return make_review(house)


def test_versions_come_newest_first_with_their_writers(house: House, cast: Cast) -> None:
    anna = cast.member(0)
    with house.db.write() as session:
        for number, body in ((1, "ett"), (2, "två")):
            session.add(
                TextVersion(
                    review_id=cast.review_id,
                    party=0,
                    number=number,
                    body=body,
                    state="draft",
                    sha256="",
                    saved_at=cast.now,
                    saved_by=anna.person_id,
                )
            )
        comment = {"review_id": cast.review_id, "by_party": 1, "person_id": anna.person_id, "at": cast.now}
        session.add_all(
            [TextComment(party=0, body="a", **comment), TextComment(party=1, body="b", **comment)]
        )
    with house.db.read() as session:
        found = reports.versions_of(session, cast.review_id, "report", 0)
        assert [(row.number, row.name, row.saved_at) for row in found] == [
            (2, anna.name, cast.now),
            (1, anna.name, cast.now),
        ]
        newest = reports.newest(session, cast.review_id, "report", 0)
        assert newest is not None
        assert newest.body == "två"
        assert reports.version(session, cast.review_id, "report", 0, 3) is None
        assert reports.version(session, cast.review_id, "report", 1, 1) is None
        comments = reports.comments_of(session, cast.review_id, "report", 0)
        assert [(row.body, name) for row, name in comments] == [("a", anna.name)]


def test_hours_are_summed_and_struck_rows_left_out(house: House, cast: Cast) -> None:
    anna, bo = cast.member(0, 0), cast.member(1, 0)
    with house.db.write() as session:
        for who, party, day, spent in (
            (anna, 0, 1, 1.25),
            (anna, 0, 3, 0.5),
            (bo, 1, 2, 2.0),
            (anna, 0, 2, 0),
        ):
            session.add(
                Hours(
                    review_id=cast.review_id,
                    person_id=who.person_id,
                    party=party,
                    function="medical",
                    step="teams",
                    day=date(2026, 3, day),
                    hours=spent,
                    noted_at=cast.now,
                )
            )
    with house.db.read() as session:
        rows = evaluations.hours_of(session, cast.review_id, 0)
        assert [(row.day.day if row.day else 0, row.hours, name) for row, name in rows] == [
            (3, 0.5, anna.name),
            (1, 1.25, anna.name),
        ]
        told = evaluations.hours_in_order(session, cast.review_id)
        assert {(one.step, one.function) for one in told} == {("teams", "medical")}
        assert sum(one.hours for one in told) == 3.75
        assert evaluations.hours_spent(session, cast.review_id, anna.person_id) == 1.75
        assert evaluations.hours_spent(session, cast.review_id, cast.lead.person_id) == 0


def test_removed_rows_and_questions_are_not_read(house: House, cast: Cast) -> None:
    anna = cast.member(0)
    with house.db.write() as session:
        for finding, removed in (("a", None), ("b", cast.now), ("c", None)):
            session.add(
                FollowUp(
                    review_id=cast.review_id,
                    party=0,
                    finding=finding,
                    saved_at=cast.now,
                    saved_by=anna.person_id,
                    removed_at=removed,
                )
            )
            session.add(
                Question(
                    review_id=cast.review_id,
                    party=0,
                    number=ord(finding),
                    perspective="patient",
                    text=finding,
                    created_at=cast.now,
                    created_by=anna.person_id,
                    removed_at=removed,
                )
            )
    with house.db.read() as session:
        rows = evaluations.follow_ups_of(session, cast.review_id, "follow_up", 0)
        assert [(row.finding, name) for row, name in rows] == [("a", anna.name), ("c", anna.name)]
        assert evaluations.follow_ups_of(session, cast.review_id, "follow_up", 1) == []
        ids = [row.id for row, _ in rows]
        assert evaluations.follow_up_row(session, cast.review_id, "follow_up", ids[0] + 1) is None
        asked = reports.questions_of(session, cast.review_id, "questions", 0)
        assert [(row.text, document) for row, document in asked] == [("a", ""), ("c", "")]
