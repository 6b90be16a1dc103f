"""Which mails will be sent, to whom, when and why, and what became of those that were: for the network's lead, and
in one review for its people (their own)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ..engine.dates import roughly
from ..engine.definition import Workflow
from ..errors import N_, Message, NotFound, Text
from ..store import gathered as gathered_store
from ..store import mail_plan as store
from ..store.gathered import Gathered
from ..store.outbox import Outgoing, PlannedMail
from ..store.people import Person
from . import gathering
from .accounts import only_lead
from .cases import looking
from .choices import AT_ONCE, WITH, choices_of
from .heads import ReviewHead, head_of
from .house import Account, House
from .mailing import SECRET, text_of
from .outbox import answer_said
from .wishes import NONE, Slot, Wish, key_of, wish_of, wishes
from .wording import short

PAGE = 50
# How many of the network's planned mails are listed; each review has its own list.
NEXT = 25
# More of one review than anybody reads.
MOST = 500
Words = Message | Text | str

STATES: Mapping[str, tuple[str, Message]] = {
    "planned": ("todo", N_("Planned")),
    "waiting": ("doing", N_("Waits to be sent")),
    "sending": ("doing", N_("Being sent")),
    "sent": ("done", N_("Sent")),
    "failed": ("late", N_("Could not be sent")),
    "void": ("locked", N_("Not sent")),
}
HELD_BACK = ("locked", N_("Held back"))
KINDS: Mapping[str, Message] = {
    "action": N_("Something was done"),
    "begun": N_("A step began"),
    "ended": N_("The review ended"),
    "reminder": N_("Reminder"),
    "by_hand": N_("Reminder"),
    "digest": N_("Digest"),
    "invite": N_("Invitation"),
    "reset": N_("New password"),
    "team": N_("The team"),
    "meeting": N_("A meeting"),
    "agreement": N_("The agreement"),
    "letter": N_("Written by the project lead"),
    "time": N_("More time"),
}
LATE_RULE = N_("Reminder: “%(step)s” should have been done %(due)s")
RULE = N_("Reminder: “%(step)s” is due %(due)s")


@dataclass(frozen=True)
class PlannedView:
    """A mail that is planned, or was not sent (`why_not`). `line`: what the lead adds to it. `review_id` and `review`
    for lists over several. `goes`: what it goes with, where it does not go alone. `gathered_id`, and no `id`: it was to
    go at once, and waits for its reader's digest."""

    id: int | None
    at: datetime
    to: str
    why: Words
    mark: str
    state: Message
    why_not: Message | None
    review_id: int
    line: str = ""
    review: str = ""
    goes: Message | None = None
    gathered_id: int | None = None


@dataclass(frozen=True)
class SentView:
    """A message of the outbox. `answer`: the server's; `next_at`: the next try; `readable`: its text may be shown;
    `delayed`: it was taken, and then reported to be held up on its way."""

    id: int
    at: datetime
    to: str
    address: str
    kind: Message
    subject: str
    mark: str
    state: Message
    state_key: str
    answer: Words
    attempts: int
    next_at: datetime | None
    readable: bool
    review_id: int | None
    review: str = ""
    delayed: str = ""


@dataclass(frozen=True)
class MailView:
    """`head` None: the whole network. `own`: the reader sees their own mails alone."""

    head: ReviewHead | None
    planned: tuple[PlannedView, ...]
    planned_total: int
    sent: tuple[SentView, ...]
    page: int
    pages: int
    own: bool = False


@dataclass(frozen=True)
class MessageView:
    head: ReviewHead | None
    mail: SentView
    text: str


def network_mail(house: House, *, actor: Account, state: str = "", page: int = 1, now: datetime) -> MailView:
    """What is planned next and the outbox, of the whole network. For the lead; NotFound for others."""
    only_lead(actor)
    with house.db.read() as session:
        total = store.count_outgoing(session, review_id=None, person_id=None, state=state)
        page, pages = _paged(page, total)
        rows = store.outgoing(
            session, review_id=None, person_id=None, state=state, limit=PAGE, offset=(page - 1) * PAGE
        )
        planned = store.planned_next(session, limit=NEXT, offset=0)
        gathered = gathered_store.to_come(session, review_id=None, person_id=None, limit=NEXT)
        ids = {row.review_id for row, _ in rows if row.review_id is not None} | {r.id for _, _, r in planned}
        ids |= {row.review_id for row, _ in gathered}
        names = {id: _title(sides) for id, sides in store.review_names(session, ids).items()}
        wished = wishes(session, {row.review_id for row, _, _ in planned})
        return MailView(
            head=None,
            planned=_in_order(
                [
                    *(
                        _planned(
                            row, name, house.workflows.get(review.workflow), wished, names.get(review.id, "")
                        )
                        for row, name, review in planned
                    ),
                    *(_gathered(row, person, names.get(row.review_id, "")) for row, person in gathered),
                ]
            )[:NEXT],
            planned_total=store.count_planned(session) + gathered_store.count(session),
            sent=tuple(_sent(row, name, names) for row, name in rows),
            page=page,
            pages=pages,
        )


