"""More time: asked for with a reason, given, given otherwise, declined or taken back; who reads why; the mails move."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from peerreview.engine.running.case import Granted, Scope
from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.case import extensions
from peerreview.services.case.opening import looking
from peerreview.services.mail.put_in_outbox import text_of
from peerreview.services.review import ask_more_time, history_page, more_time_page
from peerreview.services.review.more_time_page import TimePage
from peerreview.services.turns import task_lists
from peerreview.store.mail.outbox import Outgoing, PlannedMail

from ..review_fixtures import Cast, advance, do, make_review, put_materials

WHY, NO = "Två i teamet är sjuka.", "Vi har redan bokat lokalen."
COLLECT = "exchange/collect"


@pytest.fixture
def cast(house: House) -> Cast:
    """The materials are being gathered: due Tue 14 April, the questions 12 May."""
    return advance(house, make_review(house), to="collect")


def page(
    house: House, cast: Cast, who: Account, step: str = COLLECT, party: int = 0, day: str = ""
) -> TimePage:
    return more_time_page.page(
        house, actor=who, review_id=cast.review_id, step=step, party=party, day=day, now=cast.now
    )


def ask(
    house: House, cast: Cast, who: Account, day: str = "2026-04-24", reason: str = WHY, **at: object
) -> None:
    ask_more_time.ask(
        house,
        actor=who,
        review_id=cast.review_id,
        **{"step": COLLECT, "party": 0, **at},  # type: ignore[arg-type]
        day=day,
        reason=reason,
        now=cast.now,
    )


def answer(
    house: House,
    cast: Cast,
    who: Account,
    *,
    number: int = 1,
    yes: bool = True,
    day: str = "2026-04-24",
    reason: str = "",
) -> date | None:
    return ask_more_time.answer(
        house,
        actor=who,
        review_id=cast.review_id,
        number=number,
        yes=yes,
        day=day,
        reason=reason,
        now=cast.now,
    )


def due(house: House, cast: Cast) -> dict[int, set[str]]:
    """By side, the due date that its planned reminders about the materials name."""
    with house.db.read() as session:
        query = select(PlannedMail).where(PlannedMail.step == COLLECT, PlannedMail.state == "planned")
        found: dict[int, set[str]] = {}
        for row in session.scalars(query):
            found.setdefault(row.party, set()).add(row.data["due"])
        return found


def told(house: House) -> set[tuple[str, str]]:
    with house.db.read() as session:
        query = select(Outgoing.recipient, Outgoing.subject).where(Outgoing.kind == "time")
        return {(recipient, subject.partition(":")[0]) for recipient, subject in session.execute(query)}


def to_do(house: House, cast: Cast, who: Account) -> tuple[int, int]:
    """How many askings for more time are the reader's to answer, and how many they wait for."""
    with looking(house, review_id=cast.review_id, actor=who, now=cast.now) as case:
        both = (task_lists.tasks_of(case), task_lists.waiting_of(case))
        mine, others = ([say(one.title, "en") for one in views] for views in both)  # type: ignore[attr-defined]
        return sum("more time" in one for one in mine), sum("more time" in one for one in others)


def test_the_side_that_waits_gives_the_time_and_only_that_side_s_date_moves(house: House, cast: Cast) -> None:
    assert page(house, cast, cast.coordinator(0)).may_ask
    ask(house, cast, cast.coordinator(0))
    assert due(house, cast) == {0: {"2026-04-14"}, 1: {"2026-04-14"}}
    assert told(house) == {(cast.coordinator(1).email, "Region Kalmar län ber om mer tid")}
    assert to_do(house, cast, cast.coordinator(1)) == (1, 0)
    assert to_do(house, cast, cast.coordinator(0)) == (0, 1)
    assert to_do(house, cast, cast.member(1)) == to_do(house, cast, cast.lead) == (0, 0)
    seen = page(house, cast, cast.coordinator(1))
    assert seen.open is not None
    assert (seen.open.reason, seen.open.day, seen.may_answer) == (WHY, date(2026, 4, 24), True)
    assert seen.foresight is not None
    assert [(d.side, d.before, d.after) for d in seen.foresight.dues] == [
        ("Region Kalmar län", date(2026, 4, 14), date(2026, 4, 24))
    ]
    assert "Write review questions: due Tue 12 May 2026, and 11 working days would be left for it." in [
        say(one, "en") for one in seen.foresight.clashes
    ]
    assert answer(house, cast, cast.coordinator(1)) == date(2026, 4, 24)
    assert due(house, cast) == {0: {"2026-04-24"}, 1: {"2026-04-14"}}
    assert {who for who, _ in told(house)} == {
        cast.coordinator(0).email,
        cast.coordinator(1).email,
        cast.lead.email,
    }
    assert to_do(house, cast, cast.coordinator(1)) == (0, 0)
    with pytest.raises(Conflict):
        answer(house, cast, cast.coordinator(1))


def test_another_day_and_a_no_need_a_reason(house: House, cast: Cast) -> None:
    ask(house, cast, cast.coordinator(0))
    for deed in ({"day": "2026-04-20"}, {"yes": False}):
        with pytest.raises(Invalid) as error:
            answer(house, cast, cast.coordinator(1), **deed)  # type: ignore[arg-type]
        assert list(error.value.errors) == ["reason"]
    assert answer(house, cast, cast.coordinator(1), yes=False, reason=NO) is None
    assert due(house, cast) == {0: {"2026-04-14"}, 1: {"2026-04-14"}}
    ask(house, cast, cast.coordinator(0), "2026-04-22")
    assert answer(house, cast, cast.coordinator(1), number=2, day="2026-04-20", reason=NO) == date(
        2026, 4, 20
    )
    assert due(house, cast)[0] == {"2026-04-20"}
    last = page(house, cast, cast.coordinator(0)).last
    assert last is not None
    assert (last.state, last.day, last.reason) == ("granted", date(2026, 4, 20), NO)


