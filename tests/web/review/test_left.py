"""A side that has withdrawn: its pages stay as they were when it left, whatever the others do; it can do nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from peerreview.engine.running.moves import Choice
from peerreview.services.base.house import Account, House
from peerreview.services.questions.edit_questions import answer_question, token_of
from peerreview.services.report.edit_report import comment_on_report
from peerreview.store.artefacts.questions import Question
from peerreview.store.mail.outbox import Outgoing
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import (
    Cast,
    advance,
    do,
    make_review,
    plan_meeting,
    put_agreement,
    put_report,
)
from tests.web.caller import Caller

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)

GONE = 1  # side 0 reviews it; it reviews side 2, which reviews side 0
BOTH = Choice(party=GONE, finish=frozenset({0, 2}))


def pages(app: Flask, cast: Cast, who: Account) -> dict[str, str]:
    """Every page of the review that somebody comes to by its links, without what differs at each look."""
    caller, root = Caller(app), f"/reviews/{cast.review_id}"
    caller.log_in(who.email)
    found: dict[str, str] = {}
    for path in _linked(caller, root):
        found[path] = caller.client.get(path, headers={"User-Agent": caller.agent}).text
    return {path: _plain(text) for path, text in found.items()}


def _linked(caller: Caller, root: str) -> Iterator[str]:
    todo, seen = [root], {root}
    while todo:
        path = todo.pop(0)
        yield path
        text = caller.client.get(path, headers={"User-Agent": caller.agent}).text
        for href in re.findall(r'href="(/[^"#]*)', text):
            href = href.replace("&amp;", "&")
            if href not in seen and href.startswith(root + "/"):
                seen.add(href)
                todo.append(href)


def _plain(text: str) -> str:
    text = re.sub(r'name="(csrf_token|seen)" value="[^"]*"', "", text)
    main = re.search(r"<main.*</main>", text, re.DOTALL)
    return re.sub(
        r'<section aria-labelledby="news">.*?</section>', "", main[0] if main else text, flags=re.DOTALL
    )


def left_at(house: House, step: str) -> Cast:
    cast = advance(house, make_review(house, 3, now=TODAY), to=step)
    do(house, cast, cast.lead, "withdraw", reason="Omorganisation", choice=BOTH)
    cast.now += timedelta(minutes=5)
    return cast


def go_on(house: House, cast: Cast) -> None:
    """What the others write and do after that, up to the second meeting's end."""
    with house.db.read() as session:
        asked = session.scalars(select(Question).where(Question.party == 2)).first()
        assert asked is not None
        question = asked.id
    answer_question(
        house, actor=cast.coordinator(0), review_id=cast.review_id, question_id=question, text="Ett svar efteråt.",
        seen=token_of(""), done=True, now=cast.now, real_now=cast.now,
    )  # fmt: skip
    put_report(house, cast, 0, body="Ett utkast som skrivs efteråt, med många ord.")
    plan_meeting(house, cast, "second_meeting")
    put_agreement(house, cast, period_from="2024-05-05")
    do(house, cast, cast.lead, "present", "second_meeting")
    comment_on_report(
        house, actor=cast.coordinator(0), review_id=cast.review_id, key="2", body="En synpunkt efteråt.",
        now=cast.now,
    )  # fmt: skip
    do(house, cast, cast.lead, "held", "second_meeting")


def mailed(house: House, since: int = 0) -> list[tuple[int, str, str]]:
    """What went to whom after the message of that number: (person, address, subject)."""
    with house.db.read() as session:
        rows = session.scalars(select(Outgoing).where(Outgoing.id > since).order_by(Outgoing.id))
        return [(row.person_id or 0, row.kind, row.subject) for row in rows]


def count(house: House) -> int:
    with house.db.read() as session:
        return max(session.scalars(select(Outgoing.id)), default=0)


def of_side(cast: Cast, party: int) -> set[int]:
    side = cast.sides[party]
    return {one.person_id for one in (side.coordinator, *side.members, side.contact)}


def to_the_end(house: House, cast: Cast) -> None:
    """From the second meeting's end to the handing over of what is finished."""
    for party in (0, 2):
        do(house, cast, cast.coordinator(party), "finish", "final_report")
    plan_meeting(house, cast, "closing_meeting")
    for party in (0, 2):
        do(house, cast, cast.coordinator(party), "hand_over", "closing_meeting")


def test_its_pages_stay_as_they_were_whatever_the_others_do(app: Flask, house: House) -> None:
    cast = left_at(house, "second_meeting")
    people = (cast.coordinator(GONE), cast.member(GONE), cast.contact(GONE))
    before = [pages(app, cast, who) for who in people]
    go_on(house, cast)
    for who, then in zip(people, before, strict=True):
        assert len(then) > 6
        now = pages(app, cast, who)
        assert now.keys() == then.keys()
        for path, text in then.items():
            assert now[path] == text, path


