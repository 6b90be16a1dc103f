"""What an action would mean if it were done now, thought through on the frozen case; nothing of it is kept.

The page of an action says it, and its form carries a fingerprint of it; the deed thinks it through again in its own
transaction, and is done where that is the same (`prints`). Whatever a page of an action comes to say belongs here, so
that it is part of both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ...engine.language.definition import Action
from ...engine.running import joint, moves
from ...engine.running.case import Do
from ...engine.running.decide import acting_scope
from ...engine.running.moves import Choice, Move
from ...engine.turns.telling import deed_mails
from ...errors import N_, Message, PartyName
from ...store.case.case_rows import SHARED
from ..base import fingerprint
from ..base.fingerprint import Thing
from ..base.words import Words
from ..case.opening import OpenCase
from ..deeds import own_word
from ..materials.hand_in import Item
from ..turns import wording
from ..turns.left_undone import left_undone
from . import choices, listed, new_days, outlook
from .new_days import NewDay
from .outlook import Shift


@dataclass(frozen=True)
class Meaning:
    """`button`: what the form's button says. `choice`: what was chosen, said back; `consequences`: what it means;
    `items`, `summary`, `version`: what is handed in, confirmed; `shifts`: the dates that move; `told`: who gets a mail,
    `next`: what begins; `final`: it cannot be undone; `undone`: what is left so; `new_days`: asked for. `things`: what
    it is about, by version, and all of that."""

    button: Words
    choice: tuple[Words, ...]
    consequences: tuple[Words, ...]
    items: tuple[Item, ...]
    summary: tuple[tuple[Words, Words], ...]
    shifts: tuple[Shift, ...]
    told: tuple[Words, ...]
    next: tuple[Words, ...]
    version: int | None
    final: bool
    new_days: tuple[NewDay, ...] = ()
    undone: tuple[Words, ...] = ()
    things: tuple[Thing, ...] = ()


# What a page says besides the things that it is about, and what the reader calls it.
_SAID: tuple[tuple[str, Message], ...] = (
    ("choice", N_("What you have chosen")),
    ("consequences", N_("What happens")),
    ("undone", N_("What is left undone")),
    ("new_days", N_("The new days that are asked for")),
    ("shifts", N_("Dates that change")),
    ("next", N_("What comes then")),
    ("told", N_("Who is told by mail")),
)


def meaning(case: OpenCase, action: Action, do: Do, choice: Choice) -> Meaning:
    """Think it through. Raises Refused where it may not be done."""
    move = moves.fire(case.case, case.actor, do, case.now, reason="–", choice=choice)
    things = listed.things_of(case, action, do.place, move)
    approved = _approving(case, action, do)
    found, people = approved or _doing(case, action, move, choice)
    return replace(found, things=(*things, *_said(found, people)))


def name_of(case: OpenCase, action: str, do: Do) -> str:
    """By which a fingerprint is bound to one action of one review."""
    path, scope = do.place
    return f"action:{case.review.id}:{path}:{scope.party}:{scope.person}:{action}:{do.party}"


def require_shown(case: OpenCase, action: Action, do: Do, choice: Choice, shown: str | None) -> None:
    """Raise Changed unless the form (None: there is none) showed what would be done now."""
    if shown is None or case.account is None:
        return
    found = meaning(case, action, do, choice)
    name = name_of(case, action.key, do)
    fingerprint.require(
        case.house, case.account, name, found.things, shown, title=action.title, button=found.button
    )


def _doing(case: OpenCase, action: Action, move: Move, choice: Choice) -> tuple[Meaning, Iterable[int]]:
    told = outlook.consequences(case, action, move)
    days = new_days.asked(case, move)
    asked_for = {one.step for one in days}
    shifts = [one for one in outlook.shifts(case, move) if one.step not in asked_for] if action.moves else []
    actor = case.account.person_id if case.account else None
    people = {mail.person for mail in deed_mails(move, actor, case.now)}
    ends = move.case.standing.ended is not None and move.before.standing.ended is None
    found = Meaning(
        button=told.button or action.title,
        choice=choices.in_words(case, action, choice),
        consequences=told.sentences,
        items=told.items,
        summary=told.summary,
        undone=left_undone(case, action, move.scope),
        shifts=tuple(shifts),
        told=outlook.told(case, move),
        next=outlook.coming_after(case, move),
        version=told.version,
        final=told.final or ends,
        new_days=days,
    )
    return found, people


def _approving(case: OpenCase, action: Action, do: Do) -> tuple[Meaning, Iterable[int]] | None:
    """What it means where all have to approve a text that they share, and others have not yet."""
    text = joint.shared_text(case.workflow, action, do.place)
    scope = acting_scope(case.case, case.actor, do, action)
    left = joint.awaited(case.case, text, scope.party) if text and scope else ()
    saved = case.rows.saved.get((text, SHARED))
    if not left or scope is None or scope.party is None or saved is None:
        return None
    sides = tuple(PartyName(party) for party in left)
    over = any(effect.effect == "hand_over" for effect in action.does)
    seats = own_word.asked(case, action, left)
    found = Meaning(
        button=N_(
            "Approve version %(version)s for %(party)s", version=saved.number, party=PartyName(scope.party)
        ),
        choice=(),
        consequences=(
            N_("It is handed over when %(sides)s have approved the same version.", sides=sides)
            if over
            else N_("It is finished when %(sides)s have approved the same version.", sides=sides),
            N_("If anybody changes it before that, all sides approve again."),
        ),
        items=(),
        summary=(),
        shifts=(),
        told=wording.by_side(case, [(seat.party, seat.role) for seat in seats]),
        next=(),
        version=None,
        final=False,
    )
    return found, {seat.reader(case.now) for seat in seats}


def _said(found: Meaning, people: Iterable[int]) -> Iterable[Thing]:
    """What the page says of what follows, each part a thing of its own: by what it says, and to how many."""
    for name, words in _SAID:
        said = getattr(found, name)
        version = repr(said) if said else ""
        if name == "told":
            version += f" {sorted(people)}"
        yield Thing(f"says:{name}", version, words)
