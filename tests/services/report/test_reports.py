"""Reports as they are read: every cell of the table of who sees what (engine.md), for a pair and a ring."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from peerreview.errors import NotFound, Refused
from peerreview.services.base.house import Account, House
from peerreview.services.report import mark_as_ready
from peerreview.services.report.edit_report import comment_on_report, save_report
from peerreview.services.report.report_page import ReportView, report, reports
from peerreview.services.report.report_versions import compared

from ..review_fixtures import Cast, advance, do, make_review, put_report

# What the two databases could do differently is tried in tests/store; here a review is played far for each test.
pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)

PRESENTED = "## Styrkor\n\nDet som presenterades på mötet, ord för ord.\n"
LATER = "## Styrkor\n\nDet som skrevs hemma, efter mötet, ord för ord.\n"
NOTHING, NOTICED, READ = "nothing", "noticed", "read"


def seen(house: House, cast: Cast, who: Account, key: str = "0") -> str:
    """What somebody sees of side 0's report: nothing, that it is there, or its text; by list and by page alike."""
    listed = {row.key: row for row in reports(house, review_id=cast.review_id, actor=who, now=cast.now).rows}
    row = listed.get(key)
    try:
        read(house, cast, who, key)
        found = READ
    except Refused:
        found = NOTICED if row is not None and row.state is not None else NOTHING
    assert (row is not None and row.can_read) == (found == READ)
    return found


def read(house: House, cast: Cast, who: Account, key: str = "0", version: str = "") -> ReportView:
    return report(house, review_id=cast.review_id, actor=who, key=key, version=version, now=cast.now)


def write(house: House, cast: Cast, who: Account, body: str, key: str = "0") -> None:
    token = read(house, cast, who, key).token
    save_report(
        house,
        actor=who,
        review_id=cast.review_id,
        key=key,
        started_from=token,
        body=body,
        now=cast.now,
    )


def drafted(house: House, parties: int, **agreement: object) -> Cast:
    """Every side's first draft is written, by its first member."""
    cast = advance(house, make_review(house, parties), to="work", agreement=agreement)
    for party in cast.parties:
        write(house, cast, cast.member(party), PRESENTED, str(party))
    return cast


def presented(house: House, parties: int, **agreement: object) -> Cast:
    """The drafts are presented, and side 0 has written on since."""
    cast = advance(house, make_review(house, parties), to="second_meeting", agreement=agreement)
    for party in cast.parties:
        write(house, cast, cast.member(party), PRESENTED, str(party))
        mark_as_ready.mark_ready(
            house, actor=cast.coordinator(party), review_id=cast.review_id, key=str(party), now=cast.now
        )
    do(house, cast, cast.lead, "present", "second_meeting")
    for party in cast.parties:
        write(house, cast, cast.member(party), LATER, str(party))
    return cast


def handed_over(house: House, parties: int, **agreement: object) -> Cast:
    cast = advance(house, make_review(house, parties), to="closing_meeting", agreement=agreement)
    do(house, cast, cast.coordinator(0), "hand_over", "closing_meeting")
    return cast


def table(cast: Cast, **cells: str) -> Mapping[str, str]:
    """By name of the cast, what they see of side 0's report: `own`, `own_contact`, `concerned`, ... , `third`."""
    expected = {"lead": cells["lead"]}
    for name in cast.everyone():
        if name in ("lead", "outsider"):
            continue
        party = int(name.split()[1][0])
        side = "own" if party == 0 else "concerned" if party == 1 else "third"
        expected[name] = (
            cells.get(f"{side}_contact", NOTHING) if "contact" in name else cells.get(side, NOTHING)
        )
    return expected


def all_see(house: House, cast: Cast) -> Mapping[str, str]:
    people = cast.everyone()
    with pytest.raises(NotFound):
        reports(house, review_id=cast.review_id, actor=people.pop("outsider"), now=cast.now)
    return {name: seen(house, cast, who) for name, who in people.items()}


@pytest.mark.parametrize("parties", [2, 3])
def test_a_draft_is_its_own_teams_alone(house: House, parties: int) -> None:
    cast = drafted(house, parties)
    assert all_see(house, cast) == table(cast, own=READ, lead=NOTHING)
    assert read(house, cast, cast.coordinator(0)).body == PRESENTED


@pytest.mark.parametrize("parties", [2, 3])
def test_a_presented_draft_is_read_by_the_team_it_is_about(house: House, parties: int) -> None:
    cast = presented(house, parties)
    assert all_see(house, cast) == table(cast, own=READ, concerned=READ, lead=NOTICED)


