"""Moving agreed dates: shown first, proposed with a reason, answered by the other sides; the mails move then."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from peerreview.errors import Conflict, Invalid, Refused
from peerreview.rendering.words import say
from peerreview.services.agreement import edit_agreement, move_dates, move_dates_page
from peerreview.services.agreement.move_dates_page import Previewed
from peerreview.services.base.house import Account, House
from peerreview.services.case.opening import looking
from peerreview.services.foresight import moved_dates
from peerreview.services.review import history_page
from peerreview.services.review.overview import overview
from peerreview.services.turns import task_lists
from peerreview.store.mail.outbox import Outgoing, PlannedMail

from ..agreement_play import confirm, page
from ..review_fixtures import Cast, advance, make_review, plan_meeting

WHY = "Vår registrator är sjuk till påsk."


@pytest.fixture
def cast(house: House) -> Cast:
    """The materials are being gathered: due Tue 14 April, the questions 12 May, the second meeting 26 May."""
    return advance(house, make_review(house), to="collect")


def dates(house: House, cast: Cast, **changes: str) -> dict[str, str]:
    view = move_dates_page.move_form(house, actor=cast.lead, review_id=cast.review_id, now=cast.now)
    return {**view.typed, **changes}


def look(house: House, cast: Cast, who: Account, **changes: str) -> Previewed:
    wanted = dates(house, cast, **changes)
    return move_dates_page.preview_move(
        house, actor=who, review_id=cast.review_id, dates=wanted, now=cast.now
    )


def move(house: House, cast: Cast, who: Account, reason: str = WHY, version: int = 1, **changes: str) -> bool:
    return move_dates.move_dates(
        house,
        actor=who,
        review_id=cast.review_id,
        dates=dates(house, cast, **changes),
        reason=reason,
        version=version,
        now=cast.now,
    )


def decline(
    house: House, cast: Cast, who: Account, version: int = 2, reason: str = "Vi hinner inte."
) -> None:
    move_dates.decline_change(
        house, actor=who, review_id=cast.review_id, version=version, reason=reason, now=cast.now
    )


def planned(house: House, cast: Cast) -> dict[str, str]:
    """Of the first side's coordinator: by rule, the local day of each reminder about the materials."""
    with house.db.read() as session:
        query = select(PlannedMail).where(
            PlannedMail.review_id == cast.review_id,
            PlannedMail.step == "exchange/collect",
            PlannedMail.state == "planned",
            PlannedMail.person_id == cast.coordinator(0).person_id,
            PlannedMail.party == 0,
        )
        return {row.rule: house.calendar.day(row.due_at).isoformat() for row in session.scalars(query)}


def told(house: House) -> set[tuple[str, str]]:
    with house.db.read() as session:
        query = select(Outgoing.recipient, Outgoing.subject).where(Outgoing.kind == "agreement")
        return {(recipient, subject.partition(" – ")[0]) for recipient, subject in session.execute(query)}


def to_do(house: House, cast: Cast, who: Account) -> tuple[list[str], list[str]]:
    with looking(house, review_id=cast.review_id, actor=who, now=cast.now) as case:
        tasks = [say(task.title, "en") for task in task_lists.tasks_of(case)]
        return tasks, [say(view.title, "en") for view in task_lists.waiting_of(case)]


def test_what_a_move_means_is_shown_and_nothing_is_done(house: House, cast: Cast) -> None:
    before = planned(house, cast)
    seen = look(house, cast, cast.lead, materials="2026-05-11").foresight
    assert [(say(d.step, "en"), d.side, d.before, d.after) for d in seen.dues] == [
        ("Compile the materials", "", date(2026, 4, 14), date(2026, 5, 11))
    ]
    mails = {
        (say(m.what, "en"), m.before and m.before.date(), m.after and m.after.date()) for m in seen.mails
    }
    assert ("Reminder: Compile the materials", date(2026, 4, 9), date(2026, 5, 6)) in mails
    assert all(m.names for m in seen.mails)
    assert [say(clash, "en") for clash in seen.clashes] == [
        "Between these two lies only one working day: The materials are handed in – The questions are to be sent."
    ]
    # Names are the lead's to see; others see functions.
    assert not any(
        m.names for m in look(house, cast, cast.coordinator(0), materials="2026-05-11").foresight.mails
    )
    assert planned(house, cast) == before
    assert page(house, cast, cast.lead).pending is None


