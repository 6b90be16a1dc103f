"""A whole review played through the forms of its pages and the links in its mails, by people of two languages.

Only the organisations, the lead and one coordinator each are there beforehand; everybody else is invited by
mail. Mails go through the real worker's functions to a real SMTP server; `Drama.post` empties it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
from flask import Flask

from peerreview import create_app
from peerreview.services.base.house import House
from peerreview.services.worker.deliver import Delivery, deliver
from peerreview.services.worker.each_tick import tick
from tests.mail.post import Post
from tests.people import PASSWORD, make_organisation, make_person

from .play_http import Page, Player, Watch, set_clock

START = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
ORGANISATIONS = (("Region Kalmar län", "08"), ("Region Gävleborg", "21"), ("Region Dalarna", "20"))
DOCUMENTS = ("Verksamhetsplan 2025", "Handlingsplan för levnadsvanor", "Patientenkät 2025")
REPORT = "## Styrkor\n\nEtt tydligt uppdrag och en ledning som frågar efter resultatet.\n"
NOTES = "## Anteckningar\n\nVi gick igenom frågorna en i taget.\n"


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    text: str
    id: str

    @property
    def link(self) -> str:
        """The path of the mail's one link to the house."""
        found = {
            one
            for one in re.findall(r"http://127\.0\.0\.1:5000(/\S*)", self.text)
            if not one.startswith("/me")
        }
        assert len(found) == 1, (self.subject, found)
        return found.pop()


def read_mail(taken: tuple[list[str], bytes]) -> Mail:
    recipients, content = taken
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    assert len(recipients) == 1, "one recipient a message"
    return Mail(recipients[0], str(message["Subject"]), body.get_content(), str(message["Message-ID"]))


@dataclass
class Drama:
    app: Flask
    house: House
    smtp: Post
    watch: Watch
    lead: Player
    coordinators: list[Player]
    organisations: list[int]
    review: int = 0
    members: dict[int, list[Player]] = field(default_factory=dict)
    contacts: dict[int, Player] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    player: Callable[..., Player] = Player

    @property
    def now(self) -> datetime:
        return self.watch.at

    @property
    def sides(self) -> range:
        return range(len(self.coordinators))

    @property
    def address(self) -> str:
        return f"/reviews/{self.review}"

    def everyone(self) -> list[Player]:
        return [person for side in self.sides for person in self.people(side)]

    def people(self, side: int) -> list[Player]:
        return [self.coordinators[side], *self.members[side], self.contacts[side]]

    def about(self, side: int) -> int:
        """The side that `side` reviews."""
        return (side + 1) % len(self.coordinators)

    def reviewer(self, side: int) -> int:
        return (side - 1) % len(self.coordinators)

    # ---- time and mail

    def wait(self, **more: float) -> list[Mail]:
        """Time passes; the clock ticks; the mail goes."""
        self.watch.at += timedelta(**more)
        tick(self.house, now=self.now, real_now=self.now)
        return self.post()

    def post(self) -> list[Mail]:
        """What the worker delivers now."""
        before = len(self.smtp.taken)
        self.deliver()
        new = [read_mail(taken) for taken in self.smtp.taken[before:]]
        self.mails += new
        return new

    def deliver(self) -> tuple[Delivery, ...]:
        return deliver(self.house, real_now=self.now)

    def day(self, **more: float) -> date:
        return self.house.calendar.on_or_after(self.house.calendar.day(self.now) + timedelta(**more))


def begin(
    house: House,
    smtp: Post,
    monkeypatch: pytest.MonkeyPatch,
    parties: int,
    player: Callable[..., Player] = Player,
) -> Drama:
    """`player(app, email, language)`: what people sit at."""
    changes = {"mail_port": smtp.port, "mail_server": "127.0.0.1"}
    house = replace(house, settings=house.settings.model_copy(update=changes))
    app = create_app(house.settings, house)
    app.testing = True
    watch = set_clock(monkeypatch, START)
    make_person(house, "Projektledare", "lead@example.org", is_lead=True)
    coordinators, organisations = [], []
    for side, (name, code) in enumerate(ORGANISATIONS[:parties]):
        language = "en" if side == 1 else "sv"
        organisations.append(make_organisation(house, name, code))
        email = f"coordinator{side}@example.org"
        make_person(house, f"Samordnare {side}", email, in_organisation=organisations[-1], language=language)
        coordinators.append(player(app, email, language))
    lead = player(app, "lead@example.org", "sv")
    drama = Drama(app, house, smtp, watch, lead, coordinators, organisations, player=player)
    for person in (drama.lead, *coordinators):
        person.enter()
    return drama


def to(mails: Iterable[Mail]) -> list[str]:
    return sorted(mail.to for mail in mails)


