"""Which mails will be sent, to whom, when and why, and what became of those that were: for the network's lead, and
in one review for its people (their own)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from ...engine.language.definition import Workflow
from ...engine.running.dates import roughly
from ...errors import N_, Message, NotFound
from ...store.mail import mail_plan as store
from ...store.mail.gathered_mail import Gathered
from ...store.mail.outbox import Outgoing, PlannedMail
from ...store.people.people import Person, person_by_email
from ...store.review.reviews import Review
from ..base.access import only_lead
from ..base.house import Account, House
from ..base.words import Words
from ..case.opening import looking
from ..frame.review_head import ReviewHead, head_of
from ..mail import digests
from ..mail.answers import answer_said
from ..mail.lead_wishes import NONE, Slot, Wish, key_of, wish_of, wishes
from ..mail.mail_choices import AT_ONCE, WITH, choices_of
from ..mail.mail_kinds import KINDS
from ..mail.put_in_outbox import SECRET, text_of
from ..turns.wording import short
from .mail_search import ANYTHING, MailAsked, states_of, wanted_by

PAGE, NEXT = 50, 20
Workflows = Callable[[Review], Workflow | None]

STATES: Mapping[str, tuple[str, Message]] = {
    "planned": ("todo", N_("Planned")),
    "waiting": ("doing", N_("Waits to be sent")),
    "sending": ("doing", N_("Being sent")),
    "sent": ("done", N_("Sent")),
    "failed": ("late", N_("Could not be sent")),
    "void": ("locked", N_("Not sent")),
}
HELD_BACK = ("locked", N_("Held back"))
NAMELESS = N_("Somebody who had not answered")
LATE_RULE = N_("Reminder: %(step)s, late since %(due)s")
RULE = N_("Reminder: %(step)s, due %(due)s")


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
    to: Words
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
class MissingView:
    """A reminder to all who have not answered an anonymous form: how many, and never who."""

    review_id: int
    review: str
    step: str
    rule: str
    at: datetime
    people: int
    why: Words
    mark: str
    state: Message
    line: str


@dataclass(frozen=True)
class MailView:
    """`head` None: the whole network. `own`: the reader sees their own mails alone. `planned` and `sent` are pages of
    lists of their own; `going`: how many of what is planned will go as things stand, in how many `messages`;
    `void_total`: how many more were planned and did not go."""

    head: ReviewHead | None
    planned: tuple[PlannedView, ...]
    planned_total: int
    planned_page: int
    planned_pages: int
    void_total: int
    sent: tuple[SentView, ...]
    sent_total: int
    page: int
    pages: int
    own: bool = False
    missing: tuple[MissingView, ...] = ()
    going: int = 0
    messages: int = 0


@dataclass(frozen=True)
class MessageView:
    head: ReviewHead | None
    mail: SentView
    text: str


def network_mail(
    house: House,
    *,
    actor: Account,
    asked: MailAsked = ANYTHING,
    page: int = 1,
    coming: int = 1,
) -> MailView:
    """What is planned and the outbox, of the whole network; `coming`: the page of what is planned. For the lead;
    NotFound for others."""
    only_lead(actor)
    with house.db.read() as session:
        newest = house.workflows
        wanted = wanted_by(house, asked)
        return _view(session, asked, wanted, page, coming, lambda review: newest.get(review.workflow))


def review_mail(
    house: House,
    *,
    actor: Account,
    review_id: int,
    asked: MailAsked = ANYTHING,
    page: int = 1,
    coming: int = 1,
    now: datetime,
) -> MailView:
    """The mails of one review: all of them for the lead, one's own for the others. NotFound for outsiders."""
    with looking(house, review_id=review_id, actor=actor, now=now, rounds="lead") as case:
        own = ("lead", None) not in case.actor.roles
        wanted = replace(
            wanted_by(house, ANYTHING if own else asked),
            review_id=review_id,
            person_id=actor.person_id if own else None,
            about="",
            nameless=own,
        )
        view = _view(
            case.session, ANYTHING if own else asked, wanted, page, coming, lambda _: case.workflow, own=own
        )
        return replace(view, head=head_of(case), own=own)


