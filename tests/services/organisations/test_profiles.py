"""Profiles from and to a file: all or nothing, and there and back again."""

from __future__ import annotations

from datetime import datetime

import pytest

from peerreview.errors import Invalid, NotFound
from peerreview.matching.reading import read
from peerreview.services.base.house import Account, House
from peerreview.services.organisations import (
    edit_organisations,
    organisations_page,
    profiles,
    self_assessments,
    who_met,
)
from peerreview.services.organisations.edit_organisations import OrganisationForm
from peerreview.services.organisations.organisations_page import OrganisationView
from peerreview.services.organisations.profiles import BadTable, export_profiles, import_profiles
from peerreview.services.organisations.self_assessments import AssessmentForm
from tests.people import make_organisation, make_person

KALMAR, OREBRO = "Region Kalmar län", "Region Örebro län"
HEAD = "organisation;population;hospitals;university_hospital;healthcare_region;reviewed;enheter;wants\r\n"


@pytest.fixture
def lead(house: House) -> Account:
    for code, name in (("H", KALMAR), ("T", OREBRO)):
        make_organisation(house, name, code)
    return make_person(house, "Lead", "lead@example.org", is_lead=True)


def take_in(house: House, lead: Account, text: str | bytes, now: datetime) -> profiles.Imported:
    content = text if isinstance(text, bytes) else text.encode("utf-8-sig")
    return import_profiles(house, actor=lead, content=content, now=now, real_now=now)


def view(house: House, lead: Account, name: str) -> OrganisationView:
    (row,) = organisations_page.organisations(house, actor=lead, search=name)
    return organisations_page.organisation(house, actor=lead, organisation_id=row.id)


def test_a_file_from_swedish_excel_is_taken_in_and_said_again(
    house: House, lead: Account, now: datetime
) -> None:
    text = HEAD + f"{OREBRO};308 000;3;ja;Mellansverige;{KALMAR}@2021;a|b;tobak\r\n"
    told = take_in(house, lead, text.encode("cp1252"), now)
    assert (told.organisations, told.passed_over) == (1, ("wants",))
    one = view(house, lead, OREBRO)
    assert (one.population, one.hospitals, one.university_hospital) == (308_000, 3, True)
    assert (one.attributes, one.reviewed) == ("enheter: a|b", f"{KALMAR}@2021")
    assert view(house, lead, KALMAR).reviewed == f"{OREBRO}@2021"
    assert [(m.year, m.review_id) for m in who_met.met(house, actor=lead).meetings] == [(2021, None)]
    before = export_profiles(house, actor=lead)
    take_in(house, lead, before, now)
    assert export_profiles(house, actor=lead) == before


def test_what_is_wrong_is_told_with_its_place_and_nothing_is_changed(
    house: House, lead: Account, now: datetime
) -> None:
    text = HEAD + f"{KALMAR};1;;;;{OREBRO}@2030;;\r\nRegion Okänd;;1001;;;;;\r\n{OREBRO};-1;;;;Nej@2020;;\r\n"
    with pytest.raises(BadTable) as error:
        take_in(house, lead, text, now)
    assert [(fault.line, fault.column) for fault in error.value.faults] == [(3, 1), (4, 19), (4, 25)]
    assert view(house, lead, KALMAR).population is None
    with pytest.raises(BadTable) as error:
        take_in(house, lead, HEAD + f"{KALMAR};1;1001;;;{OREBRO}@2030;a\0b;\r\n", now)
    assert [(fault.line, fault.column) for fault in error.value.faults] == [(2, 21), (2, 28), (2, 51)]
    assert view(house, lead, KALMAR).population is None


def test_a_missing_column_leaves_what_is_known_and_an_empty_cell_empties_it(
    house: House, lead: Account, now: datetime
) -> None:
    take_in(house, lead, HEAD + f"{KALMAR};247000;3;no;Sydöstra;;7;\r\n", now)
    take_in(house, lead, f"organisation,hospitals,Enheter,snitt\n{KALMAR},,8,\n", now)
    one = view(house, lead, KALMAR)
    assert (one.population, one.hospitals, one.attributes) == (247_000, None, "Enheter: 8")


def test_no_cell_of_the_export_runs_in_a_spreadsheet(house: House, lead: Account, now: datetime) -> None:
    bad = '=HYPERLINK("x")'
    make_organisation(house, bad, "X")
    take_in(house, lead, f"organisation;@sum;n\r\n'{bad};+1+2|x;-5\r\n", now)
    text = export_profiles(house, actor=lead).decode("utf-8-sig")
    cells = [cell.strip('"') for line in text.splitlines() for cell in line.split(";")]
    assert [
        cell for cell in cells if cell[:1] in ("=", "+", "@") or (cell.startswith("-") and cell != "-5")
    ] == []
    take_in(house, lead, text, now)
    assert export_profiles(house, actor=lead).decode("utf-8-sig") == text


