"""An agreement in few words: what is confirmed, on the page where it is confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ...errors import N_, Message, PutOffDay
from ...store.review.rows import AgreementRow
from ..base.words import Words
from ..case.opening import OpenCase
from .agreed_days import AgreedDay, days_of

DATE_WORDS: Mapping[str, Message] = {
    "materials": N_("Materials handed in"),
    "questions": N_("Review questions sent"),
    "second_meeting": N_("Second meeting"),
    "report": N_("Report finished"),
    "closing": N_("Closing meeting"),
}
CHOICE_WORDS: Mapping[tuple[str, str], Message] = {
    ("report", "separate"): N_("Each side writes its own report"),
    ("report", "joint"): N_("One joint report"),
    ("opening", "each"): N_("Each side's materials open when they are handed in"),
    ("opening", "all"): N_("All materials open when the last are handed in"),
}


def summary_of(case: OpenCase, agreement: AgreementRow) -> tuple[tuple[Words, Words], ...]:
    """(what, how) for each thing that was agreed."""
    fields = agreement.fields
    rows: list[tuple[Words, Words]] = []
    first, last = fields.get("period_from"), fields.get("period_to")
    if first and last:
        span = N_("%(first)s to %(last)s", first=date.fromisoformat(first), last=date.fromisoformat(last))
        rows.append((N_("Period"), span))
    for party in case.standing.taking_part:
        titles = tuple(wish["title"] for wish in fields.get("wishes", []) if wish["party"] == party)
        documents = N_("%(titles)s", titles=titles) if titles else N_("None")
        rows.append((N_("Documents from %(party)s", party=case.names[party]), documents))
    for name, title in (("report", N_("Report")), ("opening", N_("Opening of the materials"))):
        if words := CHOICE_WORDS.get((name, str(fields.get(name)))):
            rows.append((title, words))
    rows += [(DATE_WORDS[name], _day(one)) for name, one in days_of(case, agreement).items()]
    if months := fields.get("follow_up"):
        rows.append((N_("Follow-up"), N_("after %(count)s months", count=months)))
    return (*rows, *_reading(fields))


def _day(one: AgreedDay) -> Message:
    if isinstance(one.day, PutOffDay):
        return N_("%(day)s (put off from %(was)s by the time on hold)", day=one.day, was=one.day.was)
    return N_("%(day)s", day=one.said)


def _reading(fields: Mapping[str, object]) -> list[tuple[Words, Words]]:
    """What the lead may read, where the agreement lets them."""
    read: list[Message] = []
    if fields.get("lead_reads_materials"):
        read.append(N_("opened materials"))
    if fields.get("lead_reads_reports"):
        read.append(N_("reports that have been handed over"))
    return [(N_("The project lead reads"), N_("%(things)s", things=tuple(read)))] if read else []
