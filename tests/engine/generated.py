"""Small definitions made at random, as text: whatever the language can say of steps, copies, branches, waits and ends.

Each has the same roles and things; hypothesis chooses the tree of steps. A definition that the checker finds a fault
in is not played: what it finds is for test_exploring.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

HEAD = """\
workflow: made-up
language: 1
title: {sv: Påhittad, en: Made up}
parties: {min: 2, max: 3}
roles:
  lead: {of: network, title: {sv: Ledare, en: Lead}}
  coordinator: {of: party, includes: [member], title: {sv: Samordnare, en: Coordinator}}
  member: {of: party, title: {sv: Medlem, en: Member}}
  contact: {of: party, title: {sv: Kontakt, en: Contact}}
artefacts:
  papers: {kind: documents, per: party, concerns: reviewed_by, title: &t {sv: Ord, en: Word}}
  asked: {kind: questions, per: party, concerns: reviews, title: *t}
  joint: {kind: text, per: review, title: *t}
  answer: {kind: form, per: person, title: *t}
  meeting: {kind: meeting, per: review, title: *t}
anywhere:
  allow:
    coordinator: [meeting.write, joint.write]
    member: [papers.read, papers.write, asked.read, asked.write, joint.read]
    contact: [meeting.read]
    reviewed_by.member: [papers.read@handed_in]
    reviews.member: [asked.read@sent, asked.answer@sent]
    lead: [papers.notice@handed_in, answer.notice]
  actions:
    back: {title: *t, by: lead, reason: required, moves: back}
    go_on: {title: *t, by: lead, reason: required, moves: go_on}
    hold: {title: *t, by: lead, reason: required, moves: hold}
    resume: {title: *t, by: lead, reason: required, moves: resume}
    cancel: {title: *t, by: lead, reason: required, to: cancelled}
ends:
  closed: {title: *t, allow: {member: [papers.read]}}
  cancelled: {title: *t, allow: {member: [papers.read]}}
steps:
"""
DUE = "due: {after: begin, weeks: 2}, remind: [{working_days: -3}]"
# What a leaf can be, by the scope it stands in: its words, with what others may wait for once it has been done.
PARTY = {
    "hand_in": "actions: {do: {title: *t, by: coordinator, needs: papers.all_accounted_for, does: papers.hand_in, "
    "to: next}}",
    "send": "actions: {do: {title: *t, by: coordinator, needs: asked.some, does: asked.send, to: next}}",
    "plain": "actions: {do: {title: *t, by: [member, lead], to: next}}",
    "by_fact": "done_when: papers.handed_in, actions: {do: {title: *t, by: coordinator, does: papers.hand_in}}",
    "by_time": "ends_after: {weeks: 1}, actions: {do: {title: *t, by: contact, to: next}}",
}
SHARED = {
    "meet": "actions: {do: {title: *t, by: [coordinator, lead], needs: meeting.planned, does: meeting.hold, to: next}}",
    "write": "done_when: joint.handed_over, actions: {do: {title: *t, by: coordinator, needs: joint.ready, "
    "does: joint.hand_over}}",
    "by_time": "ends_after: {working_days: 3}, actions: {do: {title: *t, by: lead, to: next}}",
}
PERSON = {
    "submit": "actions: {do: {title: *t, by: self, needs: answer.some, does: answer.submit, to: next}}",
    "by_time": "ends_after: {weeks: 2}, actions: {do: {title: *t, by: self, needs: answer.some, does: answer.submit, "
    "to: next}}",
}
WAITS = {"hand_in": "{}papers.handed_in", "send": "{}asked.sent", "meet": "meeting.held"}
IFS = ("asked.some", "{not: papers.handed_in}", "{any: [papers.handed_in, asked.sent]}")


@dataclass
class _Made:
    """Lines so far, and what has been done by every step before (and can be waited for, or asked)."""

    draw: Any
    lines: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    count: int = 0

    def leaf(self, depth: int, scope: str) -> None:
        kinds = {"": SHARED, "party": PARTY, "person": PERSON}[scope]
        kind = self.draw(st.sampled_from(sorted(kinds)))
        parts = ["title: *t", DUE, kinds[kind]]
        if scope == "person":
            parts += ["allow: {self: [answer.write, answer.read]}"]
        if scope == "party" and self.done and self.draw(st.booleans()):
            parts.append(f"starts_when: {self._wait(self.draw(st.sampled_from(self.done)))}")
        if self.draw(st.integers(0, 4)) == 0:
            parts.append("opens: {after: begin, working_days: 2}")
        if scope == "party" and self.draw(st.integers(0, 3)) == 0:
            parts.append(f"if: {self.draw(st.sampled_from(IFS))}")
        elif kind in WAITS:
            self.done.append(kind)
        self.put(depth, "{" + ", ".join(parts) + "}")

    def _wait(self, kind: str) -> str:
        relation = self.draw(st.sampled_from(["", "reviews.", "reviewed_by.", "others.", "all."]))
        return WAITS[kind].format(relation)

    def put(self, depth: int, text: str) -> None:
        self.count += 1
        self.lines.append(f"{'  ' * depth}s{self.count}: {text}".rstrip())

    def block(self, depth: int, scope: str, most: int) -> None:
        """A step that holds others, one after the other or side by side."""
        together = self.draw(st.booleans())
        self.put(depth, "")
        inside = "  " * (depth + 1)
        each = scope or self.draw(st.sampled_from(["", "party"]))
        self.lines.append(f"{inside}title: *t")
        if each and not scope:
            self.lines.append(f"{inside}each: {each}")
        self.lines.append(f"{inside}{'together' if together else 'steps'}:")
        before = list(self.done)
        for _ in range(self.draw(st.integers(1, most))):
            branch = list(self.done)
            self.step(depth + 2, each, most - 1)
            if together:
                self.done = branch
        if together:
            self.done = before

    def step(self, depth: int, scope: str, most: int) -> None:
        if most > 1 and self.draw(st.integers(0, 2)) == 0:
            self.block(depth, scope, most)
        elif scope:
            self.leaf(depth, scope)
        else:
            each = self.draw(st.sampled_from(["", "party", "party", "person"]))
            self.leaf(depth, each)
            if each:
                people = ", people: [coordinator, contact]" if each == "person" else ""
                self.lines[-1] = self.lines[-1][:-1] + f", each: {each}{people}}}"


@st.composite
def definitions(draw: Any) -> str:
    made = _Made(draw)
    for _ in range(draw(st.integers(1, 3))):
        made.step(1, "", 3)
    # Somebody's answer is asked for in every one, so that no right is without use.
    last = f"each: person, people: [member, contact], allow: {{self: [answer.write]}}, {PERSON['by_time']}"
    made.put(1, f"{{title: *t, {DUE}, {last}}}")
    return HEAD + "\n".join(made.lines) + "\n"
