"""What pages are given to say: a message to translate, a definition's text, a party, or what somebody wrote."""

from __future__ import annotations

from ...errors import Message, PartyName, Text

Words = Message | Text | PartyName | str
