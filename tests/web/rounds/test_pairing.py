"""The pairing page through forms: settings in the address, a set chosen, and nothing for others."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from peerreview.services.base.house import House
from peerreview.services.pairing.pairing_input import Settings
from peerreview.web.rounds.pairing import query_of, settings_of, shown_of
from tests.services.pairing.test_pairing import to_pairing
from tests.services.round_cast import RoundCast
from tests.web.caller import Caller


@pytest.fixture
def cast(house: House) -> RoundCast:
    return to_pairing(house, 4)


def test_settings_come_back_from_their_address() -> None:
    settings = Settings(
        weights={"population": -2.5, "vård & omsorg": 0.5},
        years=3,
        fixed=((1, 2), (4, 6, 8)),
        forbidden=((3, 4), (3, 5)),
        conflicts=((1, 9),),
        without=(7,),
    )
    assert settings_of(MultiDict(parse_qsl(query_of(settings)))) == (settings, {})


def test_what_cannot_be_is_told_and_the_rest_holds() -> None:
    args = [
        ("weight:population", "mycket"),
        ("years", "-1"),
        ("fix", "2-1"),
        ("fix", "3-3"),
        ("add", "fix"),
        ("a", "1"),
    ]
    settings, faults = settings_of(MultiDict(args))
    assert settings == Settings(years=0, fixed=((1, 2),))
    assert sorted(faults) == ["a", "weight:population", "years"]
    assert settings_of(MultiDict([("fix", "1-2"), ("fix", "3-4"), ("drop", "fix:2-1")]))[0].fixed == ((3, 4),)


def test_a_pair_is_fixed_let_go_and_a_set_proposed(app: Flask, cast: RoundCast) -> None:
    caller = Caller(app)
    caller.log_in(cast.lead.email)
    path = f"/rounds/{cast.id}/pairing"
    a, b = cast.organisations[:2]
    page = caller.page(path).text
    assert re.search(rf'name="fix" value="{a}-{b}"', page)
    page = caller.page(f"{path}?add=forbid&a={a}&b={b}&weight:population=x").text
    assert f'name="forbid" value="{a}-{b}"' in page
    assert 'value="x"' in page
    (asked,) = re.findall(r'name="asked" value="([^"]*)"', page)
    (chosen,) = re.findall(r'name="chosen" value="([^"]*)" checked', page)
    assert f"{a}-{b}" not in chosen.split(",")
    form = {"asked": asked.replace("&amp;", "&"), "chosen": chosen}
    refused = caller.send(f"{path}/propose", 422, form_at=path, **form, why="")
    assert 'href="#f-why"' in refused.text
    caller.send(f"{path}/keep", form_at=path, **form)
    caller.send(f"{path}/propose", form_at=path, **form, why="De passar ihop.")
    page = caller.page(path).text
    assert "De passar ihop." in page
    assert page.count("har inte svarat") == 4
    caller.send(f"{path}/propose", form_at=path, **form, why="Igen.")
    assert caller.page(path).text.count("har inte svarat") == 4


def test_a_ring_is_fixed_and_let_go(app: Flask, cast: RoundCast) -> None:
    caller = Caller(app)
    caller.log_in(cast.lead.email)
    path = f"/rounds/{cast.id}/pairing"
    a, b, c = sorted(cast.organisations[:3])
    asked = f"{path}?a={c}&b={a}&c={b}&add="
    page = caller.page(f"{asked}fix").text
    assert '<p role="alert">' in page  # One rules another out.
    assert f'name="fix" value="{a}-{b}-{c}"' in page
    assert 'href="#f-a"' in caller.page(f"{asked}forbid").text
    page = caller.page(f"{path}?fix={c}-{b}-{a}&drop=fix:{a}-{b}-{c}").text
    assert f'name="fix" value="{a}-{b}-{c}"' not in page


def test_what_a_change_of_weights_changes_is_said(app: Flask, cast: RoundCast) -> None:
    caller = Caller(app)
    caller.log_in(cast.lead.email)
    path = f"/rounds/{cast.id}/pairing"
    page = caller.page(path).text
    assert "pairing-changes" not in page
    (was,) = re.findall(r'name="was" value="([^"]*)"', page)
    assert "Samma grupper som förut" in caller.page(f"{path}?years=5&was={was}").text
    first = next(iter(shown_of(was)))
    page = caller.page(f"{path}?years=5&was={was}&forbid={'-'.join(map(str, sorted(first)))}").text
    assert re.search(r"grupper? av 2 är ny", page)
    assert "pairing-new" in page
    assert "Inte längre tillsammans" in page
    for bad in ("1-2:x", "1:5", "1-2:5,", "٣-2:1", "9" * 400):
        assert shown_of(bad) == {}


def test_others_find_no_such_page(app: Flask, cast: RoundCast) -> None:
    caller = Caller(app)
    caller.log_in(cast.invited[0].coordinator.email)
    caller.page(f"/rounds/{cast.id}/pairing", 404)
    form = {"asked": "years=5", "chosen": "1-2", "why": "Därför."}
    for deed in ("keep", "propose"):
        caller.send(f"/rounds/{cast.id}/pairing/{deed}", 404, form_at="/me", **form)
