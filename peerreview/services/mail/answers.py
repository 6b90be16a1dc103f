"""What a mail server answered, or what we did instead, in words."""

from __future__ import annotations

from ...errors import N_, Message
from ...mail.addresses import LOCAL_PART, NO_ADDRESS
from .calendar_invitations import OVERTAKEN
from .still_true import POINTLESS

# Before what a server said in a report that names an address and no mail.
BY_ADDRESS = "by the address alone: "


OURS = {message.text: message for message in (NO_ADDRESS, LOCAL_PART, POINTLESS, OVERTAKEN)}


def answer_said(kept: str) -> str | Message:
    """What a server said, or what we did; and where only the address ties it to the mail, that too."""
    if kept.startswith(BY_ADDRESS):
        return N_("Tied to the mail by the address alone: %(said)s", said=kept.removeprefix(BY_ADDRESS))
    return OURS.get(kept, kept)