def test_clashes_name_the_holiday_the_stop_and_what_stays_behind(house: House, cast: Cast) -> None:
    for day, said in {
        "2026-05-14": "Thu 14 May 2026 is a day off: Ascension Day. The nearest working day is Fri 15 May 2026.",
        "2026-07-08": "Wed 8 July 2026 lies in the summer stop, weeks 28 to 31. "
        "The nearest working day is Fri 3 July 2026.",
        "2026-03-01": "This day has been. Write a day that lies ahead.",
    }.items():
        with pytest.raises(Invalid) as error:
            look(house, cast, cast.lead, questions=day)
        assert say(error.value.errors["date_questions"], "en") == said
    with pytest.raises(Invalid) as error:
        look(house, cast, cast.lead, materials="2026-05-20")
    assert list(error.value.errors) == ["date_questions", "meant"]
    # The draft is due a week before the meeting, on Midsummer Eve; the agreed report comes before the meeting then.
    seen = look(
        house, cast, cast.lead, second_meeting="2026-06-26", report="2026-08-14", closing="2026-08-20"
    )
    words = " | ".join(say(clash, "en") for clash in seen.foresight.clashes)
    assert "Write a first draft: Fri 19 June 2026 is a day off: Midsummer Eve. " in words
    assert "The summer stop, weeks 28 to 31, lies between these" in words


def test_a_meeting_that_is_planned_stays_where_it_is(house: House, cast: Cast) -> None:
    plan_meeting(house, cast, "second_meeting")
    stays = "is not moved by this. Plan it anew under Meetings."
    later = {"report": "2026-08-14", "closing": "2026-08-20"}
    for changes, told in (({"second_meeting": "2026-06-26", **later}, True), (later, False)):
        seen = look(house, cast, cast.lead, **changes)
        assert any(stays in say(clash, "en") for clash in seen.foresight.clashes) is told, changes


def test_later_days_move_along(house: House, cast: Cast) -> None:
    found = move_dates_page.move_along(
        house,
        actor=cast.lead,
        review_id=cast.review_id,
        dates=dates(house, cast, questions="2026-05-19"),
        now=cast.now,
    )
    assert found["materials"] == "2026-04-14"
    assert (found["questions"], found["second_meeting"]) == ("2026-05-19", "2026-06-02")
    assert all(house.calendar.works(date.fromisoformat(day)) for day in found.values())


def test_a_move_waits_for_the_other_side_and_takes_the_mails_along(house: House, cast: Cast) -> None:
    before = planned(house, cast)
    assert move(house, cast, cast.coordinator(0), materials="2026-04-21") is False
    assert planned(house, cast) == before
    assert told(house) == {
        (cast.coordinator(1).email, "Nya datum föreslås: svara"),
        (cast.lead.email, "Nya datum föreslås"),
    }
    answer = "Answer the proposed change of the agreement"
    assert answer in to_do(house, cast, cast.coordinator(1))[0]
    assert answer in to_do(house, cast, cast.coordinator(0))[1]
    assert answer not in to_do(house, cast, cast.member(1))[0]
    view = page(house, cast, cast.coordinator(1))
    assert (view.may_confirm, view.may_decline, view.may_drop, view.may_move) == (True, True, False, False)
    assert view.reason is not None
    assert view.reason.text == WHY
    assert view.foresight is not None
    assert view.foresight.dues[0].after == date(2026, 4, 21)
    own = page(house, cast, cast.coordinator(0))
    assert (own.may_decline, own.may_drop, own.own_confirmed) == (False, True, True)
    with pytest.raises(Refused):
        move(house, cast, cast.coordinator(1), version=2, materials="2026-04-22")
    assert confirm(house, cast, 1, 2) is True
    after = planned(house, cast)
    assert set(after) == set(before)
    assert all(date.fromisoformat(after[rule]) > date.fromisoformat(before[rule]) for rule in after)
    assert answer not in to_do(house, cast, cast.coordinator(1))[0]


def test_a_decline_keeps_what_was_agreed_and_says_why(house: House, cast: Cast) -> None:
    before = planned(house, cast)
    move(house, cast, cast.coordinator(0), materials="2026-04-21")
    with pytest.raises(Invalid):
        decline(house, cast, cast.coordinator(1), reason=" ")
    with pytest.raises(Conflict):
        decline(house, cast, cast.coordinator(1), version=1)
    for who in (cast.coordinator(0), cast.member(1), cast.lead):
        with pytest.raises(Refused):
            decline(house, cast, who)
    with pytest.raises(Refused):
        edit_agreement.drop_proposal(
            house, actor=cast.coordinator(1), review_id=cast.review_id, version=2, now=cast.now
        )
    decline(house, cast, cast.coordinator(1))
    view = page(house, cast, cast.coordinator(0))
    assert view.pending is None
    assert view.reason is not None
    assert (view.reason.text, view.reason.declined) == ("Vi hinner inte.", True)
    assert (cast.coordinator(0).email, "En föreslagen ändring av överenskommelsen fick nej") in told(house)
    assert planned(house, cast) == before
    lines = history_page.history(house, actor=cast.contact(0), review_id=cast.review_id, now=cast.now).lines
    assert {WHY, "Vi hinner inte."} <= {line.text for line in lines}


