"""A deed on a review, as one transaction: load, decide, carry out, write down, plan anew, commit.

Standing, artefacts, history, planned mail and outbox change together: all of it is written, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from ...engine.language import likeness
from ...engine.language.likeness import READING
from ...engine.running import joint, moves, reopening
from ...engine.running.case import Do, Place
from ...engine.running.decide import No, acting_scope, action_at
from ...engine.running.flow import wake_at
from ...engine.running.moves import Choice, Move, tick
from ...engine.turns.planning import next_due, next_late
from ...engine.turns.whose_turn import is_leads_turn, vacancies
from ...errors import Conflict, Refused
from ...store.case import cases as store
from ..base.house import Account, House
from ..case.departures import kept
from ..case.kept_facts import facts_kept
from ..case.opening import OpenCase, Rounds, only_reviews, opened
from ..mail import calendar_invitations, deputy_mails, late_over, plan
from ..turns import wording
from ..turns.decisions import decisions_of
from . import carry_out, own_word


@contextmanager
def changing(
    house: House,
    *,
    review_id: int,
    actor: Account | None,
    now: datetime,
    seen: int | None = None,
    rounds: Rounds = "no",
) -> Iterator[OpenCase]:
    """A deed on a review (`actor` None: the clock's). When the body is done, facts and time move what they can.

    `seen`: the version of the standing that the actor acted on; another since gives Conflict."""
    with house.db.write() as session:
        case = opened(house, session, review_id=review_id, account=actor, now=now, lock=True)
        only_reviews(case, rounds)
        if seen is not None and seen != case.review.version:
            raise Conflict(wording.moved_meanwhile(case))
        _read_anew(case)
        with house.asked(session, actor, case):
            yield case
        case.refresh()
        settle(case)
        save(case)
        _tell_round(case)


def _read_anew(case: OpenCase) -> None:
    """A review that has come to where it stands by an earlier reading of its definition goes on by this one."""
    standing = reopening.waiting_again(case.workflow, case.standing)
    if standing == case.standing or case.standing.ended:
        return
    case.note("read_anew", data={"reading": likeness.READING})
    case.case = case.case.with_(standing=standing)
    case.review.standing = standing.to_json()


def _tell_round(case: OpenCase) -> None:
    """A round waits for its reviews: where one has ended, the round looks at where it stands."""
    if case.review.round_id is None or not case.standing.ended:
        return
    waiting = opened(
        case.house, case.session, review_id=case.review.round_id, account=None, now=case.now, lock=True
    )
    settle(waiting)
    save(waiting)


def fire(
    case: OpenCase,
    what: Do,
    *,
    reason: str = "",
    choice: Choice | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Do an action: decide, carry out, write down. Raises Refused with the reason.

    `data`: what the action's form brought, for the effects (a declaration, an agreement's version). What is done for
    all with a text that they share is done when each of them has approved it: until then this is the approval."""
    if not _all_agree(case, what):
        return
    move = moves.fire(case.case, case.actor, what, case.now, reason=reason, choice=choice)
    _write_down(case, move, reason, data or {})
    _carry_out(case, move, data or {})
    assert move.action is not None
    if (draft := joint.marks(case.workflow, move.action)) and move.scope.party is not None:
        own_word.mark(case, draft, move.scope.party)
    if move.action.moves == "back":
        own_word.forget(case, move)


def _all_agree(case: OpenCase, what: Do) -> bool:
    """The actor's side gives its word where all have to; False where others have not given theirs yet."""
    action = action_at(case.case, what)
    text = joint.shared_text(case.workflow, action, what.place) if action is not None else ""
    if action is None or not text:
        return True
    answer = case.may(what)
    if isinstance(answer, No):
        raise Refused(answer.reason)
    scope = acting_scope(case.case, case.actor, what, action)
    return own_word.approve(case, action, what.place, text, scope.party if scope else None)


def _write_down(case: OpenCase, move: Move, reason: str, data: Mapping[str, Any]) -> None:
    """A line of history, with the facts that the action was decided on."""
    assert move.action is not None
    assert move.place is not None
    path, scope = move.place
    artefact, about = _subject(case, move)
    case.note(
        "action",
        text=reason.strip() or None,
        step=path,
        party=scope.party if scope.party is not None else move.scope.party,
        artefact=artefact,
        about_party=about,
        state="",
        data={
            "action": move.action.key,
            "person": scope.person,
            "choice": _choice(move),
            "facts": known_facts(move),
            "reading": READING,
            **_people(move),
            # Free text stays out of what the hash covers as it is: see chain.append.
            **({"version": data["version"]} if "version" in data else {}),
        },
    )


def _choice(move: Move) -> dict[str, Any]:
    choice = move.choice
    place = choice.place
    return {
        "step": choice.step,
        "party": choice.party,
        "place": [place[0], place[1].party, place[1].person] if place else None,
        "finish": sorted(choice.finish),
        **({"asks": True} if choice.asks else {}),
        # That the lead says what is finished after a side has left is another deed than its leaving.
        **({"decided": True} if choice.party in move.before.standing.withdrawn else {}),
    }


def known_facts(move: Move) -> list[list[Any]]:
    """The facts the decision was taken on, as JSON: replay does not ask today's (engine.md 22)."""
    return facts_kept(move.before.facts)


def _people(move: Move) -> dict[str, Any]:
    """Who sat where, as soon as steps have a copy for each person: replay does not ask who sits there today."""
    if all(scope.person is None for _, scope in move.case.standing.marks):
        return {}
    return {"seats": [[s.id, s.person, s.party, s.role] for s in move.before.seats if not s.closed]}


def _subject(case: OpenCase, move: Move) -> tuple[str, int | None]:
    """The artefact that a line of history is about; ("", None) where it is about the course of the review."""
    assert move.action is not None
    for done in move.effects:
        if any(effect.artefact == done.artefact for effect in move.action.does):
            kind = case.artefact(done.artefact).kind.name
            if kind == "form" and move.scope.person is not None:
                return done.artefact, done.owner
    return "", None


def _carry_out(case: OpenCase, move: Move, data: Mapping[str, Any]) -> None:
    for done in move.effects:
        carry_out.carry_out(case, done, {**data, "acting": move.scope.party})
    case.case = move.case
    case.moves.append(move)
    case.session.flush()


def settle(case: OpenCase) -> None:
    """Let facts and time move the case, as far as they will."""
    if case.moves and case.case == case.moves[-1].case:
        # A move goes as far as it can, and nothing is otherwise than it foresaw.
        return
    move = tick(case.case, case.now)
    if not move.changed:
        return
    case.note(
        "moved",
        data={
            "entered": [_place(p) for p in move.entered],
            "left": [_place(p) for p in move.left],
            "facts": known_facts(move),
            "reading": READING,
            **_people(move),
        },
    )
    _carry_out(case, move, {})


def _keep_for_who_left(case: OpenCase) -> None:
    """What a side that withdraws may read from then on is what there is now."""
    new = [party for party in sorted(case.standing.withdrawn) if str(party) not in case.review.left]
    if new and not case.workflow.apart:
        then = kept(case.case, case.rows, case.now)
        case.review.left = {**case.review.left, **{str(party): then for party in new}}


def _place(place: Place) -> list[Any]:
    path, scope = place
    return [path, scope.party, scope.person]


def save(case: OpenCase) -> None:
    """Write the standing with its version, and plan the mails anew."""
    review = case.review
    if case.moves:
        review.standing = case.standing.to_json()
        review.version += 1
        review.ended = case.standing.ended
    _keep_for_who_left(case)
    deputy_mails.tell_begun(case)
    wakes = (wake_at(case.case, case.now), deputy_mails.next_change(case), next_late(case.case, case.now))
    review.wake_at = min((at for at in wakes if at is not None), default=None)
    review.due_on = next_due(case.case)
    review.vacant = bool(vacancies(case.case))
    review.leads_turn = is_leads_turn(case.case) or bool(decisions_of(case))
    told: set[int] = set()
    for move in case.moves:
        told |= plan.send_deed_mails(case, move)
    plan.send_stuck_mails(case)
    late_over.tell_over(case, told)
    store.keep(case.session, review)
    plan.replan(case)
    calendar_invitations.bring_up_to_date(case)
