"""The mails of a deed: to those whom the definition names, and to those who hear of it besides.

Whoever was told of a thing hears of its end. The definition says whom a deed and an end are told to; the rest is the
house's: an end is told to everybody who has a seat; that a side withdraws to all of it, and to those who stay; that the
lead waits no longer for a side to those of it who had been asked or reminded; and a report that is finished reaches
the side that it is about, also where that has withdrawn (engine.md 14, 55).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ..language.definition import MailRule, RoleRef
from ..running import conflicts
from ..running.case import OVER, SHARED, Case, Place, Scope, Seat
from ..running.leaving import finished, finished_about
from ..running.moves import Move
from ..running.refusing import refused_at
from .planning import stuck
from .whose_turn import recipients, whose_turn

# What a mail with the house's own words is about.
LEFT, STAYS, REPORT, PASSED = "left", "stays", "report", "passed"
RULE = MailRule(())
WHOLE: Place = ("", SHARED)


@dataclass(frozen=True)
class DeedMail:
    """A mail that goes at once because of a deed: the rule's words, or (rule None) the step's own; `about`: the
    house's."""

    person: int
    party: int | None
    place: Place
    rule: MailRule
    reason: str
    about: str = ""


@dataclass(frozen=True)
class _Heard:
    """Something that people hear of, as it is added to the mails of a move."""

    seats: tuple[Seat, ...]
    reason: str
    about: str = ""
    place: Place = WHOLE
    rule: MailRule = RULE


_Found = dict[tuple[int, Place, MailRule, str], DeedMail]


def deed_mails(move: Move, actor: int | None, now: datetime) -> tuple[DeedMail, ...]:
    """The mails that a move sends at once: of its action, of the steps entered, of the end reached."""
    found: _Found = {}
    for heard, scope in _by_rules(move):
        _add(found, heard, scope, actor, now)
    told = frozenset(mail.person for mail in found.values())
    for heard in _besides(move, actor, told):
        _add(found, heard, heard.place[1], actor, now)
    return tuple(found.values())


def _add(found: _Found, heard: _Heard, scope: Scope, actor: int | None, now: datetime) -> None:
    skip = actor if heard.reason == "action" else None
    for seat in heard.seats:
        person = seat.person if scope.person is not None else seat.reader(now)
        # Whoever has a deputy now hears of an end all the same: there is no later at which they would.
        for one in {person, seat.person} if heard.reason == "ended" else (person,):
            if one != skip:
                party = seat.party if seat.party >= 0 else scope.party
                key = (one, heard.place, heard.rule, heard.about)
                found[key] = DeedMail(one, party, heard.place, heard.rule, heard.reason, heard.about)


def _by_rules(move: Move) -> Iterator[tuple[_Heard, Scope]]:
    """What the definition tells of a move, each with the scope that its roles are seen from."""
    case = move.case
    if move.action is not None:
        # What it means that a side withdraws is another thing for each: the house says it.
        about = STAYS if _leaves(move) and not case.workflow.apart else ""
        asked = refused_at(move.before, move.place) if move.place else None
        # A side's no was told when it was said.
        if asked != move.action:
            yield from _heard(case, move.action.mail, move.place or WHOLE, move.scope, "action", about)
    if not case.standing.on_hold:
        for place in move.entered:
            yield from _heard(case, case.step(place).mail, place, place[1], "begun")
    ended = _ends(move)
    if ended:
        yield from _heard(case, case.workflow.ends[ended].mail, WHOLE, SHARED, "ended")


def _heard(
    case: Case, rules: Iterable[MailRule], place: Place, scope: Scope, reason: str, about: str = ""
) -> Iterator[tuple[_Heard, Scope]]:
    for rule in rules:
        kept = RULE if about else rule
        yield _Heard(recipients(case, rule.to, scope), reason, about, place, kept), scope


def _ends(move: Move) -> str:
    after = move.case.standing.ended
    return after if after and not move.before.standing.ended else ""


def _leaves(move: Move) -> bool:
    return move.action is not None and move.action.moves == "withdraw" and not _ends(move)


# ---- who hears of it besides