# ---- the scenes


def propose(drama: Drama) -> None:
    drama.lead.get("/lead/reviews/new")
    chosen = {f"organisation_{n}": str(key) for n, key in enumerate(drama.organisations, start=1)}
    page = drama.lead.use("Propose the review and ask the coordinators", **chosen)
    drama.review = int(page.url.rsplit("/", 1)[1])


def accept(drama: Drama) -> None:
    """From the mail: its link opens the one task."""
    asked = {mail.to: mail for mail in drama.post()}
    assert set(asked) == {person.email for person in drama.coordinators}
    for person in drama.coordinators:
        page = person.get(asked[person.email].link)
        assert page.status == 200
        person.act(drama.review, "accept", "acceptance", conflict="none")


def appoint(drama: Drama) -> None:
    drama.post()
    for side, coordinator in enumerate(drama.coordinators):
        for key, function in (("medical", "medical"), ("hr", "hr"), ("contact", "")):
            coordinator.get(f"{drama.address}/team/appoint" + ("" if function else "?role=contact"))
            coordinator.use(
                "Appoint",
                person="",
                name=f"Ny person {side}, {key}",
                email=f"{key}{side}@example.org",
                role="member" if function else "contact",
                function=function,
            )
    invitations = {mail.to: mail for mail in drama.post()}
    assert len(invitations) == 3 * len(drama.coordinators)
    for side in drama.sides:
        language = drama.coordinators[side].language
        people = [
            _come_in(drama, invitations[f"{key}{side}@example.org"], language)
            for key in ("medical", "hr", "contact")
        ]
        drama.members[side], drama.contacts[side] = people[:2], people[2]
    # That the account is ready: who was meant notices if it was somebody else.
    assert sorted(mail.to for mail in drama.post()) == sorted(invitations)


def _come_in(drama: Drama, invitation: Mail, language: str) -> Player:
    """By the invitation's link, after a scanner has fetched it twice."""
    assert urlsplit(invitation.link).path.startswith("/invite/")
    person = drama.player(drama.app, invitation.to, language)
    for _ in range(2):
        Player(drama.app, invitation.to).get(invitation.link)
    person.get(invitation.link)
    button = next(form for form in person._here().forms if "/invite/" in form.action).buttons[0]
    filled = {
        "name": f"Anna {invitation.to.partition('@')[0]}",
        "password": PASSWORD,
        "language": language,
    }
    from .play_http import words

    page = person.press(words(button), at="/invite/", **filled)
    assert page.status == 200
    again = Player(drama.app, invitation.to)
    again.client.get(invitation.link)
    assert again.client.get(invitation.link).status_code in (404, 410), "the link works once"
    return person


def confirm_teams(drama: Drama) -> None:
    for coordinator in drama.coordinators:
        page = coordinator.get(f"{drama.address}/team")
        assert "/actions/confirm" in page.text
        coordinator.act(drama.review, "confirm", "teams")


def plan_meeting(drama: Drama, key: str, who: Player | None = None, **ahead: float) -> None:
    who = who or drama.coordinators[0]
    who.get(f"{drama.address}/meetings/{key}/plan")
    # Today, so that it can be concluded.
    day = drama.day(**ahead).isoformat()
    who.use(
        "Save the meeting",
        date=day,
        time="17:00",
        until="19:00",
        place="Residenset",
        link="https://example.org/mote",
    )


def agree(drama: Drama, *, report: str = "separate", opening: str = "all", **more: str) -> None:
    writer = drama.coordinators[0]
    page = writer.get(f"{drama.address}/agreement/edit")
    filled: dict[str, str] = {"period_from": "2025-01-01", "period_to": "2025-12-31"}
    filled |= {"report": report, "opening": opening, "follow_up": "6", **more}
    for side in drama.sides:
        for row, title in enumerate(DOCUMENTS):
            filled[f"wish-{side}-{row}-title"] = title
    filled["date_second_meeting"] = drama.day(weeks=13).isoformat()
    page = writer.use("Propose the other days from it", then=200, **filled)
    assert page.by_id("f-date_materials").get("value")
    writer.use("Save the draft")
    for coordinator in drama.coordinators:
        coordinator.get(f"{drama.address}/agreement")
        coordinator.press(coordinator.says("Confirm version %(number)s") % {"number": 1})


def first_meeting(drama: Drama, **terms: str) -> None:
    plan_meeting(drama, "first_meeting")
    agree(drama, **terms)
    drama.lead.act(drama.review, "held", "first_meeting")


