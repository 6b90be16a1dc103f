"""The words for each deed in a review's history. What a line is about is named only to those who may read it."""

from __future__ import annotations

from collections.abc import Mapping

from ...errors import N_, Message

# By deed: the words for those who may read what it is about, and for those who may only notice it. Gaps:
# title (a document's, else the artefact's), name and function (of a seat), day, version, number.
DEEDS: Mapping[str, tuple[Message, Message]] = {
    "migrated": (
        N_("Moved the review to the newest definition of the workflow"),
        N_("Moved the review to the newest definition of the workflow"),
    ),
    "read_anew": (
        N_("From here on the teams are compared when all sides have confirmed theirs"),
        N_("From here on the teams are compared when all sides have confirmed theirs"),
    ),
    "begun": (N_("Proposed the review"), N_("Proposed the review")),
    "wrote_letter": (N_("Saved: %(title)s"), N_("Saved: %(title)s")),
    "dates_set": (N_("Set the dates of the round"), N_("Set the dates of the round")),
    "interest_saved": (N_("Saved what it wants of the round"), N_("Saved what it wants of the round")),
    "talk_saved": (N_("Saved the expectations agreed"), N_("Saved the expectations agreed")),
    "notes_kept": (N_("Saved a note of the talk"), N_("Saved a note of the talk")),
    "people_followed": (
        N_("Brought the organisation's people up to date with the register"),
        N_("Brought the organisation's people up to date with the register"),
    ),
    "pairing_chosen": (N_("Chose a pairing"), N_("Chose a pairing")),
    "pairing_kept": (N_("Kept a proposal of pairs, number %(number)s"), N_("Kept a proposal of pairs")),
    "child_begun": (N_("Began a review of the round"), N_("Began a review of the round")),
    "reminded": (N_("Sent a reminder: %(step)s"), N_("Sent a reminder: %(step)s")),
    "mail_held": (N_("Held back a mail to %(reader)s: %(mail)s"), N_("Held back a mail")),
    "mail_let_go": (N_("Let a mail go that was held back, to %(reader)s: %(mail)s"), N_("Let a mail go")),
    "mail_line_added": (N_("Added a line to a mail to %(reader)s: %(mail)s"), N_("Added a line to a mail")),
    "mail_line_removed": (
        N_("Took out the line in a mail to %(reader)s: %(mail)s"),
        N_("Took out the line in a mail"),
    ),
    "missing_held": (
        N_("Held back the reminder to all who have not answered: %(step)s"),
        N_("Held back a reminder"),
    ),
    "missing_let_go": (
        N_("Let the reminder go to all who have not answered: %(step)s"),
        N_("Let a reminder go"),
    ),
    "missing_line_added": (
        N_("Added a line to the reminder to all who have not answered: %(step)s"),
        N_("Added a line to a reminder"),
    ),
    "missing_line_removed": (
        N_("Took out the line in the reminder to all who have not answered: %(step)s"),
        N_("Took out the line in a reminder"),
    ),
    "mail_sent_now": (
        N_("Sent a mail before its day to %(reader)s: %(mail)s"),
        N_("Sent a mail before its day"),
    ),
    "opened": (N_("“%(title)s” was opened to %(receiver)s"), N_("A document was opened to %(receiver)s")),
    "added": (N_("Added “%(title)s”"), N_("Added a document")),
    "described": (N_("Changed the description of “%(title)s”"), N_("Changed the description of a document")),
    "withdrew": (N_("Put “%(title)s” aside"), N_("Put a document aside")),
    "put_back": (N_("Took “%(title)s” up again"), N_("Took a document up again")),
    "shared_draft": (N_("Shared “%(title)s” as a draft for comments"), N_("Shared a draft for comments")),
    "ended_sharing": (N_("Ended the sharing of “%(title)s”"), N_("Ended the sharing of a draft")),
    "commented": (N_("Commented on “%(title)s”"), N_("Commented on a document")),
    "commented_text": (N_("Commented on: %(title)s"), N_("Commented on: %(title)s")),
    "handed_in_later": (N_("Handed in more documents"), N_("Handed in more documents")),
    "wrote_question": (N_("Wrote question %(number)s"), N_("Wrote a question")),
    "removed_question": (N_("Removed question %(number)s"), N_("Removed a question")),
    "put_question_back": (N_("Put question %(number)s back"), N_("Put a question back")),
    "answered": (N_("Answered question %(number)s"), N_("Answered a question")),
    "meeting_planned": (N_("Planned the meeting: %(title)s, %(day)s"), N_("Planned a meeting: %(title)s")),
    "meeting_moved": (N_("Moved the meeting: %(title)s, to %(day)s"), N_("Moved a meeting: %(title)s")),
    "meeting_unplanned": (
        N_("Took the day of the meeting away: %(title)s"),
        N_("Took the day of a meeting away: %(title)s"),
    ),
    "notes_saved": (N_("Saved the notes of the meeting: %(title)s"), N_("Saved the notes of a meeting")),
    "agreement_saved": (
        N_("Saved the agreement, version %(version)s"),
        N_("Saved a version of the agreement"),
    ),
    "agreement_taken_back": (
        N_("Took back the proposed change of the agreement, by version %(version)s"),
        N_("Took back a proposed change of the agreement"),
    ),
    "amendment_confirmed": (
        N_("Confirmed the change of the agreement, version %(version)s"),
        N_("Confirmed a change of the agreement"),
    ),
    "time_asked": (
        N_("Asked for more time for %(side)s until %(day)s: %(step)s"),
        N_("Asked for more time"),
    ),
    "time_granted": (N_("Gave %(side)s more time until %(day)s: %(step)s"), N_("Gave more time")),
    "day_set": (N_("Set a new day: %(step)s, %(day)s"), N_("Set a new day")),
    "day_set_for": (N_("Set a new day for %(side)s: %(step)s, %(day)s"), N_("Set a new day")),
    "time_declined": (N_("Declined more time for %(side)s: %(step)s"), N_("Declined more time")),
    "time_withdrawn": (
        N_("Took back the asking for more time for %(side)s: %(step)s"),
        N_("Took back an asking for more time"),
    ),
    "dates_moved": (
        N_("Proposed other dates, by version %(version)s of the agreement"),
        N_("Proposed other dates"),
    ),
    "amendment_declined": (
        N_("Declined the proposed change of the agreement; version %(version)s says what applies"),
        N_("Declined a proposed change of the agreement"),
    ),
    "approved_text": (
        N_("Approved version %(version)s of: %(title)s"),
        N_("Approved: %(title)s"),
    ),
    "approval_void": (
        N_("Changed what had been approved: %(title)s. All sides approve it again"),
        N_("Changed what had been approved: %(title)s. All sides approve it again"),
    ),
    "marked_ready": (
        N_("Marked version %(version)s of the draft as ready to present"),
        N_("Marked the draft as ready to present"),
    ),
    "seated": (N_("Put %(name)s on the team: %(function)s"), N_("Put somebody on the team")),
    "seat_asked": (
        N_("Asked whether somebody of another organisation sits on the team: %(function)s"),
        N_("Asked whether somebody of another organisation sits on the team"),
    ),
    "seat_agreed": (N_("Said yes to a seat on the team"), N_("Said yes to a seat on the team")),
    "seat_declined": (N_("Said no to a seat on the team"), N_("Said no to a seat on the team")),
    "seat_expired": (
        N_("Nobody answered in time whether somebody sits on the team"),
        N_("Nobody answered in time whether somebody sits on the team"),
    ),
    "seat_unasked": (
        N_("Took back the question whether somebody sits on the team"),
        N_("Took back the question whether somebody sits on the team"),
    ),
    "seat_changed": (N_("Changed the function of %(name)s: %(function)s"), N_("Changed somebody's function")),
    "example_written": (N_("Wrote an example to learn from"), N_("Wrote an example to learn from")),
    "example_asked": (
        N_("Asked for consent to publish an example"),
        N_("Asked for consent to publish an example"),
    ),
    "example_consented": (
        N_("Consented to an example being published"),
        N_("Consented to an example being published"),
    ),
    "example_refused": (
        N_("Did not consent to an example being published"),
        N_("Did not consent to an example being published"),
    ),
    "example_published": (N_("Published an example to learn from"), N_("Published an example to learn from")),
    "example_unpublished": (N_("Took an example back"), N_("Took an example back")),
    "conflict_declared": (
        N_("Declared a conflict of interest: %(whose)s"),
        N_("Declared a conflict of interest"),
    ),
    "conflict_changed": (
        N_("Changed what is declared of a conflict of interest: %(whose)s"),
        N_("Changed what is declared of a conflict of interest"),
    ),
    "conflict_taken_back": (
        N_("Took back a declared conflict of interest: %(whose)s"),
        N_("Took back a declared conflict of interest"),
    ),
    "conflict_no_hindrance": (
        N_("Decided on a declared conflict of interest (%(whose)s): no hindrance"),
        N_("Decided on a declared conflict of interest: no hindrance"),
    ),
    "conflict_taken_over": (
        N_(
            "Decided on a declared conflict of interest (%(whose)s): somebody else takes over what it concerns"
        ),
        N_("Decided on a declared conflict of interest: somebody else takes over what it concerns"),
    ),
    "conflict_replaced": (
        N_("Decided on a declared conflict of interest (%(whose)s): somebody else takes the place"),
        N_("Decided on a declared conflict of interest: somebody else takes the place"),
    ),
    "lead_conflicted": (
        N_("A project lead has a conflict of interest; another one does what it keeps them from"),
        N_("A project lead has a conflict of interest; another one does what it keeps them from"),
    ),
    "unseated": (N_("Took %(name)s off the team"), N_("Took somebody off the team")),
    "address_corrected": (N_("Corrected the address of %(name)s"), N_("Corrected somebody's address")),
    "deputy_named": (N_("Named a deputy for %(name)s"), N_("Named a deputy")),
    "deputy_ended": (N_("Ended the deputy's time for %(name)s"), N_("Ended a deputy's time")),
}

