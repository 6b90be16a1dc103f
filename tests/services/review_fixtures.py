"""A review with its cast, at any step: for tests of every room that has to do with reviews.

    cast = make_review(house)                 # a pair (parties=3: a ring), just proposed: nobody has answered
    advance(house, cast, to="work")           # plays on from where it stands until that step is under way
    cast.review_id, cast.now                  # the method's time moves as the review is played
    cast.lead, cast.coordinator(0), cast.member(1, 0), cast.contact(1), cast.outsider  # Accounts
    do(house, cast, cast.coordinator(0), "hand_in", "exchange/collect")        # one action of the definition

Each side has a coordinator, two members (functions `medical` and `hr`) and a management contact, so that the
teams are comparable from the start. Side 0 reviews side 1, and so on round. The outsider coordinates an
organisation that has no part in it. All have the password of tests.people and read Swedish.

`advance` writes what the sides would have written (an agreement with WISHES of each side, a document a wish,
QUESTIONS questions, a report) straight into the store and does the definition's own actions, so that no room's
tests hang on another room's forms. `agreement=` changes fields of the agreement: `{"opening": "each"}`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from peerreview.engine.running.dates import add_months
from peerreview.services.base.house import Account, House
from peerreview.services.case.opening import OpenCase
from peerreview.services.deeds.change import changing
from peerreview.services.review.do_action import Filled, Wish, act
from peerreview.store.artefacts.agreements import Agreement
from peerreview.store.artefacts.evaluations import FollowUp, FormAnswer
from peerreview.store.artefacts.materials import Material, MaterialVersion
from peerreview.store.artefacts.questions import Question
from peerreview.store.artefacts.reports import TextVersion

from . import played
from .review_cast import START, Cast, Side, make_review

__all__ = ["START", "Cast", "Side", "advance", "agreement_fields", "do", "looked", "make_review"]

STEPS = (
    "acceptance",
    "teams",
    "first_meeting",
    "collect",
    "work",
    "second_meeting",
    "final_report",
    "closing_meeting",
    "evaluation",
    "follow_up",
    "closed",
)
WISHES = ("Verksamhetsplan 2025", "Handlingsplan för levnadsvanor")
QUESTIONS = ("Hur följer ni upp planen?", "Vem äger frågan i linjen?")
REPORT = "## Styrkor\n\nEtt tydligt uppdrag och en ledning som frågar efter resultatet.\n"


def advance(house: House, cast: Cast, to: str, *, agreement: Mapping[str, Any] | None = None) -> Cast:
    """Play on until the step `to` (one of STEPS) is under way, or the review is closed."""
    if agreement:
        cast.agreement.update(agreement)
    path = STEPS[STEPS.index(cast.step) + 1 : STEPS.index(to) + 1]
    start = played.key_of(house, cast) if path else ()
    keys = {step: (*start, step) for step in path}
    done = max((n for n, step in enumerate(path, start=1) if played.known(keys[step])), default=0)
    if done:
        _become(cast, played.put_back(keys[path[done - 1]], house))
    for step in path[done:]:
        _LEAVE[cast.step](house, cast)
        cast.now += timedelta(hours=1)
        cast.step = step
        played.remember(keys[step], house, cast)
    return cast


def _become(cast: Cast, other: Cast) -> None:
    cast.now, cast.step, cast.agreement = other.now, other.step, other.agreement


def do(
    house: House,
    cast: Cast,
    who: Account,
    action: str,
    step: str = "",
    *,
    party: int | None = None,
    person: int | None = None,
    **filled: Any,
) -> None:
    """One action of the definition, as the page of actions does it. `filled`: reason=, version=, choice=, ..."""
    act(
        house,
        actor=who,
        review_id=cast.review_id,
        wish=Wish(action, step, party, person),
        filled=Filled(**filled),
        seen=None,
        now=cast.now,
    )


def agreement_fields(house: House, cast: Cast) -> dict[str, Any]:
    """The fields of a complete agreement whose dates lie ahead of `cast.now`, with cast.agreement's changes."""
    day = house.calendar.day(cast.now)
    weeks = {"materials": 6, "questions": 10, "second_meeting": 12, "report": 16, "closing": 20}
    fields: dict[str, Any] = {
        "period_from": "2025-01-01",
        "period_to": "2025-12-31",
        "report": "separate",
        "opening": "all",
        "follow_up": 6,
        "lead_reads_materials": False,
        "lead_reads_reports": False,
        "dates": {
            key: house.calendar.on_or_after(day + timedelta(weeks=n)).isoformat() for key, n in weeks.items()
        },
        "wishes": [
            {"id": f"w{party}{n}", "party": party, "title": title, "note": ""}
            for party in cast.parties
            for n, title in enumerate(WISHES)
        ],
    }
    return {**fields, **cast.agreement}


