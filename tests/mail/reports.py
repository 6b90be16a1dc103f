"""Reports as servers write them: the forms are those of Postfix, Exchange and RFC 3464's own examples."""

from __future__ import annotations


def report(
    message_id: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 <anna@example.org>: Recipient address rejected: User unknown",
    recipient: str = "anna@example.org",
    returned: str = "message/rfc822",
) -> bytes:
    """Postfix's form; `returned`: the whole mail, or its headers alone (text/rfc822-headers)."""
    said = f"Diagnostic-Code: {diagnostic}\n" if diagnostic else ""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: granskning@example.org
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="4Qk2.1772524800/mx.example.net"
Message-Id: <20260303080000.4Qk2@mx.example.net>

This is a MIME-encapsulated message.

--4Qk2.1772524800/mx.example.net
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--4Qk2.1772524800/mx.example.net
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 4Qk2
Arrival-Date: Tue,  3 Mar 2026 09:00:00 +0100 (CET)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
{said}
--4Qk2.1772524800/mx.example.net
Content-Description: Undelivered Message
Content-Type: {returned}

From: =?utf-8?q?N=C3=A4tverket?= <granskning@example.org>
To: Anna <anna@example.org>
Subject: Hej
Message-ID:
 {message_id}
MIME-Version: 1.0
Content-Type: text/plain

Hej!

--4Qk2.1772524800/mx.example.net--
""".replace("\n", "\r\n").encode()
