"""What a report says, and that none, however strange, does harm."""

from __future__ import annotations

import random

import pytest

from peerreview.mail.reports import Report, read_report

from .reports import report

ID = "<0123456789abcdef@example.org>"
WORDS = "550 5.1.1 <anna@example.org>: Recipient address rejected: User unknown"


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers", "message/global-headers"])
def test_a_permanent_failure(returned: str) -> None:
    assert read_report(report(ID, returned=returned)) == Report(
        (ID,), "failed", "5.1.1", frozenset({"anna@example.org"}), WORDS, "anna@example.org"
    )


@pytest.mark.parametrize(
    ("given", "outcome", "permanent"),
    [
        ({}, "failed", True),
        ({"action": "Failed (permanently)"}, "failed", True),
        ({"action": "failed", "status": "4.4.7", "diagnostic": ""}, "failed", False),
        ({"action": "delayed", "status": "4.4.1", "diagnostic": "smtp; 451 busy"}, "delayed", False),
        ({"action": "delayed"}, "delayed", False),
        ({"action": "relayed", "status": "2.1.9", "diagnostic": ""}, "arrived", False),
        ({"action": "failed", "status": "?"}, "failed", True),
        ({"action": "failed", "status": "", "diagnostic": ""}, "failed", False),
    ],
)
def test_what_became_of_it(given: dict[str, str], outcome: str, permanent: bool) -> None:
    found = read_report(report(ID, **given))
    assert found is not None
    assert (found.outcome, found.permanent) == (outcome, permanent)


def test_the_status_is_told_with_words_that_lack_it() -> None:
    found = read_report(report(ID, diagnostic="X-Exchange; mailbox disabled"))
    assert found is not None
    assert found.words == "5.1.1 mailbox disabled"


def test_the_worst_of_several_recipients() -> None:
    fine = b"Final-Recipient: rfc822; b@example.org\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n"
    found = read_report(report(ID).replace(b"Final-Recipient", fine + b"Final-Recipient", 1))
    assert found is not None
    assert (found.outcome, found.recipients) == ("failed", {"anna@example.org", "b@example.org"})


@pytest.mark.parametrize(
    "strange",
    [
        b"",
        b"\xff\xfe\x00" * 100,
        b"Subject: Re: Hej\r\n\r\nJag \xe4r p\xe5 semester.\r\n",
        report("").replace(b"Message-ID:\r\n ", b"X: "),
        report("no id at all"),
        report(ID, action="explode"),
        report(ID).replace(b"message/delivery-status", b"text/plain"),
        report(ID).replace(b"multipart/report", b"multipart/mixed"),
        report(ID).replace(b"report-type=delivery-status", b"report-type=disposition-notification").replace(
            b"message/delivery-status", b"message/disposition-notification"
        ),
        report(ID).replace(b"--4Qk2.1772524800/mx.example.net", b"--other"),
        b"Content-Type: multipart/report; boundary=a\r\n\r\n" + b"--a\r\n" * 5000,
        b"".join(b"Content-Type: multipart/report; boundary=a%d\r\n\r\n--a%d\r\n" % (n, n) for n in range(3000)),
        b"Content-Type: multipart/report; boundary*0*=x''%ff; charset=\xff\r\n\r\n",
        report(ID).replace(b"text/plain; charset=us-ascii", b"message/delivery-status"),
    ],
    ids=range(14),
)  # fmt: skip
def test_what_is_strange_is_none(strange: bytes) -> None:
    found = read_report(strange)
    assert found is None or found.ids in ((), (ID,))


def test_a_report_hurt_anywhere_is_read_or_is_none() -> None:
    chance = random.Random(3464)
    whole = report(ID)
    for _ in range(400):
        hurt = bytearray(whole)
        for _ in range(chance.randrange(1, 30)):
            place = chance.randrange(len(hurt))
            hurt[place : place + chance.choice([0, 1, 1, 40])] = chance.randbytes(chance.choice([0, 1, 3]))
        found = read_report(bytes(hurt))
        if found is not None:
            assert found.words.isprintable()
            assert all(one.startswith("<") for one in found.ids)
            assert found.ids or "@" in found.alone


def without(message: bytes, *lines: bytes) -> bytes:
    for line in lines:
        assert line in message
        message = message.replace(line, b"")
    return message


def test_what_returns_nothing_of_the_mail_is_known_by_what_it_answers() -> None:
    bare = without(report(ID), b"Message-ID:\r\n " + ID.encode() + b"\r\n")
    found = read_report(bare)
    assert found is not None
    assert (found.ids, found.alone, found.permanent) == ((), "anna@example.org", True)
    thread = b"In-Reply-To: " + ID.encode() + b"\r\nReferences: <root@x> " + ID.encode() + b"\r\n"
    found = read_report(bare.replace(b"Auto-Submitted", thread + b"Auto-Submitted", 1))
    assert found is not None
    assert found.ids == (ID,)


def test_it_is_about_whom_we_wrote_to_and_about_nobody_where_they_are_several() -> None:
    moved = report(ID).replace(b"Final-Recipient: rfc822; anna@", b"Final-Recipient: rfc822; anna.berg@")
    assert (found := read_report(moved)) is not None
    assert found.alone == "anna@example.org"
    fine = b"Final-Recipient: rfc822; b@example.org\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n"
    assert (
        found := read_report(report(ID).replace(b"Final-Recipient", fine + b"Final-Recipient", 1))
    ) is not None
    assert found.alone == ""