def put_agreement(house: House, cast: Cast, **changes: Any) -> int:
    """A new version of the agreement, nobody's confirmation on it; gives its number."""
    with _changing(house, cast, cast.coordinator(0)) as case:
        number = case.rows.agreements[-1].version + 1 if case.rows.agreements else 1
        case.session.add(
            Agreement(
                review_id=cast.review_id,
                version=number,
                fields={**agreement_fields(house, cast), **changes},
                created_at=cast.now,
                created_by=cast.coordinator(0).person_id,
            )
        )
        return number


def plan_meeting(house: House, cast: Cast, artefact: str) -> None:
    """The meeting is today: it can be planned, and concluded."""
    with _changing(house, cast, cast.coordinator(0)) as case:
        day = house.calendar.day(cast.now)
        case.set_state(artefact, None, "planned", date=day.isoformat(), time="09:00")


def put_materials(house: House, cast: Cast, party: int) -> None:
    """A link for each document that is wished of the side."""
    with _changing(house, cast, cast.coordinator(party)) as case:
        for wish in agreement_fields(house, cast)["wishes"]:
            if wish["party"] == party:
                material = Material(
                    review_id=cast.review_id, party=party, wish_id=wish["id"], title=wish["title"]
                )
                case.session.add(material)
                case.session.flush()
                case.session.add(
                    MaterialVersion(
                        material_id=material.id,
                        number=1,
                        kind="link",
                        url=f"https://example.org/{party}/{wish['id']}",
                        added_at=cast.now,
                        added_by=cast.coordinator(party).person_id,
                    )
                )


def put_questions(house: House, cast: Cast, party: int) -> None:
    with _changing(house, cast, cast.member(party)) as case:
        for number, text in enumerate(QUESTIONS, start=1):
            case.session.add(
                Question(
                    review_id=cast.review_id,
                    party=party,
                    number=number,
                    perspective="governance",
                    text=text,
                    created_at=cast.now,
                    created_by=cast.member(party).person_id,
                )
            )


def put_report(house: House, cast: Cast, party: int, artefact: str = "report", body: str = REPORT) -> None:
    """A first or a further version of a side's report (party -1: the joint one)."""
    with _changing(house, cast, cast.member(max(party, 0))) as case:
        owner = None if party < 0 else party
        before = case.session.query(TextVersion).filter_by(
            review_id=cast.review_id, artefact=artefact, party=party
        )
        case.session.add(
            TextVersion(
                review_id=cast.review_id,
                artefact=artefact,
                party=party,
                number=before.count() + 1,
                body=body,
                state=case.state(artefact, owner),
                sha256=hashlib.sha256(body.encode()).hexdigest(),
                saved_at=cast.now,
                saved_by=cast.member(max(party, 0)).person_id,
            )
        )


def _changing(house: House, cast: Cast, who: Account) -> Any:
    return changing(house, review_id=cast.review_id, actor=who, now=cast.now)


def _leave_acceptance(house: House, cast: Cast) -> None:
    for party in cast.parties:
        do(house, cast, cast.coordinator(party), "accept", "acceptance", conflict="none")


def _leave_teams(house: House, cast: Cast) -> None:
    for party in cast.parties:
        do(house, cast, cast.coordinator(party), "confirm", "teams")


def _leave_first_meeting(house: House, cast: Cast) -> None:
    plan_meeting(house, cast, "first_meeting")
    do(house, cast, cast.lead, "held", "first_meeting")
    version = put_agreement(house, cast)
    for party in cast.parties:
        do(house, cast, cast.coordinator(party), "confirm", "first_meeting", version=version)


