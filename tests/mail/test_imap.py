"""A mailbox on a real server: looked through, set aside, removed; over TLS that is right, or not at all."""

from __future__ import annotations

import socket
import time
from dataclasses import replace

import pytest

from peerreview.mail import imap as module
from peerreview.mail.imap import ImapServer, Mailbox, MailboxGone

from .imap import MailServer
from .post import free_port


def test_what_is_new_is_read_and_dealt_with(imap: MailServer) -> None:
    for body in (b"ett", b"tv\xc3\xa5", b"tre"):
        imap.put(b"Subject: x\r\n\r\n" + body + b"\r\n")
    with Mailbox(imap.address) as box:
        first, second, third = box.new()
        assert box.read(second) == b"Subject: x\r\n\r\ntv\xc3\xa5\r\n"
        box.remove(first)
        box.set_aside(second)
        assert (box.new(), box.aside()) == ([third], 1)
        assert box.read(first) is None
    assert [flagged for flagged, _ in imap.there()] == [True, False]


def test_what_is_too_large_is_not_fetched(imap: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 1000)
    imap.put(b"Subject: x\r\n\r\n" + b"x" * 1000)
    with Mailbox(imap.address) as box:
        assert [box.read(uid) for uid in box.new()] == [None]


def test_no_certificate_but_a_right_one(imap: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MailboxGone, match="CERTIFICATE_VERIFY_FAILED"):
        Mailbox(replace(imap.address, server="127.0.0.1")).__enter__()
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(MailboxGone, match="CERTIFICATE_VERIFY_FAILED"):
        Mailbox(imap.address).__enter__()


def test_why_it_cannot_be_looked_through(imap: MailServer) -> None:
    for wrong, says in (
        (replace(imap.address, password="fel"), "Invalid authentication"),
        (replace(imap.address, folder="Finns inte"), "not exist"),
        (replace(imap.address, port=free_port()), "refused"),
        (replace(imap.address, server="nowhere.invalid"), "Name or service"),
        (replace(imap.address, starttls=False), "SSL"),
    ):
        with pytest.raises(MailboxGone, match=says):
            Mailbox(wrong).__enter__()


def test_a_silent_server_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        begun = time.monotonic()
        with pytest.raises(MailboxGone, match="timed out"):
            Mailbox(
                ImapServer("127.0.0.1", mute.getsockname()[1], "x", "y", starttls=True, timeout=1)
            ).__enter__()
        assert time.monotonic() - begun < 5
