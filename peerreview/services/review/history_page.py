"""A review's history in words: who by function and organisation, what, when and why; each line for those alone who
may notice what it is about (engine.md, "Who sees what")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ...engine.language.definition import Action, Step, Workflow
from ...engine.running.case import See
from ...errors import N_, Message, PartyName, Text
from ...store.artefacts import materials
from ...store.case.case_rows import SHARED
from ...store.review import history as store
from ...store.review.history import HistoryRow
from ..base.house import Account, House
from ..base.words import Words
from ..case.opening import OpenCase, looking
from ..frame.review_head import ReviewHead, head_of
from ..mail import mail_kinds
from . import history_words as words

PAGE = 50


@dataclass(frozen=True)
class Line:
    """One deed. `text`: the reason or other free text that came with it; `state`: the mark beside it;
    `own`: the reader's own deed."""

    number: int
    at: datetime
    who: Words
    title: Words
    text: str | None
    state: str
    own: bool = False


@dataclass(frozen=True)
class HistoryView:
    """One page of the lines, newest first; `page` from 1."""

    head: ReviewHead
    lines: tuple[Line, ...]
    page: int
    pages: int


def history(house: House, *, actor: Account, review_id: int, page: int = 1, now: datetime) -> HistoryView:
    """A page of the history. Raises NotFound for those who have no part in the review."""
    with looking(house, review_id=review_id, actor=actor, now=now, rounds="lead") as case:
        lines = lines_of(case, store.lines(case.session, review_id))
        pages = max(1, -(-len(lines) // PAGE))
        page = min(max(page, 1), pages)
        shown = lines[::-1][(page - 1) * PAGE : page * PAGE]
        return HistoryView(head_of(case), tuple(shown), page, pages)


def lines_of(case: OpenCase, rows: Iterable[HistoryRow]) -> list[Line]:
    """The lines of these rows that the reader may see, in their order."""
    seen = [(row, level) for row in rows if _was_there(case, row) and (level := seeing(case, row))]
    about = _About(case)
    if any(level == "read" and "material" in row.data for row, level in seen):
        found = materials.materials_of(case.session, case.review.id)
        about = _About(case, {material.id: material.title for material in found})
    lines = [_line(case, about, row, level) for row, level in seen]
    return [line for line in lines if line is not None]


def _was_there(case: OpenCase, row: HistoryRow) -> bool:
    """For a side that has withdrawn: what had happened by then; and after it that a report about it was handed over,
    and that the review has ended."""
    if case.until is None or row.at <= case.until:
        return True
    action = action_of(case, row) if row.deed == "action" else None
    if action is None:
        return False
    if action.to in case.workflow.ends or (row.data.get("choice") or {}).get("party") in case.actor.parties():
        return True
    return any(
        (effect.artefact, slot) in case.finished and effect.effect == "hand_over"
        for effect in action.does
        for slot in (SHARED, row.party)
    )


def seeing(case: OpenCase, row: HistoryRow) -> str:
    """ "read", "notice" or "": how much of what a line is about the reader may see. The course is for all."""
    if "mail_to" in row.data:
        # As on the pages of mail: the lead sees all, others what comes to them.
        own = case.account is not None and row.data["mail_to"] == case.account.person_id
        return "read" if own or (("lead", None) in case.actor.roles and not _is_nameless(case, row)) else ""
    if not row.artefact:
        return "read"
    artefact = case.workflow.artefacts.get(row.artefact)
    if artefact is None:
        return ""
    for verb in ("read", "notice"):
        if case.may(See(row.artefact, verb, row.about_party, row.state or None)):
            # Of a single person's form even that it was handed in is theirs alone.
            return "" if artefact.per == "person" and verb == "notice" else verb
    return ""


def _is_nameless(case: OpenCase, row: HistoryRow) -> bool:
    """Whether a mail was to somebody who had not answered an anonymous form: so much as that is theirs."""
    workflow = case.workflow_then(row.definition_hash)
    return (
        bool(row.data["mail_to"])
        and bool(row.step)
        and row.step in workflow.by_path
        and (workflow.scope(row.step) == "person")
    )


@dataclass(frozen=True)
class _About:
    """What lines are about: titles of documents, people by id."""

    case: OpenCase
    documents: Mapping[int, str] = field(default_factory=dict)

    def gaps(self, row: HistoryRow) -> dict[str, Any]:
        data, workflow = row.data, self.case.workflow_then(row.definition_hash)
        artefact, step = workflow.artefacts.get(row.artefact), workflow.step(row.step)
        names = {seat.person_id: seat.person.name for seat in self.case.rows.all_seats}
        return {
            "title": self.documents.get(data.get("material", 0)) or (artefact.title if artefact else ""),
            "step": step.title if step else "",
            "side": PartyName(row.party) if row.party is not None else "",
            "receiver": PartyName(data["to"]) if isinstance(data.get("to"), int) else "",
            "name": names.get(data.get("person", 0), N_("somebody")),
            "function": self._function(data),
            "whose": self._whose(row),
            "day": date.fromisoformat(data["date"]) if data.get("date") else "",
            "version": data.get("version", ""),
            "number": data.get("number", ""),
            "mail": _mail(data.get("kind", ""), step),
            "reader": self._reader(row),
        }

    def _reader(self, row: HistoryRow) -> Words:
        """Whom a mail is for, by function and side."""
        function = self._function(row.data)
        if row.party is None or not function:
            return function
        return N_("%(function)s, %(party)s", function=function, party=PartyName(row.party))

    def _whose(self, row: HistoryRow) -> Words | PartyName:
        """Of whom a conflict of interest is, by function and side."""
        person = row.data.get("person")
        if row.party is None:
            return self.case.workflow.roles["lead"].title
        if not isinstance(person, int):
            return PartyName(row.party)
        function = _function_of(self.case, person, row.party)
        return N_("%(function)s, %(party)s", function=function, party=PartyName(row.party))

    def _function(self, data: Mapping[str, Any]) -> Text | str:
        workflow = self.case.workflow
        function = workflow.functions.get(data.get("function", ""))
        role = workflow.roles.get(data.get("role", ""))
        return function or (role.title if role else "")


def _mail(kind: str, step: Step | None) -> Message:
    said = mail_kinds.KINDS.get(kind, N_("News"))
    return N_("%(mail)s: %(step)s", mail=said, step=step.title) if step else said


def _line(case: OpenCase, about: _About, row: HistoryRow, level: str) -> Line | None:
    title = _title(case, about, row, level)
    if title is None:
        return None
    return Line(
        number=row.number,
        at=row.at,
        who=_who(case, row),
        title=title,
        text=row.text if level == "read" and _may_read_text(case, row) else None,
        state="todo" if row.deed == "moved" else "done",
        own=case.account is not None and row.actor_id == case.account.person_id,
    )


def _title(case: OpenCase, about: _About, row: HistoryRow, level: str) -> Words | None:
    """In a round the lead does the same with each organisation: the line says with which."""
    found = _deed(case, about, row, level)
    if found is None or not case.workflow.apart or row.party is None or row.deed == "moved":
        return found
    if isinstance(found, Message) and {name for name, _ in found.params} & {"side", "sides", "whose"}:
        return found
    return N_("%(what)s: %(side)s", what=found, side=PartyName(row.party))


def _deed(case: OpenCase, about: _About, row: HistoryRow, level: str) -> Words | None:
    if row.deed == "begun" and case.workflow.apart:
        return N_("Opened the round")
    if row.deed == "action":
        return _action_title(case, row)
    if row.deed == "moved":
        return _moved_title(case, row)
    found = words.DEEDS.get(row.deed)
    if found is None:
        return N_("Changed: %(title)s", title=about.gaps(row)["title"])
    return _filled(found[0] if level == "read" else found[1], about.gaps(row))


def _filled(message: Message, gaps: Mapping[str, Any]) -> Message:
    return Message(message.text, tuple((k, v) for k, v in gaps.items() if f"%({k})s" in message.text))


# ---- who


def _who(case: OpenCase, row: HistoryRow) -> Words:
    if row.deed == "opened":
        return ""  # Nobody opens: it happens when the last condition comes true.
    if row.deed == "migrated" and row.actor_id is None:
        return N_("Whoever runs the program")
    if row.deed in ("seat_agreed", "seat_declined"):
        return N_("Somebody who was asked")
    if row.actor_id is None:
        return N_("By itself, when the time or the last condition came")
    if row.actor_party is None:
        return case.workflow.roles["lead"].title
    return N_(
        "%(function)s, %(party)s",
        function=_function_of(case, row.actor_id, row.actor_party),
        party=PartyName(row.actor_party),
    )


def _function_of(case: OpenCase, person: int, party: int) -> Words:
    """By the seat they have or had; the deputy by the seat they stood in for."""
    seats = [seat for seat in case.rows.all_seats if seat.party == party]
    own = [seat for seat in seats if person in (seat.person_id, seat.deputy_id)]
    for seat in sorted(own, key=lambda seat: (seat.person_id != person, seat.removed_at is not None)):
        return case.workflow.functions.get(seat.function) or case.workflow.roles[seat.role].title
    return case.workflow.roles["member"].title if "member" in case.workflow.roles else ""


# ---- actions and moves


def action_of(case: OpenCase, row: HistoryRow) -> Action | None:
    workflow = case.workflow_then(row.definition_hash)
    key, step = row.data.get("action", ""), workflow.step(row.step)
    return step.actions.get(key) if step else workflow.actions.get(key)


def _action_title(case: OpenCase, row: HistoryRow) -> Words | None:
    action = action_of(case, row)
    if action is None:
        return None
    if action.moves == "withdraw" and row.data["choice"].get("decided"):
        return _filled(words.DECIDED, _move_gaps(case, row))
    if action.moves:
        said = words.ROUND_MOVES if case.workflow.apart else words.MOVES
        return _filled(said[action.moves], _move_gaps(case, row))
    workflow = case.workflow_then(row.definition_hash)
    # A lead who does what ends it, and is a side's to do: that side had said no.
    does = () if row.actor_party is None and action.to in workflow.ends else action.does
    for effect in does:
        artefact = workflow.artefacts[effect.artefact]
        found = words.EFFECTS.get((artefact.kind.name, effect.effect))
        if found is not None:
            version = row.data.get("version")
            if artefact.kind.name == "agreement" and version:
                return N_("Confirmed the agreement, version %(version)s", version=version)
            return _filled(found, {"title": artefact.title})
    end = workflow.ends.get(action.to or "")
    if end is not None and workflow.apart:
        return N_("Ended the round: %(how)s", how=end.title)
    return N_("Ended the review: %(how)s", how=end.title) if end else action.title


def _move_gaps(case: OpenCase, row: HistoryRow) -> dict[str, Any]:
    choice = row.data.get("choice") or {}
    place = choice.get("place")
    path, party = (place[0], place[1]) if place else (choice.get("step", ""), choice.get("party"))
    step = case.workflow_then(row.definition_hash).step(path)
    return {
        "step": step.title if step else "",
        "sides": PartyName(party) if party is not None else N_("all sides"),
    }


def _moved_title(case: OpenCase, row: HistoryRow) -> Words | None:
    """What began, or where nothing did what was over; a single person's form is not told of."""
    workflow = case.workflow_then(row.definition_hash)
    for key, all_sides, one_side in (
        ("entered", N_("Began: %(steps)s"), N_("Began for %(sides)s: %(steps)s")),
        ("left", N_("Over: %(steps)s"), N_("Over for %(sides)s: %(steps)s")),
    ):
        places = [p for p in row.data.get(key, []) if not _has_children(workflow, p[0])]
        if key == "left":
            places = [p for p in places if p[2] is None]
        if places:
            titles = {step.title: None for p in places if (step := workflow.step(p[0]))}
            sides = {p[1] for p in places}
            few = None not in sides and len(sides) < len(case.standing.taking_part)
            named = tuple(PartyName(p) for p in sorted(p for p in sides if p is not None))
            return _filled(one_side if few else all_sides, {"steps": tuple(titles), "sides": named})
    return None


def _has_children(workflow: Workflow, path: str) -> bool:
    step = workflow.step(path)
    return step is None or bool(step.children)


def _may_read_text(case: OpenCase, row: HistoryRow) -> bool:
    """A reason is for all in the review; why a side declines is for the lead and that side, why it needs more time, and
    what it is answered, for the lead, that side and those who are asked."""
    if "sides" in row.data:
        near = {row.party, *row.data["sides"]}
        return ("lead", None) in case.actor.roles or bool(near & case.actor.parties())
    action = action_of(case, row) if row.deed == "action" else None
    if action is None or not any(effect.effect == "decline" for effect in action.does):
        return True
    if row.actor_party is None:
        return True  # The lead's own, who ended it.
    return ("lead", None) in case.actor.roles or row.party in case.actor.parties()
