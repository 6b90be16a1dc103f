"""Why a group scores as it does: each feature's share, with a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import N_, Message
from .profiles import Profile, key


@dataclass(frozen=True)
class Reason:
    """`share`: what the feature adds to the group's score. `words`: one sentence a direction or pair."""

    feature: str
    share: float
    words: tuple[Message, ...]


TITLES = {
    "population": N_("Population"),
    "hospitals": N_("Hospitals"),
    "university_hospital": N_("University hospital"),
    "themes": N_("What one wants to learn and the other is good at"),
    "interests": N_("Wanting to learn the same"),
    "wishes": N_("Wishes"),
    "healthcare_region": N_("Healthcare region"),
}


def title(feature: str) -> Message | str:
    """A feature's name for people; a free attribute's is its column's."""
    return TITLES.get(feature, feature)


def words(feature: str, a: Profile, b: Profile) -> Message:
    """What `feature` says of `a` reviewing `b`."""
    if feature == "themes":
        return _themes(a, b)
    if feature == "interests":
        return _common(a, b, a.wants, b.wants)
    if feature == "wishes":
        return _wishes(a, b)
    if feature in ("population", "hospitals"):
        return _sizes(a, b, getattr(a, feature), getattr(b, feature))
    if feature == "university_hospital":
        return _university_hospital(a, b)
    if feature == "healthcare_region":
        return _common(a, b, sorted(a.healthcare_region), sorted(b.healthcare_region))
    return _attribute(feature, a, b)


def _themes(a: Profile, b: Profile) -> Message:
    offered = set(map(key, a.offers))
    met = [theme for theme in b.wants if key(theme) in offered]
    names = {"a": a.organisation, "b": b.organisation}
    if not b.wants:
        return N_("%(b)s has not said what it wants to learn", **names)
    if not met:
        return N_("%(a)s is good at nothing that %(b)s wants to learn", **names)
    return N_(
        "%(a)s is good at %(n)s of %(m)s things that %(b)s wants to learn: %(themes)s",
        **names, n=len(met), m=len(b.wants), themes=", ".join(met),
    )  # fmt: skip


def _common(a: Profile, b: Profile, left: Sequence[str], right: Sequence[str]) -> Message:
    names = {"a": a.organisation, "b": b.organisation}
    if not left or not right:
        return N_("not known of both %(a)s and %(b)s", **names)
    there = set(map(key, right))
    common = [word for word in left if key(word) in there]
    if not common:
        return N_("%(a)s and %(b)s have nothing in common", **names)
    return N_("%(a)s and %(b)s have in common: %(things)s", **names, things=", ".join(common))


def _wishes(a: Profile, b: Profile) -> Message:
    from_a = key(b.organisation) in map(key, a.wishes)
    from_b = key(a.organisation) in map(key, b.wishes)
    names = {"a": a.organisation, "b": b.organisation}
    if from_a and from_b:
        return N_("%(a)s and %(b)s wish for each other", **names)
    if from_a:
        return N_("%(a)s wishes for %(b)s", **names)
    if from_b:
        return N_("%(b)s wishes for %(a)s", **names)
    return N_("neither %(a)s nor %(b)s has wished for the other", **names)


def _sizes(a: Profile, b: Profile, left: float | None, right: float | None) -> Message:
    names = {"a": a.organisation, "b": b.organisation}
    if left is None or right is None:
        return N_("not known of both %(a)s and %(b)s", **names)
    return N_("%(a)s has %(x)s, %(b)s has %(y)s", **names, x=_number(left), y=_number(right))


def _number(value: float) -> str:
    """With the blank that Swedish and the SI put between thousands."""
    return f"{value:,.10g}".replace(",", "\N{NO-BREAK SPACE}")


def _university_hospital(a: Profile, b: Profile) -> Message:
    names = {"a": a.organisation, "b": b.organisation}
    if a.university_hospital is None or b.university_hospital is None:
        return N_("not known of both %(a)s and %(b)s", **names)
    if a.university_hospital and b.university_hospital:
        return N_("%(a)s and %(b)s both have a university hospital", **names)
    if not a.university_hospital and not b.university_hospital:
        return N_("neither %(a)s nor %(b)s has a university hospital", **names)
    owner, other = (a, b) if a.university_hospital else (b, a)
    return N_("%(a)s has a university hospital, %(b)s has none", a=owner.organisation, b=other.organisation)


def _attribute(feature: str, a: Profile, b: Profile) -> Message:
    left, right = a.attributes.get(feature), b.attributes.get(feature)
    if isinstance(left, float) and isinstance(right, float):
        return _sizes(a, b, left, right)
    return _common(a, b, _sorted(left), _sorted(right))


def _sorted(value: float | frozenset[str] | None) -> list[str]:
    if value is None:
        return []
    return sorted(value) if isinstance(value, frozenset) else [_number(value)]
