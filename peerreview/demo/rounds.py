"""The demo's round: all regions are invited, most have answered, and the lead is talking with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from ..services.organisations import self_assessments
from ..services.organisations.self_assessments import AssessmentForm
from ..services.rounds import edit_interest, edit_talks, rounds, send_round_letters
from ..services.rounds.interest_page import Wanted
from ..services.rounds.round_case import looking_in
from . import cast
from .content import REGIONS
from .doing import Doing

NAME, YEAR = "Omgång 2026–2027", "2026"
OPENED, SENT, ANSWERS, PAIRING = date(2026, 3, 16), date(2026, 3, 18), date(2026, 4, 24), date(2026, 5, 22)
INVITATION = """\
I höst börjar en ny omgång kollegial granskning. Två regioner (eller tre, om vi blir udda) läser varandras underlag,
ställer frågor och skriver en kort rapport om vad de ser. Det är ett utbyte mellan jämlikar: ni granskar, och ni
blir granskade.

## Vad det kräver

- Ett team på fyra till sex personer, med en processledare.
- Ungefär 100 timmar för hela teamet, fördelade på ett halvår.
- En ledning som vill ta emot rapporten.

## Vad det ger

En blick utifrån på det ni själva har valt, och en part att fortsätta tala med. Berätta vad ni vill lära er och vad ni
är bra på, så letar vi efter någon som passar.
"""
# By region: what it wants to learn, what it is good at, the perspectives, and whom it wishes for and rules out.
WANTED: dict[
    str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]
] = {
    "01": (("primary_care", "mandate"), ("mental_health",), ("governance",), (), ()),
    "03": (("governance", "mandate"), ("activity", "conversations"), ("governance", "staff"), ("05",), ()),
    "04": (("tobacco", "food"), ("primary_care",), ("population",), (), ()),
    "05": (("conversations",), ("governance", "approach"), ("patient",), ("03", "18"), ()),
    "06": (("mental_health", "alcohol"), ("conversations", "mandate"), ("population",), (), ("08",)),
    "07": (("approach", "workplace"), ("environment",), ("staff",), ("10",), ()),
    "08": (("activity", "conversations"), ("food", "primary_care"), ("population", "patient"), ("22",), ()),
    "09": (("primary_care", "conversations"), ("workplace",), ("patient",), (), ()),
    "10": (("environment", "workplace"), ("approach", "tobacco"), ("staff",), (), ()),
    "12": (("mandate", "mental_health"), ("primary_care", "governance"), ("governance",), ("14",), ()),
    "13": (("food", "activity"), ("alcohol",), ("population",), (), ()),
    "17": (("alcohol", "tobacco"), ("mental_health", "food"), ("patient", "population"), (), ("18",)),
    "18": (("governance", "approach"), ("mandate", "tobacco"), ("governance",), ("05",), ()),
    "19": (("workplace",), ("activity",), ("staff", "governance"), (), ()),
    "22": (("primary_care", "food"), ("conversations", "activity"), ("population",), ("08",), ()),
    "24": (("mandate", "governance"), ("mental_health", "approach"), ("governance", "patient"), (), ()),
    "25": (("mental_health", "conversations"), ("tobacco", "workplace"), ("population",), (), ()),
}
# Self-assessments, 1 to 5: numbers and notes by theme or perspective.
RESULTS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "08": (
        {
            "perspective.patient": "3,5",
            "perspective.governance": "4",
            "theme.tobacco": "4",
            "theme.conversations": "2,5",
        },
        {"theme.conversations": "Uppföljningen efter sex månader görs på fyra av 36 hälsocentraler."},
    ),
    "21": (
        {"perspective.patient": "3", "perspective.staff": "2", "theme.food": "3,5", "theme.workplace": "2"},
        {"theme.workplace": "Enkäten besvarades av 41 procent av cheferna."},
    ),
    "05": (
        {"perspective.governance": "3", "perspective.staff": "4", "theme.food": "4,5"},
        {"theme.food": "Måltidsvärdar på nio av 38 avdelningar."},
    ),
}
DECLINED = {"20": "Vi är mitt i en omorganisation och återkommer till nästa omgång.", "23": ""}
# Those whose talk is still to come; and 14 and 21 have not answered at all.
TO_TALK = ("12", "25")
AIMS = "Vi vill se hur någon annan har fått det att hålla i vardagen, och få frågor som vi inte ställer oss."
AGREED = "Vi granskar {themes} i hela regionen. Teamet utses före sommaren, och ledningen tar emot rapporten i vår."


def course() -> Iterator[tuple[date, int, Callable[[Doing], None]]]:
    """The round's deeds, each with its day and hour."""
    yield OPENED, 9, keep_results
    yield OPENED, 10, open_round
    yield SENT, 9, send
    for number, code in enumerate(sorted({*WANTED, *DECLINED}, key=lambda code: (int(code) * 7) % 23)):
        day = SENT + timedelta(days=2 + number)
        yield day, 10, partial(_answer, code)
        if code in WANTED and code not in TO_TALK:
            yield day + timedelta(days=5), 14, partial(_talk, code)


