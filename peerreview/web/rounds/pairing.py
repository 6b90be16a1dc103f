"""The pairing of a round: what the lead sets is in the address, so that a proposal can be gone back to; nothing is
decided before one is chosen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required
from werkzeug.datastructures import MultiDict

from peerreview.errors import N_, Conflict, Invalid, Message, Refused
from peerreview.services.pairing import choose_pairing, pairing_page
from peerreview.services.pairing.pairing_input import Settings

from ..frame.request_context import house, tell, tell_why_not

bp = Blueprint("pairing", __name__, url_prefix="/rounds/<int:round_id>/pairing")

WEIGHT = "weight:"
HEAVIEST, LONGEST = 100, 50
# What may stand between two organisations: the field's name and the setting's.
BETWEEN = {"fix": "fixed", "forbid": "forbidden", "conflict": "conflicts"}
# How many at most: a ring of three can be fixed.
MOST = {"fix": 3, "forbid": 2, "conflict": 2}
WHICH = {3: N_("Choose two or three different organisations."), 2: N_("Choose two different organisations.")}
Args = MultiDict[str, str]
Held = tuple[int, ...]
Faults = dict[str, Message]


@bp.get("")
@login_required
def index(round_id: int) -> ResponseReturnValue:
    settings, faults = settings_of(request.args)
    return _page(round_id, settings if request.args else None, faults)


@bp.post("/keep")
@login_required
def keep(round_id: int) -> ResponseReturnValue:
    settings, _ = settings_of(_asked())
    try:
        number = choose_pairing.keep(
            house(),
            actor=current_user.account,
            round_id=round_id,
            settings=settings,
            chosen=request.form.get("chosen", ""),
            now=g.now,
        )
        tell(N_("Proposal %(number)s is kept.", number=number))
    except (Conflict, Refused) as error:
        tell_why_not(error)
    return redirect(url_for("pairing.index", round_id=round_id), 303)


@bp.post("/propose")
@login_required
def propose(round_id: int) -> ResponseReturnValue:
    settings, _ = settings_of(_asked())
    try:
        count = choose_pairing.propose(
            house(),
            actor=current_user.account,
            round_id=round_id,
            settings=settings,
            chosen=request.form.get("chosen", ""),
            why=request.form.get("why", ""),
            meant=request.form.get("meant", ""),
            now=g.now,
        )
    except Invalid as error:
        return _page(round_id, settings, dict(error.errors), request.form.get("why", "")), 422
    except (Conflict, Refused) as error:
        tell_why_not(error)
        return redirect(f"{url_for('pairing.index', round_id=round_id)}?{query_of(settings)}", 303)
    tell(N_("Reviews proposed: %(count)s. The coordinators have been asked by mail to answer.", count=count))
    return redirect(url_for("pairing.index", round_id=round_id), 303)


def _asked() -> Args:
    """The settings that the set on the page was worked out with."""
    return MultiDict(parse_qsl(request.form.get("asked", "")[:20_000]))


def _page(round_id: int, settings: Settings | None, faults: Mapping[str, Message], why: str = "") -> str:
    view = pairing_page.pairing(
        house(),
        actor=current_user.account,
        round_id=round_id,
        settings=settings,
        was=shown_of(request.args.get("was", "")),
        now=g.now,
    )
    return render_template(
        "web/pairing/index.html",
        view=view,
        head=view.head,
        asked=query_of(view.settings),
        shown=_shown(view),
        errors=faults,
        why=why,
        chosen=request.form.get("chosen", ""),
        names=dict(view.organisations),
    )


# ---- what was shown before, so that the page can say what has changed: "3-8:52,4-5-6:41"


def _shown(view: pairing_page.PairingView) -> str:
    groups = view.sets[0].groups if view.sets else ()
    return ",".join(f"{'-'.join(str(id) for id, _ in group.members)}:{group.points}" for group in groups)


def shown_of(text: str) -> dict[tuple[int, ...], int]:
    """What an address says was shown; nothing where it is not of that form."""
    if not re.fullmatch(
        r"\d{1,9}(-\d{1,9})+:-?\d{1,6}(,\d{1,9}(-\d{1,9})+:-?\d{1,6})*", text[:5000], re.ASCII
    ):
        return {}
    groups = (part.rpartition(":") for part in text[:5000].split(","))
    return {tuple(map(int, members.split("-"))): int(points) for members, _, points in groups}


# ---- what the lead sets, as an address has it


def settings_of(args: Args) -> tuple[Settings, Faults]:
    """What was set; what cannot be is left out, with what is wrong with it."""
    faults: Faults = {}
    held = {
        name: [group for text in args.getlist(name) if (group := _group(text, MOST[name]))]
        for name in BETWEEN
    }
    add = args.get("add", "")
    if add in BETWEEN:
        chosen = "-".join(filter(None, (args.get(field, "") for field in ("a", "b", "c"))))
        if group := _group(chosen, MOST[add]):
            held[add].append(group)
        else:
            faults["a"] = WHICH[MOST[add]]
    dropped = args.get("drop", "").partition(":")
    found = {BETWEEN[name]: _unique(name, of_it, dropped) for name, of_it in held.items()}
    weights = {}
    for name, text in args.items():
        if name.startswith(WEIGHT):
            weight = _number(text, HEAVIEST)
            if weight is None:
                faults[name] = N_("Write a number, such as 2 or 0,5.")
            else:
                weights[name.removeprefix(WEIGHT)] = weight
    years = _number(args.get("years", "5"), LONGEST)
    if years is None or years < 0:
        faults["years"] = N_("Write a number of years, 0 to 50.")
    without = tuple(sorted({int(id) for id in args.getlist("without") if id.isdecimal() and len(id) < 10}))
    settings = Settings(
        weights=weights, years=5 if years is None else max(0, int(years)), without=without, **found
    )
    return settings, faults


def _unique(name: str, groups: list[Held], dropped: tuple[str, str, str]) -> Any:
    gone = _group(dropped[2], MOST[name]) if dropped[0] == name else None
    return tuple(sorted({group for group in groups if group != gone}))


def _group(text: str, most: int) -> Held | None:
    """Two different organisations, or up to `most`."""
    parts = text.split("-")
    if not 2 <= len(parts) <= most or not all(part.isdecimal() and len(part) < 10 for part in parts):
        return None
    group = tuple(sorted({int(part) for part in parts}))
    return group if len(group) == len(parts) else None


def _number(text: str, most: int) -> float | None:
    try:
        number = round(float(text.strip().replace(",", ".").replace("\N{MINUS SIGN}", "-")), 3)
    except ValueError:
        return None
    return number if abs(number) <= most else None


def query_of(settings: Settings) -> str:
    """The address of exactly these settings."""
    found: list[tuple[str, str]] = [("years", str(settings.years))]
    found += [(f"{WEIGHT}{name}", f"{value:g}") for name, value in settings.weights.items()]
    for name, setting in BETWEEN.items():
        found += [(name, "-".join(map(str, group))) for group in getattr(settings, setting)]
    return urlencode([*found, *(("without", str(id)) for id in settings.without)])
