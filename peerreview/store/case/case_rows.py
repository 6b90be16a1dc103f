"""What a case's rows are, and of which tables: each part asked for so that one question can hold them all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from ..artefacts.agreements import Agreement, Confirmation
from ..artefacts.evaluations import FollowUp, FormAnswer
from ..artefacts.materials import Material
from ..artefacts.questions import Question
from ..artefacts.reports import TextVersion
from ..connection.statements import instant, names_in
from ..people.organisations import Organisation
from ..people.people import Person
from ..review.conflicts import DECLARED, EMPLOYED
from ..review.reviews import ArtefactState, Party, Seat
from ..review.rows import AgreementRow, FormRow, PartyRow, ReviewRow, SeatRow, StateRow, TextRow

SHARED = -1
Found = Sequence[Sequence[Any]]


@dataclass
class CaseRows:
    """The rows of one review, as far as facts are made of them: values. What one deed in many wants besides is read
    when it is asked for, for all the reviews that were loaded together (`together`). `until`: as they were then.
    `employed`: the leads who have a function in an organisation of the review; `declared`: who has said that they have
    a conflict of interest."""

    review: ReviewRow
    session: Session
    together: Mapping[int, CaseRows]
    leads: tuple[int, ...] = ()
    employed: frozenset[int] = frozenset()
    declared: frozenset[int] = frozenset()
    parties: Sequence[PartyRow] = ()
    seated: Sequence[SeatRow] = ()
    states: dict[tuple[str, int], StateRow] = field(default_factory=dict)
    agreements: list[AgreementRow] = field(default_factory=list)
    confirmed: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    wishes_met: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    questions: dict[tuple[str, int], list[tuple[str, bool]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    texts: dict[tuple[str, int], str] = field(default_factory=dict)
    saved: dict[tuple[str, int], TextRow] = field(default_factory=dict)
    forms: list[FormRow] = field(default_factory=list)
    follow_ups: dict[tuple[str, int], int] = field(default_factory=dict)
    people: list[Seat] | None = field(default=None, repr=False)
    until: datetime | None = None

    @property
    def all_seats(self) -> list[Seat]:
        """The seats with their people, those that have been left too."""
        if self.people is None:
            # Rows of then (`until`) are beside those that were loaded: their people are the same.
            loaded = self.together[self.review.id]
            if loaded.people is None:
                load_people(self.session, self.together)
            self.people = loaded.people
        assert self.people is not None
        return self.people

    @property
    def seats(self) -> Sequence[Seat]:
        return [seat for seat in self.all_seats if self._is_seated(seat)]

    def _is_seated(self, seat: Seat) -> bool:
        if self.until is None:
            return seat.removed_at is None
        return seat.added_at <= self.until and (seat.removed_at is None or seat.removed_at > self.until)


# ---- the parts


def _fill_parties(rows: CaseRows, found: Found) -> None:
    rows.parties = sorted(PartyRow(*one) for one in found)


def _fill_employed(rows: CaseRows, found: Found) -> None:
    rows.employed = frozenset(person for (person,) in found)


def _fill_declared(rows: CaseRows, found: Found) -> None:
    rows.declared = frozenset(person for (person,) in found)


def _fill_seats(rows: CaseRows, found: Found) -> None:
    rows.people = None
    rows.seated = sorted(
        SeatRow(
            id,
            person,
            party,
            role,
            function,
            deputy,
            _instant(since),
            _instant(until),
            bool(gone),
            bool(away),
        )
        for id, person, party, role, function, deputy, since, until, gone, away in found
    )


def _fill_states(rows: CaseRows, found: Found) -> None:
    rows.states = {(name, party): StateRow(name, party, *more) for name, party, *more in found}


def _fill_agreements(rows: CaseRows, found: Found) -> None:
    versions = [AgreementRow(id, n, fields, instant(at), by) for id, n, fields, at, by in found]
    rows.agreements = sorted(versions, key=lambda one: one.version)


def _fill_confirmed(rows: CaseRows, found: Found) -> None:
    rows.confirmed = defaultdict(set)
    for agreement, party in found:
        rows.confirmed[agreement].add(party)


def _fill_materials(rows: CaseRows, found: Found) -> None:
    rows.wishes_met = defaultdict(set)
    for artefact, party, wish in found:
        rows.wishes_met[(artefact, party)].add(wish)


def _fill_questions(rows: CaseRows, found: Found) -> None:
    rows.questions = defaultdict(list)
    for artefact, party, state, answered in found:
        rows.questions[(artefact, party)].append((state, bool(answered)))


def _fill_forms(rows: CaseRows, found: Found) -> None:
    rows.forms = sorted(
        FormRow(id, artefact, person, party, answers, version, instant(saved), _instant(submitted), function)
        for id, artefact, person, party, answers, version, saved, submitted, function in found
    )


def _fill_follow_ups(rows: CaseRows, found: Found) -> None:
    rows.follow_ups = {(artefact, party): count for artefact, party, count in found}


def _fill_texts(rows: CaseRows, found: Found) -> None:
    rows.texts = {(artefact, party): body for artefact, party, body, *_ in found}
    rows.saved = {
        (artefact, party): TextRow(number, saves, instant(at), by)
        for artefact, party, _, number, saves, at, by in found
    }


def _instant(text: str | None) -> datetime | None:
    return None if text is None else instant(text)


class Part(NamedTuple):
    """A part of the rows: what is asked, and by which column it belongs to a review."""

    query: Select[*tuple[Any, ...]]
    review: ColumnElement[int]
    fill: Callable[[CaseRows, Found], None]


_LATER = aliased(TextVersion)
_SITTING, _DEPUTY = aliased(Person), aliased(Person)
_NEWEST = (
    select(func.max(_LATER.number))
    .where(
        _LATER.review_id == TextVersion.review_id,
        _LATER.artefact == TextVersion.artefact,
        _LATER.party == TextVersion.party,
    )
    .scalar_subquery()
)
PARTS = (
    Part(
        select(Party.position, Party.organisation_id, Organisation.name).join(
            Organisation, Organisation.id == Party.organisation_id
        ),
        Party.__table__.c.review_id,
        _fill_parties,
    ),
    Part(
        select(
            Seat.id,
            Seat.person_id,
            Seat.party,
            Seat.role,
            Seat.function,
            Seat.deputy_id,
            Seat.deputy_from,
            Seat.deputy_until,
            _SITTING.closed_at.is_not(None),
            _DEPUTY.closed_at.is_not(None),
        )
        .join(_SITTING, _SITTING.id == Seat.person_id)
        .outerjoin(_DEPUTY, _DEPUTY.id == Seat.deputy_id)
        .where(Seat.removed_at.is_(None)),
        Seat.__table__.c.review_id,
        _fill_seats,
    ),
    Part(
        select(
            ArtefactState.name,
            ArtefactState.party,
            ArtefactState.state,
            ArtefactState.data,
            ArtefactState.version,
        ),
        ArtefactState.__table__.c.review_id,
        _fill_states,
    ),
    Part(
        select(Agreement.id, Agreement.version, Agreement.fields, Agreement.created_at, Agreement.created_by),
        Agreement.__table__.c.review_id,
        _fill_agreements,
    ),
    Part(
        select(Confirmation.agreement_id, Confirmation.party).join(
            Agreement, Agreement.id == Confirmation.agreement_id
        ),
        Agreement.__table__.c.review_id,
        _fill_confirmed,
    ),
    Part(
        select(Material.artefact, Material.party, Material.wish_id).where(
            Material.withdrawn_at.is_(None), Material.wish_id != ""
        ),
        Material.__table__.c.review_id,
        _fill_materials,
    ),
    Part(
        select(
            Question.artefact, Question.party, Question.state, (Question.answer != "").label("answered")
        ).where(Question.removed_at.is_(None)),
        Question.__table__.c.review_id,
        _fill_questions,
    ),
    Part(
        select(
            FormAnswer.id,
            FormAnswer.artefact,
            FormAnswer.person_id,
            FormAnswer.party,
            FormAnswer.answers,
            FormAnswer.version,
            FormAnswer.saved_at,
            FormAnswer.submitted_at,
            FormAnswer.function,
        ),
        FormAnswer.__table__.c.review_id,
        _fill_forms,
    ),
    Part(
        select(FollowUp.artefact, FollowUp.party, func.count().label("n"))
        .where(FollowUp.removed_at.is_(None))
        .group_by(FollowUp.review_id, FollowUp.artefact, FollowUp.party),
        FollowUp.__table__.c.review_id,
        _fill_follow_ups,
    ),
    Part(
        select(
            TextVersion.artefact,
            TextVersion.party,
            TextVersion.body,
            TextVersion.number,
            TextVersion.saves,
            TextVersion.saved_at,
            TextVersion.saved_by,
        ).where(TextVersion.number == _NEWEST),
        TextVersion.__table__.c.review_id,
        _fill_texts,
    ),
    Part(EMPLOYED, Party.__table__.c.review_id, _fill_employed),
    Part(DECLARED, Party.__table__.c.review_id, _fill_declared),
)
# The tables and columns of which the parts are made, as `Writing.touched` calls them.
MADE_OF = frozenset(name for part in PARTS for name in names_in(part.query))


_PEOPLE = (
    select(Seat)
    .where(Seat.review_id.in_(bindparam("ids", expanding=True)))
    .order_by(Seat.review_id, Seat.id)
    .options(joinedload(Seat.person), joinedload(Seat.deputy))
)


def load_people(session: Session, found: Mapping[int, CaseRows]) -> None:
    for rows in found.values():
        rows.people = []
    for seat in session.scalars(_PEOPLE, {"ids": list(found)}):
        people = found[seat.review_id].people
        assert people is not None
        people.append(seat)