def _besides(move: Move, actor: int | None, told: frozenset[int]) -> Iterator[_Heard]:
    """`told`: the people whom the definition's mails tell of the move."""
    if _ends(move):
        yield from _of_the_end(move, told)
    elif _leaves(move):
        yield from _of_leaving(move)
    yield from _of_the_report(move)
    yield from _of_what_was_passed(move, actor, told)


def _of_the_end(move: Move, told: frozenset[int]) -> Iterator[_Heard]:
    """Everybody who had a part until then, in the words that the definition has for it."""
    case, before = move.case, move.before.standing
    # Of those who have left, who was still to get a report: now it does not come.
    waits = {
        p for p in before.withdrawn for q in finished_about(move.before, p) if not finished(move.before, q)
    }
    seats = tuple(
        s for s in case.seats if s.party in waits.union(before.taking_part) and s.person not in told
    )
    rules = case.workflow.ends[_ends(move)].mail
    if seats:
        yield _Heard(seats, "ended", rule=rules[0] if rules else RULE)


def _of_leaving(move: Move) -> Iterator[_Heard]:
    """All who leave; and those who stay, where they know of each other. Of what the lead says afterwards too."""
    case, party = move.case, move.choice.party
    yield _Heard(tuple(s for s in case.seats if s.party == party), "action", LEFT)
    if not case.workflow.apart:
        staying = tuple(s for s in case.seats if s.party in case.standing.taking_part)
        leads = recipients(case, _network(case), SHARED)
        yield _Heard((*staying, *leads), "action", STAYS)


def _network(case: Case) -> tuple[RoleRef, ...]:
    return tuple(RoleRef("own", role.key) for role in case.workflow.roles.values() if role.of == "network")


def _of_the_report(move: Move) -> Iterator[_Heard]:
    """What is finished about a side that has withdrawn: it gets it, and has nothing to answer."""
    case = move.case
    for done in move.effects:
        artefact = case.workflow.artefacts[done.artefact]
        if not artefact.kind.final or not artefact.kind.effects[done.effect].get(artefact.kind.final):
            continue
        sides = case.standing.parties
        if artefact.per == "party" and done.owner is not None:
            sides = case.standing.related(artefact.concerns, done.owner) if artefact.concerns else ()
        gone = [p for p in sides if receives(case, p)]
        yield _Heard(tuple(s for s in case.seats if s.party in gone), "action", REPORT)


def receives(case: Case, party: int) -> bool:
    """Whether a side that has withdrawn still gets what is finished about it."""
    return party in case.standing.withdrawn and bool(finished_about(case, party))


def _of_what_was_passed(move: Move, actor: int | None, told: frozenset[int]) -> Iterator[_Heard]:
    """That the lead waits no longer for a side: to those of it who had been asked, or reminded."""
    case, seated = move.case, {seat.person for seat in move.case.seats}
    place = move.choice.place if move.action is not None and move.action.moves == "go_on" else move.place
    if _ends(move) or actor not in case.leads or actor in seated or place is None or place[1].party is None:
        return
    before, after = (one.standing.marks.get(place) for one in (move.before, case))
    if before is None or before.state in OVER or after is None or after.state not in OVER:
        return
    step = case.step(place)
    refs = [ref for rule in step.mail for ref in rule.to] + [ref for rule in step.remind for ref in rule.to]
    seats = {s.id: s for s in (*recipients(case, refs, place[1]), *whose_turn(move.before, place))}
    of_side = tuple(s for s in seats.values() if s.party == place[1].party and s.person not in told)
    yield _Heard(of_side, "action", PASSED, place)


def stuck_mails(before: Case, after: Case, now: datetime) -> tuple[DeedMail, ...]:
    """To each whom it concerns one mail: since `before`, all have done theirs in a step that is still not over."""
    found: dict[tuple[int, str], DeedMail] = {}
    for place in stuck(after):
        if place in stuck(before):
            continue
        for rule in after.step(place).stuck:
            # Who cannot mend it is not asked to.
            for seat in conflicts.without(after, recipients(after, rule.to, place[1])):
                person = seat.reader(now)
                party = seat.party if seat.party >= 0 else None
                found.setdefault((person, place[0]), DeedMail(person, party, place, rule, "stuck"))
    return tuple(found.values())
