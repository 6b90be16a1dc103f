"""The mailbox: what is sent there by SMTP is there, and stays."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from peerreview.demo.mailbox import Mailbox, serve
from peerreview.mail.smtp import Sender, Sent, SmtpServer
from peerreview.rendering.mails import MailWords, compose

from ..mail.post import free_port


def message(to: str = "anna@example.org", subject: str = "Lämna in – nu", link: str = "/reviews/3") -> bytes:
    return compose(
        MailWords(subject=subject, why="Därför att.", link=link, button="Öppna"),
        to_name="Anna Å",
        to_address=to,
        sender=("Nätverket", "mail@example.org"),
        reply_to=("Lo", "lo@example.org"),
        message_id="<1@example.org>",
        date=datetime(2026, 3, 3, 8, 0, tzinfo=UTC),
        language="sv",
        in_reply_to=None,
        base_url="http://127.0.0.1:5000",
    )


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mailbox")


def test_what_comes_by_smtp_is_kept_as_it_is(mailbox: Mailbox, tmp_path: Path) -> None:
    port, written = free_port(), message()
    server = serve(mailbox, port)
    server.start()
    try:
        with Sender(SmtpServer("127.0.0.1", port)) as sender:
            sent = sender.send(sender="mail@example.org", recipient="anna@example.org", message=written)
    finally:
        server.stop()
    assert sent == Sent()
    [file] = (tmp_path / "mailbox").iterdir()
    assert file.read_bytes() == written


def test_the_newest_comes_first_and_each_has_its_reader(mailbox: Mailbox) -> None:
    keys = [mailbox.put(message(to)) for to in ("anna@example.org", "bo@example.org", "anna@example.org")]
    assert [letter.key for letter in mailbox.letters()] == keys[::-1]
    assert [letter.key for letter in mailbox.letters(to="anna@example.org")] == [keys[2], keys[0]]
    assert [letter.key for letter in mailbox.letters(after=keys[0])] == [keys[2], keys[1]]
    assert mailbox.recipients() == [("anna@example.org", 2), ("bo@example.org", 1)]
    letter = next(mailbox.letters())
    assert (letter.subject, letter.to, letter.seen) == ("Lämna in – nu", "anna@example.org", False)
    assert letter.date == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


def test_what_has_been_opened_is_seen(mailbox: Mailbox, tmp_path: Path) -> None:
    key = mailbox.put(message())
    opened = mailbox.open(key)
    assert opened is not None
    assert opened.links == ("http://127.0.0.1:5000/reviews/3",)
    assert "Därför att." in opened.text
    assert opened.html is not None
    assert ("To", "Anna Å <anna@example.org>") in opened.headers
    again = Mailbox(tmp_path / "mailbox")
    assert [letter.seen for letter in again.letters()] == [True]
    assert again.recipients() == [("anna@example.org", 0)]


@pytest.mark.parametrize(
    "key", ["", ".", "../secret", "20260303T080000000000-00000000", "x" * 5000, "a\x00b"]
)
def test_a_key_is_no_path(mailbox: Mailbox, tmp_path: Path, key: str) -> None:
    (tmp_path / "secret.eml").write_text("Subject: secret\n\n")
    assert mailbox.open(key) is None


def test_a_half_written_message_does_not_exist(mailbox: Mailbox, tmp_path: Path) -> None:
    (tmp_path / "mailbox" / "20260303T080000000000-00000000.half").write_bytes(b"Subject: x")
    assert mailbox.keys() == []


def test_whatever_bytes_come_they_can_be_read(mailbox: Mailbox) -> None:
    for strange in (
        b"",
        b"\xff\xfe",
        b"To: <>\r\nDate: never\r\n\r\n",
        b"Content-Type: text/html\r\n\r\n<p>\xe5",
        b"To: a, b",
    ):
        key = mailbox.put(strange)
        assert mailbox.open(key) is not None
    assert len(list(mailbox.letters())) == 5


def test_a_fresh_start_empties_it(mailbox: Mailbox) -> None:
    mailbox.put(message())
    mailbox.clear()
    assert mailbox.keys() == []
