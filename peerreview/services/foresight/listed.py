"""What an act is about, thing by thing and by version: what its page lists, and what must still be so when it is done.

It follows from the definition: what the action does something to, what it asks to have been written, and what can no
longer be written once it is done. So a new action, and a new kind, get it without a line of their own; a kind that has
more to it than its state says here what its things are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from ...engine.language.definition import Action, Artefact, Condition, Step
from ...engine.language.kinds import WRITTEN
from ...engine.running.case import ACTIVE, OVER, Place, Scope
from ...engine.running.conditions import owners
from ...engine.running.decide import allowances
from ...engine.running.moves import Move
from ...errors import N_, PartyName
from ...store.artefacts import evaluations, questions
from ...store.case.case_rows import SHARED
from ...store.review import rounds
from ..base.fingerprint import Thing
from ..base.words import Words
from ..case import document_sets
from ..case.facts import TEAM_ROLES
from ..case.opening import OpenCase

# As much of a question as tells it from the others.
FIRST_WORDS = 80
# A thing, and whose: a party's, a person's, or (None) the review's.
Subject = tuple[str, int | None]


def things_of(case: OpenCase, action: Action, place: Place, move: Move) -> tuple[Thing, ...]:
    """All that `action` is about, and the sides' own drafts in the version that it would show."""
    found: list[Thing] = []
    for name, owner in _subjects(case, action, place, move):
        artefact = case.artefact(name)
        shown = _shown_draft(case, action, artefact, owner, move.scope)
        found += [shown] if shown else _KINDS.get(artefact.kind.name, state_of)(case, artefact, owner)
    return tuple(found)


def _subjects(case: OpenCase, action: Action, place: Place, move: Move) -> list[Subject]:
    """What an action does something to, asks to have been written, or lets nobody write any longer."""
    found: dict[Subject, None] = {}
    for done in move.effects:
        found[_of(case, done.artefact, done.owner)] = None
    for condition in _asked(case, action, place):
        for ref in condition.facts():
            artefact = case.workflow.artefacts.get(ref.artefact)
            if artefact is not None and ref.fact in _written(artefact):
                for owner in owners(case.case, ref, move.scope):
                    found[_of(case, ref.artefact, owner)] = None
    if not move.case.standing.ended:
        found |= dict.fromkeys(_closed(case, move))
    return list(found)


def _of(case: OpenCase, name: str, owner: int | None) -> Subject:
    """What all share is one thing, also where each side does something to it for itself."""
    return name, None if case.artefact(name).per == "review" else owner


def _written(artefact: Artefact) -> set[str]:
    return {fact for _, facts in WRITTEN.get(artefact.kind.name, ()) for fact in facts}


def _asked(case: OpenCase, action: Action, place: Place) -> Iterator[Condition]:
    """What the action needs; for a consent what those need that it is given to."""
    yield action.needs
    step = case.workflow.step(place[0])
    if action.records is not None and step is not None:
        for other in step.actions.values():
            if action.records in set(other.needs.facts()):
                yield other.needs


def _closed(case: OpenCase, move: Move) -> Iterator[Subject]:
    """What could be written in the steps that the move leaves."""
    after = move.case.standing.marks
    for place, mark in move.before.standing.marks.items():
        if mark.state == ACTIVE and place in after and after[place].state in OVER:
            for name, owner in _writable(case, case.workflow.by_path[place[0]], place[1]):
                if not _can_be_written(case, move, name, owner):
                    yield name, owner


def _can_be_written(case: OpenCase, move: Move, name: str, owner: int | None) -> bool:
    """Whether anybody may write in it after the move, as it now stands."""
    state = case.state(name, owner if case.artefact(name).per == "party" else None)
    for allow, scope in allowances(move.case):
        concerned = scope.party is None or owner is None or scope.party == owner
        if concerned and any({None, state} & states for _, states in allow.of(name, "write")):
            return True
    return False


def _writable(case: OpenCase, step: Step, scope: Scope) -> Iterator[Subject]:
    for rights in step.allow.values():
        for right in rights:
            if right.verb != "write":
                continue
            per = case.artefact(right.artefact).per
            if per == "review":
                yield right.artefact, None
            elif per == "person":
                yield right.artefact, scope.person
            else:
                sides = case.standing.taking_part if scope.party is None else (scope.party,)
                yield from ((right.artefact, side) for side in sides)