def review_mail(house: House, *, actor: Account, review_id: int, page: int = 1, now: datetime) -> MailView:
    """The mails of one review: all of them for the lead, one's own for the others. NotFound for outsiders."""
    with looking(house, review_id=review_id, actor=actor, now=now, rounds="lead") as case:
        whose = None if ("lead", None) in case.actor.roles else actor.person_id
        total = store.count_outgoing(case.session, review_id=review_id, person_id=whose, state="")
        page, pages = _paged(page, total)
        rows = store.outgoing(
            case.session, review_id=review_id, person_id=whose, state="", limit=PAGE, offset=(page - 1) * PAGE
        )
        planned = store.planned_in(case.session, review_id, whose)
        gathered = gathered_store.to_come(case.session, review_id=review_id, person_id=whose, limit=MOST)
        wished = wishes(case.session, [review_id])
        return MailView(
            head=head_of(case),
            planned=_in_order(
                [
                    *(_planned(row, name, case.workflow, wished) for row, name in planned),
                    *(_gathered(row, person) for row, person in gathered),
                ]
            ),
            planned_total=len(planned) + len(gathered),
            sent=tuple(_sent(row, name, {}) for row, name in rows),
            page=page,
            pages=pages,
            own=whose is not None,
        )


def message(
    house: House, *, actor: Account, outgoing_id: int, review_id: int | None = None, now: datetime
) -> MessageView:
    """One message's text: for the lead, and for whoever it went to. NotFound for all others, and for those
    that hold a secret link."""
    with house.db.read() as session:
        row = store.message(session, outgoing_id)
        if row is None or row.kind in SECRET or (review_id is not None and row.review_id != review_id):
            raise NotFound(f"message {outgoing_id}")
        if not (actor.is_lead or row.person_id == actor.person_id):
            raise NotFound(f"message {outgoing_id}")
        view = _sent(row, None, {})
        body = text_of(row.message)
    if review_id is None:
        only_lead(actor)
        return MessageView(None, view, body)
    with looking(house, review_id=review_id, actor=actor, now=now, rounds="lead") as case:
        return MessageView(head_of(case), view, body)


def _paged(page: int, total: int) -> tuple[int, int]:
    pages = max(1, -(-total // PAGE))
    return min(max(page, 1), pages), pages


def _title(sides: tuple[str, ...]) -> str:
    return " – ".join(short(name) for name in sides)


def state_of(row: PlannedMail | Gathered, wish: Wish) -> tuple[str, Message]:
    """A mark and words for where a planned mail stands."""
    return HELD_BACK if row.state == "planned" and wish.held else STATES[row.state]


def _planned(
    row: PlannedMail, name: str, workflow: Workflow | None, wished: Mapping[Slot, Wish], review: str = ""
) -> PlannedView:
    wish = wished.get((row.review_id, key_of(row)), NONE)
    mark, state = state_of(row, wish)
    return PlannedView(
        id=row.id,
        at=row.due_at,
        to=name,
        why=_why(row, workflow),
        mark=mark,
        state=state,
        why_not=Message(row.why_not) if row.why_not else None,
        review_id=row.review_id,
        line=wish.line,
        review=review,
        goes=WITH.get(row.data.get("with", "")) if row.state == "planned" else None,
    )


def _gathered(row: Gathered, person: Person, review: str = "") -> PlannedView:
    wish = wish_of(row)
    mark, state = state_of(row, wish)
    return PlannedView(
        id=None,
        at=row.due_at,
        to=person.name,
        why=gathering.words_of(row).subject,
        mark=mark,
        state=state,
        why_not=Message(row.why_not) if row.why_not else None,
        review_id=row.review_id,
        line=wish.line,
        review=review,
        goes=goes_with(row, person),
        gathered_id=row.id,
    )


def goes_with(row: PlannedMail | Gathered, person: Person) -> Message | None:
    """What a mail goes with; None where it goes alone, or no longer waits."""
    if row.state != "planned":
        return None
    if isinstance(row, PlannedMail):
        return WITH.get(row.data.get("with", ""))
    rhythm = choices_of(person).rhythm
    return WITH["away" if rhythm == AT_ONCE else rhythm]


def _in_order(views: Iterable[PlannedView]) -> tuple[PlannedView, ...]:
    return tuple(sorted(views, key=lambda view: view.at))


def _why(row: PlannedMail, workflow: Workflow | None) -> Message:
    step = workflow.step(row.step) if workflow else None
    rule, due = LATE_RULE if row.data.get("late") else RULE, row.data.get("due")
    day = roughly(date.fromisoformat(due), row.data.get("roughly", "")) if due else ""
    return Message(rule.text, (("step", step.title if step else row.step), ("due", day)))


def _sent(row: Outgoing, name: str | None, names: Mapping[int, str]) -> SentView:
    mark, state = STATES[row.state]
    waits = row.state == "waiting" and row.attempts > 0
    return SentView(
        id=row.id,
        at=row.sent_at or row.created_at,
        to=name or row.recipient,
        address=row.recipient,
        kind=KINDS.get(row.kind, N_("News")),
        subject=row.subject,
        mark=mark,
        state=state,
        state_key=row.state,
        answer=answer_said(row.last_answer),
        attempts=row.attempts,
        next_at=row.next_at if waits else None,
        readable=row.kind not in SECRET and bool(row.message),
        review_id=row.review_id,
        review=names.get(row.review_id or 0, ""),
        delayed=row.report if row.state == "sent" else "",
    )
