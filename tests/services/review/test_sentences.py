"""Everything that a played review says, in both languages: whole sentences, no parts glued."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from peerreview.engine.running.case import Do, See
from peerreview.errors import Message, Text
from peerreview.rendering.words import say as said
from peerreview.rendering.words import sentence
from peerreview.services.base.house import House
from peerreview.services.case.opening import OpenCase, looking
from peerreview.services.mail.put_in_outbox import text_of
from peerreview.services.review import history_page, overview
from peerreview.services.turns.task_lists import coming_of, tasks_of, waiting_of
from peerreview.services.worker.each_tick import tick
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.people.people import Person

from ..review_fixtures import STEPS, Cast, advance, make_review

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)
# What may end by itself while a reminder's day comes.
BY_TIME = ("evaluation", "follow_up", "closed")


@pytest.mark.parametrize(("parties", "report"), [(2, "joint"), (3, "separate")])
def test_a_played_review_speaks_in_sentences(house: House, parties: int, report: str) -> None:
    cast = make_review(house, parties)
    _second_side_reads_english(house, cast)
    lines: set[tuple[str, str]] = set()
    for step in STEPS:
        advance(house, cast, step, agreement={"report": report})
        lines |= {(language, text) for language in ("sv", "en") for text in _said(house, cast, language)}
        if step not in BY_TIME:
            late = cast.now + timedelta(days=40)
            tick(house, now=late, real_now=late)
    mails = list(_mailed(house))
    assert len(lines) > 200
    assert len(mails) > 50
    faults = [f"{language}: {text}" for language, text in (*lines, *mails) if _is_faulty(house, cast, text)]
    assert faults == []


def _second_side_reads_english(house: House, cast: Cast) -> None:
    own = {cast.coordinator(1).person_id, cast.member(1).person_id, cast.contact(1).person_id}
    with house.db.write() as session:
        for person in session.scalars(select(Person).where(Person.id.in_(own))):
            person.language = "en"


def _said(house: House, cast: Cast, language: str) -> Iterator[str]:
    """What pages say to four readers of where it stands, what is theirs and others', and why something is not."""
    names = {party: side.name for party, side in enumerate(cast.sides)}
    for who in (cast.lead, cast.coordinator(0), cast.member(1), cast.contact(0)):
        with looking(house, review_id=cast.review_id, actor=who, now=cast.now) as case:
            found = [*tasks_of(case), *waiting_of(case), *coming_of(case)]
            refused = list(_refusals(case))
        view = overview.overview(house, actor=who, review_id=cast.review_id, now=cast.now)
        lines = history_page.history(house, actor=who, review_id=cast.review_id, now=cast.now).lines
        for words in _messages([found, view, lines]):
            yield said(words, language, names)
        for words in refused:
            yield sentence(said(words, language, names))


def _refusals(case: OpenCase) -> Iterator[Message]:
    for artefact in case.workflow.artefacts.values():
        owners = {"review": (None,), "party": case.standing.parties}.get(artefact.per, ())
        for owner in owners:
            state = case.state(artefact.key, owner)
            answers = [case.may(See(artefact.key, verb, owner, state)) for verb in ("read", "write")]
            yield from (answer.reason for answer in answers if not answer)  # type: ignore[union-attr]
    for place in case.standing.marks:
        for key in case.case.step(place).actions:
            if not (answer := case.may(Do(key, place, place[1].party))):
                yield answer.reason  # type: ignore[union-attr]


def _messages(value: Any) -> Iterator[Message]:
    if isinstance(value, Message):
        yield value
    elif dataclasses.is_dataclass(value):
        yield from _messages([getattr(value, each.name) for each in dataclasses.fields(value)])
    elif isinstance(value, list | tuple) and not isinstance(value, Text):
        for each in value:
            yield from _messages(each)


def _mailed(house: House) -> Iterator[tuple[str, str]]:
    """Each line that a mail says: its subject, and its paragraphs without their breaks."""
    with house.db.read() as session:
        for row in session.scalars(select(Outgoing)):
            body = re.sub(r"https?://\S+", "", text_of(row.message)) if row.message else ""
            paragraphs = [" ".join(part.split()) for part in body.split("\n\n")]
            yield from (("mail", text) for text in (row.subject, *paragraphs))


def _is_faulty(house: House, cast: Cast, text: str) -> bool:
    workflow = house.workflows["collegial-review"]
    titles = {title for step in workflow.walk() for _, title in step.title.translations}
    roles = {title for role in workflow.roles.values() for _, title in role.title.translations}
    shared = {
        title for a in workflow.artefacts.values() if a.per == "review" for _, title in a.title.translations
    }
    quoted = any(f"{mark}{title}" in text for mark in "“”" for title in titles)
    glued = any(re.search(rf"\b{title} (har|has|hasn't)\b", text) for title in shared)
    within = any(re.search(rf"\b(är|are|av|by|of|som|en|ingen|the) {role}\b", text) for role in roles)
    keys = bool(re.search(r"`|\b[a-z_]+\.(read|write|notice)\b|%\(", text))
    # "Region Kalmar län – Kalmar län – Gävleborg": a name once in a clause.
    names = [(side.name, side.name.removeprefix("Region ")) for side in cast.sides]
    twice = any(f"{whole} – {short}" in text or f"{whole} {whole}" in text for whole, short in names)
    return quoted or glued or within or keys or twice
