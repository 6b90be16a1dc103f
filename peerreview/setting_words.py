"""What is wrong with settings, said: variable (place): what is wrong; write what would be right."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Mapping
from typing import Any

from .errors import N_, Message, misfit
from .setting_rules import SettingLine, shown

PREFIX = "PEERREVIEW_"
FILE_VARIABLE = "PEERREVIEW_CONFIG"


def strangers(
    environment: Mapping[str, str], lines: Mapping[str, SettingLine], known: Collection[str]
) -> list[Message]:
    """A misspelt setting would be passed over in silence: name it, and the one that was meant."""
    places: dict[str, Message | str] = {
        name.upper(): N_("environment") for name in environment if name.upper().startswith(PREFIX)
    }
    places |= {name: line.place for name, line in lines.items()}
    wrong = []
    for name, place in sorted(places.items(), key=lambda one: one[0]):
        if name in known and not (name == FILE_VARIABLE and name in lines):
            continue
        near = difflib.get_close_matches(name, sorted(set(known) - {FILE_VARIABLE}), n=1)
        if near:
            said = N_("%(name)s (%(place)s): there is no such setting; did you mean %(near)s?",
                      name=name, place=place, near=near[0])  # fmt: skip
        else:
            said = N_("%(name)s (%(place)s): there is no such setting; `peerreview settings` lists those there are",
                      name=name, place=place)  # fmt: skip
        wrong.append(said)
    return wrong


def said(
    error: Mapping[str, Any],
    fields: Mapping[str, Any],
    given: Mapping[str, Any],
    lines: Mapping[str, SettingLine],
) -> list[Message]:
    """One of pydantic's errors in our words."""
    if not error["loc"]:
        found = error["ctx"]["error"].args[0]
        return [_line(_variable(name, given, lines), wrong, right) for name, wrong, right in found]
    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        return [N_("%(name)s (given in code): there is no such setting", name=name)]
    field = fields[name]
    reason = _reason(error)
    if field.repr:
        reason = N_("%(given)s: %(reason)s", given=shown(error["input"]), reason=reason)
    return [_line(_variable(name, given, lines), reason, Message((field.examples or ["another value"])[0]))]


def _line(variable: Message, wrong: Message | str, right: Message) -> Message:
    return N_("%(variable)s: %(wrong)s; write %(right)s", variable=variable, wrong=wrong, right=right)


def _variable(name: str, given: Mapping[str, Any], lines: Mapping[str, SettingLine]) -> Message:
    """The setting's variable, and where it was set."""
    variable = PREFIX + name.upper()
    if name in given:
        return N_("%(variable)s (given in code)", variable=variable)
    if variable in {key.upper() for key in os.environ}:
        return N_("%(variable)s (environment)", variable=variable)
    if variable in lines:
        return N_("%(variable)s (%(place)s)", variable=variable, place=lines[variable].place)
    return N_("%(variable)s (not set)", variable=variable)


def _reason(error: Mapping[str, Any]) -> Message:
    """What is wrong with a value, without pydantic's technical words."""
    own = error.get("ctx", {}).get("error")
    if isinstance(own, ValueError) and own.args and isinstance(own.args[0], Message):
        return own.args[0]
    return misfit(error["type"], error.get("ctx", {}))[0]
