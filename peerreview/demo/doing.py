"""One review of the demo, and the hands that do its deeds at a given time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ..services.agreement import edit_agreement
from ..services.base import save_tokens
from ..services.base.house import Account, House
from ..services.case import facts, opening
from ..services.deeds import begin_reviews
from ..services.evaluation import answer_evaluation, edit_follow_ups
from ..services.examples import edit_examples, examples_page
from ..services.materials import edit_documents
from ..services.meetings import edit_meetings
from ..services.questions import edit_questions
from ..services.report import edit_report
from ..services.review import do_action
from ..services.review.do_action import Filled, Wish
from ..services.team import appoint_members
from ..services.terms import agreement_terms
from . import cast
from .content import Content
from .papers import pdf_of
from .plans import Plan

Who = str | int


@dataclass
class Doing:
    """`now` is the method's time of the deed at hand; `documents` and `asked` what has been made so far, by side."""

    house: House
    accounts: Mapping[str, Account]
    organisations: Mapping[str, int]
    codes: tuple[str, ...]
    content: Content | None
    plan: Plan | None
    now: datetime = datetime.min
    review: int = 0
    documents: dict[tuple[int, int], int] = field(default_factory=dict)
    asked: dict[tuple[int, int], int] = field(default_factory=dict)
    tokens: dict[int, str] = field(default_factory=dict)
    example: int = 0

    # ---- who

    def who(self, side: int, who: Who = "coordinator") -> Account:
        code = self.codes[side]
        if isinstance(who, int):
            return self.accounts[cast.member(code, who)]
        return self.accounts[cast.contact(code) if who == "contact" else cast.coordinator(code)]

    def reviewed(self, side: int) -> int:
        """The side that `side` reviews."""
        return (side + 1) % len(self.codes)

    def reviewer(self, side: int) -> int:
        """The side that reviews `side`."""
        return (side - 1) % len(self.codes)

    @property
    def place(self) -> str:
        return self.content.place if self.content else "Digitalt möte"

    def act(
        self, side: int, action: str, step: str, who: Who = "coordinator", filled: Filled | None = None
    ) -> None:
        do_action.act(
            self.house,
            actor=self.who(side, who),
            review_id=self.review,
            wish=Wish(action, step),
            filled=filled or Filled(),
            seen=None,
            now=self.now,
        )

    # ---- the deeds, in the order of the method

    def begin(self) -> None:
        self.review = begin_reviews.begin_review(
            self.house,
            actor=self.accounts[cast.LEAD],
            organisations=[self.organisations[code] for code in self.codes],
            now=self.now,
        )

    def accept(self, side: int) -> None:
        self.act(side, "accept", "acceptance", filled=Filled(conflict="none"))

    def team(self, side: int) -> None:
        for number, (function, _) in enumerate(cast.TEAM):
            appoint_members.appoint(
                self.house,
                actor=self.who(side),
                review_id=self.review,
                person_id=self.who(side, number).person_id,
                name="",
                email="",
                role="member",
                function=function,
                now=self.now,
                real_now=self.now,
            )

    def confirm_team(self, side: int) -> None:
        self.act(side, "confirm", "teams")

    def plan_meeting(self, key: str, day: date) -> None:
        edit_meetings.plan_meeting(
            self.house,
            actor=self.who(0),
            review_id=self.review,
            key=key,
            day=day.isoformat(),
            start="10:00",
            until="15:00",
            place=self.place,
            link="",
            already_held=False,
            seen=0,
            now=self.now,
        )

    def add_document(self, side: int, number: int) -> None:
        assert self.content is not None
        document = self.content.sides[side].documents[number]
        stored = edit_documents.take_in(
            self.house, stream=pdf_of(document, cast.name_of(self.codes[side]), self.now)
        )
        self.documents[(side, number)] = edit_documents.add_file(
            self.house,
            actor=self.who(side, number % 3 if number else "coordinator"),
            review_id=self.review,
            place=edit_documents.Place(wish=self.wishes[side][number]),
            typed=edit_documents.Typed(title=document.title),
            filename=document.filename,
            stored=stored,
            now=self.now,
        )

    def write_report(self, side: int, half: bool = False) -> None:
        assert self.content is not None
        body = self.content.sides[side].report
        if half:
            body = body[: body.index("## Frågor och förslag")]
        self._save_report(side, body, who=0 if half else "coordinator")

    def finish_report(self, side: int) -> None:
        self._save_report(side, self.body(side) + "\n*Texten är kompletterad efter det andra mötet.*\n")
        self.act(side, "finish", "final_report")

    def body(self, side: int) -> str:
        assert self.content is not None
        return self.content.sides[side].report

    def comment(self, side: int) -> None:
        """What `side` says of the report about it, once it has been presented."""
        assert self.content is not None
        edit_report.comment_on_report(
            self.house,
            actor=self.who(side),
            review_id=self.review,
            key=str(self.reviewer(side)),
            body=self.content.sides[side].more["comment"],
            now=self.now,
        )

    # ---- the agreement

    def write_agreement(self) -> None:
        """What the first meeting decided: what each side wishes for, the period, the dates."""
        assert self.content is not None
        assert self.plan is not None
        wishes = tuple(
            agreement_terms.TypedWish(self.reviewed(side), wish["title"], wish["note"])
            for side, part in enumerate(self.content.sides)
            for wish in part.wishes
        )
        first, last = self.content.period
        edit_agreement.save_agreement(
            self.house,
            actor=self.who(0),
            review_id=self.review,
            typed=agreement_terms.Typed(
                period_from=first.isoformat(),
                period_to=last.isoformat(),
                report="separate",
                opening=self.plan.opening,
                follow_up=str(self.plan.months),
                dates={key: day.isoformat() for key, day in self.plan.agreed.items()},
                wishes=wishes,
            ),
            version=0,
            confirmed=(),
            now=self.now,
        )

    def confirm_agreement(self, side: int) -> None:
        edit_agreement.confirm_agreement(
            self.house, actor=self.who(side), review_id=self.review, version=1, now=self.now
        )

    @property
    def wishes(self) -> list[list[str]]:
        """By side, the ids of the documents that are wished for of it."""
        with opening.looking(self.house, review_id=self.review, actor=self.who(0), now=self.now) as case:
            return [
                [str(wish["id"]) for wish in facts.wished_of(case.rows, case.standing, side)]
                for side in range(len(self.codes))
            ]

    # ---- questions

    def write_question(self, side: int, number: int) -> None:
        assert self.content is not None
        asked = self.content.sides[side].questions
        if number >= len(asked):
            return
        document = self.documents[(self.reviewed(side), asked[number]["document"] - 1)]
        self.asked[(side, number)] = edit_questions.write_question(
            self.house,
            actor=self.who(side, number % 4 if number % 4 < 3 else "coordinator"),
            review_id=self.review,
            typed=edit_questions.QuestionText(
                perspective=asked[number]["perspective"],
                document=str(document),
                page=str(asked[number]["page"]),
                text=asked[number]["text"],
            ),
            now=self.now,
        )

    def answer(self, side: int, number: int) -> None:
        """The answer to a question of `side`, by those it is asked of; and what `side` notes."""
        assert self.content is not None
        said = self.content.sides[side].questions[number]
        edit_questions.answer_question(
            self.house,
            actor=self.who(self.reviewed(side)),
            review_id=self.review,
            question_id=self.asked[(side, number)],
            text=said["answer"],
            seen=edit_questions.token_of(""),
            done=True,
            now=self.now,
            real_now=self.now,
        )
        if said["note"]:
            edit_questions.note_on_question(
                self.house,
                actor=self.who(side),
                review_id=self.review,
                question_id=self.asked[(side, number)],
                text=said["note"],
                seen=edit_questions.token_of(""),
                now=self.now,
                real_now=self.now,
            )

    # ---- report, evaluation, follow-up

    def _save_report(self, side: int, body: str, who: Who = "coordinator") -> None:
        saved = edit_report.save_report(
            self.house,
            actor=self.who(side, who),
            review_id=self.review,
            key=str(side),
            started_from=self.tokens.get(side, "0"),
            body=body,
            now=self.now,
        )
        self.tokens[side] = saved.token

    def evaluate(self, side: int, who: Who) -> None:
        """A participant's answers: the content's, shifted a little so that not all say the same."""
        assert self.content is not None
        said = self.content.sides[side].more["evaluation"]
        hours = self.content.sides[side].more["hours"]
        shift = 0 if who == "coordinator" else (-1 if who in (1, "contact") else 0)
        answers = {key: str(max(1, said[key] + shift)) for key in ("worth", "clarity", "balance")}
        spent = {"coordinator": hours["coordinator"], "contact": 4}.get(str(who), round(hours["members"] / 3))
        answers["hours"] = str(spent)
        if who == "coordinator":
            answers |= {key: said[key] for key in ("best", "better")}
        answer_evaluation.save_evaluation(
            self.house,
            actor=self.who(side, who),
            review_id=self.review,
            answers=answers,
            token=save_tokens.token_of(0),
            hand_in=True,
            now=self.now,
        )

    def write_follow_up(self, side: int) -> None:
        assert self.content is not None
        for row in self.content.sides[side].more["follow_up"]:
            edit_follow_ups.add_follow_up(
                self.house,
                actor=self.who(side),
                review_id=self.review,
                form=edit_follow_ups.FollowUpForm(
                    finding=row["finding"], change=row["change"], status=row["status"]
                ),
                now=self.now,
            )

    # ---- what was learnt, told to the network

    def write_example(self, side: int) -> None:
        """Written and published; what is about the other side waits for its consent."""
        assert self.content is not None
        told = dict(self.content.sides[side].more["example"])
        about = tuple(n for n in range(len(self.codes)) if n != side) if told.pop("about", False) else ()
        perspectives = tuple(told.pop("perspectives"))
        of: dict[str, Any] = {"actor": self.who(side), "review_id": self.review, "now": self.now}
        typed = examples_page.Typed(**told, perspectives=perspectives, about=about)
        self.example = edit_examples.save_example(self.house, example_id=None, typed=typed, **of)
        edit_examples.publish(self.house, example_id=self.example, seen=1, **of)

    def consent_to_example(self, side: int) -> None:
        of: dict[str, Any] = {"actor": self.who(side), "review_id": self.review, "now": self.now}
        edit_examples.consent(self.house, example_id=self.example, seen=1, **of)
