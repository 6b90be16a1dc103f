"""What of the rights table HTTP cannot be asked, and why."""

from __future__ import annotations

# (where, what), each with * for any: what HTTP is not asked, and why.
NOT_ASKED: dict[tuple[str, str], str] = {
    ("*", "acceptance.read@open"): "before an answer there is nothing to read",
    ("*", "acceptance.write@*"): "an answer is written by the actions accept and decline, which are asked",
    (
        "*",
        "materials.hand_in@*",
    ): "is the action hand_in, which is asked; what is added later has its own page",
    ("*", "questions.send@*"): "is the action send, which is asked",
    ("*", "*_meeting.read@unplanned"): "before it is planned there is nothing to read",
    ("*", "*.notice@draft_for_comments"): "one document is lent; the set as a whole is then internal still",
    ("*", "questions.notice@draft"): "whose it is may read them",
    (
        "*",
        "questions.notice@answered",
    ): "the page tells how many of those sent are answered in the same words",
    ("*", "follow_up.notice@*"): "whose it is may read it",
    ("*", "hours.*@submitted"): "hours are never handed in: they stay open",
    ("*", "follow_up.write@submitted"): "its page says that it is handed in, and takes no more",
    ("*", "joint_report.*@presented"): "a joint report is written by all: it is not presented to anybody",
    ("*", "example.*"): "written when all is handed over: see test_examples.py",
    ("*", "evaluation.write@submitted"): "its page says that it is handed in, and takes no more",
    (
        "exchange/*",
        "agreement.*@draft",
    ): "only where the lead went on without an agreement: see test_agreements.py",
    (
        "exchange/work/draft",
        "report.write@presented",
    ): "only where a side is sent back: the form of the second meeting, which is asked",
}

# What neither end that is played to leaves behind: in which state a thing was when it ended.
_UNPLAYED = (
    "acceptance.read@declined agreement.read@draft *_meeting.read@planned materials.notice@handed_in "
    "materials.notice@internal materials.read@draft_for_comments materials.read@handed_in questions.read@answered "
    "questions.read@draft report.notice@draft report.notice@handed_over report.read@draft report.read@handed_over "
    "team.read@open team.notice@open"
)
_CANCELLED_BEFORE = (
    "closing_meeting.read@held second_meeting.read@held follow_up.read@* report.notice@acknowledged "
    "report.read@acknowledged"
)
NOT_ASKED = {
    **NOT_ASKED,
    **{("end: *", what): "no end that is played to has it in this state" for what in _UNPLAYED.split()},
    **{("end: cancelled", what): "cancelled before it came to that" for what in _CANCELLED_BEFORE.split()},
    **{
        (f"end: {end}", "joint_report.*"): "the review that is played to its end has reports apart"
        for end in ("closed", "cancelled")
    },
    ("end: cancelled", "evaluation.*"): "cancelled before it came to that",
    ("end: closed", "follow_up.read@open"): "it is closed when all have handed in",
    ("end: closed", "report.*@presented"): "all have been handed over by then",
    ("end: declined", "team.read@confirmed"): "declined before there was a team",
    ("every step", "acceptance.read@declined"): "the review ends with it: asked at that end",
}
_READS = "lead if agreement.lead_reads_"
# Single cells: the lead's reading by agreement is asked while the review goes on; a member's form of the member.
NOT_ASKED_OF = {
    *((f"end: {end}", "materials.read@opened", f"{_READS}materials") for end in ("closed", "cancelled")),
    *((where, "report.read@acknowledged", f"{_READS}reports") for where in ("every step", "end: closed")),
    ("evaluation", "submit", "own.member"),
    # Whose form is begun is the coordinator; at the end the lead reads all of them put together.
    *(
        (where, f"evaluation.{right}@open", "own.coordinator")
        for where in ("every step", "end: closed")
        for right in ("read", "notice")
    ),
    ("evaluation", "evaluation.write@open", "own.coordinator"),
    ("end: closed", "evaluation.read@submitted", "lead"),
    ("every step", "joint_report.read@handed_over", f"{_READS}reports"),
}
