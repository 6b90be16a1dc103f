"""Small definitions made up by hypothesis: all that the language can say of steps, waits, actions and ends."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from peerreview.engine.analysis.checker import check
from peerreview.engine.language.definition import Workflow
from peerreview.engine.language.kinds import KINDS
from peerreview.engine.language.reader import read
from peerreview.errors import in_english

Draw = Any
TEXT = {"sv": "Ord", "en": "Word"}
ARTEFACTS: dict[str, tuple[str, str, str]] = {
    "acceptance": ("decision", "party", ""),
    "agreement": ("agreement", "review", ""),
    "materials": ("documents", "party", "reviewed_by"),
    "report": ("text", "party", "reviews"),
    "joint": ("text", "review", ""),
    "meeting": ("meeting", "review", ""),
    "form": ("form", "person", ""),
}
FACTS = {
    "acceptance": ("accepted", "declined"),
    "agreement": ("complete", "confirmed_by_all"),
    "materials": ("handed_in", "opened", "all_accounted_for"),
    "report": ("ready", "handed_over"),
    "joint": ("handed_over", "ready"),
    "meeting": ("held", "planned"),
    "form": ("submitted", "submitted_by_all"),
}
OF_PARTIES = tuple(key for key, (_, per, _) in ARTEFACTS.items() if per == "party")
RELATIONS = ("own", "reviews", "reviewed_by", "others", "all", "any")


@st.composite
def facts(draw: Draw, scope: str) -> Any:
    """One fact, as it can be asked for from a step of `scope`."""
    known = [key for key, (_, per, _) in ARTEFACTS.items() if per != "person" or scope == "person"]
    artefact = draw(st.sampled_from([*known, "choice", "consent"]))
    if artefact == "choice":
        return draw(st.sampled_from([{"agreement.report": "joint"}, {"agreement.opening": "each"}]))
    if artefact == "consent":
        return "lead.consented"
    fact = draw(st.sampled_from(FACTS[artefact]))
    if artefact in OF_PARTIES:
        relation = draw(st.sampled_from(RELATIONS if scope else ("own", "all", "any")))
        return f"{relation}.{artefact}.{fact}"
    return f"{artefact}.{fact}"


@st.composite
def conditions(draw: Draw, scope: str, depth: int = 1) -> Any:
    shape = draw(st.sampled_from(["fact", "fact", "list", "any", "not"])) if depth else "fact"
    if shape == "fact":
        return draw(facts(scope))
    if shape == "not":
        return {"not": draw(facts(scope))}
    parts = draw(st.lists(conditions(scope, depth - 1), min_size=1, max_size=2))
    return parts if shape == "list" else {"any": parts}


@st.composite
def actions(draw: Draw, scope: str, earlier: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {"title": TEXT}
    found["by"] = draw(st.sampled_from(["coordinator", "lead", *(["self"] * 2 if scope == "person" else [])]))
    if draw(st.booleans()):
        found["needs"] = draw(conditions(scope))
    known = [key for key, (_, per, _) in ARTEFACTS.items() if per != "person" or scope == "person"]
    does = []
    for artefact in draw(st.lists(st.sampled_from(known), max_size=2, unique=True)):
        effect = draw(st.sampled_from(sorted(KINDS[ARTEFACTS[artefact][0]].effects)))
        relation = draw(st.sampled_from(["", "", "all.", "reviews.", "reviewed_by."]))
        does.append(f"{relation if artefact in OF_PARTIES else ''}{artefact}.{effect}")
    found["does"] = does
    to = draw(st.sampled_from(["next"] * 6 + [""] * 3 + ["stopped", "back"]))
    if to == "back" and earlier:
        found["to"] = draw(st.sampled_from(earlier))
    elif to not in ("", "back"):
        found["to"] = to
    if found["by"] == "lead" and draw(st.integers(0, 3)) == 0:
        found["records"] = "lead.consented"
    return found


@st.composite
def steps(draw: Draw, path: str, scope: str, depth: int, earlier: tuple[str, ...]) -> dict[str, Any]:
    """A step: one that people do, or a block of some."""
    found: dict[str, Any] = {"title": TEXT, "no_due": TEXT}
    copies = {"": ["", "", "party", "party", "person"], "party": ["", "", "person"], "person": [""]}
    each = draw(st.sampled_from(copies[scope]))
    if each:
        found["each"] = each
    if each == "person":
        found["people"] = ["member"]
    within = each or scope
    outer = "party" if each == "party" else scope
    if draw(st.integers(0, 3)) == 0:
        found["if"] = draw(conditions(outer if each != "person" else within))
    if draw(st.integers(0, 3)) == 0:
        found["starts_when"] = draw(conditions(within))
    if draw(st.integers(0, 5)) == 0:
        points = [{"after": "begin"}, *({"after": place} for place in earlier)]
        dates = [{**draw(st.sampled_from(points)), "weeks": 1}, {"date": "agreement.dates.materials"}]
        found["opens"] = draw(st.sampled_from(dates))
    number = draw(st.integers(0, 2))
    if depth and draw(st.integers(0, 2)) == 0:
        shape = draw(st.sampled_from(["steps", "together"]))
        found[shape] = draw(blocks(path, within, depth - 1, earlier, in_order=shape == "steps"))
        number = max(number - 1, 0)
    else:
        ways = draw(st.sets(st.sampled_from(["next", "done", "time"]), min_size=1, max_size=2))
        if "done" in ways:
            found["done_when"] = draw(conditions(within))
        if "time" in ways:
            found["ends_after"] = {"weeks": 1}
        if "next" in ways:
            found["actions"] = {"go": {"title": TEXT, "by": "coordinator", "to": "next"}}
        number = max(number, 1)
    extra = {f"do{n}": draw(actions(within, earlier)) for n in range(number)}
    found["actions"] = {**found.get("actions", {}), **extra}
    return found


@st.composite
def blocks(
    draw: Draw, path: str, scope: str, depth: int, earlier: tuple[str, ...], *, in_order: bool
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 3))):
        key = f"s{number}"
        own = f"{path}/{key}" if path else key
        found[key] = draw(steps(own, scope, depth, earlier))
        if in_order:
            earlier = (*earlier, own)
    return found


def _anywhere(moves: str, **more: Any) -> dict[str, Any]:
    return {"title": TEXT, "by": "lead", **({"moves": moves} if moves else {}), **more}


def made(steps: dict[str, Any], opens_when: Any = None) -> Workflow:
    """A workflow of these steps, with everything around them that there can be."""
    allow = {"member": [f"{key}.{verb}" for key in ARTEFACTS for verb in ("read", "write")]}
    allow |= {"lead": ["agreement.write"], "coordinator": []}
    artefacts: dict[str, dict[str, Any]] = {
        key: {"kind": kind, "per": per, "title": TEXT, **({"concerns": concerns} if concerns else {})}
        for key, (kind, per, concerns) in ARTEFACTS.items()
    }
    if opens_when is not None:
        artefacts["materials"]["opens_when"] = opens_when
    moves = {key: _anywhere(key) for key in ("back", "go_on", "hold", "resume", "withdraw")}
    model = {
        "workflow": "made-up",
        "language": 1,
        "title": TEXT,
        "parties": {"min": 2, "max": 3},
        "roles": {
            "lead": {"of": "network", "title": TEXT},
            "coordinator": {"of": "party", "title": TEXT, "includes": ["member"]},
            "member": {"of": "party", "title": TEXT},
        },
        "artefacts": artefacts,
        "steps": steps,
        "anywhere": {"allow": allow, "actions": {**moves, "stop": _anywhere("", to="stopped")}},
        "ends": {
            "closed": {"title": {"sv": "Klar", "en": "Closed"}},
            "stopped": {"title": {"sv": "Stoppad", "en": "Stopped"}},
            "cancelled": {"title": {"sv": "Avbruten", "en": "Cancelled"}},
        },
    }
    return read(json.dumps(model), "made-up.yaml")


@st.composite
def definitions(draw: Draw) -> Workflow | None:
    """A workflow; None where the checker finds that something in it has no meaning."""
    opens_when = draw(st.none() | conditions("party"))
    workflow = made(draw(blocks("", "", 2, (), in_order=True)), opens_when)
    # That somebody can bring about what is waited for does not matter here: facts are told as they come.
    wrong = [in_english(p.wrong) for p in check(workflow, played=False)]
    return None if any("no meaning" in text or "but whose" in text for text in wrong) else workflow
