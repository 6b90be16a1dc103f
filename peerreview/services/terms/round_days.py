"""The dates of a round, as they are today."""

from __future__ import annotations

from datetime import date

from ...engine.language.definition import FactRef
from ...engine.running.case import Scope
from ...engine.running.timing import agreed_day
from ..case.opening import OpenCase
from ..case.round_facts import DATES


def dates_of(case: OpenCase) -> dict[str, date | None]:
    """The dates as they are today: rests put them off, as they do those of an agreement."""
    return {name: agreed_day(case.case, FactRef("own", "timetable", name), Scope()) for name in DATES}
