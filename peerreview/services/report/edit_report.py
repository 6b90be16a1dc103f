"""Writing a report: saving it by version, without losing anybody's words, and commenting on it.

A save says which text it started from. Where that is no longer the newest, both texts come back (Clash).
Saves that happen while one writes go on in the same version for a while, as long as they only add to it
or mend a word; what takes anything away makes a new version, so that it can be found in the one before.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...errors import N_, Conflict, Invalid, Message, NotFound, Refused
from ...letters import composed
from ...rendering import versions, words
from ...store.artefacts import reports as store
from ...store.artefacts.reports import TextComment, TextVersion
from ...store.mail import planned
from ..base.checks import Checks, unfit
from ..base.house import Account, House
from ..case import texts
from ..case.opening import OpenCase
from ..case.texts import Which, token_of
from ..deeds import own_word
from ..deeds.change import changing
from .report_page import FindingView, findings_of

MAX_TEXT = 200_000
MAX_COMMENT = 5_000
# How long the saves of one person who writes without a pause go on in the same version.
SITTING = timedelta(minutes=10)
# The heading under which findings are gathered, as the templates have it.
FINDINGS = ("iakttagelser", "observations")

_IN_ANOTHER_WINDOW = N_(
    "You have saved another text since you opened this page, in another window perhaps. "
    "Nothing of yours is lost: press Save and you see both."
)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(\S.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Saved:
    """What a save left: `token` is what the next save starts from."""

    token: str
    at: datetime


class Clash(Conflict):
    """Somebody saved another text meanwhile: theirs and mine, and both put together where that can be done."""

    def __init__(self, *, mine: str, newest: TextVersion, writer: str, own: bool, proposal: str | None):
        super().__init__(_IN_ANOTHER_WINDOW if own else _saved_by(writer), theirs=newest.body, mine=mine)
        self.writer, self.own, self.at = writer, own, newest.saved_at
        self.token, self.proposal = token_of(newest), proposal


def _saved_by(writer: str) -> Message:
    return N_(
        "%(name)s has saved another text since you began. Nothing of yours is lost: "
        "press Save and you see both.",
        name=writer,
    )


def save_report(
    house: House,
    *,
    actor: Account,
    review_id: int,
    key: str,
    started_from: str,
    body: str,
    finding: int | None = None,
    quietly: bool = False,
    now: datetime,
) -> Saved:
    """Save what was written. `quietly`: by itself, while somebody writes. `finding`: put that question in too.

    Raises Refused, Invalid (text), Clash."""
    body = cleaned(body)
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        one = texts.which(case, key)
        _require_writing(case, one)
        if finding is not None:
            body = with_finding(body, _finding(case, finding), actor.language)
        if len(body) > MAX_TEXT:
            raise Invalid(text=_too_long(len(body), MAX_TEXT))
        return save_text(case, one, body, started_from, quietly)


def comment_on_report(
    house: House, *, actor: Account, review_id: int, key: str, body: str, now: datetime
) -> None:
    """A comment on a presented draft, by its own team or by the one it is about. Raises Refused, Invalid (comment)."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        one = texts.which(case, key)
        case.require(one.artefact.key, "comment", one.owner)
        party = case.own_party()
        if party is None:
            raise NotFound("comment")
        checks = Checks()
        body = checks.text("comment", body, most=MAX_COMMENT, missing=N_("Write your comment."))
        checks.stop()
        case.session.add(
            TextComment(
                review_id=review_id,
                artefact=one.artefact.key,
                party=one.slot,
                by_party=party,
                person_id=actor.person_id,
                body=body,
                at=now,
            )
        )
        case.note(
            "commented_text",
            artefact=one.artefact.key,
            about_party=one.owner,
            state=case.state(one.artefact.key, one.owner),
        )


def cleaned(text: str) -> str:
    """As it is kept: line breaks as \\n, and without signs that no text needs and a database refuses."""
    text = text.replace("\r\n", "\n")
    for sign in "\r\v\f\u2028\u2029":
        text = text.replace(sign, "\n")
    return composed("".join(s for s in text if s in "\n\t" or not unfit(s)))


def _require_writing(case: OpenCase, one: Which) -> None:
    if not texts.sees_drafts(case, one):
        case.require(one.artefact.key, "write", one.owner)
        raise NotFound(f"report {one.key}")
    if why := texts.why_not_write(case, one):
        raise Refused(why)


def _too_long(count: int, most: int) -> Message:
    return N_(
        "The text is too long: at most %(most)s characters; now there are %(count)s. It has not been saved.",
        most=most,
        count=count,
    )


