"""A mail that shows whether the mail settings are right: sent at once, past the outbox."""

from __future__ import annotations

import uuid
from datetime import datetime

from ...errors import N_, Invalid, Message, heard
from ...mail.addresses import BadAddress, to_ascii
from ...mail.smtp import Failed, Fate, Retry, Sender
from ...rendering.mails import MailWords, compose
from ..base.house import House
from .deliver import smtp_server


def send_test(house: House, *, address: str, real_now: datetime) -> Fate:
    """Raises Invalid for what is no address: no server is asked then."""
    try:
        to_ascii(address)
    except BadAddress as bad:
        raise Invalid(address=bad.reason) from bad
    settings = house.settings
    network = settings.network_name
    words = MailWords(
        subject=N_("Test mail from %(network)s", network=network),
        why=N_(
            "Somebody who runs %(network)s wanted to see whether its mail arrives. It does.", network=network
        ),
        link="/",
        button=N_("Open the start page"),
        next=(N_("You need not do anything."),),
    )
    message = compose(
        words,
        to_name="",
        to_address=address,
        sender=(network, settings.mail_from),
        reply_to=(network, settings.mail_reply_to or settings.mail_from),
        message_id=f"<{uuid.uuid4().hex}@{settings.mail_from.rpartition('@')[2]}>",
        date=real_now,
        language=settings.default_language,
        in_reply_to=None,
        base_url=settings.base_url,
    )
    with Sender(smtp_server(house)) as sender:
        return sender.send(sender=settings.mail_from, recipient=address, message=message)


def told(fate: Fate, *, server: str) -> Message:
    """Why it did not go, and which settings to look at."""
    said = heard(fate.answer) if isinstance(fate.answer, str) else fate.answer
    if isinstance(fate, Failed):
        mend = {
            "sender": N_("see PEERREVIEW_MAIL_FROM"),
            "recipient": N_("see the address, and whether the server lets this machine send"),
            "message": N_("ask whoever runs the server"),
        }[fate.about]
    elif isinstance(said, str) and said[:3] in ("530", "534", "535"):
        mend = N_("see PEERREVIEW_MAIL_USERNAME and PEERREVIEW_MAIL_PASSWORD")
    elif isinstance(fate, Retry) and fate.unreachable:
        mend = N_(
            "see PEERREVIEW_MAIL_SERVER and PEERREVIEW_MAIL_PORT, and which kind of TLS it wants "
            "(PEERREVIEW_MAIL_USE_TLS or PEERREVIEW_MAIL_USE_SSL)"
        )
    else:
        mend = N_("try again in a while, or ask whoever runs the server")
    return N_("%(server)s did not take it: %(answer)s; %(mend)s", server=server, answer=said, mend=mend)
