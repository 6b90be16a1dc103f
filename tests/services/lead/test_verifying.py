"""A history that somebody has touched is found out: changed, missing (the tail too), put in, or leading elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from peerreview.engine.running.case import Scope
from peerreview.engine.running.moves import Choice
from peerreview.errors import BadSetting
from peerreview.services.base.house import House
from peerreview.services.lead import verify_histories
from peerreview.services.worker import each_tick
from peerreview.store.review.history import HistoryRow
from peerreview.store.review.reviews import Review

from ..review_fixtures import Cast, advance, do, make_review


def told(house: House, anchor: str = "") -> list[str]:
    return [str(finding) for finding in verify_histories.verify(house, anchor)]


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house, parties=2), to="work")


@pytest.mark.parametrize(("parties", "report"), [(2, "separate"), (3, "joint")])
def test_a_whole_review_replays_to_where_it_stands(house: House, parties: int, report: str) -> None:
    cast = make_review(house, parties=parties)
    advance(house, cast, to="closed", agreement={"report": report})
    assert told(house) == []


def test_the_leads_moves_replay_too(house: House, cast: Cast) -> None:
    do(house, cast, cast.lead, "hold", reason="Sommar")
    cast.now += timedelta(days=20)
    do(house, cast, cast.lead, "resume", reason="Höst")
    do(house, cast, cast.lead, "back", reason="Fel", choice=Choice(step="exchange/collect", party=0))
    place = ("exchange/collect", Scope(0))
    do(house, cast, cast.lead, "go_on", reason="Räcker", choice=Choice(place=place))
    each_tick.tick(house, now=cast.now + timedelta(days=200), real_now=cast.now)
    assert told(house) == []


def test_withdrawing_from_a_ring_replays(house: House) -> None:
    cast = advance(house, make_review(house, parties=3), to="work")
    finish = Choice(party=1, finish=frozenset({0, 2}))
    do(house, cast, cast.lead, "withdraw", reason="Orkar inte", choice=finish)
    assert told(house) == []


def change(**values: Any) -> Callable[[HistoryRow], Any]:
    return lambda row: update(HistoryRow).where(HistoryRow.id == row.id).values(**values)


@pytest.mark.parametrize(
    ("tamper", "expected"),
    [
        (change(actor_id=None), "row 3: it was changed"),
        (change(at=datetime.fromisoformat("2026-01-01T00:00:00+00:00")), "row 3: it was changed"),
        (change(data={"facts": []}), "row 3: it was changed"),
        (change(number=900), "row 4: row 3 is missing before it"),
        (lambda row: delete(HistoryRow).where(HistoryRow.id == row.id), "row 4: row 3 is missing before it"),
    ],
)
def test_a_row_that_was_changed_or_taken_out_is_named(
    house: House, cast: Cast, tamper: Callable[[HistoryRow], Any], expected: str
) -> None:
    with house.db.write() as session:
        row = session.scalars(select(HistoryRow).where(HistoryRow.number == 3)).one()
        session.execute(tamper(row))
    assert any(line.endswith(expected) for line in told(house)), told(house)
    assert all(line.startswith(f"review {cast.review_id}") for line in told(house))


def test_a_missing_tail_is_found(house: House, cast: Cast) -> None:
    with house.db.write() as session:
        last = session.scalars(select(HistoryRow).order_by(HistoryRow.number.desc())).first()
        assert last is not None
        session.execute(delete(HistoryRow).where(HistoryRow.id == last.id))
    assert "the last 1 of" in told(house)[0]


def test_a_row_put_in_at_the_end_is_found(house: House, cast: Cast) -> None:
    with house.db.write() as session:
        last = session.scalars(select(HistoryRow).order_by(HistoryRow.number.desc())).first()
        assert last is not None
        columns = [c.name for c in HistoryRow.__table__.columns if c.name != "id"]
        values = {name: getattr(last, name) for name in columns}
        values |= {"number": last.number + 1, "previous": last.hash}
        session.execute(insert(HistoryRow).values(**values))
        number = last.number + 1
    assert any(f"row {number}: it was put in" in line for line in told(house))


def test_a_text_that_was_changed_is_found_but_one_that_was_forgotten_is_not(house: House, cast: Cast) -> None:
    do(house, cast, cast.lead, "hold", reason="Skälet som det skrevs")
    with house.db.write() as session:
        session.execute(update(HistoryRow).where(HistoryRow.text.is_not(None)).values(text=None))
    assert told(house) == [], "words may be forgotten"
    with house.db.write() as session:
        session.execute(update(HistoryRow).where(HistoryRow.text_digest != "").values(text="Något annat"))
    assert told(house)[0].endswith("its text was changed")


def test_a_standing_that_was_moved_by_hand_is_found(house: House, cast: Cast) -> None:
    with house.db.write() as session:
        review = session.get(Review, cast.review_id)
        assert review is not None
        review.standing = {**review.standing, "ended": "closed"}
    (line,) = told(house)
    assert line.startswith(f"review {cast.review_id}: it stands elsewhere than its history leads to")


def test_an_anchor_kept_elsewhere_finds_a_chain_that_was_built_anew(house: House, cast: Cast) -> None:
    anchor = verify_histories.anchored(house)
    do(house, cast, cast.lead, "hold", reason="Paus")
    assert told(house, anchor) == [], "what was added since is no fault"
    id, count, head = anchor.split()
    forged = f"{id} {count} {head[::-1]}\n"
    assert "another than the anchor holds" in told(house, forged)[0]
    assert "row 999: the row is missing" in told(house, f"{id} 999 {head}\n")[0]
    assert "the review is gone" in told(house, f"77 3 {head}\n")[0]
    with pytest.raises(BadSetting, match="line 1"):
        verify_histories.verify(house, "nonsense\n")