def gather(drama: Drama, side: int) -> None:
    """A file, a link and one that does not exist; then the set is handed in."""
    member, coordinator = drama.members[side][0], drama.coordinators[side]
    page = member.get(f"{drama.address}/materials")
    rows = sorted({href for _, href in page.links() if "/materials/add?" in href and "wish=" in href})
    wishes = sorted({re.search(r"wish=([^&]+)", href)[1] for href in rows})  # type: ignore[index]
    assert len(wishes) == len(DOCUMENTS)
    where = f"{drama.address}/materials/add?wish="
    member.get(where + wishes[0])
    member.use("Upload", file=(f"plan {side}.txt", f"Planen {side}".encode()))
    member.get(where + wishes[1] + "&kind=link")
    member.use("Save the link", url=f"https://example.org/plan/{side}")
    member.get(where + wishes[2] + "&kind=absent")
    member.use("Note that it does not exist", reason="Vi gör ingen enkät.")
    page = coordinator.act(drama.review, "hand_in", "exchange/collect")
    assert "/receipts/" in page.url


def question(drama: Drama, side: int) -> None:
    member = drama.members[side][0]
    page = member.get(f"{drama.address}/questions")
    options = [each.get("value") for each in page.by_id("f-document").iter("option") if each.get("value")]
    for text in ("Hur följer ni upp planen?", "Vem äger frågan i linjen?"):
        member.use(
            "Save the question",
            at="/questions",
            perspective="governance",
            document=str(options[0]),
            page="12",
            text=text,
        )
    drama.coordinators[side].act(drama.review, "send", "exchange/work/study")


def write_report(drama: Drama, side: int, more: str = "") -> None:
    member = drama.members[side][1]
    member.get(f"{drama.address}/report")
    member.use("Save", at="/report/", text=f"{REPORT}\n{more}")


def second_meeting(drama: Drama, *, joint: bool = False) -> None:
    plan_meeting(drama, "second_meeting")
    for side in drama.sides:
        _answer(drama, side)
    if not joint:
        drama.coordinators[0].act(drama.review, "present", "second_meeting")
        for side in drama.sides:
            reader = drama.members[drama.about(side)][0]
            reader.get(f"{drama.address}/report/{side}")
            reader.use("Leave the comment", comment="En rättvis bild.")
    notes = drama.coordinators[1]
    notes.get(f"{drama.address}/meetings/second_meeting/notes")
    notes.press("", at="/notes", notes=NOTES)
    drama.coordinators[0].act(drama.review, "held", "second_meeting")


def _answer(drama: Drama, side: int) -> None:
    """The questions to `side` are answered one after the other; those who asked note."""
    answering, asking = drama.members[side][0], drama.members[drama.reviewer(side)][0]
    page = answering.get(f"{drama.address}/questions")
    ours = sorted({form.action for form in page.forms if form.action.endswith("/answer")})
    assert len(ours) == 2
    for action in ours:
        key = action.split("/")[-2]
        answering.use("Give the answer", at=action, **{f"answer-{key}": "Varje kvartal."})
    asking.get(f"{drama.address}/questions")
    asking.press("", at=f"/questions/{key}/note", **{f"note-{key}": "Bra svar."})


def closing_meeting(drama: Drama, *, joint: bool = False) -> None:
    plan_meeting(drama, "closing_meeting")
    if joint:
        drama.coordinators[0].act(drama.review, "hand_over_joint", "closing_meeting")
    for side in drama.sides:
        if not joint:
            drama.coordinators[side].act(drama.review, "hand_over", "closing_meeting")
    for side in drama.sides:
        who = drama.contacts[side] if side == 0 else drama.coordinators[side]
        who.act(drama.review, "acknowledge_joint" if joint else "acknowledge", "closing_meeting")
    drama.lead.act(drama.review, "held", "closing_meeting")


def evaluate(drama: Drama) -> list[Player]:
    """All but the last, who never does; gives those who did."""
    people = drama.everyone()[:-1]
    for person in people:
        person.get(f"{drama.address}/evaluation")
        person.use(
            "Hand in the evaluation",
            worth="4",
            clarity="4",
            balance="3",
            hours="12",
            best="Mötena.",
            better="Inget.",
        )
    return people


def follow_up(drama: Drama) -> None:
    """Half a year later: everybody has to log in anew."""
    for person in (drama.lead, *drama.everyone()):
        person.enter()
    for side in drama.sides:
        member = drama.members[side][0]
        member.get(f"{drama.address}/follow-up")
        member.use("Add the row", finding="Ledningen frågar.", change="Nu frågar alla.", status="done")
        drama.coordinators[side].act(drama.review, "report_back", "follow_up")


def ended(drama: Drama) -> Page:
    """The review's page, for each of those who took part."""
    pages = [person.get(drama.address) for person in drama.everyone()]
    return pages[0]
