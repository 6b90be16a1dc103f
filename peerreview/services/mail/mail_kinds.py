"""What the kinds of mail are called in lists."""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import N_, Message

KINDS: Mapping[str, Message] = {
    "action": N_("Something was done"),
    "begun": N_("A step began"),
    "stuck": N_("A step cannot go on"),
    "ended": N_("The end"),
    "reminder": N_("Reminder"),
    "by_hand": N_("Reminder"),
    "digest": N_("Digest"),
    "invite": N_("Invitation"),
    "reset": N_("New password"),
    "address": N_("New address"),
    "old_address": N_("New address"),
    "account": N_("The account"),
    "team": N_("The team"),
    "meeting": N_("A meeting"),
    "agreement": N_("The agreement"),
    "letter": N_("Written by the project lead"),
    "time": N_("More time"),
    "late_over": N_("No longer late"),
    "still": N_("What stands still"),
    "approve": N_("A text to approve"),
    "conflict": N_("A conflict of interest"),
}