# ---- kind by kind


def state_of(case: OpenCase, artefact: Artefact, owner: int | None) -> list[Thing]:
    """A thing of which nothing is known but how often something has been done to it."""
    state = case.rows.states.get((artefact.key, _slot(owner)))
    return [_whole(case, artefact, owner, str(state.version) if state else "0")]


def _slot(owner: int | None) -> int:
    return SHARED if owner is None else owner


def _whole(case: OpenCase, artefact: Artefact, owner: int | None, version: str, href: str = "") -> Thing:
    named = case.sees(artefact.key, "read", owner)
    return Thing(
        f"{artefact.key}:{owner}", version, _called(artefact, owner), named, href=href if named else ""
    )


def _called(artefact: Artefact, owner: int | None) -> Words:
    if artefact.per != "party" or owner is None:
        return artefact.title
    return N_("%(thing)s, %(party)s", thing=artefact.title, party=PartyName(owner))


def _documents(case: OpenCase, artefact: Artefact, owner: int | None) -> list[Thing]:
    shelf = document_sets.shelf_of(case)
    found, hidden = [], []
    for material in shelf.of(artefact.key, _slot(owner)):
        newest = shelf.newest(material)
        version = f"{newest.number}.{newest.state}.{material.described}"
        if not case.sees(artefact.key, "read", owner, newest.state):
            hidden.append(f"{material.id}.{version}.{material.withdrawn_at is None}")
            continue
        words = N_("%(title)s, version %(number)s", title=material.title, number=newest.number)
        href = f"/reviews/{case.review.id}/materials#document-{material.id}"
        there = material.withdrawn_at is None
        found.append(Thing(f"material:{material.id}", version, words, there=there, href=href))
    if hidden:
        found.append(Thing(f"{artefact.key}:{owner}", " ".join(hidden), _called(artefact, owner), False))
    return found


def _questions(case: OpenCase, artefact: Artefact, owner: int | None) -> list[Thing]:
    """The drafts: what has been sent stays as it was sent."""
    found, hidden = [], []
    for question, _ in questions.questions_of(case.session, case.review.id):
        if (question.artefact, question.party, question.state) != (artefact.key, owner, "draft"):
            continue
        there = question.removed_at is None
        if case.sees(artefact.key, "read", owner, "draft"):
            href = f"/reviews/{case.review.id}/questions#q-{question.id}"
            words = N_(
                "Question %(number)s: %(begins)s", number=question.number, begins=_short(question.text)
            )
            found.append(
                Thing(f"question:{question.id}", str(question.version), words, there=there, href=href)
            )
        elif there:
            hidden.append(f"{question.id}.{question.version}")
    if hidden:
        found.append(Thing(f"{artefact.key}:{owner}", " ".join(hidden), _called(artefact, owner), False))
    return found


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= FIRST_WORDS else line[: FIRST_WORDS - 1].rstrip() + "…"


def text_of(case: OpenCase, artefact: Artefact, owner: int | None) -> list[Thing]:
    """A text in the version that stands. Whoever reads no drafts reads it when it has been handed over, and learns
    before that only that it has changed."""
    saved = case.rows.saved.get((artefact.key, _slot(owner)))
    if not case.sees(artefact.key, "read", owner, "draft"):
        found = _whole(case, artefact, owner, saved.name if saved else "0")
        over = case.state(artefact.key, owner) in ("handed_over", "acknowledged")
        return [found if over else replace(found, named=False)]
    if saved is None:
        return [Thing(f"{artefact.key}:{owner}", "0", _called(artefact, owner))]
    names = {seat.person_id: seat.person.name for seat in case.rows.all_seats}
    words = N_(
        "%(thing)s, version %(number)s, saved %(at)s by %(name)s",
        thing=_called(artefact, owner),
        number=saved.number,
        at=saved.saved_at,
        name=names.get(saved.saved_by, N_("somebody")),
    )
    where = "joint" if owner is None else str(owner)
    return [
        Thing(f"{artefact.key}:{owner}", saved.name, words, href=f"/reviews/{case.review.id}/report/{where}")
    ]


