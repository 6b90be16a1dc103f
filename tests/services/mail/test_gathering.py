"""Mail as its reader wants it: gathered, declined, not while they are away; planned so that everybody sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes

import pytest
from sqlalchemy import select, update

from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.lead import change_planned_mail, mail_lists, planned_mail_page
from peerreview.services.lead.mail_lists import HELD_BACK, PlannedView
from peerreview.services.lead.planned_mail_page import MailId
from peerreview.services.mail.digests import DONE, ENDED
from peerreview.services.mail.lead_wishes import HELD
from peerreview.services.mail.mail_choices import DECLINED, WITH
from peerreview.services.mail.off_keys import off_path
from peerreview.services.mail.put_in_outbox import text_of
from peerreview.services.mail.still_true import ask_again
from peerreview.services.people import mail_preferences
from peerreview.services.review import history_page
from peerreview.services.team import be_away
from peerreview.services.worker import each_tick
from peerreview.services.worker.deliver import deliver
from peerreview.store.mail.gathered_mail import Gathered
from peerreview.store.mail.outbox import Outgoing, PlannedMail
from peerreview.store.people.people import Person
from peerreview.store.review.reviews import Seat

from ...mail.post import Post
from ..review_fixtures import Cast, advance, do, make_review

BOTH = frozenset({"news", "late"})


@pytest.fixture
def house(house: House, smtp: Post) -> House:
    changes = {"mail_port": smtp.port, "base_url": "https://review.example"}
    return replace(house, settings=house.settings.model_copy(update=changes))


@pytest.fixture
def cast(house: House) -> Cast:
    return make_review(house)


def choose(
    house: House, cast: Cast, who: Account, rhythm: str = "at_once", wanted: frozenset[str] = BOTH
) -> None:
    mail_preferences.choose(house, actor=who, rhythm=rhythm, wanted=wanted, now=cast.now)


def mails(house: House, who: Account, kind: str = "") -> list[Outgoing]:
    with house.db.read() as session:
        query = select(Outgoing).where(Outgoing.person_id == who.person_id).order_by(Outgoing.id)
        return [row for row in session.scalars(query) if kind in ("", row.kind)]


def gathered(house: House, who: Account) -> list[Gathered]:
    with house.db.read() as session:
        query = select(Gathered).where(Gathered.person_id == who.person_id).order_by(Gathered.id)
        return list(session.scalars(query))


def plan(house: House, cast: Cast, who: Account) -> list[PlannedView]:
    """What the person's page says of their planned mail."""
    view = mail_lists.review_mail(house, actor=who, review_id=cast.review_id, now=cast.now)
    return list(view.planned)


def tick(house: House, at: datetime) -> int:
    return each_tick.tick(house, now=at, real_now=at)


def accept(house: House, cast: Cast) -> None:
    """Both sides accept: the coordinators are asked to appoint their teams."""
    advance(house, cast, "teams")


def test_a_digest_is_one_mail_at_its_hour_and_planned_before(house: House, cast: Cast) -> None:
    anna = cast.coordinator(0)
    choose(house, cast, anna, "daily")
    before = len(mails(house, anna))
    accept(house, cast)
    assert len(mails(house, anna)) == before
    [row] = gathered(house, anna)
    assert row.due_at > cast.now
    [shown] = [view for view in plan(house, cast, anna) if view.id is None]
    assert (shown.at, shown.goes) == (row.due_at, WITH["daily"])
    assert tick(house, row.due_at - timedelta(minutes=1)) == 0
    assert [tick(house, row.due_at) for _ in range(3)] == [1, 0, 0]
    [digest] = mails(house, anna, "digest")
    assert "Utse" in digest.subject
    assert [(row.state, row.outgoing_id) for row in gathered(house, anna)] == [("sent", digest.id)]
    # The other coordinator, who has chosen nothing, was told at once.
    assert mails(house, cast.coordinator(1), "begun")


def test_the_lead_reads_what_waits_as_it_will_go(house: House, cast: Cast) -> None:
    anna = cast.coordinator(0)
    choose(house, cast, anna, "daily")
    accept(house, cast)
    [row] = gathered(house, anna)
    look = {"which": MailId(row.id, gathered=True), "now": cast.now}
    seen = planned_mail_page.planned_mail(house, actor=cast.lead, **look)  # type: ignore[arg-type]
    for other in (anna, cast.coordinator(1), cast.outsider):
        with pytest.raises(NotFound):
            planned_mail_page.planned_mail(house, actor=other, **look)  # type: ignore[arg-type]
    tick(house, row.due_at)
    [digest] = mails(house, anna, "digest")
    assert (seen.at, seen.subject, seen.text) == (row.due_at, digest.subject, text_of(digest.message))


