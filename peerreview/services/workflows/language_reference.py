"""The language's reference, from the models that read it: a JSON Schema for editors, and docs/reference.md for people.

The schema takes whatever the reader takes (a test tries it); the reader and `workflow check` know more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...engine.language.definition import PAGES, RELATIONS
from ...engine.language.kinds import GATHERED, KINDS, WRITTEN, Kind
from ...engine.language.names import GAPS
from ...engine.language.schema import WorkflowModel

Schema = dict[str, Any]
# In the order in which somebody writes a file.
PARTS: Mapping[str, str] = {
    "WorkflowModel": "The file",
    "PartiesModel": "Parties",
    "RoleModel": "Role",
    "ArtefactModel": "Artefact",
    "FieldModel": "Field",
    "StepModel": "Step",
    "ActionModel": "Action",
    "MailModel": "Mail",
    "ReminderModel": "Reminder",
    "MoreTimeModel": "More time",
    "DueModel": "Date",
    "SpanModel": "Span",
    "AnywhereModel": "Anywhere",
    "EndModel": "End",
}


# ---- for editors


def json_schema() -> str:
    """Of the edition 2020-12."""
    schema = WorkflowModel.model_json_schema()
    parts = {name: _tidy(part) for name, part in schema.pop("$defs").items()}
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A workflow of Peerreview",
        **{key: value for key, value in _tidy(schema).items() if key != "title"},
        "$defs": {**parts, **_shapes()},
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _shapes() -> Mapping[str, Schema]:
    """What stands between the models: texts, conditions, who, rights, effects."""
    text, condition = {"type": "string"}, _ref("condition")
    relation = f"(?:(?:{'|'.join(RELATIONS)})\\.)?"
    role = f"^{relation}[a-z][a-z0-9_]*(?: if [a-z0-9_.]+)?$"
    right = rf"^[a-z0-9_]+\.(?:{_any(verbs())})(?:@(?:{_any(states())}))?$"
    return {
        "texts": {
            "description": "The same words in each language.",
            "type": "object",
            "properties": {"sv": text, "en": text},
            "required": ["sv", "en"],
            "additionalProperties": False,
        },
        "condition": {
            "description": "A fact, {fact: value}, a list of which all hold, {any: [...]}, {all: [...]}, {not: ...}.",
            "anyOf": [
                text,
                {"type": "null"},
                {"type": "array", "items": condition},
                {
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": 1,
                    "properties": {
                        "all": {"type": "array", "items": condition},
                        "any": {"type": "array", "items": condition},
                        "not": condition,
                    },
                    "patternProperties": {r"\.": {"type": ["string", "boolean", "number"]}},
                    "additionalProperties": False,
                },
            ],
        },
        "words": _one_or_more(text),
        "role": {"type": "string", "pattern": role},
        "roles": _one_or_more(_ref("role")),
        "rights": _one_or_more({"type": "string", "pattern": right}),
        "effects": _one_or_more(
            {"type": "string", "pattern": rf"^{relation}[a-z0-9_]+\.(?:{_any(effects())})$"}
        ),
    }


def _one_or_more(shape: Schema) -> Schema:
    return {"anyOf": [shape, {"type": "array", "items": shape}]}


def _any(words: list[str]) -> str:
    return "|".join(words)


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def verbs() -> list[str]:
    return sorted({verb for kind in KINDS.values() for verb in kind.verbs})


def states() -> list[str]:
    return sorted({state for kind in KINDS.values() for state in kind.states})


def effects() -> list[str]:
    return sorted({effect for kind in KINDS.values() for effect in kind.effects})


def _tidy(part: Any) -> Any:
    """Without pydantic's titles and empty defaults; shapes by reference; a description beside a reference that
    older editors do not lose."""
    if isinstance(part, list):
        return [_tidy(each) for each in part]
    if not isinstance(part, dict):
        return part
    if isinstance(part.get("shape"), str):
        found = _ref(part["shape"])
    elif "patternProperties" in part:
        ((pattern, inside),) = part["patternProperties"].items()
        names = {"pattern": pattern, **part.get("propertyNames", {})}
        found = {"type": "object", "propertyNames": names, "additionalProperties": _tidy(inside)}
        found |= {key: part[key] for key in ("minProperties",) if key in part}
    else:
        default = part.get("default")
        left_out = {"title", "description"} | (set() if isinstance(default, str) and default else {"default"})
        found = {key: _tidy(value) for key, value in part.items() if key not in left_out}
        if isinstance(part.get("properties"), dict):
            found["properties"] = {key: _property(key, value) for key, value in part["properties"].items()}
    if "description" in part:
        if "$ref" in found:
            found = {"allOf": [found]}
        found = {"description": part["description"], **found}
    return found


def _property(key: str, value: Schema) -> Schema:
    found: Schema = _tidy(value)
    if key == "allow":
        found["propertyNames"] = _ref("role")
    return found


# ---- for people


def reference() -> str:
    """docs/reference.md."""
    schema = WorkflowModel.model_json_schema()
    parts = {**schema["$defs"], "WorkflowModel": schema}
    lines = [
        "# The workflow language, word by word",
        "",
        "Printed by `peerreview workflow reference` from the models that read definitions.",
        "What the words are for is told in [`definitions.md`](definitions.md), how to begin in",
        "[`write-your-own-workflow.md`](write-your-own-workflow.md).",
    ]
    for name, title in PARTS.items():
        lines += ["", f"## {title}", "", *_part(parts[name])]
    return "\n".join([*lines, "", *_small_forms(), *_kinds()]) + "\n"


def _part(part: Schema) -> Iterator[str]:
    yield from part["description"].splitlines()
    yield ""
    yield "| word | form | |"
    yield "|---|---|---|"
    for word, value in part["properties"].items():
        needed = " **needed**" if word in part.get("required", ()) else ""
        default = value.get("default")
        usual = f" By default `{default}`." if isinstance(default, str) and default else ""
        form = "[rights](#small-forms) by [role](#small-forms)" if word == "allow" else _form(value)
        yield f"| `{word}` | {form}{needed} | {value['description']}{usual} |"


def _form(value: Schema) -> str:
    """A field's form in a few words: "text", "[action](#action) by name"."""
    if "shape" in value:
        return FORMS[value["shape"]]
    if "$ref" in value:
        name = PARTS[value["$ref"].rpartition("/")[2]]
        return f"[{name.lower()}](#{name.lower().replace(' ', '-')})"
    if "anyOf" in value:
        return " or ".join(_form(each) for each in value["anyOf"] if each.get("type") != "null")
    if "enum" in value or "const" in value:
        known = value.get("enum", [value.get("const")])
        return ", ".join(f"`{each}`" for each in known if each != "")
    if value["type"] == "array":
        return f"list of {_form(value['items'])}"
    if value["type"] == "object":
        inside = value.get("patternProperties") or {"": value["additionalProperties"]}
        return f"{_form(next(iter(inside.values())))} by name"
    if value["type"] == "integer" and "minimum" in value:
        return f"{value['minimum']} to {value['maximum']}"
    return {"string": "text", "boolean": "`true`, `false`", "integer": "number"}[value["type"]]