# What an action did, by the effect that it had. Gaps: title (the artefact's), version.
EFFECTS: Mapping[tuple[str, str], Message] = {
    ("decision", "accept"): N_("Accepted to take part"),
    ("decision", "decline"): N_("Declined to take part"),
    ("team", "confirm"): N_("Confirmed the team"),
    ("team", "reopen"): N_("Opened the team again"),
    ("agreement", "confirm"): N_("Confirmed the agreement"),
    ("documents", "hand_in"): N_("Handed in the materials"),
    ("documents", "take_back"): N_("Took the materials back"),
    ("questions", "send"): N_("Sent the review questions"),
    ("text", "present"): N_("Presented the drafts"),
    ("text", "hand_over"): N_("Handed over the report"),
    ("text", "acknowledge"): N_("Acknowledged receipt of the report"),
    ("form", "submit"): N_("Handed in: %(title)s"),
    ("letter", "send"): N_("Sent: %(title)s"),
    ("interest", "say"): N_("Said that it is interested"),
    ("interest", "decline"): N_("Declined to take part"),
    ("dialogue", "hold"): N_("Noted that the talk is done"),
    ("meeting", "hold"): N_("Noted that the meeting was held: %(title)s"),
}

# What a move did. Gaps: step, sides.
MOVES: Mapping[str, Message] = {
    "back": N_("Went back to the step %(step)s: %(sides)s"),
    "go_on": N_("Went on without waiting: %(step)s (%(sides)s)"),
    "hold": N_("Put the review on hold"),
    "resume": N_("Resumed the review"),
    "withdraw": N_("Withdrew from the review: %(sides)s"),
    "join": N_("Invited one more: %(sides)s"),
}
# That the lead says, after a side has left, what is still finished. Gap: sides (which has left).
DECIDED = N_("Decided what is still finished after %(sides)s withdrew")
ROUND_MOVES: Mapping[str, Message] = {
    **MOVES,
    "hold": N_("Put the round on hold"),
    "resume": N_("Resumed the round"),
    "withdraw": N_("Withdrew from the round: %(sides)s"),
}
