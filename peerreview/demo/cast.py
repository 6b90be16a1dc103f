"""Who is in the demo: people called by a given name that goes with the function, and by their region. Names that say a
function or an organisation are none that the house takes (services/people/names.py)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from ..services.people.register_many import NewOrganisation, NewPerson
from .content import REGIONS

PASSWORD = "granska-tillsammans"
# The language in which a function of a team is said in somebody's name.
TEAM = (("medical", "Chefläkare"), ("public_health", "Folkhälsostrateg"), ("patient", "Patientrepresentant"))
# Given names that begin as the functions do, in the order of TEAM.
GIVEN = ("Cecilia", "Folke", "Patrik")
AT_HOME, ABOVE = "Verksamhetsutvecklare", "Hälso- och sjukvårdsdirektör"
LEAD = "projektledare@natverket.example"


def slug(name: str) -> str:
    """ "Region Kalmar län" -> "kalmar-lan": what stands in an address."""
    plain = unicodedata.normalize("NFKD", name.removeprefix("Region ")).encode("ascii", "ignore").decode()
    return plain.lower().replace(" ", "-")


def name_of(code: str) -> str:
    return next(name for c, name, *_ in REGIONS if c == code)


def called(given: str, name: str) -> str:
    """ "Pia Kalmar" of Region Kalmar län: nobody is really called so."""
    place = name.removeprefix("Region ").removesuffix(" län").removesuffix("sregionen")
    return f"{given} {place.replace('Jönköpings', 'Jönköping')}"


def address(function: str, code: str) -> str:
    return f"{function}@{slug(name_of(code))}.example"


def coordinator(code: str) -> str:
    return address("processledare", code)


def contact(code: str) -> str:
    return address("ledningskontakt", code)


def member(code: str, number: int) -> str:
    return address(slug(TEAM[number][1]), code)


def organisations() -> list[NewOrganisation]:
    return [
        NewOrganisation(code, name, region, population * 1000, hospitals, university)
        for code, name, region, population, hospitals, university in REGIONS
    ]


def people() -> list[NewPerson]:
    """The lead, and of each region a coordinator, a contact and three who can be in a team."""
    found = [NewPerson("Nina Lindnät", LEAD, "lead", phone="010-100 00 00")]
    for code, name, *_ in REGIONS:
        phone = f"010-1{code} 00"
        found.append(
            NewPerson(
                called("Pia", name), coordinator(code), "coordinator", code, f"{phone} 01", title=AT_HOME
            )
        )
        found.append(
            NewPerson(called("Lena", name), contact(code), "contact", code, f"{phone} 02", title=ABOVE)
        )
        for number, (_, title) in enumerate(TEAM):
            who, reached = called(GIVEN[number], name), f"{phone} 1{number}"
            found.append(NewPerson(who, member(code, number), "member", code, reached, title=title))
    return found


@dataclass(frozen=True)
class Login:
    function: str
    email: str


def logins() -> list[Login]:
    """The logins that the demo lists, by function."""
    found = [Login("Projektledare", LEAD)]
    for code in ("08", "21"):
        name = name_of(code)
        found.append(Login(f"Processledare, {name}", coordinator(code)))
        found += [Login(f"{TEAM[n][1]} (granskare), {name}", member(code, n)) for n in (0, 1)]
        found.append(Login(f"Ledningskontakt, {name}", contact(code)))
    found.append(Login(f"Utomstående: processledare, {name_of('12')}", coordinator("12")))
    return found
