"""When the demo's reviews do what. What lies after TODAY has not happened yet: so each stands in a step of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

TODAY = date(2026, 4, 14)


@dataclass(frozen=True)
class Plan:
    """The days of a review. `key`: its content ("" for none); `codes`: its regions in ring order.

    The days of `agreed` are the agreement's (materials, questions, second_meeting, report, closing); the others
    are when things were really done. `late`: by what was done, days by side that it came later than its day."""

    key: str
    codes: tuple[str, ...]
    begun: date
    accepted: date
    teams: date
    first_meeting: date
    agreed: dict[str, date]
    materials: date
    questions: date
    drafts: date
    second_meeting: date
    report: date
    closing: date
    follow_up: date
    months: int = 6
    opening: str = "all"
    late: dict[str, tuple[int, ...]] = field(default_factory=dict)


NEVER = date(2100, 1, 1)


def _agreed(materials: date, questions: date, second: date, report: date, closing: date) -> dict[str, date]:
    return {
        "materials": materials,
        "questions": questions,
        "second_meeting": second,
        "report": report,
        "closing": closing,
    }


PLANS = (
    Plan(
        key="closed",
        codes=("08", "06"),
        begun=date(2024, 9, 2),
        accepted=date(2024, 9, 9),
        teams=date(2024, 9, 20),
        first_meeting=date(2024, 10, 8),
        agreed=_agreed(
            date(2024, 11, 15), date(2024, 12, 13), date(2025, 1, 21), date(2025, 2, 18), date(2025, 3, 11)
        ),
        materials=date(2024, 11, 14),
        questions=date(2024, 12, 12),
        drafts=date(2025, 1, 14),
        second_meeting=date(2025, 1, 21),
        report=date(2025, 2, 17),
        closing=date(2025, 3, 11),
        follow_up=date(2025, 9, 22),
        late={"materials": (0, 5)},
    ),
    Plan(
        key="followup",
        codes=("13", "05"),
        begun=date(2025, 3, 3),
        accepted=date(2025, 3, 7),
        teams=date(2025, 3, 21),
        first_meeting=date(2025, 4, 8),
        agreed=_agreed(
            date(2025, 5, 16), date(2025, 6, 9), date(2025, 6, 17), date(2025, 9, 5), date(2025, 10, 7)
        ),
        materials=date(2025, 5, 15),
        questions=date(2025, 6, 5),
        drafts=date(2025, 6, 10),
        second_meeting=date(2025, 6, 17),
        report=date(2025, 9, 4),
        closing=date(2025, 10, 7),
        follow_up=date(2026, 4, 13),
        late={"follow_up": (0, 14)},
        opening="each",
    ),
    Plan(
        key="evaluation",
        codes=("23", "09"),
        begun=date(2025, 9, 1),
        accepted=date(2025, 9, 8),
        teams=date(2025, 9, 19),
        first_meeting=date(2025, 10, 7),
        agreed=_agreed(
            date(2025, 11, 21), date(2025, 12, 19), date(2026, 1, 27), date(2026, 2, 24), date(2026, 4, 7)
        ),
        materials=date(2025, 11, 20),
        questions=date(2025, 12, 17),
        drafts=date(2026, 1, 19),
        second_meeting=date(2026, 1, 27),
        report=date(2026, 2, 23),
        closing=date(2026, 4, 7),
        follow_up=NEVER,
    ),
    Plan(
        key="finalreport",
        codes=("03", "24"),
        begun=date(2025, 10, 1),
        accepted=date(2025, 10, 6),
        teams=date(2025, 10, 17),
        first_meeting=date(2025, 11, 4),
        agreed=_agreed(
            date(2026, 1, 16), date(2026, 2, 20), date(2026, 3, 17), date(2026, 4, 16), date(2026, 5, 12)
        ),
        materials=date(2026, 1, 15),
        questions=date(2026, 2, 18),
        drafts=date(2026, 3, 9),
        second_meeting=date(2026, 3, 17),
        report=date(2026, 4, 10),
        closing=NEVER,
        follow_up=NEVER,
        months=12,
        late={"report": (0, 30)},
    ),
    Plan(
        key="ring",
        codes=("17", "18", "19"),
        begun=date(2025, 11, 3),
        accepted=date(2025, 11, 10),
        teams=date(2025, 11, 24),
        first_meeting=date(2025, 12, 9),
        agreed=_agreed(
            date(2026, 2, 6), date(2026, 3, 20), date(2026, 4, 16), date(2026, 5, 15), date(2026, 6, 9)
        ),
        materials=date(2026, 2, 5),
        questions=date(2026, 3, 18),
        drafts=date(2026, 4, 8),
        second_meeting=date(2026, 4, 16),
        report=NEVER,
        closing=NEVER,
        follow_up=NEVER,
        months=12,
    ),
    Plan(
        key="work",
        codes=("20", "04"),
        begun=date(2025, 12, 1),
        accepted=date(2025, 12, 8),
        teams=date(2026, 1, 12),
        first_meeting=date(2026, 1, 27),
        agreed=_agreed(
            date(2026, 3, 20), date(2026, 4, 17), date(2026, 5, 5), date(2026, 6, 3), date(2026, 6, 16)
        ),
        materials=date(2026, 3, 18),
        questions=date(2026, 4, 13),
        drafts=NEVER,
        second_meeting=NEVER,
        report=NEVER,
        closing=NEVER,
        follow_up=NEVER,
        late={"questions": (0, 30)},
    ),
    Plan(
        key="collect",
        codes=("25", "22"),
        begun=date(2026, 1, 19),
        accepted=date(2026, 1, 26),
        teams=date(2026, 2, 9),
        first_meeting=date(2026, 2, 24),
        agreed=_agreed(
            date(2026, 4, 17), date(2026, 5, 15), date(2026, 6, 2), date(2026, 9, 4), date(2026, 9, 29)
        ),
        materials=date(2026, 4, 10),
        questions=NEVER,
        drafts=NEVER,
        second_meeting=NEVER,
        report=NEVER,
        closing=NEVER,
        follow_up=NEVER,
        late={"materials": (0, 30)},
    ),
)


@dataclass(frozen=True)
class Young:
    """A review that has not come as far as an agreement; `until`: acceptance, teams or first_meeting."""

    codes: tuple[str, ...]
    begun: date
    accepted: date
    teams: date
    meeting: date
    late: dict[str, tuple[int, ...]] = field(default_factory=dict)


YOUNG = (
    Young(("10", "07"), date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 24), date(2026, 4, 21)),
    # A team that is long overdue: what the lead's page and the reminders look like then.
    Young(("14", "01"), date(2026, 3, 2), date(2026, 3, 6), date(2026, 3, 23), NEVER, {"teams": (0, 9999)}),
    # Just paired: ready to play through.
    Young(("08", "21"), date(2026, 4, 13), NEVER, NEVER, NEVER),
)
