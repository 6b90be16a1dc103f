"""What a deed would mean, before it is done: in sentences, by its effects; whose dates move; who gets a mail; what
begins then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ...engine.language.definition import Action
from ...engine.running.case import ACTIVE, Case, Scope
from ...engine.running.moves import Move
from ...engine.running.refusing import refused_at
from ...engine.running.timing import due_date
from ...engine.turns.telling import deed_mails, stuck_mails
from ...errors import N_, Message, PartyName, Text
from ..base.words import Words
from ..case.facts import TEAM_ROLES
from ..case.opening import OpenCase
from ..materials.hand_in import Item, preview_hand_in
from ..terms.agreement_summary import summary_of
from ..turns.wording import by_side, in_a_row
from . import newly_open, undone


@dataclass(frozen=True)
class Told:
    """What one page says of a deed; `button` None: the action's title will do."""

    sentences: tuple[Words, ...] = ()
    button: Words | None = None
    items: tuple[Item, ...] = ()
    summary: tuple[tuple[Words, Words], ...] = ()
    version: int | None = None
    final: bool = False


@dataclass(frozen=True)
class Shift:
    """A step's due date before and after; None: it has none (yet, or any longer)."""

    step: Text
    side: str
    before: date | None
    after: date | None


def consequences(case: OpenCase, action: Action, move: Move) -> Told:
    """By what the action does, in the order of its effects; of several the first that has words."""
    if action.moves:
        return undoing_words(case, action, move)
    for effect in action.does:
        artefact = case.artefact(effect.artefact)
        words = _WORDS.get((artefact.kind.name, effect.effect))
        if words is not None:
            return words(case, action, move)
    if action.to in case.workflow.ends:
        return Told(undone.ending(case), final=True)
    return Told()


def undoing_words(case: OpenCase, action: Action, move: Move) -> Told:
    step = case.workflow.step(move.choice.step or (move.choice.place[0] if move.choice.place else ""))
    sentences: tuple[Words, ...] = ()
    button: Words = action.title
    if action.moves == "back" and step is not None:
        sentences, button = undone.going_back(case, move), N_("Go back to: %(step)s", step=step.title)
    elif action.moves == "go_on" and step is not None:
        sentences, button = (
            undone.going_on(case, move),
            N_("Go on without waiting: %(step)s", step=step.title),
        )
    elif action.moves == "withdraw" and move.choice.party is not None:
        sentences = undone.withdrawing(case, move)
        who = PartyName(move.choice.party)
        button = N_("Withdraw %(party)s from the review", party=who)
        if move.choice.party in case.standing.withdrawn:
            button = N_("Decide what is still finished")
        if case.workflow.apart:
            button = N_("Withdraw %(party)s from the round", party=who)
    return Told(sentences, button, final=action.moves == "withdraw")


# ---- by effect


def _own(move: Move) -> int:
    return move.scope.party or 0


def _accept(case: OpenCase, action: Action, move: Move) -> Told:
    return Told(button=N_("Accept for %(party)s", party=PartyName(_own(move))))


def _decline(case: OpenCase, action: Action, move: Move) -> Told:
    if move.scope.party is not None and refused_at(case.case, move.place or ("", Scope())) is not None:
        return Told(undone.ending(case), N_("End the review"), final=True)
    if action.to in case.workflow.ends and not move.case.standing.ended:
        said = N_("The project lead reads your reason, and decides whether the others go on without you.")
        return Told((said,), N_("Decline for %(party)s", party=PartyName(_own(move))), final=True)
    return Told(button=N_("Decline for %(party)s", party=PartyName(_own(move))), final=True)


def _confirm_team(case: OpenCase, action: Action, move: Move) -> Told:
    seats = [s for s in case.rows.seats if s.party == _own(move) and s.role in TEAM_ROLES]
    functions = case.workflow.functions
    people = tuple((functions.get(s.function) or s.role, s.person.name) for s in seats)
    return Told(button=N_("Confirm the team of %(count)s people", count=len(seats)), summary=people)