def _view(
    session: Session,
    asked: MailAsked,
    wanted: store.Wanted,
    page: int,
    coming: int,
    workflows: Workflows,
    *,
    own: bool = False,
) -> MailView:
    """Both lists, in as many queries however long they are."""
    if "@" in wanted.who and (person := person_by_email(session, wanted.who)) is not None:
        # A whole address is one person's, and not also that of another whose address ends so.
        wanted = replace(wanted, who="", person_id=wanted.person_id or person.id)
    states = states_of(asked.state, own=own)
    ahead = store.count_coming(session, wanted, states) if states else 0
    # Of the whole network nobody wants to know how many: years of them would be counted each time.
    narrow = wanted != store.Wanted() and states == ("planned",)
    void = store.count_coming(session, wanted, ("void",)) if narrow else 0
    coming, aheads = _paged(coming, ahead, NEXT)
    given = {"limit": NEXT, "offset": (coming - 1) * NEXT}
    rows = store.coming(session, wanted, states, **given) if ahead else []
    outbox = asked.state != "planned"
    total = store.count_outgoing(session, wanted, asked.state) if outbox else 0
    page, pages = _paged(page, total)
    given = {"limit": PAGE, "offset": (page - 1) * PAGE}
    sent = store.outgoing(session, wanted, asked.state, **given) if total else []
    ids = {row.review_id for row, _ in sent if row.review_id is not None} | {r.id for _, _, r in rows}
    names = {id: _title(sides) for id, sides in store.review_names(session, ids).items()}
    wanting = store.missing(session, wanted, limit=NEXT) if not own and asked.state in ("", "planned") else []
    names |= {
        id: _title(s) for id, s in store.review_names(session, {m.row.review_id for m in wanting}).items()
    }
    going, messages = store.count_going(session, wanted) if "planned" in states else (0, 0)
    wished = wishes(session, {row.review_id for row, _, _ in rows} | {m.row.review_id for m in wanting})
    return MailView(
        head=None,
        planned=tuple(_coming(workflows, *found, wished, names) for found in rows),
        planned_total=ahead,
        planned_page=coming,
        planned_pages=aheads,
        void_total=void,
        going=going,
        messages=messages,
        missing=tuple(
            missing_view(one, workflows(session.get_one(Review, one.row.review_id)), wished, names)
            for one in wanting
        ),
        sent=tuple(_sent(row, name, names, own=own) for row, name in sent),
        sent_total=total,
        page=page,
        pages=pages,
    )


def _coming(
    workflows: Workflows,
    row: PlannedMail | Gathered,
    person: Person,
    review: Review,
    wished: Mapping[Slot, Wish],
    names: Mapping[int, str],
) -> PlannedView:
    if isinstance(row, Gathered):
        return _gathered(row, person, names.get(review.id, ""))
    return _planned(row, person.name, workflows(review), wished, names.get(review.id, ""))


def message(
    house: House, *, actor: Account, outgoing_id: int, review_id: int | None = None, now: datetime
) -> MessageView:
    """One message's text: for the lead, and for whoever it went to. NotFound for all others, and for those
    that hold a secret link."""
    with house.db.read() as session:
        row = store.message(session, outgoing_id)
        if row is None or row.kind in SECRET:
            raise NotFound(f"message {outgoing_id}")
        if review_id is not None and not store.is_about(session, outgoing_id, review_id):
            raise NotFound(f"message {outgoing_id}")
        if row.person_id != actor.person_id and (not actor.is_lead or row.nameless):
            raise NotFound(f"message {outgoing_id}")
        view = _sent(row, None, {}, own=True)
        body = text_of(row.message)
    if review_id is None:
        only_lead(actor)
        return MessageView(None, view, body)
    with looking(house, review_id=review_id, actor=actor, now=now, rounds="lead") as case:
        return MessageView(head_of(case), view, body)


def _paged(page: int, total: int, size: int = PAGE) -> tuple[int, int]:
    return min(max(page, 1), pages := max(1, -(-total // size))), pages


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
        why=digests.words_of(row).subject,
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
    choices = choices_of(person)
    if choices.rhythm == AT_ONCE:
        return WITH["away"] if choices.away_until is not None else None
    return WITH[choices.rhythm]


def missing_view(
    one: store.Missing, workflow: Workflow | None, wished: Mapping[Slot, Wish], names: Mapping[int, str]
) -> MissingView:
    row = one.row
    wish = wished.get((row.review_id, key_of(row)), NONE)
    where = (row.review_id, names.get(row.review_id, ""), row.step, row.rule)
    return MissingView(*where, row.due_at, one.people, _why(row, workflow), *state_of(row, wish), wish.line)


def _why(row: PlannedMail, workflow: Workflow | None) -> Message:
    step = workflow.step(row.step) if workflow else None
    rule, due = LATE_RULE if row.data.get("late") else RULE, row.data.get("due")
    day = roughly(date.fromisoformat(due), row.data.get("roughly", "")) if due else ""
    return Message(rule.text, (("step", step.title if step else row.step), ("due", day)))


def written_at(row: Outgoing) -> datetime:
    """When it went, or was written, on the method's clock: a demo moves that, for all others it is the real one."""
    return row.about_at + ((row.sent_at or row.created_at) - row.created_at)


def _sent(row: Outgoing, name: str | None, names: Mapping[int, str], *, own: bool) -> SentView:
    hidden = row.nameless and not own
    mark, state = STATES[row.state]
    waits = row.state == "waiting" and row.attempts > 0
    return SentView(
        id=row.id,
        at=written_at(row),
        to=NAMELESS if hidden else name or row.recipient,
        address="" if hidden else row.recipient,
        kind=KINDS.get(row.kind, N_("News")),
        subject="" if hidden else row.subject,
        mark=mark,
        state=state,
        state_key=row.state,
        answer="" if hidden else answer_said(row.last_answer),
        attempts=row.attempts,
        next_at=row.next_at if waits else None,
        readable=row.kind not in SECRET and bool(row.message) and not hidden,
        review_id=row.review_id,
        review=names.get(row.review_id or 0, ""),
        delayed=row.report if row.state == "sent" and not hidden else "",
    )