def keep_results(doing: Doing) -> None:
    """What three regions have found of themselves, in their profiles."""
    for code, (numbers, notes) in RESULTS.items():
        self_assessments.save(
            doing.house,
            actor=doing.accounts[cast.LEAD],
            organisation_id=doing.organisations[code],
            number=None,
            form=AssessmentForm("Indikatorenkäten", "2025", numbers, notes),
            now=doing.now,
            real_now=doing.now,
        )


def open_round(doing: Doing) -> None:
    doing.review = rounds.open_round(
        doing.house,
        actor=doing.accounts[cast.LEAD],
        name=NAME,
        year=YEAR,
        organisations=[doing.organisations[code] for code, *_ in REGIONS],
        now=doing.now,
    )


def send(doing: Doing) -> None:
    lead, now = doing.accounts[cast.LEAD], doing.now
    of: dict[str, Any] = {"actor": lead, "round_id": doing.review, "now": now}
    send_round_letters.set_dates(doing.house, answers=ANSWERS.isoformat(), pairing=PAIRING.isoformat(), **of)
    send_round_letters.save_letter(doing.house, key="invitation", body=INVITATION, seen=0, **of)
    send_round_letters.send_letter(doing.house, key="invitation", seen=1, **of)


def _answer(code: str, doing: Doing) -> None:
    of: dict[str, Any] = {
        "actor": doing.accounts[cast.coordinator(code)],
        "round_id": doing.review,
        "now": doing.now,
    }
    if code in DECLINED:
        edit_interest.decline(doing.house, reason=DECLINED[code], **of)
        return
    wants, offers, perspectives, wishes, excludes = WANTED[code]
    typed = Wanted(
        unit_level="region",
        wants=wants,
        offers=offers,
        perspectives=perspectives,
        aims=AIMS,
        expectations="En part som är lika öppen som vi, och ett samtal som går att fortsätta.",
        not_months=("2026-07", "2026-12") if int(code) % 3 else ("2026-07",),
        wishes=tuple(str(doing.organisations[other]) for other in wishes),
        excludes=tuple(str(doing.organisations[other]) for other in excludes),
    )
    edit_interest.save_interest(doing.house, typed=typed, seen=0, say=True, **of)


def _talk(code: str, doing: Doing) -> None:
    with looking_in(
        doing.house, round_id=doing.review, actor=doing.accounts[cast.LEAD], now=doing.now
    ) as case:
        names = [case.workflow.themes[key].get("sv").lower() for key in WANTED[code][0]]
        party = next(p for p, name in case.names.items() if name == cast.name_of(code))
    edit_talks.save_talk(
        doing.house,
        actor=doing.accounts[cast.LEAD],
        round_id=doing.review,
        party=party,
        note="Ringde processledaren. Vill helst börja i september.",
        expectations=AGREED.format(themes=" och ".join(names)),
        seen=0,
        held=True,
        now=doing.now,
    )
