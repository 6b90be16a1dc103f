"""The scenes up to the handing in: who takes part, the agreement, the documents; a word in each."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from peerreview.services.base.house import Account
from peerreview.services.evaluation import log_hours
from peerreview.services.materials import edit_documents, lend
from peerreview.services.materials.edit_documents import Place, Typed
from peerreview.services.meetings import edit_meetings
from peerreview.store.people.people import Person
from peerreview.store.review.reviews import Seat
from tests.people import make_person
from tests.services.review_fixtures import Side, do, put_agreement

from .plot import Planted

# ---- people


def _people(p: Planted) -> None:
    sides = []
    for party, side in enumerate(p.cast.sides):
        sides.append(
            replace(
                side,
                coordinator=_named(p, side.coordinator, party),
                members=tuple(_named(p, member, party) for member in side.members),
                contact=_named(p, side.contact, party),
            )
        )
    p.cast.sides = tuple(sides)
    own: Side = p.cast.sides[0]
    p.deputy = make_person(
        p.house,
        f"Ersättare {p.first}",
        f"deputy{p.first}@example.org",
        in_organisation=own.organisation,
        role="member",
    )
    p.removed = make_person(
        p.house,
        f"Avgången {p.first}",
        f"gone{p.first}@example.org",
        in_organisation=own.organisation,
        role="member",
    )
    p.conflicted = make_person(
        p.house,
        f"Jävig projektledare {p.first}",
        f"conflicted{p.first}@example.org",
        is_lead=True,
        in_organisation=own.organisation,
        role="member",
    )
    with p.house.db.write() as session:
        seat = session.scalars(
            select(Seat).where(Seat.review_id == p.review_id, Seat.person_id == own.members[0].person_id)
        ).one()
        seat.deputy_id = p.deputy.person_id
        seat.deputy_from, seat.deputy_until = (
            p.cast.now - timedelta(days=1),
            p.cast.now + timedelta(days=3000),
        )
        session.add(
            Seat(
                review_id=p.review_id,
                party=0,
                person_id=p.removed.person_id,
                role="member",
                function="manager",
                added_at=p.cast.now,
                removed_at=p.cast.now + timedelta(minutes=1),
            )
        )


def _named(p: Planted, account: Account, party: int) -> Account:
    name = f"{p.word('team open', party)} {account.name}"
    email = f"{p.word('team open', party, shown=False)}@example.org"
    phone = p.word("team open", party, shown=False)
    with p.house.db.write() as session:
        row = session.get_one(Person, account.person_id)
        row.name, row.email, row.email_folded, row.phone = name, email, email, phone
    return replace(account, name=name, email=email)


# ---- the play


def _proposed(p: Planted) -> None:
    word = p.word("conflict of interest", 0, shown=False)
    do(p.house, p.cast, p.cast.coordinator(0), "accept", "acceptance", conflict="some", conflict_text=word)


def _declined(p: Planted) -> None:
    word = p.word("acceptance declined", 1)
    do(p.house, p.cast, p.cast.coordinator(1), "decline", "acceptance", reason=word)
    if len(p.cast.sides) > 2:
        # The others could go on without it: the lead is asked, and ends it.
        do(p.house, p.cast, p.cast.lead, "decline", "acceptance", party=1, reason="Två är för få.")


def _teams(p: Planted) -> None:
    for party in list(p.cast.parties)[1:]:
        do(p.house, p.cast, p.cast.coordinator(party), "accept", "acceptance", conflict="none")
    do(p.house, p.cast, p.cast.coordinator(0), "confirm", "teams")
    p.recell("team open", "team confirmed", 0)


def _first_meeting(p: Planted) -> None:
    for party in list(p.cast.parties)[1:]:
        do(p.house, p.cast, p.cast.coordinator(party), "confirm", "teams")
    p.recell("team open", "team confirmed")
    _meeting(p, "first_meeting")
    p.cast.agreement["wishes"] = [
        {"id": f"w{party}{n}", "party": party, "title": p.word("agreement"), "note": p.word("agreement")}
        for party in p.cast.parties
        for n in range(3)
    ]
    put_agreement(p.house, p.cast)


def _meeting(p: Planted, key: str) -> None:
    day = p.house.calendar.day(p.cast.now)
    edit_meetings.plan_meeting(
        p.house,
        actor=p.cast.coordinator(0),
        key=key,
        day=day.isoformat(),
        start="",
        until="",
        place=p.word("meeting"),
        link=f"https://example.org/{p.word('meeting')}",
        already_held=False,
        seen=0,
        **p.common,
    )
    edit_meetings.save_notes(
        p.house,
        actor=p.cast.coordinator(0),
        key=key,
        body=p.word("meeting"),
        started_from="0",
        **p.common,
    )


def _collect(p: Planted) -> None:
    do(p.house, p.cast, p.cast.lead, "held", "first_meeting")
    for party in p.cast.parties:
        do(p.house, p.cast, p.cast.coordinator(party), "confirm", "first_meeting", version=1)
    p.cast.now += timedelta(hours=1)
    for party in p.cast.parties:
        _documents(p, party)
        _hours(p, party)
    _draft_for_comments(p)
    each = p.cast.agreement.get("opening") == "each"
    if not each:
        _change_of_mind(p, 1)
    do(p.house, p.cast, p.cast.coordinator(1), "hand_in", "exchange/collect")
    p.recell("material internal", "material opened" if each else "material handed in", 1)


def _documents(p: Planted, party: int) -> None:
    """A file in two versions, a link, one that does not exist, one beside the list and one withdrawn."""
    who, other = p.cast.member(party, 0), p.cast.coordinator(party)
    first = _file(p, party, who, Place(wish=f"w{party}0"), "material internal, replaced")
    _file(p, party, other, Place(material=first), "material internal")
    word = p.word("material internal", party, shown=False)
    marking = p.word("material internal", party)
    link = edit_documents.add_link(
        p.house,
        actor=who,
        place=Place(wish=f"w{party}1"),
        typed=Typed(marking=marking),
        url=f"https://example.org/{word}",
        **p.common,
    )
    p.versions[(link, 1)] = word
    reason = p.word("material internal", party)
    edit_documents.say_absent(p.house, actor=who, place=Place(wish=f"w{party}2"), reason=reason, **p.common)
    gone = _file(p, party, who, Place(), "material withdrawn")
    edit_documents.withdraw(p.house, actor=other, material_id=gone, **p.common)
    _file(p, party, who, Place(), "material internal")


def _file(p: Planted, party: int, who: Account, place: Place, cell: str) -> int:
    """A file whose name, title (beside the list), marking and content hold a word each; gives the document's id."""
    name, content = p.word(cell, party), p.word(cell, party)
    title = p.word(cell, party) if not (place.wish or place.material) else ""
    typed = Typed(title=title, marking=p.word(cell, party))
    stored = edit_documents.take_in(p.house, stream=io.BytesIO(content.encode()))
    material = edit_documents.add_file(
        p.house, actor=who, place=place, typed=typed, filename=f"{name}.txt", stored=stored, **p.common
    )
    number = 1 if place.material is None else 2
    p.versions[(material, number)] = content
    return material