def _leave_collect(house: House, cast: Cast) -> None:
    for party in cast.parties:
        put_materials(house, cast, party)
        do(house, cast, cast.coordinator(party), "hand_in", "exchange/collect")


def _leave_work(house: House, cast: Cast) -> None:
    for party in cast.parties:
        put_questions(house, cast, party)
        do(house, cast, cast.coordinator(party), "send", "exchange/work/study")
        if not _joint(cast):
            put_report(house, cast, party)
            do(house, cast, cast.coordinator(party), "finish", "exchange/work/draft")


def _leave_second_meeting(house: House, cast: Cast) -> None:
    plan_meeting(house, cast, "second_meeting")
    if not _joint(cast):
        do(house, cast, cast.lead, "present", "second_meeting")
    do(house, cast, cast.lead, "held", "second_meeting")


def _leave_final_report(house: House, cast: Cast) -> None:
    if _joint(cast):
        put_report(house, cast, -1, "joint_report")
        for party in cast.parties:
            do(house, cast, cast.coordinator(party), "finish", "joint_report")
        return
    for party in cast.parties:
        do(house, cast, cast.coordinator(party), "finish", "final_report")


def _leave_closing_meeting(house: House, cast: Cast) -> None:
    plan_meeting(house, cast, "closing_meeting")
    if _joint(cast):
        do(house, cast, cast.coordinator(0), "hand_over_joint", "closing_meeting")
    for party in cast.parties:
        if not _joint(cast):
            do(house, cast, cast.coordinator(party), "hand_over", "closing_meeting")
    for party in cast.parties:
        key = "acknowledge_joint" if _joint(cast) else "acknowledge"
        do(house, cast, cast.coordinator(party), key, "closing_meeting")
    do(house, cast, cast.lead, "held", "closing_meeting")


def _leave_evaluation(house: House, cast: Cast) -> None:
    answers = {"worth": 4, "clarity": 4, "balance": 3, "hours": 40, "best": "Mötena.", "better": ""}
    for party, side in enumerate(cast.sides):
        for person in (side.coordinator, *side.members, side.contact):
            with _changing(house, cast, person) as case:
                case.session.add(
                    FormAnswer(
                        review_id=cast.review_id,
                        artefact="evaluation",
                        person_id=person.person_id,
                        party=party,
                        answers=answers,
                        saved_at=cast.now,
                    )
                )
            do(house, cast, person, "submit", "evaluation", person=person.person_id)
    _open_follow_up(house, cast)


def _open_follow_up(house: House, cast: Cast) -> None:
    months = agreement_fields(house, cast)["follow_up"]
    day = add_months(house.calendar.day(cast.now), months) + timedelta(days=1)
    cast.now = house.calendar.mail_at(day)
    with changing(house, review_id=cast.review_id, actor=None, now=cast.now):
        pass


def _leave_follow_up(house: House, cast: Cast) -> None:
    for party in cast.parties:
        with _changing(house, cast, cast.member(party)) as case:
            case.session.add(
                FollowUp(
                    review_id=cast.review_id,
                    party=party,
                    finding="Uppföljningen stannar vid ledningsgruppen.",
                    change="Resultaten tas upp på arbetsplatsträffarna.",
                    status="done",
                    saved_at=cast.now,
                    saved_by=cast.member(party).person_id,
                )
            )
        do(house, cast, cast.coordinator(party), "report_back", "follow_up")


def _joint(cast: Cast) -> bool:
    return bool(cast.agreement.get("report") == "joint")


_LEAVE: Mapping[str, Callable[[House, Cast], None]] = {
    "acceptance": _leave_acceptance,
    "teams": _leave_teams,
    "first_meeting": _leave_first_meeting,
    "collect": _leave_collect,
    "work": _leave_work,
    "second_meeting": _leave_second_meeting,
    "final_report": _leave_final_report,
    "closing_meeting": _leave_closing_meeting,
    "evaluation": _leave_evaluation,
    "follow_up": _leave_follow_up,
}


def looked(house: House, cast: Cast, who: Account) -> OpenCase:
    """The review as somebody sees it, open for asserting on rows and facts (the session is closed)."""
    from peerreview.services.case.opening import looking

    with looking(house, review_id=cast.review_id, actor=who, now=cast.now) as case:
        return case
