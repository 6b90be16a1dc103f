"""Running reviews moved to the newest definition of their workflow (engine.md 23 and 24): all that are chosen, or none.

What comes of each is thought through first (`thought_through`), by the preview and by the deed alike; a review that
has no place in the new definition stays as it is, and so do those that were chosen with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ...engine.analysis.in_use import without_place
from ...engine.analysis.migrating import Carried, become, carried, fits
from ...engine.analysis.reaching import can_end, dead_end
from ...engine.language.definition import Workflow
from ...engine.running.case import Case
from ...engine.running.moves import Move, tick
from ...errors import N_, Conflict, Invalid, Message, NotFound, PartyName, Text
from ...store.case import cases as case_store
from ...store.case import migrating as store
from ..base.access import only_lead
from ..base.house import Account, House
from ..case import extensions, facts
from ..case.opening import OpenCase, opened
from ..deeds import change
from ..turns.wording import title_of
from . import in_use


@dataclass(frozen=True)
class Thought:
    """What moving a review would be. `why`: the reasons why it has no place (then nothing else holds);
    `move`: what time and facts bring about at once, from the standing that it is carried to."""

    case: OpenCase
    new: Workflow
    names: Mapping[str, str]
    carried: Carried
    after: Case
    move: Move
    why: tuple[Message, ...]


def newest(house: House, actor: Account | None, name: str) -> Workflow:
    """The newest definition. NotFound for anybody but the lead and (None) whoever runs the program."""
    if actor is not None:
        only_lead(actor)
    found = house.workflows.get(name)
    if found is None:
        raise NotFound(name)
    return found


def thought_through(case: OpenCase, new: Workflow) -> Thought:
    """Nothing is written by it."""
    old, now = case.workflow, case.now
    names = become(old, new)
    found = carried(case.standing, old, new, names, now)
    held = in_use.uses_of(case)
    why = (
        *found.why,
        *fits(case.case, new, {use.thing for use in held if use.what == "thing"}),
        *without_place(old, new, names, held),
    )
    after = move = None
    if not why:
        after = case.case.with_(
            workflow=new,
            standing=found.standing,
            facts=facts.facts_of(case.rows, new, found.standing),
            granted=extensions.granted_of(extensions.renamed(case.review.more_time, names)),
        )
        move = tick(after, now)
        why = tuple(_no_way_on(case.case, move.case))
    after = after or case.case
    return Thought(case, new, names, found, after, move or Move(after, after, now), why)


def _no_way_on(before: Case, after: Case) -> Iterator[Message]:
    """Why the end could not be reached any more, and what would be waited for in vain; nothing where it could."""
    stuck = dead_end(after)
    if not stuck or not can_end(before):
        return
    end = next(iter(after.workflow.ends.values())).title
    yield N_("from where it stands the end “%(end)s” could not be reached any more", end=end)
    for place, wanted in stuck:
        step, party = after.step(place).title, place[1].party
        side = {} if party is None else {"side": PartyName(party)}
        if wanted and side:
            yield N_(
                "the step %(step)s (%(side)s) would wait in vain: %(wanted)s",
                step=step,
                wanted=wanted,
                **side,
            )
        elif wanted:
            yield N_("the step %(step)s would wait in vain: %(wanted)s", step=step, wanted=wanted)
        elif side:
            yield N_("nothing in the step %(step)s (%(side)s) would lead on", step=step, **side)
        else:
            yield N_("nothing in the step %(step)s would lead on", step=step)


def migrate(
    house: House,
    *,
    actor: Account | None,
    name: str,
    chosen: Mapping[int, int | None],
    newest_seen: str | None = None,
    now: datetime,
) -> tuple[int, ...]:
    """Move the chosen reviews (id: the version of the standing that the actor saw, None: any); returns their ids.

    Raises Invalid (field "review_<id>") where one has no place, Conflict where one, or the definition, is another
    by now than was shown. Then nothing is written."""
    new = newest(house, actor, name)
    if newest_seen is not None and newest_seen != new.hash:
        raise Conflict(N_("the definition has changed meanwhile; look at what it means once more"))
    if not chosen:
        raise Invalid(_review=N_("Choose at least one review."))
    with house.db.write() as session:
        cases = [_locked(house, session, actor, name, id, chosen[id], now) for id in sorted(chosen)]
        thoughts = [thought_through(case, new) for case in cases]
        errors = {
            f"review_{t.case.review.id}": N_("%(review)s: %(why)s", review=title_of(t.case),
                                             why=said_of(t.why[0], t.case.names))
            for t in thoughts if t.why
        }  # fmt: skip
        if errors:
            raise Invalid(errors)
        for thought in thoughts:
            _carry_out(thought)
    return tuple(sorted(chosen))


def _locked(
    house: House,
    session: Session,
    actor: Account | None,
    name: str,
    review_id: int,
    seen: int | None,
    now: datetime,
) -> OpenCase:
    case = opened(house, session, review_id=review_id, account=actor, now=now, lock=True)
    if case.review.workflow != name:
        raise NotFound(f"review {review_id} of {name}")
    moved = case.review.definition_hash == house.workflows[name].hash
    if case.standing.ended is not None or (seen is not None and seen != case.review.version) or moved:
        raise Conflict(N_("somebody else has moved this review meanwhile; see where it stands now"))
    return case


def _carry_out(thought: Thought) -> None:
    case, new = thought.case, thought.new
    case_store.keep_definition(case.session, hash=new.hash, name=new.name, text=new.text, now=case.now)
    case.note(
        "migrated",
        data={
            "from": case.review.definition_hash,
            "to": new.hash,
            "renamed": sorted([old, path] for old, path in thought.names.items() if old != path),
        },
    )
    case.review.definition_hash = new.hash
    case.review.standing = thought.carried.standing.to_json()
    case.review.version += 1
    case.review.more_time = extensions.renamed(case.review.more_time, thought.names)
    store.rename_steps(case.session, case.review.id, thought.names)
    case.case = case.case.with_(workflow=new, standing=thought.carried.standing)
    case.refresh()
    change.settle(case)
    change.save(case)


def names_in(old: Workflow, new: Workflow, renamed: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By path of the old definition what it became, from what a row of history kept of that."""
    return {path: path for path in old.by_path if path in new.by_path} | dict(renamed)


def said_of(words: Any, names: Mapping[int, str]) -> Any:
    """Words with the sides called by their organisations: on a page about several reviews."""
    if isinstance(words, PartyName):
        return names.get(words.party, "")
    if type(words) is tuple:
        return tuple(said_of(one, names) for one in words)
    if isinstance(words, Text) or not isinstance(words, Message):
        return words
    return Message(words.text, tuple((key, said_of(value, names)) for key, value in words.params))