def _confirm_agreement(case: OpenCase, action: Action, move: Move) -> Told:
    newest = case.rows.agreements[-1]
    waits = [
        PartyName(p)
        for p in case.standing.taking_part
        if p != _own(move) and p not in case.rows.confirmed[newest.id]
    ]
    sentences: list[Words] = []
    if waits:
        sentences.append(N_("It is in force when %(sides)s have confirmed it too.", sides=tuple(waits)))
    else:
        sentences.append(N_("All other sides have confirmed it: it is in force at once."))
    return Told(
        tuple(sentences),
        N_("Confirm version %(version)s of the agreement", version=newest.version),
        summary=summary_of(case, newest),
        version=newest.version,
    )


def _hand_in(case: OpenCase, action: Action, move: Move) -> Told:
    artefact = action.does[0].artefact
    found = preview_hand_in(case, artefact, _own(move))
    if found is None:
        return Told()
    to = tuple(PartyName(party) for party in found.receivers)
    sentences: list[Words] = []
    if found.opens_at_once:
        sentences += [
            N_("%(sides)s can read them at once.", sides=to),
            N_("They become received documents there, and cannot be taken back."),
        ]
    else:
        others = tuple(PartyName(party) for party in found.waits_for)
        sentences += [
            N_("%(sides)s can read them when %(others)s have handed in too.", sides=to, others=others),
            N_("Then they become received documents there. Until then you can take them back."),
        ]
    if case.case.facts.get("agreement", "lead_reads_materials", None):
        sentences.append(N_("By the agreement the project lead can read them too."))
    return Told(
        tuple(sentences), _hand_in_button(len(found.items), to), found.items, final=found.opens_at_once
    )


def _hand_in_button(count: int, to: tuple[PartyName, ...]) -> Message:
    if count == 1:
        return N_("Hand in one document to %(sides)s", sides=to)
    return N_("Hand in %(count)s documents to %(sides)s", count=count, sides=to)


def _send(case: OpenCase, action: Action, move: Move) -> Told:
    to = _concerned(case, action, move)
    count = len(case.rows.questions[(action.does[0].artefact, _own(move))])
    button = N_("Send %(count)s questions to %(sides)s", count=count, sides=to)
    if count == 1:
        button = N_("Send one question to %(sides)s", sides=to)
    readers = newly_open.readers(case, move, "send", "sent")
    return Told((*readers, N_("They cannot be unsent.")), button)


def _present(case: OpenCase, action: Action, move: Move) -> Told:
    sides = tuple(PartyName(party) for party in case.standing.taking_part)
    found: list[Words] = [
        N_("%(sides)s can read the draft about themselves at once, and comment on it.", sides=sides)
    ]
    for done in move.effects:
        if done.effect == "present" and done.owner not in (None, move.scope.party):
            if marked := case.data(done.artefact, done.owner).get("marked"):
                found.append(
                    N_(
                        "The draft of %(party)s is shown as it was marked as ready %(at)s.",
                        party=PartyName(done.owner or 0),
                        at=datetime.fromisoformat(marked["at"]),
                    )
                )
        elif done.effect == "present" and (saved := case.rows.saved.get((done.artefact, done.owner or 0))):
            found.append(
                N_("Your own draft is shown as it stands now: version %(number)s.", number=saved.number)
            )
    return Told(tuple(found), final=True)


def _hand_over(case: OpenCase, action: Action, move: Move) -> Told:
    to = _concerned(case, action, move)
    if not to:
        return Told(final=True)
    return Told(
        (
            *newly_open.readers(case, move, "hand_over", "handed_over"),
            N_("It becomes a received document there."),
        ),
        N_("Hand over the report to %(sides)s", sides=to),
        final=True,
    )


def _acknowledge(case: OpenCase, action: Action, move: Move) -> Told:
    """Whose report it is stands in the effect: the owner of what is acknowledged."""
    owners = {done.owner for done in move.effects if done.owner not in (None, _own(move))}
    to = tuple(PartyName(owner) for owner in owners if owner is not None)
    button = N_("Acknowledge receipt of the report from %(sides)s", sides=to) if to else None
    return Told((N_("The receipt is noted with day, time and your function."),), button)