def _shown_draft(
    case: OpenCase, action: Action, artefact: Artefact, owner: int | None, scope: Scope
) -> Thing | None:
    """Another side's draft, where all are shown at once: in the version that it has marked as ready itself."""
    if artefact.key not in case.workflow.shown_together or owner in (None, scope.party):
        return None
    if not any((e.artefact, e.effect) == (artefact.key, "present") for e in action.does):
        return None
    marked = case.data(artefact.key, owner).get("marked", {}).get("text", "")
    words = N_("The draft of %(party)s", party=PartyName(owner or 0))
    return Thing(f"{artefact.key}:{owner}", f"marked {marked}", words, case.sees(artefact.key, "read", owner))


def letter_of(case: OpenCase, artefact: Artefact, owner: int | None) -> list[Thing]:
    saved = case.rows.saved.get((artefact.key, _slot(owner)))
    dates = [state_of(case, one, None)[0] for one in case.artefacts_of("timetable")]
    return [_whole(case, artefact, owner, saved.name if saved else "0"), *dates]


def _team(case: OpenCase, artefact: Artefact, owner: int | None) -> list[Thing]:
    named = case.sees(artefact.key, "read", owner)
    found, hidden = [], []
    for seat in case.rows.all_seats:
        if seat.party != owner or seat.role not in TEAM_ROLES:
            continue
        there, version = seat.removed_at is None, f"{seat.person_id}.{seat.role}.{seat.function}"
        if named:
            function = case.workflow.functions.get(seat.function) or case.workflow.roles[seat.role].title
            words = N_("%(name)s, %(function)s", name=seat.person.name, function=function)
            found.append(Thing(f"seat:{seat.id}", version, words, there=there))
        elif there:
            hidden.append(f"{seat.id}.{version}")
    if hidden:
        found.append(Thing(f"{artefact.key}:{owner}", " ".join(hidden), _called(artefact, owner), False))
    return found


def agreement_of(case: OpenCase, artefact: Artefact, owner: int | None) -> list[Thing]:
    newest = case.rows.agreements[-1] if case.rows.agreements else None
    if newest is None:
        return state_of(case, artefact, owner)
    confirmed = sorted(case.rows.confirmed[newest.id])
    words = N_("%(thing)s, version %(number)s", thing=artefact.title, number=newest.version)
    named, href = case.sees(artefact.key, "read"), f"/reviews/{case.review.id}/agreement"
    return [
        Thing(
            artefact.key,
            f"{newest.version}.{confirmed}",
            words if named else artefact.title,
            named,
            href=href,
        )
    ]


def _form(case: OpenCase, artefact: Artefact, owner: int | None) -> list[Thing]:
    if artefact.per == "person":
        if owner != case.actor.person:
            return []  # Of somebody else's form nobody learns even that it has changed.
        own = [form for form in case.rows.forms if (form.artefact, form.person_id) == (artefact.key, owner)]
        return [_whole(case, artefact, owner, str(own[0].version) if own else "0")]
    of = (case.session, case.review.id, artefact.key, _slot(owner))
    rows = [row for row, _ in evaluations.follow_ups_of(*of, removed=True)]
    if not case.sees(artefact.key, "read", owner):
        versions = " ".join(f"{row.id}.{row.version}" for row in rows if row.removed_at is None)
        return [Thing(f"{artefact.key}:{owner}", versions, _called(artefact, owner), False)]
    return [
        Thing(
            f"follow_up:{row.id}",
            str(row.version),
            _short(row.finding or row.change),
            there=row.removed_at is None,
        )
        for row in rows
    ]


def _interest(case: OpenCase, artefact: Artefact, owner: int | None) -> list[Thing]:
    row = rounds.interests(case.session, case.review.id).get(_slot(owner))
    return [_whole(case, artefact, owner, str(row.number) if row else "0")]


def _dialogue(case: OpenCase, artefact: Artefact, owner: int | None) -> list[Thing]:
    row = rounds.dialogues(case.session, case.review.id).get(_slot(owner))
    return [_whole(case, artefact, owner, str(row.number) if row else "0")]


_KINDS: Mapping[str, Callable[[OpenCase, Artefact, int | None], list[Thing]]] = {
    "documents": _documents,
    "questions": _questions,
    "text": text_of,
    "letter": letter_of,
    "team": _team,
    "agreement": agreement_of,
    "form": _form,
    "interest": _interest,
    "dialogue": _dialogue,
}
