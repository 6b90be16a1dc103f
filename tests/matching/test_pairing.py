"""Rounds of organisations: scores with their reasons, rules, and what else can be asked."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peerreview.errors import Invalid
from peerreview.matching.alternatives import next_best
from peerreview.matching.pairing import Matching, Round
from peerreview.matching.profiles import Profile
from peerreview.matching.rules import Rules, allowed, broken
from peerreview.matching.scoring import WHOLE, features, score
from peerreview.matching.solving import Case, solve, weight_of

from .cases import direct, linked, profiles

RULES = Rules(year=2026)


def shares(a: Profile, b: Profile, **weights: float) -> dict[str, float]:
    """What each feature adds when `a` reviews `b`, with the weights given and no others."""
    scores = score([a, b], {**dict.fromkeys(features([a, b]), 0.0), **weights})
    return {name: table[0, 1] / WHOLE for name, table in scores.shares.items()}


def test_sizes_are_compared_by_their_logarithm() -> None:
    sizes = [Profile(str(n), population=n) for n in (100_000, 200_000, 1_000_000, 5_000_000)]
    found = [shares(sizes[0], other, population=1)["population"] for other in sizes]
    assert found == [1, pytest.approx(1 - np.log10(2), abs=1e-6), 0, 0]


def test_what_one_offers_counts_for_what_the_other_wants() -> None:
    a, b = Profile("A", wants=("x",), offers=("y", "z")), Profile("B", wants=("Y", "w"), offers=("q",))
    assert shares(a, b, themes=1) == {"themes": 0.5}
    assert shares(b, a, themes=1) == {"themes": 0}


def test_a_wish_counts_half_and_two_count_whole() -> None:
    a, b, c = Profile("A", wishes=("B",)), Profile("B", wishes=("a",)), Profile("B")
    assert shares(a, b, wishes=1) == {"wishes": 1}
    assert shares(a, c, wishes=1) == shares(c, a, wishes=1) == {"wishes": 0.5}


def test_a_healthcare_region_is_neutral_until_it_is_weighed_either_way() -> None:
    a, b = Profile("A", healthcare_region=frozenset({"N"})), Profile("B", healthcare_region=frozenset({"S"}))
    assert "healthcare_region" not in score([a, b], {}).shares
    assert shares(a, b, healthcare_region=1) == {"healthcare_region": 0}
    assert shares(a, b, healthcare_region=-1) == {"healthcare_region": 1}


def test_free_attributes_are_compared_as_numbers_or_words() -> None:
    a = Profile("A", attributes={"beds": 10.0, "language": frozenset({"sv", "fi"})})
    b = Profile("B", attributes={"beds": 30.0, "language": frozenset({"SV"})})
    c = Profile("C", attributes={"beds": 20.0})
    tables = score([a, b, c], {"beds": 1, "language": 1}).shares
    assert tables["beds"][0].tolist() == [0, 0, WHOLE // 4]
    assert shares(a, b, language=1)["language"] == 0
    assert tables["language"][0].tolist() == [0, 0, WHOLE // 4]


def test_what_nobody_has_said_does_not_count_and_what_one_has_not_said_is_middling() -> None:
    a, b = Profile("A", population=1000), Profile("B")
    assert shares(a, b, population=1, hospitals=1) == {"population": 0.5}


def test_the_reasons_add_up_to_the_score_and_the_scores_to_the_total() -> None:
    pairing = Matching(Round(profiles(np.random.default_rng(4), 21), RULES)).pairing()
    for group in pairing.groups:
        assert group.score == pytest.approx(sum(reason.share for reason in group.reasons), abs=1e-8)
        assert all(reason.words for reason in group.reasons)
    assert pairing.total == pytest.approx(sum(group.score for group in pairing.groups), abs=1e-7)
    assert sorted(len(group.members) for group in pairing.groups) == [2] * 9 + [3]


def test_a_ring_goes_the_way_in_which_each_gets_what_it_wants() -> None:
    round_ = [
        Profile("A", wants=("y",), offers=("x",)),
        Profile("B", wants=("x",), offers=("z",)),
        Profile("C", wants=("z",), offers=("y",)),
    ]
    [ring] = Matching(Round(round_, RULES, {"interests": 0})).pairing().groups
    assert (ring.members, ring.score) == (("A", "B", "C"), 1)
    back = [Profile(one.organisation, wants=one.offers, offers=one.wants) for one in round_]
    [ring] = Matching(Round(back, RULES, {"interests": 0})).pairing().groups
    assert ring.members == ("A", "C", "B")


@pytest.mark.parametrize(
    ("a", "b", "rules", "words"),
    [
        (Profile("A", "region"), Profile("B", "hospital"), RULES, "different levels"),
        (Profile("A", excludes=("b",)), Profile("B"), RULES, "excluded"),
        (Profile("A"), Profile("B", excludes=("A",)), RULES, "excluded"),
        (Profile("A"), Profile("B", reviewed=(("A", 2022),)), RULES, "reviewed each other"),
        (Profile("A"), Profile("B"), Rules(2026, forbidden=frozenset({frozenset("ab")})), "forbidden"),
        (Profile("A"), Profile("B"), Rules(2026, conflicts=frozenset({frozenset("AB")})), "conflict"),
    ],
)
def test_a_broken_rule_is_named_and_never_broken(a: Profile, b: Profile, rules: Rules, words: str) -> None:
    found = broken(rules, a, b)
    assert found is not None
    assert words in found.text
    assert not allowed(rules, [a, b]).any()
    pairing = Matching(Round([a, b], rules)).pairing()
    assert pairing.groups == ()
    assert [(left.organisation, left.rules[0].text) for left in pairing.unmatched] == [
        ("A", found.text),
        ("B", found.text),
    ]


def test_who_met_long_enough_ago_may_meet_again() -> None:
    a, b = Profile("A", reviewed=(("B", 2021),)), Profile("B")
    assert broken(Rules(2026, years=5), a, b) is None
    assert broken(Rules(2026, years=6), a, b) is not None
    assert broken(Rules(2021, years=0), a, b) is None


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 14), st.integers(0, 2**32), st.integers(1, 3))
def test_rules_are_never_broken_and_everybody_is_accounted_for(n: int, seed: int, levels: int) -> None:
    round_ = profiles(np.random.default_rng(seed), n, levels=levels)
    named = {one.organisation: one for one in round_}
    table = allowed(RULES, round_)
    for (u, a), (v, b) in combinations(enumerate(round_), 2):
        assert table[u, v] == table[v, u] == (broken(RULES, a, b) is None)
    pairing = Matching(Round(round_, RULES)).pairing()
    placed = [name for group in pairing.groups for name in group.members]
    assert sorted([*placed, *(left.organisation for left in pairing.unmatched)]) == sorted(named)
    for group in pairing.groups:
        for a, b in combinations(group.members, 2):
            assert broken(RULES, named[a], named[b]) is None


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 14), st.integers(0, 2**32), st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_profiles_does_not_matter(n: int, seed: int, random: st.Random, tied: bool) -> None:
    round_ = profiles(np.random.default_rng(seed), n)
    if tied:
        round_ = [Profile(one.organisation, university_hospital=one.university_hospital) for one in round_]
    first = Matching(Round(round_, RULES))
    random.shuffle(round_)
    second = Matching(Round(round_, RULES))
    assert second.pairing() == first.pairing()
    assert second.alternatives(2) == first.alternatives(2)


def test_a_fixed_pair_stays_and_the_rest_is_the_best_for_it() -> None:
    round_ = profiles(np.random.default_rng(7), 11)
    free = Matching(Round(round_, RULES))
    apart = next(
        (a.organisation, b.organisation)
        for a, b in combinations(round_, 2)
        if broken(RULES, a, b) is None
        and all({a.organisation, b.organisation} - set(group.members) for group in free.pairing().groups)
    )
    fixed = Matching(Round(round_, RULES, fixed=[apart])).pairing()
    assert apart in [group.members for group in fixed.groups]
    assert fixed.unmatched == ()
    assert fixed.total <= free.pairing().total


def test_a_fixed_ring_goes_the_better_way_round_and_the_rest_is_the_best_for_it() -> None:
    round_ = profiles(np.random.default_rng(8), 11)
    free = Matching(Round(round_, Rules(2026, years=0)))
    case = free.case
    names = [one.organisation for one in free.profiles]
    u, v, w = next(
        ring
        for ring in combinations(range(11), 3)
        if case.allowed[np.ix_(ring, ring)].sum() == 6
        and weight_of(case.direct, ring) < weight_of(case.direct, ring[::-1])
    )
    fixed = Matching(Round(round_, Rules(2026, years=0), fixed=[(names[v], names[u], names[w])]))
    assert (names[u], names[w], names[v]) in [group.members for group in fixed.pairing().groups]
    rest = solve(case.only(np.array([k for k in range(11) if k not in (u, v, w)])))
    assert fixed.solution.total == weight_of(case.direct, (u, w, v)) + rest.total
    for other in fixed.alternatives(2):
        assert (names[u], names[w], names[v]) in [group.members for group in other.pairing.groups]


def test_a_ring_with_a_forbidden_pair_is_out() -> None:
    """Nobody else can be the ring: two of every three may not meet."""
    two = frozenset({"A", "B"})
    [pair] = (
        (found := Matching(Round([Profile(n) for n in "ABC"], Rules(2026, forbidden=frozenset({two})))))
        .pairing()
        .groups
    )
    assert len(pair.members) == 2
    assert "C" in pair.members
    assert len(found.pairing().unmatched) == 1
    with pytest.raises(Invalid, match="forbidden"):
        Matching(
            Round(
                [Profile(n) for n in "ABC"], Rules(2026, forbidden=frozenset({two})), fixed=[("A", "C", "B")]
            )
        )


def test_numbers_further_apart_than_a_number_can_tell_are_compared() -> None:
    ends = [Profile(name, attributes={"x": x}) for name, x in (("A", 1e308), ("B", -1e308), ("C", 0.0))]
    assert score(ends, {}).shares["x"][0].tolist() == [0, 0, WHOLE // 2]


def test_what_cannot_be_fixed_is_refused() -> None:
    round_ = [Profile("A", excludes=("B",)), Profile("B"), Profile("C")]
    with pytest.raises(Invalid, match="excluded"):
        Matching(Round(round_, RULES, fixed=[("A", "B")]))
    with pytest.raises(Invalid, match="two groups"):
        Matching(Round(round_, RULES, fixed=[("A", "C"), ("B", "C")]))


def every_set(case: Case) -> list[int]:
    """The totals of all sets that place everybody in pairs, and one ring where the number is odd."""

    def ways(left: tuple[int, ...], ring: bool) -> list[int]:
        if not left:
            return [0]
        first, *rest = left
        found: list[int] = []
        for v in rest:
            inner = tuple(u for u in rest if u != v)
            found += [weight_of(case.direct, (first, v)) + more for more in ways(inner, ring)]
        for a, b in combinations(rest, 2) if ring else ():
            inner = tuple(u for u in rest if u not in (a, b))
            best = max(weight_of(case.direct, (first, a, b)), weight_of(case.direct, (first, b, a)))
            found += [best + more for more in ways(inner, False)]
        return found

    n = len(case.direct)
    return sorted(ways(tuple(range(n)), n % 2 == 1), reverse=True)


@pytest.mark.parametrize("n", [4, 5, 6, 7, 8])
@pytest.mark.parametrize("kind", ["few scores", "many scores"])
def test_alternatives_are_the_next_best_sets_in_order(n: int, kind: str) -> None:
    case = Case(direct(np.random.default_rng(n), n, kind), ~np.eye(n, dtype=np.bool_))
    best = solve(case)
    others = [one for one in next_best(case, best, 12) if not one.unplaced]
    expected = every_set(case)
    assert [best.total, *(one.total for one in others)] == expected[: len(others) + 1]
    assert len({frozenset(map(frozenset, one.groups)) for one in (best, *others)}) == len(others) + 1


def test_two_who_would_rather_have_each_other_and_next_partners() -> None:
    """A likes B best and B likes A best, but C and D would then have nobody who is like them."""
    sizes = {"A": 100, "B": 110, "C": 60, "D": 190}
    found = Matching(Round([Profile(name, population=n * 1000) for name, n in sizes.items()], RULES))
    apart = [group.members for group in found.pairing().groups]
    rather = {(one.organisation, one.partner) for one in found.would_rather()}
    assert rather == (set() if ("A", "B") in apart else {("A", "B")})
    groups = {name: set(group) for group in apart for name in group}
    partners = found.next_partners()
    assert [one.organisation for one in partners] == ["A", "B", "C", "D"]
    assert all(one.partner not in groups[one.organisation] for one in partners)


def test_no_pair_of_the_best_set_would_rather_part_than_stay() -> None:
    round_ = profiles(np.random.default_rng(9), 12)
    found = Matching(Round(round_, RULES))
    scores = {name: group.score for group in found.pairing().groups for name in group.members}
    for one in found.would_rather():
        assert one.score > max(scores[one.organisation], scores[one.partner])


def test_levels_of_odd_number_have_a_ring_each() -> None:
    round_ = [Profile(f"{level}{k}", level, population=1000 + k) for level in "ab" for k in range(5)]
    pairing = Matching(Round(round_, RULES)).pairing()
    assert pairing.unmatched == ()
    assert sorted(len(group.members) for group in pairing.groups) == [2, 2, 3, 3]
    assert len(linked(allowed(RULES, round_))) == 2


def test_nobody_and_one_alone() -> None:
    assert Matching(Round([], RULES)).pairing().groups == ()
    alone = Matching(Round([Profile("A")], RULES))
    [left] = alone.pairing().unmatched
    assert (left.organisation, left.rules[0].text) == ("A", "%(a)s: there is nobody else to meet")
    assert alone.alternatives() == []
    assert alone.next_partners() == []