def test_what_has_been_done_meanwhile_is_not_in_the_digest(house: House, cast: Cast) -> None:
    anna = cast.coordinator(0)
    choose(house, cast, anna, "daily")
    accept(house, cast)
    [row] = gathered(house, anna)
    advance(house, cast, "first_meeting")
    # The plan says so at once, not only when the digest would have gone.
    [first, *later] = gathered(house, anna)
    assert (first.state, first.why_not) == ("void", DONE)
    assert later
    tick(house, row.due_at)
    [digest] = mails(house, anna, "digest")
    assert "Utse" not in text_of(digest.message)


def test_that_a_step_has_begun_is_no_news_when_it_is_over(house: House, cast: Cast) -> None:
    choose(house, cast, cast.lead, "weekly")
    advance(house, cast, "first_meeting")
    news = [row for row in gathered(house, cast.lead) if row.news and row.state == "planned"]
    assert news
    advance(house, cast, "collect")
    assert {row.why_not for row in gathered(house, cast.lead) if row.id in {one.id for one in news}} == {DONE}


def test_while_a_review_is_on_hold_the_digest_waits_and_when_it_ends_says_nothing(
    house: House, cast: Cast
) -> None:
    anna = cast.coordinator(0)
    choose(house, cast, anna, "daily")
    accept(house, cast)
    before = len(mails(house, anna, "action"))
    do(house, cast, cast.lead, "hold", reason="Valet drar ut på tiden.")
    # That it rests is told to everybody at once.
    assert len(mails(house, anna, "action")) == before + 1
    [row] = gathered(house, anna)
    assert tick(house, row.due_at) == 0
    [waits] = gathered(house, anna)
    assert (waits.state, waits.due_at > row.due_at) == ("planned", True)
    do(house, cast, cast.lead, "cancel", reason="Det blir ingen granskning i år.")
    [over] = gathered(house, anna)
    assert (over.state, over.why_not) == ("void", ENDED)
    assert mails(house, anna, "ended")


def test_a_digest_with_a_reminder_and_news_is_one_mail(house: House, cast: Cast) -> None:
    """And what a reminder says is not said twice."""
    anna = cast.coordinator(0)
    choose(house, cast, anna, "weekly")
    accept(house, cast)
    [row] = gathered(house, anna)
    with house.db.write() as session:
        mine = select(PlannedMail).where(
            PlannedMail.person_id == anna.person_id, PlannedMail.state == "planned"
        )
        reminder = session.scalars(mine.order_by(PlannedMail.due_at)).first()
        assert reminder is not None
        reminder.due_at = row.due_at
    tick(house, row.due_at)
    assert [row.state for row in gathered(house, anna)] == ["void"]
    assert len(mails(house, anna, "reminder")) == 1


def test_a_weekly_digest_takes_what_can_wait_and_makes_nobody_late(house: House, cast: Cast) -> None:
    anna = cast.coordinator(0)
    plain = {view.id: view.at for view in plan(house, cast, anna)}
    choose(house, cast, anna, "weekly")
    for view in plan(house, cast, anna):
        assert view.id is not None
        with house.db.read() as session:
            row = session.get_one(PlannedMail, view.id)
        if view.at != plain[view.id]:
            assert house.calendar.day(view.at).weekday() == 0
            assert house.calendar.day(view.at).isoformat() <= row.data["due"]
            assert view.goes == WITH["weekly"]
    choose(house, cast, anna)
    assert {view.id: view.at for view in plan(house, cast, anna)} == plain


def test_what_is_declined_is_not_sent_and_says_so(house: House, cast: Cast) -> None:
    lead = cast.lead
    late = [row for row in _planned(house, lead) if not row.data["own_turn"]]
    assert late
    choose(house, cast, lead, wanted=frozenset({"news"}))
    assert {(row.state, row.why_not) for row in _planned(house, lead)} == {("void", DECLINED)}
    accept(house, cast)
    assert {row.state for row in _planned(house, lead)} == {"void"}
    choose(house, cast, lead)
    assert "planned" in {row.state for row in _planned(house, lead)}


def test_news_that_is_declined_is_kept_as_not_sent(house: House, cast: Cast) -> None:
    advance(house, cast, "teams")
    member = cast.member(0, 0)
    choose(house, cast, member, wanted=frozenset())
    before = len(mails(house, member))
    advance(house, cast, "first_meeting")
    assert len(mails(house, member)) == before
    [row] = gathered(house, member)
    assert (row.state, row.why_not, row.news) == ("void", DECLINED, True)
    assert next(view.why_not for view in plan(house, cast, member) if view.id is None)


