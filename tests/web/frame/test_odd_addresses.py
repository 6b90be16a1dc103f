"""Addresses that nobody wrote by hand: whatever stands in them, the answer is a page of ours and no fault of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from werkzeug.routing import Rule

from peerreview.services.base.house import House
from tests.people import make_person
from tests.services.review_fixtures import make_review
from tests.web.caller import Caller

WEB = Path(__file__).parents[3] / "peerreview" / "web"
ODD = ("\0", "å – ’", "-1", "9" * 30, "a" * 3000, "\udcff", "../..", "1'\"<b>", "٣", "1.5", "")


def asked() -> list[str]:
    """The names of all that pages read from an address."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(WEB.glob("**/*.py")))
    names = re.findall(r'request\.(?:args|values)\.get(?:list)?\(\s*"(\w+)"', text)
    return sorted({*names, *re.findall(r'"(\w+)" in request\.args', text), "unknown"})


def addresses(app: Flask, number: int, which: Sequence[str]) -> Iterator[str]:
    """Every page's address, with each in turn of `which` in it."""
    turns = cycle(which)
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint not in ("accounts.logout", "pages.healthz"):
            odd = next(turns)
            query = urlencode({name: odd for name in asked() if name != "lang"}, errors="surrogateescape")
            yield f"{_filled(rule, str(number), odd)}?{query}"


def _filled(rule: Rule, number: str, odd: str) -> str:
    text = quote(odd or "x", safe="", errors="surrogateescape")
    return re.sub(r"<(int:)?\w+>|<path:\w+>", lambda found: number if found[1] else text, rule.rule)


def ask_all(app: Flask, house: House, which: Sequence[str]) -> None:
    cast = make_review(house)
    make_person(house, "Läser", "lead@odd.example", is_lead=True)
    app.testing = False
    for email in ("lead@odd.example", cast.coordinator(0).email):
        caller = Caller(app)
        caller.log_in(email)
        for address in addresses(app, cast.review_id, which):
            answer = caller.client.get(address)
            assert answer.status_code < 500, (address[:300], answer.text[:500])
            if answer.status_code >= 400 and answer.mimetype == "text/html":
                assert '<header class="band">' in answer.text, address[:300]


def test_no_address_is_too_odd(app: Flask, house: House) -> None:
    ask_all(app, house, ODD)


@pytest.mark.full
@pytest.mark.parametrize("odd", range(len(ODD)))
def test_no_address_is_too_odd_with_any_of_them(app: Flask, house: House, odd: int) -> None:
    ask_all(app, house, [ODD[odd]])