def test_it_is_taken_back_and_the_newest_counts(house: House, cast: Cast) -> None:
    ask(house, cast, cast.coordinator(0))
    ask(house, cast, cast.coordinator(0), "2026-04-21")
    with pytest.raises(Conflict):
        answer(house, cast, cast.coordinator(1), number=1)
    deed = {"review_id": cast.review_id, "number": 2, "now": cast.now}
    with pytest.raises(Refused):
        ask_more_time.withdraw(house, actor=cast.coordinator(1), **deed)  # type: ignore[arg-type]
    ask_more_time.withdraw(house, actor=cast.coordinator(0), **deed)  # type: ignore[arg-type]
    assert to_do(house, cast, cast.coordinator(1)) == (0, 0)
    with pytest.raises(Conflict):
        answer(house, cast, cast.coordinator(1), number=2)


def test_days_are_worked_ahead_and_later(house: House, cast: Cast) -> None:
    for day, said in {
        "2026-04-14": "It is due Tue 14 April 2026. Write a later day.",
        "2026-05-01": "Fri 1 May 2026 is a day off: May Day. The nearest working day is Mon 4 May 2026.",
        "": "Write until which day.",
    }.items():
        with pytest.raises(Invalid) as error:
            ask(house, cast, cast.coordinator(0), day, reason="")
        assert say(error.value.errors["day"], "en") == said
        assert "reason" in error.value.errors
    cast.now += timedelta(weeks=10)
    with pytest.raises(Invalid):
        ask(house, cast, cast.coordinator(0), "2026-05-05")


def test_only_a_side_asks_for_its_own_and_only_who_waits_answers(house: House, cast: Cast) -> None:
    for who in (cast.coordinator(1), cast.member(0), cast.contact(0), cast.lead):
        with pytest.raises(Refused):
            ask(house, cast, who)
    with pytest.raises(NotFound):
        ask(house, cast, cast.outsider)
    with pytest.raises(NotFound):
        ask(house, cast, cast.coordinator(0), step="final_report")
    ask(house, cast, cast.coordinator(0))
    for who in (cast.coordinator(0), cast.member(1), cast.contact(1), cast.lead):
        with pytest.raises(Refused):
            answer(house, cast, who)


def test_why_is_read_by_the_side_those_asked_and_the_lead_alone(house: House) -> None:
    cast = advance(house, make_review(house, parties=3), to="collect")
    # Side 0's materials are read by side 2, so that side 2 waits for them; side 1 has nothing to do with it.
    with pytest.raises(Refused):
        page(house, cast, cast.coordinator(1))
    ask(house, cast, cast.coordinator(0))
    answer(house, cast, cast.coordinator(2), day="2026-04-20", reason=NO)
    people = {name: who for name, who in cast.everyone().items() if who is not cast.outsider}
    for name, who in people.items():
        lines = history_page.history(house, actor=who, review_id=cast.review_id, now=cast.now).lines
        said = {say(line.title, "en", {0: "A", 1: "B", 2: "C"}) for line in lines}
        assert "Asked for more time for A until Fri 24 April 2026: Compile the materials" in said, name
        read = {line.text for line in lines} & {WHY, NO}
        near = who.is_lead or who in (
            *(side.coordinator for side in (cast.sides[0], cast.sides[2])),
            *(one for side in (cast.sides[0], cast.sides[2]) for one in (*side.members, side.contact)),
        )
        assert read == ({WHY, NO} if near else set()), name
    with house.db.read() as session:
        mails = [
            text_of(row) for row in session.scalars(select(Outgoing.message).where(Outgoing.kind == "time"))
        ]
    assert len(mails) == 3
    assert not [text for text in mails if WHY in text or NO in text]


def test_the_lead_gives_time_unasked_where_the_lead_waits(house: House) -> None:
    cast = advance(house, make_review(house), to="teams")
    ask_more_time.give(
        house,
        actor=cast.lead,
        review_id=cast.review_id,
        step="teams",
        party=1,
        day="2026-04-08",
        reason="Ny processledare.",
        now=cast.now,
    )
    seen = page(house, cast, cast.coordinator(1), "teams", 1)
    assert seen.due == date(2026, 4, 8)
    assert seen.last is not None
    assert seen.last.reason == "Ny processledare."
    assert page(house, cast, cast.coordinator(0), "teams", 0).due != seen.due


def test_an_asking_falls_away_with_its_step(house: House, cast: Cast) -> None:
    ask(house, cast, cast.coordinator(0))
    put_materials(house, cast, 0)
    do(house, cast, cast.coordinator(0), "hand_in", COLLECT)
    put_materials(house, cast, 1)
    do(house, cast, cast.coordinator(1), "hand_in", COLLECT)
    assert to_do(house, cast, cast.coordinator(1)) == (0, 0)
    with pytest.raises(Conflict):
        answer(house, cast, cast.coordinator(1))


def test_a_step_that_is_renamed_keeps_its_time() -> None:
    entry = {
        "number": 1,
        "step": "collect",
        "party": 0,
        "visit": 1,
        "state": "granted",
        "wished": "",
        "until": "2026-04-20",
    }
    gone = {**entry, "number": 2, "step": "gone"}
    found = extensions.renamed([{**entry, "on": "2026-04-01"}, gone], {"collect": "exchange/collect"})
    assert extensions.granted_of(found) == {
        (("exchange/collect", Scope(0)), 1): Granted(date(2026, 4, 20), date(2026, 4, 1))
    }