def test_the_organisations_page_keeps_and_takes_away(house: House, lead: Account, now: datetime) -> None:
    id = view(house, lead, KALMAR).id

    def save(**typed: str) -> None:
        form = OrganisationForm(KALMAR, "H", **typed)  # type: ignore[arg-type]
        edit_organisations.change_organisation(
            house, actor=lead, organisation_id=id, form=form, now=now, real_now=now
        )

    save(attributes="vårdcentraler: 32\ntema: a|b", reviewed=f"{OREBRO}@2021\n{OREBRO} @ 2015")
    one = view(house, lead, KALMAR)
    assert one.attributes == "tema: a|b\nvårdcentraler: 32"
    assert one.reviewed == f"{OREBRO}@2021\n{OREBRO}@2015"
    save(reviewed=f"{OREBRO}@2015")
    assert view(house, lead, OREBRO).reviewed == f"{KALMAR}@2015"
    for wrong in (
        {"attributes": "utan värde"},
        {"reviewed": f"{KALMAR}@2020"},
        {"reviewed": f"{OREBRO}@2099"},
    ):
        with pytest.raises(Invalid) as error:
            save(**wrong)
        assert set(error.value.errors) == set(wrong)


def test_profiles_are_the_leads(house: House, lead: Account, now: datetime) -> None:
    anna = make_person(house, "Anna", "anna@example.org")
    with pytest.raises(NotFound):
        export_profiles(house, actor=anna)
    with pytest.raises(NotFound):
        import_profiles(house, actor=anna, content=b"organisation\n", now=now, real_now=now)


def test_results_of_self_assessments_are_kept_there_and_back(
    house: House, lead: Account, now: datetime
) -> None:
    """A theme and a perspective of one name are told apart; nothing of it is an attribute that is paired by."""
    at = {"actor": lead, "organisation_id": organisations_page.organisations(house, actor=lead)[0].id}
    typed = AssessmentForm(
        "Enkäten", "2025", {"theme.governance": "3,5", "perspective.governance": "2"}, {"theme.food": "=Nytt"}
    )
    self_assessments.save(house, number=None, form=typed, now=now, real_now=now, **at)
    with pytest.raises(Invalid) as wrong:
        self_assessments.save(house, number=None, form=typed, now=now, real_now=now, **at)
    assert set(wrong.value.errors) == {"instrument"}
    with pytest.raises(Invalid) as wrong:
        self_assessments.save(
            house,
            number=None,
            form=AssessmentForm("a:b", "1888", {"theme.food": "x"}),
            now=now,
            real_now=now,
            **at,
        )
    assert set(wrong.value.errors) == {"instrument", "year", "value_theme.food"}
    out = export_profiles(house, actor=lead)
    (row, _) = read(out)
    assert row.attributes == {}
    one = view(house, lead, KALMAR)
    take_in(house, lead, out, now)
    assert view(house, lead, KALMAR).assessments == one.assessments
    (told,) = one.assessments
    assert [(r.area.key, r.number, r.note) for r in told.results] == [
        ("perspective.governance", "2", ""), ("theme.food", "", "=Nytt"), ("theme.governance", "3,5", ""),
    ]  # fmt: skip
    column = "Enkäten@2025: Styrning och ledning"
    take_in(house, lead, f"organisation;{column}\r\n{KALMAR};\r\n", now)
    assert len(view(house, lead, KALMAR).assessments[0].results) == 2
    for bad in ("Enkäten@2025: Okänt", "Enkäten@2099: Patient (perspektiv)", "Enkäten@2025: Matvanor: bild"):
        with pytest.raises(BadTable):
            take_in(house, lead, f"organisation;{bad}\r\n{KALMAR};1\r\n", now)


def test_a_meeting_may_have_been_this_year_and_not_next(house: House, lead: Account, now: datetime) -> None:
    this, next_ = now.year, now.year + 1
    id = view(house, lead, KALMAR).id
    take_in(house, lead, f"organisation;reviewed\n{KALMAR};{OREBRO}@{this}\n", now)
    assert view(house, lead, KALMAR).reviewed == f"{OREBRO}@{this}"
    with pytest.raises(BadTable) as table:
        take_in(house, lead, f"organisation;reviewed\n{KALMAR};{OREBRO}@{next_}\n", now)
    assert dict(table.value.faults[0].message.params)["last"] == this
    for year, fine in ((this, True), (next_, False)):
        form = OrganisationForm(KALMAR, "H", reviewed=f"{OREBRO}@{year}")
        wrong: set[str] = set()
        try:
            edit_organisations.change_organisation(
                house, actor=lead, organisation_id=id, form=form, now=now, real_now=now
            )
        except Invalid as error:
            wrong = set(error.errors)
        assert (wrong == set()) is fine, year