FORMS: Mapping[str, str] = {
    "texts": "[words](#small-forms)",
    "condition": "[condition](#small-forms)",
    "roles": "[roles](#small-forms)",
    "rights": "[rights](#small-forms)",
    "effects": "[effects](#small-forms)",
    "words": "names",
}


def _small_forms() -> Iterator[str]:
    yield "## Small forms"
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield "| names | small letters a to z, digits and _, a letter first; at most 40 |"
    yield "| words | `{sv: ..., en: ...}`: each language has its own |"
    yield (
        "| roles | one or a list of: a role, `self`, or either seen from the side whose thing it is: "
        f"{_code(RELATIONS)} before it and a dot. `role if artefact.fact` holds while the fact does |"
    )
    yield f"| rights | one or a list of `artefact.verb` or `artefact.verb@state`; verbs: {_code(verbs())} |"
    yield "| effects | one or a list of `artefact.effect` or `relation.artefact.effect` |"
    yield (
        "| condition | a fact (`artefact.fact`, `relation.artefact.fact`, `role.word` for a consent); `{fact: value}`; "
        "a list, of which all must hold; `{any: [...]}`; `{all: [...]}`; `{not: ...}` |"
    )
    yield f"| gaps in mails | {_code(f'{{{gap}}}' for gap in sorted(GAPS))} |"
    yield f"| pages | {_code(PAGES)} |"


def _kinds() -> Iterator[str]:
    yield ""
    yield "## Kinds of artefacts"
    yield ""
    yield "Every kind can be read and written; `notice` is the right to know *that* it is there, and its state."
    for kind in KINDS.values():
        yield ""
        yield f"### {kind.name}"
        yield ""
        yield " ".join([f"States: {_code(kind.states)}.", *_more(kind)])
        yield ""
        yield "| fact | said where it is missing | comes of |"
        yield "|---|---|---|"
        for fact, words in kind.facts.items():
            yield f"| `{fact}` | {_blanks(words.text)} | {_comes_of(kind, fact)} |"


def _more(kind: Kind) -> Iterator[str]:
    yield f"Effects: {_code(kind.effects)}."
    if own := sorted(kind.verbs - {"read", "write", "notice"}):
        yield f"Verbs besides: {_code(own)}."
    if kind.fields:
        yield f"Fields that count as facts: {_code(sorted(kind.fields))}."
    for field, known in kind.values.items():
        yield f"`{field}` is {' or '.join(f'`{value}`' for value in known)}."


def _comes_of(kind: Kind, fact: str) -> str:
    single = GATHERED.get(fact, fact)
    found = [f"the effect `{name}`" for name, facts in kind.effects.items() if facts.get(single)]
    found += [f"the right `{verb}`" for verb, facts in WRITTEN.get(kind.name, ()) if fact in facts]
    return " or ".join(found) + (", of all" if fact in GATHERED else "")


def _blanks(text: str) -> str:
    return re.sub(r"%\(\w+\)s", "…", text)


def _code(words: Any) -> str:
    return ", ".join(f"`{word}`" for word in words)
