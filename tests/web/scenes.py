"""Forms of the house's own acts, each with what somebody changes before it is sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any

from sqlalchemy import func, select

from peerreview.services.base.house import Account, House
from peerreview.services.examples import edit_examples, examples_page
from peerreview.services.meetings import edit_meetings
from peerreview.services.review import ask_more_time
from peerreview.services.rounds import edit_interest, send_round_letters
from peerreview.store.artefacts.examples import Example
from peerreview.store.artefacts.questions import Question
from peerreview.store.mail.outbox import Outgoing, PlannedMail
from peerreview.store.people.people import Membership, Person
from peerreview.store.people.register import RegisterRow
from peerreview.store.review.history import HistoryRow
from peerreview.store.review.reviews import Seat
from tests.people import make_organisation, make_person
from tests.services.agreement_play import resave
from tests.services.material_helpers import add_file
from tests.services.pairing.test_pairing import to_pairing
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import Cast, advance, make_review, put_questions
from tests.services.round_cast import RoundCast, invite, make_round, say, wanted


@dataclass
class Scene:
    """A form (its address, the page it stands on, what is typed in it), who sends it, and what somebody changes
    before they do."""

    who: Account
    page: str
    form: str
    change: Callable[[], Any]
    typed: dict[str, str]


def held(text: str, action: str) -> dict[str, str | list[str]]:
    """What the form for `action` sends untouched; only hidden fields."""
    for form in re.finditer(r"<form\b[^>]*>.*?</form>", text, re.DOTALL):
        to = re.search(r'action="([^"]*)"', form[0].partition(">")[0])
        if to is None or unescape(to[1]).partition("?")[0] == action:
            if to is None and 'name="seal"' not in form[0]:
                continue
            found: dict[str, str | list[str]] = {}
            for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0]):
                before = found.get(name)
                now = unescape(value)
                found[name] = (
                    now if before is None else [*([before] if isinstance(before, str) else before), now]
                )
            return found
    raise AssertionError(f"no form for {action}")


def done(house: House) -> tuple[int, ...]:
    """What acts leave: lines of history, mails, and a sum of what else they change."""
    with house.db.read() as session:
        closed = session.scalar(select(func.count()).where(Person.closed_at.is_not(None)))
        return (
            session.scalar(select(func.count()).select_from(HistoryRow)) or 0,
            session.scalar(select(func.count()).select_from(Outgoing)) or 0,
            closed or 0,
            session.scalar(select(func.count()).select_from(RegisterRow)) or 0,
        )


def edit(house: House, table: Any, where: dict[str, Any], **values: Any) -> None:
    with house.db.write() as session:
        row = session.query(table).filter_by(**where).first()
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)


def first(house: House, table: Any, **where: Any) -> int:
    with house.db.read() as session:
        found = session.query(table).filter_by(**where).order_by(table.id).first()
        assert found is not None
        return int(found.id)


# ---- the scenes


def collected(house: House) -> tuple[Cast, int]:
    cast = advance(house, make_review(house, now=TODAY - timedelta(days=1)), to="collect")
    return cast, add_file(house, cast, cast.member(0), title="Bilaga")


def add_version(house: House, cast: Cast, document: int) -> None:
    add_file(house, cast, cast.member(0), material=document, content=b"Ny version")


def share(house: House) -> Scene:
    cast, document = collected(house)
    page = f"/reviews/{cast.review_id}/materials/{document}/share"
    return Scene(
        cast.coordinator(0),
        page,
        page,
        lambda: add_version(house, cast, document),
        {},
    )


def put_aside(house: House) -> Scene:
    cast, document = collected(house)
    page = f"/reviews/{cast.review_id}/materials"
    form = f"{page}/{document}/withdraw"
    return Scene(
        cast.coordinator(0),
        page,
        form,
        lambda: add_version(house, cast, document),
        {},
    )


def hand_in_later(house: House) -> Scene:
    cast = advance(house, make_review(house, now=TODAY - timedelta(days=1)), to="work")
    add_file(house, cast, cast.member(0), title="Först")
    page = f"/reviews/{cast.review_id}/materials/later"
    return Scene(
        cast.coordinator(0), page, page, lambda: add_file(house, cast, cast.member(0), title="Sedan"), {}
    )


def remove_question(house: House) -> Scene:
    cast = advance(house, make_review(house, now=TODAY - timedelta(days=1)), to="work")
    put_questions(house, cast, 0)
    page, id = f"/reviews/{cast.review_id}/questions", first(house, Question)
    change = lambda: edit(house, Question, {"id": id}, version=2, text="En helt annan fråga?")  # noqa: E731
    return Scene(cast.coordinator(0), page, f"{page}/{id}/remove", change, {})


def confirm(house: House) -> Scene:
    from tests.services.review_fixtures import put_agreement

    cast = advance(house, make_review(house, now=TODAY - timedelta(days=1)), to="first_meeting")
    put_agreement(house, cast)
    page = f"/reviews/{cast.review_id}/agreement"
    change = lambda: resave(house, cast, cast.coordinator(1), follow_up="12")  # noqa: E731
    return Scene(cast.coordinator(0), page, f"{page}/confirm", change, {})


def time_given(house: House) -> Scene:
    cast = advance(house, make_review(house, now=TODAY - timedelta(days=1)), to="collect")
    where: dict[str, Any] = {
        "review_id": cast.review_id,
        "step": "exchange/collect",
        "party": 0,
        "now": cast.now,
    }
    day = house.calendar.on_or_after(house.calendar.day(cast.now) + timedelta(weeks=9))
    asked = {"actor": cast.coordinator(0), "day": day.isoformat(), "reason": "Vi hinner inte."}
    ask_more_time.ask(house, **where, **asked)
    page = f"/reviews/{cast.review_id}/more-time"
    later = house.calendar.on_or_after(day + timedelta(weeks=1)).isoformat()
    return Scene(
        cast.coordinator(1),
        f"{page}?step=exchange/collect&party=0",
        f"{page}/answer",
        lambda: ask_more_time.ask(house, **where, **{**asked, "day": later}),
        {"day": day.isoformat(), "reason": "Vi läser i julhelgen, så den dagen går bra."},
    )


def remind(house: House) -> Scene:
    cast = make_review(house, now=TODAY - timedelta(days=1))
    change = lambda: edit(  # noqa: E731
        house, Seat, {"party": 0, "role": "coordinator"}, person_id=cast.member(0).person_id
    )
    return Scene(cast.lead, "/lead", f"/lead/reviews/{cast.review_id}/remind", change, {})


def send_planned(house: House) -> Scene:
    cast = make_review(house, now=TODAY - timedelta(days=1))
    id = first(house, PlannedMail)
    page = f"/lead/mail/planned/{id}"
    with house.db.read() as session:
        person = session.get_one(PlannedMail, id).person_id
    new = {"email": "ny@example.org", "email_folded": "ny@example.org"}
    return Scene(cast.lead, page, f"{page}/send", lambda: edit(house, Person, {"id": person}, **new), {})


def hold_missing(house: House) -> Scene:
    cast = advance(house, make_review(house, now=TODAY), to="evaluation")
    which = {"step": "evaluation", "rule": "-3"}
    at, where = f"/lead/mail/missing/{cast.review_id}", {"review_id": cast.review_id, **which}
    change = lambda: edit(house, PlannedMail, where, due_at=TODAY + timedelta(days=9))  # noqa: E731
    return Scene(cast.lead, f"{at}?step=evaluation&rule=-3", f"{at}/hold", change, which)


def close_account(house: House) -> Scene:
    cast = make_review(house, now=TODAY - timedelta(days=1))
    person = cast.outsider.person_id
    page = f"/lead/people/{person}/close"

    def change() -> None:
        with house.db.write() as session:
            where = session.query(Membership).first()
            assert where is not None
            session.add(
                Membership(person_id=person, organisation_id=where.organisation_id, role="contact", title="")
            )

    return Scene(cast.lead, page, page, change, {})


def take_off_the_team(house: House) -> Scene:
    cast = advance(house, make_review(house, now=TODAY - timedelta(days=1)), to="teams")
    id = first(house, Seat, party=0, role="member")
    page = f"/reviews/{cast.review_id}/team/seats/{id}"
    return Scene(
        cast.coordinator(0),
        page,
        f"{page}/remove",
        lambda: edit(house, Seat, {"id": id}, function="other"),
        {},
    )


def publish(house: House) -> Scene:
    cast = advance(house, make_review(house, now=TODAY - timedelta(days=1)), to="evaluation")
    text = "Vi frågade alla som var med vad de tog med sig hem."
    typed = examples_page.Typed(
        title="Fråga alla", summary=text, background=text, did=text, result=text, lessons=text, contact="Anna",
        perspectives=("staff",),
    )  # fmt: skip
    about: dict[str, Any] = {"review_id": cast.review_id, "now": cast.now}
    id = edit_examples.save_example(house, actor=cast.coordinator(0), example_id=None, typed=typed, **about)
    page = f"/reviews/{cast.review_id}/examples/{id}"
    change = lambda: edit_examples.save_example(  # noqa: E731
        house, actor=cast.member(0), example_id=id, typed=typed, seen=first_version(house, id), **about
    )
    return Scene(cast.coordinator(0), page, f"{page}/publish", change, {})


def first_version(house: House, id: int) -> int:
    with house.db.read() as session:
        return session.get_one(Example, id).version


def move_dates(house: House) -> Scene:
    cast = advance(house, make_review(house, now=TODAY - timedelta(days=1)), to="collect")
    day = house.calendar.on_or_after(house.calendar.day(cast.now) + timedelta(weeks=24)).isoformat()
    page = f"/reviews/{cast.review_id}/dates"
    change = lambda: edit_meetings.plan_meeting(  # noqa: E731
        house, actor=cast.coordinator(1), review_id=cast.review_id, key="second_meeting", day=day, start="10:00",
        until="12:00", place="Gävle", link="", already_held=False, seen=0, now=cast.now,
    )  # fmt: skip
    return Scene(cast.coordinator(0), page, page, change, {})


def _round(house: House) -> RoundCast:
    cast = make_round(house, 4)
    invite(house, cast)
    return cast


def send_invitation(house: House) -> Scene:
    cast = make_round(house, 4)
    send_round_letters.save_letter(
        house, actor=cast.lead, round_id=cast.id, key="invitation", body="Välkommen till årets omgång.", seen=0,
        now=TODAY,
    )  # fmt: skip
    page = f"/rounds/{cast.id}/invitation/send"
    contact = cast.invited[1].contact.person_id
    change = lambda: edit(house, Membership, {"person_id": contact}, role="coordinator")  # noqa: E731
    return Scene(cast.lead, page, page, change, {})


def invite_one_more(house: House) -> Scene:
    """A page that adds an organisation to a round that nobody is invited to yet."""
    cast = make_round(house, 3)
    late = make_organisation(house, "Region Sörmland", "04")
    make_person(house, "Processledare, Sörmland", "pl@sormland.example", in_organisation=late)
    page = f"/rounds/{cast.id}/organisations/new"
    return Scene(cast.lead, page, page, lambda: invite(house, cast), {"organisation": str(late)})


def count_out(house: House) -> Scene:
    cast = _round(house)
    page = f"/rounds/{cast.id}"
    return Scene(cast.lead, page, f"{page}/close", lambda: say(house, cast, 2), {"parties": "3"})


def leave_round(house: House) -> Scene:
    cast = _round(house)
    say(house, cast, 0)
    page = f"/rounds/{cast.id}/interest"
    change = lambda: edit_interest.save_interest(  # noqa: E731
        house, actor=cast.invited[0].coordinator, round_id=cast.id, typed=wanted(cast, 0, aims="Något annat"),
        seen=1, now=TODAY,
    )  # fmt: skip
    return Scene(
        cast.invited[0].coordinator, page, f"{page}/withdraw", change, {"reason": "Vi hinner inte i år."}
    )


def begin_by_hand(house: House) -> Scene:
    cast = to_pairing(house, 4)
    page = f"/rounds/{cast.id}"
    change = lambda: edit_interest.withdraw(  # noqa: E731
        house, actor=cast.invited[3].coordinator, round_id=cast.id, reason="Vi hinner inte.", now=TODAY
    )
    return Scene(cast.lead, page, f"{page}/begin", change, {"by": "hand", "parties": "0"})


SCENES = (
    share, put_aside, hand_in_later, remove_question, confirm, time_given, remind, send_planned, hold_missing,
    close_account,
    take_off_the_team, publish, send_invitation, invite_one_more, count_out, leave_round,
)  # fmt: skip