@pytest.mark.parametrize("parties", [2, 3])
def test_a_report_handed_over_is_read_by_both_sides_and_their_contacts(house: House, parties: int) -> None:
    cast = handed_over(house, parties)
    cells = {"own": READ, "own_contact": READ, "concerned": READ, "concerned_contact": READ, "lead": NOTICED}
    assert all_see(house, cast) == table(cast, **cells)
    do(house, cast, cast.contact(1), "acknowledge", "closing_meeting")
    assert all_see(house, cast) == table(cast, **cells)
    for who in (cast.coordinator(0), cast.contact(1)):
        found = read(house, cast, who)
        assert (found.row.state, [receipt.party for receipt in found.receipts]) == ("acknowledged", [1])


def test_what_was_read_stays_readable_when_the_review_is_closed(house: House) -> None:
    cast = advance(house, make_review(house, 3), to="closed")
    cells = {"own": READ, "own_contact": READ, "concerned": READ, "concerned_contact": READ, "lead": NOTICED}
    assert all_see(house, cast) == table(cast, **cells)


@pytest.mark.parametrize("parties", [2, 3])
def test_a_version_written_after_presenting_is_not_seen_by_the_other_side(house: House, parties: int) -> None:
    cast = presented(house, parties)
    mine, theirs = read(house, cast, cast.member(0)), read(house, cast, cast.member(1, 1))
    assert mine.body == LATER
    assert theirs.body == PRESENTED
    assert theirs.saved is None
    for number in ("1", "2", "3", "4", "99", "handed_over"):
        with pytest.raises(NotFound):
            read(house, cast, cast.member(1), version=number)
        with pytest.raises(NotFound):
            compare(house, cast, cast.member(1), left=number)
    found = compare(house, cast, cast.member(1))
    assert [(row.ref, row.number, row.name) for row in found.listed] == [("presented", None, None)]
    assert found.left is None


def compare(house: House, cast: Cast, who: Account, key: str = "0", **sides: str):  # type: ignore[no-untyped-def]
    return compared(house, review_id=cast.review_id, actor=who, key=key, now=cast.now, **sides)


def test_what_was_handed_over_and_what_was_presented_stand_side_by_side(house: House) -> None:
    cast = presented(house, 2)
    advance_from_second_meeting(house, cast)
    do(house, cast, cast.coordinator(0), "hand_over", "closing_meeting")
    assert read(house, cast, cast.member(1)).body == LATER
    assert read(house, cast, cast.member(1), version="presented").body == PRESENTED
    assert read(house, cast, cast.contact(1)).body == LATER
    for contact in (cast.contact(0), cast.contact(1)):
        with pytest.raises(NotFound):
            read(house, cast, contact, version="presented")
    found = compare(house, cast, cast.member(1))
    assert found.left is not None
    assert found.right is not None
    assert (found.left.ref, found.right.ref) == ("presented", "handed_over")
    assert [row.kind for row in found.lines] == ["same", "changed"]


def advance_from_second_meeting(house: House, cast: Cast) -> None:
    from ..review_fixtures import plan_meeting

    plan_meeting(house, cast, "second_meeting")
    do(house, cast, cast.lead, "held", "second_meeting")
    cast.step = "final_report"
    advance(house, cast, to="closing_meeting")


def test_a_report_about_to_be_presented_says_when_and_nothing_more(house: House) -> None:
    cast = advance(house, make_review(house, 3), to="work")
    before = reports(house, review_id=cast.review_id, actor=cast.member(1), now=cast.now).rows
    write(house, cast, cast.member(0), PRESENTED)
    put_report(house, cast, 0, body=LATER)
    after = reports(house, review_id=cast.review_id, actor=cast.member(1), now=cast.now).rows
    assert before == after
    assert {row.key: (row.state, row.can_read) for row in after} == {"1": ("draft", True), "0": (None, False)}


def test_the_lead_reads_handed_over_reports_when_the_agreement_says_so(house: House) -> None:
    cast = handed_over(house, 2, lead_reads_reports=True)
    assert read(house, cast, cast.lead).body.startswith("## Styrkor")
    assert seen(house, cast, cast.lead, "1") == NOTICED


def test_the_lead_reads_no_draft_even_then(house: House) -> None:
    cast = presented(house, 2, lead_reads_reports=True)
    assert seen(house, cast, cast.lead) == NOTICED