def test_the_lead_asks_all_sides_and_the_newest_counts(house: House) -> None:
    cast = advance(house, make_review(house, parties=3), to="collect")
    assert move(house, cast, cast.lead, materials="2026-04-21") is False
    assert {who for who, _ in told(house)} == {cast.coordinator(party).email for party in cast.parties}
    assert confirm(house, cast, 0, 2) is False
    assert move(house, cast, cast.lead, version=2, materials="2026-04-22") is False
    with pytest.raises(Conflict):
        confirm(house, cast, 1, 2)
    assert [confirm(house, cast, party, 3) for party in cast.parties] == [False, False, True]
    assert planned(house, cast)["+2"] == "2026-04-24"


def test_only_those_whom_the_definition_allows_may_move(house: House, cast: Cast) -> None:
    for who in (cast.member(0), cast.contact(1)):
        with pytest.raises(Refused):
            move(house, cast, who, materials="2026-04-21")
    with pytest.raises(Invalid) as error:
        move(house, cast, cast.lead, reason="")
    assert set(error.value.errors) == {"_dates", "reason"}
    with pytest.raises(Conflict):
        move(house, cast, cast.lead, version=9, materials="2026-04-21")


def test_before_there_is_an_agreement_there_is_no_date_to_move(house: House) -> None:
    early = make_review(house)
    with pytest.raises(Refused):
        move_dates_page.move_form(house, actor=early.lead, review_id=early.review_id, now=early.now)


def test_a_move_answered_too_late_is_not_confirmed(house: House, cast: Cast) -> None:
    move(house, cast, cast.lead, materials="2026-03-06")
    cast.now += timedelta(weeks=2)
    with pytest.raises(Refused):
        confirm(house, cast, 0, 2)


def test_a_date_may_be_a_month_or_a_term_where_the_definition_says_so(house: House, cast: Cast) -> None:
    seen = look(house, cast, cast.lead, report="2026-08", closing="2026-ht").foresight
    assert {(say(one.step, "en"), one.after) for one in seen.dues} == {
        ("Finish the report", date(2026, 8, 31)),
        ("Closing meeting", date(2026, 12, 30)),
    }
    for changes in (
        {"materials": "2026-04"},
        {"report": "2026-02"},
        {"report": "2026-13"},
        {"report": "2026-12"},
    ):
        with pytest.raises(Invalid) as error:
            look(house, cast, cast.lead, **changes)
        assert next(iter(error.value.errors)) in ("date_materials", "date_report", "date_closing")
    move(house, cast, cast.coordinator(0), report="2026-08", closing="2026-ht")
    changes = [(say(one.label, "sv"), say(one.after, "sv")) for one in page(house, cast, cast.lead).changes]
    assert changes == [
        ("Rapporterna är klara", "i augusti 2026"),
        ("Avslutande mötet", "höstterminen 2026"),
    ]
    assert confirm(house, cast, 1, 2) is True
    view = overview(house, actor=cast.member(1), review_id=cast.review_id, now=cast.now)
    words = {say(one.title, "sv"): say(one.said, "sv") for one in view.dates if one.said}
    assert words == {"Rapporten färdig": "i augusti 2026", "Avslutande mötet": "höstterminen 2026"}
    # Another side may make it a day again, and a month is no day that others move along with.
    found = move_dates_page.move_along(
        house,
        actor=cast.lead,
        review_id=cast.review_id,
        dates=dates(house, cast, questions="2026-05-19"),
        now=cast.now,
    )
    assert (found["second_meeting"], found["report"], found["closing"]) == (
        "2026-06-02",
        "2026-08",
        "2026-ht",
    )
    assert move(house, cast, cast.lead, version=2, report="2026-08-20") is False


def test_what_falls_due_today_has_not_been(house: House, cast: Cast) -> None:
    """Today is time enough; a step whose day would be yesterday's is told with its day."""
    with looking(house, review_id=cast.review_id, actor=cast.lead, now=cast.now) as case:
        place = next(place for place in case.standing.marks if place[0] == "exchange/collect")
        today = house.calendar.day(cast.now)
        said = [
            [say(one, "en") for one in moved_dates._behind_us(case, {place: day}, {place})]
            for day in (today, today - timedelta(days=1))
        ]
    assert said[0] == []
    assert len(said[1]) == 1
    assert "which has been" in said[1][0]
