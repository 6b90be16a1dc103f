"""What a deed costs the database, and that what it spares is not missed: what it holds is what stands there."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from peerreview.services.base.house import House
from peerreview.services.case.opening import OpenCase, opened, opened_many
from peerreview.services.deeds import change
from peerreview.services.deeds.change import changing
from peerreview.store.artefacts import materials
from peerreview.store.artefacts.materials import Material, MaterialVersion
from peerreview.store.case import cases as store
from peerreview.store.mail.outbox import PlannedMail
from peerreview.store.review.reviews import Review
from tests.counting import asked

from .. import played
from ..review_fixtures import Cast, advance, do, make_review, put_materials

# Begin, the review with its rows, a line of history, documents, their versions, their set, the review, the plan as it
# was, what is void of it, what has other words.
MOST = 10


@pytest.fixture
def collecting(house: House) -> Cast:
    cast = advance(house, make_review(house), to="collect")
    put_materials(house, cast, 0)
    return cast


def test_a_deed_takes_few_questions(house: House, collecting: Cast) -> None:
    with asked(house) as statements:
        do(house, collecting, collecting.coordinator(0), "hand_in", "exchange/collect")
    assert len(statements) <= MOST, "\n".join(statements)


def test_a_deed_that_changes_nothing_writes_nothing(house: House, collecting: Cast) -> None:
    with asked(house) as statements:
        with changing(house, review_id=collecting.review_id, actor=collecting.lead, now=collecting.now):
            pass
    assert [one for one in statements if one.split()[0] in ("INSERT", "UPDATE", "DELETE")] == []


def test_after_every_deed_a_case_is_what_is_read_afresh(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def compare(case: OpenCase) -> None:
        compare_calendars(case)
        afresh = opened(case.house, case.session, review_id=case.review.id, account=None, now=case.now)
        for part in ("standing", "facts", "seats", "leads", "granted"):
            assert getattr(case.case, part) == getattr(afresh.case, part), part
        assert case.rows.states == afresh.rows.states
        assert case.review == afresh.review
        seen.append(case.standing.ended)

    compare_calendars = change.calendar_invitations.bring_up_to_date
    monkeypatch.setattr(change.calendar_invitations, "bring_up_to_date", compare)
    monkeypatch.setattr(played, "known", lambda key: False)
    monkeypatch.setattr(played, "remember", lambda *of: None)
    advance(house, make_review(house), to="closed")
    assert len(seen) > 20
    assert seen[-1] == "closed"


@pytest.mark.parametrize("step", ["collect", "evaluation"])
def test_one_review_is_read_as_many_are(house: House, step: str) -> None:
    cast = advance(house, make_review(house), to=step)
    make_review(house, lead=cast.lead)
    with house.db.read() as session:
        one = opened(house, session, review_id=cast.review_id, account=None, now=cast.now)
        many = opened_many(house, session, store.all_reviews(session), account=None, now=cast.now)
        same = next(case for case in many if case.review.id == cast.review_id)
        assert len(many) == 2
        assert one.case == same.case
        assert _parts(one) == _parts(same)
        assert [seat.person.name for seat in one.rows.seats] == [s.person.name for s in same.rows.seats]


def _parts(case: OpenCase) -> dict[str, Any]:
    spared = ("session", "together", "people")
    return {name: value for name, value in vars(case.rows).items() if name not in spared}


def test_whatever_is_changed_of_a_review_is_written(house: House, collecting: Cast) -> None:
    with house.db.write() as session:
        case = opened(house, session, review_id=collecting.review_id, account=None, now=collecting.now)
        case.review.version += 7
    with house.db.read() as session:
        assert session.get_one(Review, collecting.review_id).version == case.review.version


def test_what_lies_in_the_session_is_read_again_after_it_was_written_past_it(
    house: House, collecting: Cast
) -> None:
    with house.db.write() as session:
        documents = session.scalars(select(Material).where(Material.party == 0)).all()
        versions = session.scalars(select(MaterialVersion)).all()
        assert {row.state for row in (*documents, *versions)} == {"internal"}
        materials.hand_in(session, collecting.review_id, "materials", 0)
        assert {row.state for row in (*documents, *versions)} == {"handed_in"}


def test_of_each_document_the_newest_version_is_handed_in(house: House, collecting: Cast) -> None:
    with house.db.write() as session:
        document = session.scalars(select(Material).order_by(Material.id)).all()[0]
        old = session.scalars(select(MaterialVersion).filter_by(material_id=document.id)).one()
        document.state = old.state = "draft_for_comments"
        session.add(
            MaterialVersion(
                material_id=document.id,
                number=2,
                kind="link",
                added_at=collecting.now,
                added_by=old.added_by,
            )
        )
    do(house, collecting, collecting.coordinator(0), "hand_in", "exchange/collect")
    with house.db.read() as session:
        found = session.scalars(select(MaterialVersion).filter_by(material_id=document.id))
        assert {row.number: row.state for row in found} == {1: "internal", 2: "handed_in"}
        assert session.get_one(Material, document.id).state == "handed_in"
    do(house, collecting, collecting.coordinator(0), "take_back", "exchange/collect")
    with house.db.read() as session:
        assert {row.state for row in session.scalars(select(MaterialVersion))} == {"internal"}


def test_a_mail_that_has_gone_is_not_lost_when_its_step_begins_anew(house: House, collecting: Cast) -> None:
    """The plan is laid beside what has gone of the steps that are under way, not only beside what may still go."""
    with house.db.write() as session:
        row = session.scalars(select(PlannedMail).filter_by(state="planned").order_by(PlannedMail.id)).all()[
            0
        ]
        row.state, planned_id = "sent", row.id
    with changing(house, review_id=collecting.review_id, actor=collecting.lead, now=collecting.now):
        pass
    with house.db.read() as session:
        assert session.get_one(PlannedMail, planned_id).state == "sent"