def _planned(house: House, who: Account) -> list[PlannedMail]:
    with house.db.read() as session:
        return list(session.scalars(select(PlannedMail).where(PlannedMail.person_id == who.person_id)))


def test_only_what_may_be_declined_can_be_turned_off_by_the_mail(house: House, cast: Cast) -> None:
    advance(house, cast, "first_meeting")
    seen = set()
    for who in (cast.coordinator(0), cast.member(0, 0)):
        for row in mails(house, who):
            message = message_from_bytes(row.message)
            off, click = message["List-Unsubscribe"], message["List-Unsubscribe-Post"]
            if row.may_decline:
                path = off_path(house.settings.secret_key, who.person_id, "news")
                assert (off, click) == (f"<https://review.example{path}>", "List-Unsubscribe=One-Click")
                assert path not in text_of(row.message)
            else:
                assert (off, click) == (None, None)
                assert "går inte att stänga av" in " ".join(text_of(row.message).split())
            seen.add((row.kind, row.may_decline))
    assert {("begun", ""), ("begun", "news")} <= seen


def test_a_key_turns_off_its_kind_of_its_person_and_nothing_else(house: House, cast: Cast) -> None:
    anna, secret = cast.coordinator(0), house.settings.secret_key
    token = off_path(secret, anna.person_id, "late").rpartition("/")[2]
    assert mail_preferences.look(house, token=token) == "late"
    assert mail_preferences.mail_choices(house, actor=anna, now=cast.now).wanted == BOTH
    for _ in range(2):
        mail_preferences.turn_off(house, token=token, now=cast.now)
        assert mail_preferences.mail_choices(house, actor=anna, now=cast.now).wanted == {"news"}
    head, kind, signed = token.split(".")
    other = cast.coordinator(1).person_id
    for wrong in (
        f"{other}.{kind}.{signed}",
        f"{head}.news.{signed}",
        f"{head}.{kind}.{signed[:-1]}A",
        off_path("another secret", anna.person_id, "late").rpartition("/")[2],
        off_path(secret, anna.person_id, "reminder").rpartition("/")[2],
        off_path(secret, 999_999, "late").rpartition("/")[2],
        "",
    ):
        with pytest.raises(NotFound):
            mail_preferences.turn_off(house, token=wrong, now=cast.now)


def test_a_digest_put_off_goes_under_its_id_with_what_is_still_true(
    house: House, smtp: Post, cast: Cast
) -> None:
    anna = cast.coordinator(0)
    choose(house, cast, anna, "daily")
    accept(house, cast)
    deliver(house, real_now=cast.now)
    [row] = gathered(house, anna)
    tick(house, row.due_at)
    [digest] = mails(house, anna, "digest")
    smtp.to_data[:] = ["451 later"] * 9
    deliver(house, real_now=row.due_at)
    smtp.to_data.clear()
    smtp.taken.clear()
    later = row.due_at + timedelta(minutes=5)
    ask_again(house, now=later, real_now=later)
    deliver(house, real_now=later)
    ids = [message_from_bytes(message)["Message-ID"] for to, message in smtp.taken if to == [anna.email]]
    assert ids == [digest.message_id]


def test_away_somebody_stands_in_everywhere_and_what_can_wait_waits(house: House, cast: Cast) -> None:
    advance(house, cast, "teams")
    anna, last = cast.coordinator(0), house.calendar.day(cast.now) + timedelta(days=10)
    colleagues = be_away.stand_ins(house, actor=anna, now=cast.now)
    assert colleagues
    given = {"actor": anna, "until": last.isoformat(), "now": cast.now, "real_now": cast.now}
    for wrong in (None, cast.coordinator(1).person_id):
        with pytest.raises(Invalid) as refused:
            be_away.go_away(house, person_id=wrong, **given)  # type: ignore[arg-type]
        assert list(refused.value.errors) == ["person"]
    assert be_away.go_away(house, person_id=colleagues[0][0], **given) == last  # type: ignore[arg-type]
    assert mail_preferences.mail_choices(house, actor=anna, now=cast.now).away_until == last
    with house.db.read() as session:
        [seat] = session.scalars(select(Seat).where(Seat.person_id == anna.person_id))
        assert (seat.deputy_id, seat.removed_at) == (colleagues[0][0], None)
    before = len(mails(house, anna))
    advance(house, cast, "first_meeting")
    assert len(mails(house, anna)) == before
    be_away.come_back(house, actor=anna, now=cast.now)
    with house.db.read() as session:
        [seat] = session.scalars(select(Seat).where(Seat.person_id == anna.person_id))
        assert (seat.deputy_id, session.get_one(Person, anna.person_id).away_until) == (None, None)


