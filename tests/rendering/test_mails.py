"""What is composed is what arrives: the words, the headers and nothing else."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import html5lib
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from peerreview.errors import N_, PartyName, Text
from peerreview.rendering.mails import (
    MOST_SUBJECT,
    Digest,
    Foot,
    MailWords,
    compose,
    digest,
    order_of,
    subject_of,
)

WORDS = MailWords(
    subject=N_(
        "%(step)s by %(due)s – %(party)s",
        step="Lämna in underlaget",
        due=date(2026, 3, 6),
        party=PartyName(0),
    ),
    why=N_("You get this because you coordinate %(party)s.", party=PartyName(0)),
    ask=(Text.of({"sv": "Lämna in de sju dokumenten.", "en": "Hand in the seven documents."}),),
    link="/reviews/3/materials",
    button="Öppna underlaget",
    next=("Sedan öppnas de för Region Gävleborg.",),
    names={0: "Region Kalmar län"},
)
NEXT = MailWords(
    subject="Utvärdera", why="Granskningen är klar.", link="/reviews/4/evaluation", button="Svara"
)


def made(words: MailWords | Digest = WORDS, **changes: Any) -> bytes:
    plain: dict[str, Any] = {
        "to_name": "Anna Åberg",
        "to_address": "anna@kalmar.example",
        "sender": ("Nätverket", "mail@network.example"),
        "reply_to": ("Projektledaren", "lead@network.example"),
        "message_id": "<1@network.example>",
        "date": datetime(2026, 3, 3, 7, 0, tzinfo=UTC),
        "language": "sv",
        "in_reply_to": "<0@network.example>",
        "base_url": "https://review.example/",
    }
    return compose(words, **{**plain, **changes})


def read(message: bytes) -> EmailMessage:
    parsed = message_from_bytes(message, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def text(message: bytes) -> str:
    part = read(message).get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def html(message: bytes) -> str:
    part = read(message).get_body(("html",))
    assert part is not None
    return str(part.get_content())


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links.append(dict(attrs)["href"] or "")


def page(message: bytes) -> _Page:
    found = _Page()
    found.feed(html(message).partition("<body")[2])
    return found


def test_headers_are_the_ones_of_the_house() -> None:
    mail = read(made(foot=Foot(N_("Off:"), "https://review.example/me#mail", True)))
    assert {name: str(value) for name, value in mail.items()} == {
        "From": "Nätverket <mail@network.example>",
        "To": "Anna Åberg <anna@kalmar.example>",
        "Reply-To": "Projektledaren <lead@network.example>",
        "Subject": "Lämna in underlaget by fre 6 mars – Region Kalmar län",
        "Date": "Tue, 03 Mar 2026 08:00:00 +0100",
        "Message-ID": "<1@network.example>",
        "In-Reply-To": "<0@network.example>",
        "References": "<0@network.example>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": "sv",
        "List-Unsubscribe": "<https://review.example/me#mail>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "MIME-Version": "1.0",
        "Content-Type": mail["Content-Type"],
    }
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert list(mail.iter_attachments()) == []


def test_the_first_mail_of_a_thread_answers_to_none() -> None:
    mail = read(made(in_reply_to=None))
    assert (mail["In-Reply-To"], mail["References"], mail["List-Unsubscribe"]) == (None, None, None)


def test_both_parts_say_the_same() -> None:
    message = made(language="en")
    said = " ".join(" ".join(page(message).said).split())
    for words in (
        "You get this because you coordinate Region Kalmar län.",
        "Hand in the seven documents.",
        "Öppna underlaget",
        "Sedan öppnas de för Region Gävleborg.",
        "Projektledaren, lead@network.example.",
        "Nätverket",
    ):
        assert words in " ".join(text(message).split())
        assert words in said
    assert text(message).count("https://") == 1
    assert "\nhttps://review.example/reviews/3/materials\n" in text(message)
    assert page(message).links == ["https://review.example/reviews/3/materials"]


def test_the_html_part_is_valid() -> None:
    note = MailWords(subject="S", why="W", note="Hej\nhopp", note_by="Lead", link="/x", button="B")
    for words in (WORDS, note, digest([WORDS, NEXT])):
        parser = html5lib.HTMLParser(strict=True)
        parser.parse(html(made(words)))


def test_a_digest_has_a_section_each() -> None:
    message = made(digest([WORDS, NEXT, WORDS]))
    assert read(message)["Subject"] == "2 nyheter till dig"
    assert page(message).links == [
        "https://review.example/reviews/3/materials",
        "https://review.example/reviews/4/evaluation",
    ]
    assert "Utvärdera\n---------\n" in text(message)


def test_a_digest_begins_with_what_is_ones_own_and_late() -> None:
    """And its subject says that; what else is one's own is counted, and what others have to do is not."""

    def one(name: str, **order: Any) -> MailWords:
        return MailWords(subject=name, why="W", order=order_of(**order))

    sixth, ninth = date(2026, 3, 6), date(2026, 3, 9)
    news = MailWords(subject="Nytt", why="W")
    others = one("Andras, sent", own=False, late=True, due=sixth)
    late, soon, later = (
        one("Min, sen", own=True, late=True, due=ninth),
        one("Min, snart", own=True, due=sixth),
        one("Min, senare", own=True, due=ninth),
    )
    mixed = digest([news, others, later, soon, late])
    assert isinstance(mixed, Digest)
    assert mixed.sections == (late, soon, later, others, news)
    assert subject_of(mixed, "sv", sixth) == "Min, sen (och 2 till)"
    assert subject_of(digest([later, soon, others]), "sv", sixth) == "Min, snart (och en sak till)"
    long = one("Min med ett långt ämne som säger vad och senast vilken dag det är", own=True, due=sixth)
    assert subject_of(digest([long, later]), "sv", sixth) == long.subject
    assert subject_of(digest([later, others]), "sv", sixth) == "Min, senare"
    assert subject_of(digest([news, others]), "sv", sixth) == "2 nyheter till dig"