def _submit(case: OpenCase, action: Action, move: Move) -> Told:
    if move.scope.person is not None:
        return Told((N_("Your answers can then not be changed."),), final=True)
    return Told(newly_open.readers(case, move, "submit", "submitted"))


def _concerned(case: OpenCase, action: Action, move: Move) -> tuple[PartyName, ...]:
    """The sides that what the action is about is for; one that has withdrawn can still read it."""
    artefact = case.artefact(action.does[0].artefact)
    if artefact.per != "party" or not artefact.concerns:
        return ()
    found = case.standing.related(artefact.concerns, _own(move))
    return tuple(PartyName(party) for party in found)


_WORDS: Mapping[tuple[str, str], Callable[[OpenCase, Action, Move], Told]] = {
    ("decision", "accept"): _accept,
    ("decision", "decline"): _decline,
    ("team", "confirm"): _confirm_team,
    ("agreement", "confirm"): _confirm_agreement,
    ("documents", "hand_in"): _hand_in,
    ("questions", "send"): _send,
    ("text", "present"): _present,
    ("text", "hand_over"): _hand_over,
    ("text", "acknowledge"): _acknowledge,
    ("form", "submit"): _submit,
}


# ---- who is told, what begins, whose dates move


def told(case: OpenCase, move: Move) -> tuple[Words, ...]:
    """Who gets a mail at once, by side and role."""
    actor = case.account.person_id if case.account else None
    roles: dict[tuple[int | None, str], None] = {}
    mails = (*deed_mails(move, actor, case.now), *stuck_mails(move.before, move.case, case.now))
    for mail in mails:
        seats = [seat for seat in move.case.seats if seat.reader(case.now) == mail.person]
        for seat in seats:
            roles[(seat.party, seat.role)] = None
        if not seats:
            roles[(None, "lead")] = None
    return by_side(case, roles)


def coming_after(case: OpenCase, move: Move) -> tuple[Words, ...]:
    """What begins at once by the deed, or that it is waited for others first."""
    if move.case.standing.ended:
        how = case.workflow.ends[move.case.standing.ended].title
        if case.workflow.apart:
            return (N_("The round ends: %(how)s.", how=how),)
        return (N_("The review ends: %(how)s.", how=how),)
    sides: dict[Text, set[int | None]] = {}
    for path, scope in move.entered:
        step = case.workflow.by_path[path]
        if not step.children:
            sides.setdefault(step.title, set()).add(None if scope.person else scope.party)
    begun: dict[frozenset[int | None], list[Text]] = {}
    for title, parties in sides.items():
        begun.setdefault(frozenset(parties), []).append(in_a_row(title))
    return tuple(_begins(case, parties, titles) for parties, titles in begun.items())


def _begins(case: OpenCase, parties: frozenset[int | None], titles: list[Text]) -> Message:
    some = tuple(PartyName(party) for party in sorted(p for p in parties if p is not None))
    if not some or len(some) == len(case.standing.taking_part):
        return N_("Begins: %(steps)s", steps=tuple(titles))
    return N_("Begins for %(sides)s: %(steps)s", sides=some, steps=tuple(titles))


def shifts(case: OpenCase, move: Move) -> tuple[Shift, ...]:
    """The due dates that are others after the move, in the definition's order."""
    before, after = _dues(move.before), _dues(move.case)
    order = {step.path: n for n, step in enumerate(case.workflow.walk())}
    changed = [slot for slot in {**before, **after} if before.get(slot) != after.get(slot)]
    return tuple(
        Shift(
            case.workflow.by_path[path].title,
            case.names[party] if party is not None else "",
            before.get((path, party)),
            after.get((path, party)),
        )
        for path, party in sorted(changed, key=lambda slot: (order[slot[0]], slot[1] or 0))
    )


def _dues(case: Case) -> dict[tuple[str, int | None], date]:
    return {
        (path, scope.party): due
        for (path, scope), mark in case.standing.marks.items()
        if mark.state == ACTIVE and (due := due_date(case, (path, scope))) is not None
    }