def asked(house: House, cast: Cast) -> Gathered:
    """What waits for the coordinator who wants a digest: the mail that asks for a team."""
    choose(house, cast, cast.coordinator(0), "daily")
    accept(house, cast)
    [row] = gathered(house, cast.coordinator(0))
    return row


def told(house: House, cast: Cast, who: Account) -> list[str]:
    """What the history says to somebody of mails."""
    view = history_page.history(house, actor=who, review_id=cast.review_id, now=cast.now)
    return [say(line.title, "en", view.head.names) for line in view.lines if "mail" in say(line.title, "en")]


def test_the_lead_holds_back_what_waits_and_it_is_not_in_the_digest(house: House, cast: Cast) -> None:
    row = asked(house, cast)
    given = {"actor": cast.lead, "which": MailId(row.id, gathered=True), "now": cast.now}
    for held in (True, False, True):
        change_planned_mail.hold_back(house, held=held, **given)  # type: ignore[arg-type]
    assert [view.state for view in plan(house, cast, cast.coordinator(0)) if view.id is None] == [
        HELD_BACK[1]
    ]
    assert tick(house, row.due_at) == 0
    [kept] = gathered(house, cast.coordinator(0))
    assert (kept.state, kept.why_not) == ("void", HELD)
    assert len(told(house, cast, cast.lead)) == 3


def test_a_line_goes_with_what_waits_and_says_whose_it_is(house: House, cast: Cast) -> None:
    row, anna = asked(house, cast), cast.coordinator(0)
    given = {"actor": cast.lead, "which": MailId(row.id, gathered=True), "now": cast.now}
    change_planned_mail.add_line(house, line="Hör av dig.", **given)  # type: ignore[arg-type]
    seen = planned_mail_page.planned_mail(house, **given)  # type: ignore[arg-type]
    # It goes even where a reminder of the same step goes too: nobody else says what the lead has written.
    with house.db.write() as session:
        session.execute(
            update(PlannedMail).where(PlannedMail.person_id == anna.person_id).values(due_at=cast.now)
        )
    tick(house, row.due_at)
    [digest] = mails(house, anna, "digest")
    body = text_of(digest.message)
    assert all("Hör av dig." in text and cast.lead.name in text for text in (body, seen.text))


def test_sent_now_it_goes_alone_and_the_digest_is_without_it(house: House, cast: Cast) -> None:
    row, anna = asked(house, cast), cast.coordinator(0)
    given = {"actor": cast.lead, "which": MailId(row.id, gathered=True), "now": cast.now}
    change_planned_mail.send_now(house, real_now=cast.now, **given)  # type: ignore[arg-type]
    [sent] = mails(house, anna, row.kind)[-1:]
    assert (gathered(house, anna)[0].state, gathered(house, anna)[0].outgoing_id) == ("sent", sent.id)
    assert "Utse" in sent.subject
    seen = planned_mail_page.planned_mail(house, **given)  # type: ignore[arg-type]
    assert (seen.at, seen.subject, seen.open) == (cast.now, sent.subject, False)
    assert tick(house, row.due_at) == 0
    with pytest.raises(Conflict):
        change_planned_mail.send_now(house, real_now=cast.now, **given)  # type: ignore[arg-type]
    line = "Sent a mail before its day to Coordinator, Region"
    assert [said[: len(line)] for said in told(house, cast, cast.lead)] == [line]
    assert told(house, cast, anna) == told(house, cast, cast.lead)
    # To others it is not there, no more than on their page of mails.
    assert told(house, cast, cast.coordinator(1)) == []


def test_what_no_longer_holds_or_rests_is_not_sent_now(house: House, cast: Cast) -> None:
    row = asked(house, cast)
    given = {
        "actor": cast.lead,
        "which": MailId(row.id, gathered=True),
        "now": cast.now,
        "real_now": cast.now,
    }
    do(house, cast, cast.lead, "hold", reason="Valet drar ut på tiden.")
    with pytest.raises(Refused, match="on hold"):
        change_planned_mail.send_now(house, **given)  # type: ignore[arg-type]
    do(house, cast, cast.lead, "resume", reason="Vidare.")
    advance(house, cast, "first_meeting")
    with pytest.raises(Conflict):
        change_planned_mail.send_now(house, **given)  # type: ignore[arg-type]