def _draft_for_comments(p: Planted) -> None:
    """Side 0 lends a document to the side that reviews it, which comments."""
    reviewer = p.cast.member((0 - 1) % len(p.cast.sides), 1)
    shared = _file(p, 0, p.cast.member(0), Place(), "material draft for comments")
    lend.share_draft(p.house, actor=p.cast.member(0), material_id=shared, number=1, **p.common)
    comment = p.word("material draft comment", 0)
    lend.comment(p.house, actor=reviewer, material_id=shared, body=comment, **p.common)
    p.rows.setdefault("shared", []).append((0, shared))


def _change_of_mind(p: Planted, party: int) -> None:
    """Handed in, taken back, one document withdrawn again: what was in the first list is nobody else's."""
    extra = _file(p, party, p.cast.member(party), Place(), "material withdrawn")
    do(p.house, p.cast, p.cast.coordinator(party), "hand_in", "exchange/collect")
    p.cast.now += timedelta(minutes=1)
    do(p.house, p.cast, p.cast.coordinator(party), "take_back", "exchange/collect")
    p.cast.now += timedelta(minutes=1)
    edit_documents.withdraw(p.house, actor=p.cast.coordinator(party), material_id=extra, **p.common)
    p.cast.now += timedelta(minutes=1)


def _hours(p: Planted, party: int) -> None:
    day = p.house.calendar.day(p.cast.now).isoformat()
    for number, who in enumerate((p.cast.coordinator(party), p.cast.member(party))):
        spent = f"{party + 1}.{number + 1}7"
        log_hours.log_hours(p.house, actor=who, day=day, step="", spent=spent, **p.common)