def save_text(case: OpenCase, one: Which, body: str, started_from: str, quietly: bool) -> Saved:
    newest = store.newest(case.session, case.review.id, one.artefact.key, one.slot)
    before = newest.body if newest else cleaned(texts.template(case, one))
    if body == before:
        return Saved(token_of(newest), newest.saved_at if newest else case.now)
    if newest is not None and started_from != token_of(newest):
        raise _clash(case, one, newest, body, started_from)
    if newest is not None and quietly and _goes_on(case, newest, body):
        newest.body, newest.sha256, newest.saved_at = body, _digest(body), case.now
        newest.saves += 1
    else:
        newest = _new_version(case, one, newest.number + 1 if newest else 1, body)
    own_word.void(case, one.artefact.key)
    return Saved(token_of(newest), case.now)


def _new_version(case: OpenCase, one: Which, number: int, body: str) -> TextVersion:
    assert case.account is not None
    made = TextVersion(
        review_id=case.review.id,
        artefact=one.artefact.key,
        party=one.slot,
        number=number,
        saves=1,
        body=body,
        state=case.state(one.artefact.key, one.owner),
        milestone="",
        sha256=_digest(body),
        saved_at=case.now,
        saved_by=case.account.person_id,
    )
    case.session.add(made)
    return made


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _goes_on(case: OpenCase, newest: TextVersion, body: str) -> bool:
    """Whether a save may go on in the newest version: the same sitting of the same person, and nothing lost."""
    same_sitting = newest.saved_at <= case.now < newest.saved_at + SITTING
    mine = case.account is not None and newest.saved_by == case.account.person_id
    return mine and same_sitting and not newest.milestone and _keeps(newest.body, body)


def _keeps(before: str, after: str) -> bool:
    """Whether a save only added to a text at one place, or mended a word there."""
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    taken = before[head : len(before) - tail]
    return len(taken.split()) <= 1 and len(after) >= len(before) - 1


def _alike(one: str, other: str) -> int:
    """How many signs two texts have in common at their beginning."""
    shorter = min(len(one), len(other))
    return next((n for n in range(shorter) if one[n] != other[n]), shorter)


def _clash(case: OpenCase, one: Which, newest: TextVersion, mine: str, started_from: str) -> Clash:
    writer = planned.people(case.session, [newest.saved_by])[newest.saved_by].name
    base = _base(case, one, started_from)
    proposal = versions.merged(base, mine, newest.body) if base is not None else None
    own = case.account is not None and case.account.person_id == newest.saved_by
    return Clash(mine=mine, newest=newest, writer=writer, own=own, proposal=proposal)


def _base(case: OpenCase, one: Which, started_from: str) -> str | None:
    """The text that a save started from; None where it has been written on since."""
    if started_from == "0":
        return texts.template(case, one)
    number = started_from.partition(".")[0]
    if not re.fullmatch(r"[0-9]{1,8}", number):
        return None
    found = store.version(case.session, case.review.id, one.artefact.key, one.slot, int(number))
    return found.body if found and token_of(found) == started_from else None


# ---- findings


def _finding(case: OpenCase, question_id: int) -> FindingView:
    for finding in findings_of(case):
        if finding.id == question_id:
            return finding
    raise NotFound(f"question {question_id}")


def with_finding(body: str, finding: FindingView, language: str) -> str:
    """`body` with a question, its answer and the note as a section at the end of the findings, or of the text."""
    block = _block(finding, language)
    start = next((h for h in _HEADING.finditer(body) if h[2].rstrip().casefold() in FINDINGS), None)
    if start is None:
        return f"{body.rstrip()}\n\n{block}\n".lstrip()
    after = next((h for h in _HEADING.finditer(body, start.end()) if len(h[1]) <= len(start[1])), None)
    end = after.start() if after else len(body)
    return f"{body[:end].rstrip()}\n\n{block}\n\n{body[end:]}"


def _block(finding: FindingView, language: str) -> str:
    say = words.sayer(language)
    source = finding.document
    if finding.page:
        source += say(N_(", p. %(page)s", page=finding.page))
    parts = [f"### {say(N_('Question %(number)s', number=finding.number))}"]
    parts.append(f"{finding.text.strip()} ({source.removeprefix(', ')})" if source else finding.text.strip())
    for word, text in ((N_("Answer"), finding.answer), (N_("Note"), finding.note)):
        if text.strip():
            parts.append(f"**{say(word)}:** {text.strip()}")
    return "\n\n".join(parts)