LONG = "Jämtland Härjedalen – Västernorrland – Östergötland"


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        (
            N_(
                "%(ask)s by %(due)s – %(review)s",
                ask="Lämna in underlaget",
                due=date(2026, 3, 6),
                review=LONG,
            ),
            "Lämna in underlaget senast fre 6 mars – Jämtland Härjedalen…",
        ),
        (
            N_("%(ask)s by %(due)s – %(review)s", ask="A" * 55, due=date(2026, 3, 6), review=LONG),
            f"{'A' * 55} senast fre 6…",
        ),
        (N_("News about %(review)s", review="Kalmar län – Gävleborg"), "Nytt om Kalmar län – Gävleborg"),
        ("Ett ord " * 20, "Ett ord Ett ord Ett ord Ett ord Ett ord Ett ord Ett ord Ett ord Ett…"),
    ],
)
def test_subject_is_short_and_keeps_what_and_by_when(subject: Any, said: str) -> None:
    found = subject_of(MailWords(subject=subject, why="W"), "sv", date(2026, 3, 3))
    assert found == said
    assert len(found) <= MOST_SUBJECT


@given(ask=st.text(max_size=90), review=st.text(max_size=90), count=st.integers(1, 4), own=st.booleans())
def test_no_subject_is_longer_than_a_telephone_shows(ask: str, review: str, count: int, own: bool) -> None:
    made_up = [
        MailWords(
            subject=N_(
                "%(ask)s by %(due)s – %(review)s", ask=f"{ask}{n}", due=date(2026, 3, 6), review=review
            ),
            why="W",
            order=order_of(own=own),
        )
        for n in range(count)
    ]
    assert len(subject_of(digest(made_up), "sv", date(2026, 3, 3))) <= MOST_SUBJECT


def test_a_digest_of_one_is_that_one() -> None:
    assert digest([WORDS, WORDS]) == WORDS


def test_the_leads_line_says_whose_it_is() -> None:
    words = MailWords(subject="S", why="Därför.", note="Ring mig\n\r\ngärna!", note_by="Lo")
    assert "Lo tillägger:\n> Ring mig\n> gärna!\n" in text(made(words))
    assert "<blockquote" in html(made(words))


def test_markup_in_words_is_words() -> None:
    words = MailWords(subject="<b>&", why="<script>alert(1)</script>", button="</a>", link="/reviews/1")
    message = made(words, to_name="<img src=x>")
    assert "<script>" not in html(message)
    assert "<script>alert(1)</script>" in text(message)


@pytest.mark.parametrize(
    "address", ["åsa@x.example", "", "@", "a b@x", "a@x.example>, <b@x.example", "a@b\r\nBcc: c@d"]
)
def test_an_address_that_no_header_holds_is_left_out(address: str) -> None:
    mail = read(made(to_address=address))
    assert str(mail["To"]) == "Anna Åberg <unknown@invalid>"
    assert mail["Bcc"] is None


def test_long_ids_stay_whole() -> None:
    long = f"<{'a' * 32}@{'b' * 60}.example>"
    message = made(
        message_id=long, in_reply_to=long, foot=Foot(N_("Off:"), "https://x.example/" + "y" * 200, True)
    )
    assert message.count(long.encode()) == 3
    assert b"y" * 200 in message


hard = st.text(max_size=300) | st.text(alphabet=' ",<>@()\r\n\\:;åÅ=?_aZ\u2028\x85\x00', max_size=120)


@given(name=hard, subject=hard, why=hard, note=hard)
@example(
    name="Berg, Anna " * 20, subject="a\r\nBcc: x@y.example\r\n\r\nhej", why="x" * 5000, note=".\r\n.\r\n"
)
@example(name="=?utf-8?q?Lead?=", subject="=?utf-8?q?hej?=", why="\ud800", note="\r\n.\r\nMAIL FROM")
@example(name='"\r\nBcc: x@y.example', subject="å" * 400, why="", note="")
def test_no_words_break_a_message(name: str, subject: str, why: str, note: str) -> None:
    words = MailWords(subject=subject, why=why, note=note, note_by=name, link="/x", button=subject)
    message = made(
        words, to_name=name, reply_to=(name, "lead@network.example"), sender=(name, "mail@x.example")
    )
    assert message.isascii()
    assert b"\n" not in message.replace(b"\r\n", b"")
    assert b"\r" not in message.replace(b"\r\n", b"")
    assert max(map(len, message.split(b"\r\n"))) <= 78
    mail = read(message)
    assert sorted(mail.keys()) == sorted(read(made()).keys())
    for header, address in (("To", "anna@kalmar.example"), ("Reply-To", "lead@network.example")):
        assert [one.addr_spec for one in mail[header].addresses] == [address]
        assert decoded(message, header).rpartition("<")[0].strip() == shown(name)[:250].strip()
    said = decoded(message, "Subject")
    assert said == shown(subject) or (said.endswith("…") and shown(subject).startswith(said[:-1].strip()))


def decoded(message: bytes, header: str) -> str:
    """As RFC 2047 has it: Python's newer parser puts spaces between the encoded words of a name."""
    return str(make_header(decode_header(message_from_bytes(message)[header])))


def shown(words: str) -> str:
    fit = (" " if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") else sign for sign in words)
    return " ".join("".join(fit).split())