def test_it_is_mailed_its_leaving_and_then_the_report_alone(app: Flask, house: House) -> None:
    cast = advance(house, make_review(house, 3, now=TODAY), to="second_meeting")
    before = count(house)
    do(house, cast, cast.lead, "withdraw", reason="Omorganisation", choice=BOTH)
    told = {person for person, _, _ in mailed(house, before)}
    assert told >= of_side(cast, GONE), "all of the side that leaves, its management contact too"
    assert told >= of_side(cast, 0) | of_side(cast, 2), "and all of those who stay"
    cast.now += timedelta(minutes=5)
    before = count(house)
    go_on(house, cast)
    to_the_end(house, cast)
    found = [(who, subject) for who, _, subject in mailed(house, before) if who in of_side(cast, GONE)]
    assert {who for who, _ in found} == of_side(cast, GONE)
    subjects = {subject.split(" – ")[0] for _, subject in found}
    assert subjects == {"Rapporten om er är överlämnad"}
    carin = Caller(app)
    carin.log_in(cast.contact(GONE).email)
    assert "Ett utkast som skrivs efteråt" in carin.page(f"/reviews/{cast.review_id}/report/0").text
    overview = carin.page(f"/reviews/{cast.review_id}").text
    assert "Rapporten om er är överlämnad" in overview
    history = carin.page(f"/reviews/{cast.review_id}/history").text
    assert "Ett svar efteråt" not in history


def test_what_it_cannot_do_is_refused_with_the_reason(app: Flask, house: House) -> None:
    cast = left_at(house, "second_meeting")
    anna = Caller(app)
    anna.log_in(cast.coordinator(GONE).email)
    root = f"/reviews/{cast.review_id}"
    for path in (
        "/actions/present?step=second_meeting",
        "/actions/held?step=second_meeting",
        "/actions/withdraw",
        "/actions/finish?step=final_report&party=1",
    ):
        answer = anna.page(root + path, 403)
        assert "har dragit sig ur" in answer.text, path
    tasks = anna.page("/").text
    assert "Det finns inget att göra" in tasks or "Du har inget att göra" in tasks
    assert "ni har dragit er ur" in tasks


def test_the_lead_chooses_what_is_finished_on_pages_that_say_what_it_means(app: Flask, house: House) -> None:
    cast = advance(house, make_review(house, 3, now=TODAY), to="work")
    do(house, cast, cast.coordinator(GONE), "withdraw", reason="Omorganisation")
    lars, root = Caller(app), f"/reviews/{cast.review_id}"
    lars.log_in(cast.lead.email)
    assert "Välj vilka granskningar som ändå ska slutföras: Region Gävleborg" in lars.page("/").text
    here = re.search(r'href="([^"]*actions/withdraw[^"]*)"', lars.page(root).text)
    assert here is not None
    text = lars.page(here[1].replace("&amp;", "&")).text
    assert "Region Kalmar län granskar Region Gävleborg" in text
    assert "det skrivs ingen rapport om Region Gävleborg" in text
    chosen = f"{root}/actions/withdraw?side=1&decided=yes&finish=2"
    text = lars.page(chosen).text
    assert "Region Kalmar län slutför inte sin granskning av Region Gävleborg" in text
    lars.send(
        f"{root}/actions/withdraw",
        form_at=chosen,
        side="1",
        decided="yes",
        finish="2",
        reason="Nu räcker det.",
    )
    assert "Välj vilka granskningar" not in lars.page("/").text
    line = "Bestämde vad som ändå slutförs efter att Region Gävleborg drog sig ur"
    assert line in lars.page(f"{root}/history").text


def test_the_lead_is_asked_where_one_of_three_declines(app: Flask, house: House) -> None:
    cast = make_review(house, 3, now=TODAY)
    do(house, cast, cast.coordinator(GONE), "decline", "acceptance", reason="Ont om tid.")
    lars, root = Caller(app), f"/reviews/{cast.review_id}"
    lars.log_in(cast.lead.email)
    assert "Bestäm hur det blir: Region Gävleborg har tackat nej" in lars.page("/").text
    text = lars.page(root).text
    assert "Låt de andra fortsätta utan Region Gävleborg" in text
    assert "Ont om tid." in text
    anna = Caller(app)
    anna.log_in(cast.coordinator(0).email)
    others = anna.page(root).text
    assert "Region Gävleborg har tackat nej" in others
    assert "Ont om tid." not in others
    lars.send(
        f"{root}/actions/withdraw",
        form_at=f"{root}/actions/withdraw?side=1",
        side="1",
        reason="Ni två räcker.",
    )
    text = anna.page(root).text
    assert "Låt de andra" not in text
    assert "har tackat nej" not in text