@pytest.mark.parametrize("parties", [2, 3])
def test_a_joint_report_is_all_teams_and_then_all_contacts(house: House, parties: int) -> None:
    cast = advance(house, make_review(house, parties), to="final_report", agreement={"report": "joint"})
    for party in cast.parties:
        write(house, cast, cast.member(party), f"## Styrkor\n\nDet här skrev sida {party}.\n", "joint")
    for who in cast.everyone().values():
        if who == cast.outsider:
            continue
        team = who != cast.lead and all(who != cast.contact(p) for p in cast.parties)
        assert seen(house, cast, who, "joint") == (READ if team else NOTHING)
    for party in cast.parties:
        do(house, cast, cast.coordinator(party), "finish", "joint_report")
    do(house, cast, cast.coordinator(0), "hand_over_joint", "closing_meeting")
    for party in cast.parties:
        assert seen(house, cast, cast.contact(party), "joint") == READ
    assert seen(house, cast, cast.lead, "joint") == NOTICED


def test_a_joint_review_has_no_secret_draft(house: House) -> None:
    cast = advance(house, make_review(house), to="second_meeting", agreement={"report": "joint"})
    assert reports(house, review_id=cast.review_id, actor=cast.member(0), now=cast.now).rows == ()
    with pytest.raises(NotFound):
        save_report(
            house,
            actor=cast.member(0),
            review_id=cast.review_id,
            key="0",
            started_from="0",
            body=PRESENTED,
            now=cast.now,
        )


def test_the_number_of_a_side_that_is_not_there_is_not_found(house: House) -> None:
    cast = drafted(house, 2)
    for key in ("2", "-1", "joint", "x", "0 ", "00"):
        with pytest.raises(NotFound):
            read(house, cast, cast.member(0), key)


def test_comments_are_both_teams_on_a_presented_draft_and_nobody_elses(house: House) -> None:
    cast = drafted(house, 3)

    def comment(who: Account) -> None:
        comment_on_report(
            house,
            actor=who,
            review_id=cast.review_id,
            key="0",
            body=f"Synpunkt av {who.name}",
            now=cast.now,
        )

    for who in (cast.member(0), cast.member(1), cast.lead):
        with pytest.raises(Refused):
            comment(who)
    cast = presented_from(house, cast)
    for who in (cast.contact(0), cast.contact(1), cast.member(2), cast.contact(2), cast.lead):
        with pytest.raises(Refused):
            comment(who)
    with pytest.raises(NotFound):
        comment(cast.outsider)
    comment(cast.member(1))
    cast.now += timedelta(minutes=1)
    comment(cast.coordinator(0))
    for who in (cast.member(0, 1), cast.coordinator(1)):
        found = read(house, cast, who)
        assert [(c.party, c.name) for c in found.comments] == [
            (1, cast.member(1).name),
            (0, cast.coordinator(0).name),
        ]


def presented_from(house: House, cast: Cast) -> Cast:
    for party in cast.parties:
        do(house, cast, cast.coordinator(party), "finish", "exchange/work/draft")
        from ..review_fixtures import put_questions

        put_questions(house, cast, party)
        do(house, cast, cast.coordinator(party), "send", "exchange/work/study")
    do(house, cast, cast.lead, "present", "second_meeting")
    cast.step = "second_meeting"
    return cast


def test_comments_stay_with_the_teams_when_the_report_is_handed_over(house: House) -> None:
    cast = presented(house, 2)
    comment_on_report(
        house, actor=cast.member(1), review_id=cast.review_id, key="0", body="Rätt sida?", now=cast.now
    )
    advance_from_second_meeting(house, cast)
    do(house, cast, cast.coordinator(0), "hand_over", "closing_meeting")
    assert len(read(house, cast, cast.member(1)).comments) == 1
    for contact in (cast.contact(0), cast.contact(1)):
        found = read(house, cast, contact)
        assert (found.comments, found.may_see_comments) == ((), False)
    with pytest.raises(Refused):
        comment_on_report(
            house, actor=cast.member(1), review_id=cast.review_id, key="0", body="För sent", now=cast.now
        )


def test_a_report_page_offers_what_is_to_be_done_with_it(house: House) -> None:
    cast = advance(house, make_review(house, 3), to="closing_meeting")
    assert keys(house, cast, cast.coordinator(0), "0") == ["hand_over"]
    assert keys(house, cast, cast.member(0), "0") == []
    do(house, cast, cast.coordinator(0), "hand_over", "closing_meeting")
    assert keys(house, cast, cast.coordinator(0), "0") == []
    assert keys(house, cast, cast.contact(1), "0") == ["acknowledge"]
    do(house, cast, cast.contact(1), "acknowledge", "closing_meeting")
    assert keys(house, cast, cast.contact(1), "0") == []


def keys(house: House, cast: Cast, who: Account, key: str) -> list[str]:
    return [offer.key for offer in read(house, cast, who, key).offers]
