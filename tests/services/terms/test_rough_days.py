"""An agreed month or term is said as that wherever it is printed, and counts as its last working day."""

from __future__ import annotations

from datetime import date

from icalendar import Calendar

from peerreview.engine.running.dates import when
from peerreview.errors import N_
from peerreview.rendering.keeping import from_json, to_json
from peerreview.rendering.mails import MailWords
from peerreview.rendering.words import say
from peerreview.services.base.house import House
from peerreview.services.home import calendar_feed
from peerreview.services.lead import mail_lists, planned_mail_page
from peerreview.services.lead.board import board
from peerreview.services.lead.planned_mail_page import MailId

from ..review_fixtures import advance, agreement_fields, make_review

ROUGH = {"report": "2026-09", "closing": "2026-ht"}


def test_an_agreed_month_is_said_as_a_month_everywhere(house: House) -> None:
    cast = make_review(house)
    dates = {**agreement_fields(house, cast)["dates"], **ROUGH}
    cast = advance(house, cast, "final_report", agreement={"dates": dates})
    [row] = board(house, actor=cast.lead, now=cast.now, real_now=cast.now).rows
    dues = {row.due, *(ball.due for ball in row.balls)}
    assert dues == {date(2026, 9, 30)}
    assert {say(due, "sv") for due in dues} == {"i september 2026"}
    assert {say(due, "en") for due in dues} == {"the end of September 2026"}
    mails = mail_lists.review_mail(house, actor=cast.lead, review_id=cast.review_id, now=cast.now).planned
    [mail, *_] = [mail for mail in mails if mail.mark == "todo"]
    assert say(mail.why, "sv").endswith("senast i september 2026")
    seen = planned_mail_page.planned_mail(house, actor=cast.lead, which=MailId(mail.id or 0), now=cast.now)
    assert "senast i september 2026" in seen.subject
    token = calendar_feed.make_feed(house, actor=cast.member(0), real_now=cast.now)
    events = Calendar.from_ical(calendar_feed.feed(house, token=token, now=cast.now)).walk("VEVENT")
    [event] = [e for e in events if str(e["summary"]).endswith("(senast i september 2026)")]
    assert event["dtstart"].dt == date(2026, 9, 30)
    # A mail that waits for a digest keeps it too.
    words = MailWords(N_("by %(day)s", day=house.calendar.due(when("2026-ht"))), why="")
    assert say(from_json(to_json(words)).subject, "sv") == "senast höstterminen 2026"
    # What is counted from it is a day.
    assert say(house.calendar.add(house.calendar.due(when("2026-09")), -5), "sv") == "ons 23 september 2026"
