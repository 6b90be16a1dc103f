"""Hours: own rows, the team's list, the lead's sums by step and function; nobody else's business."""

from __future__ import annotations

import pytest

from peerreview.errors import Invalid, NotFound, Refused
from peerreview.services.base.house import Account, House
from peerreview.services.evaluation.hours_page import hours
from peerreview.services.evaluation.log_hours import log_hours, strike_hours
from peerreview.store.artefacts.evaluations import Hours

from ..review_fixtures import Cast, advance, do, make_review

DAY = "2026-03-03"


def log(
    house: House, cast: Cast, who: Account, spent: str = "2", day: str = DAY, step: str = "teams"
) -> float:
    return log_hours(
        house, actor=who, review_id=cast.review_id, day=day, step=step, spent=spent, now=cast.now
    )


def look(house: House, cast: Cast, who: Account):  # type: ignore[no-untyped-def]
    return hours(house, review_id=cast.review_id, actor=who, now=cast.now)


def rows(house: House, cast: Cast, who: Account) -> list[tuple[str, float, bool]]:
    return [(row.name, row.hours, row.mine) for row in look(house, cast, who).rows]


@pytest.mark.parametrize("parties", [2, 3])
def test_a_team_reads_its_own_rows_and_the_lead_sums(house: House, parties: int) -> None:
    cast = advance(house, make_review(house, parties), to="work")
    everyone = cast.everyone()
    for party in cast.parties:
        log(house, cast, cast.member(party), "1,5")
        log(house, cast, cast.coordinator(party), "8", step="")
    for party in cast.parties:
        for who in (cast.coordinator(party), *cast.sides[party].members):
            assert rows(house, cast, who) == [
                (cast.coordinator(party).name, 8.0, who == cast.coordinator(party)),
                (cast.member(party).name, 1.5, who == cast.member(party)),
            ]
            assert look(house, cast, who).sums is None
        with pytest.raises(Refused):
            look(house, cast, cast.contact(party))
    with pytest.raises(NotFound):
        look(house, cast, everyone["outsider"])
    lead = look(house, cast, cast.lead)
    assert (lead.rows, lead.total, lead.mine, lead.may_write) == ((), 0, 0, False)
    assert lead.sums is not None
    if parties < 3:
        # Two people put hours down to each step: their sum would tell each of them of the other's.
        assert (lead.sums.rows, lead.sums.total, lead.sums.waits) == ((), 0, True)
        return
    assert [row[1:] for row in lead.sums.rows] == [((24.0, 0.0), 24.0), ((0.0, 4.5), 4.5)]
    assert (lead.sums.total, lead.sums.waits) == (28.5, False)


def test_own_rows_alone_are_struck_and_stay_in_the_archive(house: House) -> None:
    cast = make_review(house)
    log(house, cast, cast.member(0))
    row_id = look(house, cast, cast.member(0)).rows[0].id
    for who in (cast.member(0, 1), cast.coordinator(0), cast.member(1), cast.outsider):
        with pytest.raises(NotFound):
            strike_hours(house, actor=who, review_id=cast.review_id, row_id=row_id, now=cast.now)
    for who in (cast.lead, cast.contact(0)):
        with pytest.raises(Refused):
            strike_hours(house, actor=who, review_id=cast.review_id, row_id=row_id, now=cast.now)
    strike_hours(house, actor=cast.member(0), review_id=cast.review_id, row_id=row_id, now=cast.now)
    assert rows(house, cast, cast.member(0)) == []
    assert look(house, cast, cast.lead).sums.rows == ()
    with house.db.read() as session:
        assert session.get(Hours, row_id) is not None


def test_a_row_of_another_review_is_not_found(house: House) -> None:
    cast = make_review(house)
    other = make_review(house, lead=cast.lead)
    log(house, other, other.member(0))
    row_id = look(house, other, other.member(0)).rows[0].id
    with pytest.raises(NotFound):
        strike_hours(house, actor=cast.member(0), review_id=cast.review_id, row_id=row_id, now=cast.now)


@pytest.mark.parametrize(
    "spent", ["", "0", "0,00", "-1", "25", "24,01", "två", "1e3", "nan", "inf", "1,2,3", "٣"]
)
def test_hours_that_are_none_are_refused(house: House, spent: str) -> None:
    cast = make_review(house)
    with pytest.raises(Invalid) as caught:
        log(house, cast, cast.member(0), spent)
    assert list(caught.value.errors) == ["hours"]


@pytest.mark.parametrize(("spent", "kept"), [("2", 2.0), ("1,5", 1.5), (" 0.25 ", 0.25), ("24", 24.0)])
def test_hours_are_typed_as_people_type_them(house: House, spent: str, kept: float) -> None:
    cast = make_review(house)
    assert log(house, cast, cast.member(0), spent) == kept


@pytest.mark.parametrize("day", ["", "2026-03-04", "2025-10-01", "3 mars", "2026-02-30"])
def test_a_day_that_cannot_be_is_refused(house: House, day: str) -> None:
    cast = make_review(house)
    with pytest.raises(Invalid) as caught:
        log(house, cast, cast.member(0), day=day)
    assert list(caught.value.errors) == ["day"]


def test_steps_are_those_of_this_review(house: House) -> None:
    cast = advance(house, make_review(house), to="work", agreement={"report": "joint"})
    steps = [key for key, _ in look(house, cast, cast.member(0)).steps]
    assert "joint_report" in steps
    assert "final_report" not in steps
    for forged in ("final_report", "exchange/work", "nothing"):
        with pytest.raises(Invalid) as caught:
            log(house, cast, cast.member(0), step=forged)
        assert list(caught.value.errors) == ["step"]


def test_nothing_is_logged_on_hold(house: House) -> None:
    cast = make_review(house)
    do(house, cast, cast.lead, "hold", reason="Semester")
    assert not look(house, cast, cast.member(0)).may_write
    with pytest.raises(Refused):
        log(house, cast, cast.member(0))
