"""From the text of a definition to a Workflow; every mistake at once, each with its place and its mend."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Mapping
from io import StringIO
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLStreamError

from ...errors import N_, BadDefinition, Message, Problem, in_order, misfit
from .building import Builder
from .definition import Workflow
from .likeness import READING, meant
from .schema import WorkflowModel

LARGEST = 1_000_000  # bytes: a definition is written and read by people
MOST_PARTS = 200_000  # with every anchor written out: some lines of anchors in anchors are billions
Loc = tuple[Any, ...]


def read(source: str | bytes, file: str = "<text>", *, reading: int = READING) -> Workflow:
    """The workflow that `source` defines; raises BadDefinition with every problem found.

    `reading`: 1 as definitions were read at first, for histories of that time (see `likeness`)."""
    text = _decoded(source, file)
    data = _parsed(text, file)
    try:
        model = WorkflowModel.model_validate(_Plain(file).of(data))
    except ValidationError as error:
        raise BadDefinition(_problems(error, data, file)) from None
    builder = Builder(model, lambda loc: _place(data, loc), file)
    workflow = builder.build(text=text, hash=_hash(model))
    if builder.problems:
        raise BadDefinition(sorted(set(builder.problems)))
    return workflow if reading < READING else meant(workflow)


def _decoded(source: str | bytes, file: str) -> str:
    if len(source) > LARGEST:
        raise BadDefinition(
            [
                Problem(
                    file,
                    1,
                    1,
                    N_("the file has more than %(largest)s bytes", largest=LARGEST),
                    N_("at most %(largest)s are read", largest=LARGEST),
                )
            ]
        )
    if isinstance(source, str):
        return source
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        wrong = N_("byte %(byte)s is not UTF-8", byte=format(source[error.start], "#04x"))
        raise BadDefinition([Problem(file, line, 1, wrong, N_("save the file as UTF-8"))]) from None


def _parsed(text: str, file: str) -> Any:
    yaml = YAML(typ="rt")
    yaml.version = None
    try:
        data = yaml.load(StringIO(text))
    except DuplicateKeyError as error:
        mark = error.problem_mark
        twice = re.search(r'"([^"]*)"', str(error.problem))
        wrong = N_("the key `%(key)s` stands twice", key=twice[1] if twice else "")
        raise BadDefinition(
            [Problem(file, mark.line + 1, mark.column + 1, wrong, N_("each key stands once"))]
        ) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        wrong = N_("this is not YAML: %(why)s", why=_yaml_fault(str(error.problem or error.context)))
        raise BadDefinition([Problem(file, line, column, wrong, _yaml_mend(error))]) from None
    except (YAMLError, YAMLStreamError, RecursionError, ValueError) as error:
        wrong = N_("this is not YAML: %(why)s", why=_yaml_fault(str(error)))
        raise BadDefinition(
            [Problem(file, 1, 1, wrong, N_("see docs/definitions.md for the form"))]
        ) from None
    if not isinstance(data, Mapping):
        raise BadDefinition(
            [Problem(file, 1, 1, N_("the file holds no definition"), N_("begin with `workflow: a-name`"))]
        )
    return data


def _yaml_fault(said: str) -> Message:
    """What a parser of YAML says, in words that are translated."""
    known = (
        (r"mapping values are not allowed", N_("a colon stands where none can be")),
        (r"could not find expected ':'", N_("a colon is missing")),
        (r"\\t|\t", N_("a tab stands where a line begins")),
        (
            r"block end|did not find expected|expected the node",
            N_("the line is indented otherwise than those before it"),
        ),
        (r"undefined alias", N_("it uses an anchor that stands nowhere before")),
        (r"duplicate anchor", N_("an anchor stands twice")),
        (r"unexpected end of stream|expected ',' or", N_("a quotation mark or a bracket is not closed")),
        (r"escape character", N_("a backslash stands in a text with quotation marks")),
        (
            r"special characters|unacceptable character|control characters",
            N_("it holds a sign that cannot be seen"),
        ),
        (r"cannot start any token", N_("a text begins with a sign that wants quotation marks")),
        (
            r"could not determine a constructor|unknown tag|undefined tag",
            N_("it has a tag (!name), which is not read"),
        ),
        (r"another document|single document", N_("it holds more than one document (---)")),
    )
    return next((words for shape, words in known if re.search(shape, said)), N_("it cannot be read"))


def _yaml_mend(error: MarkedYAMLError) -> Message:
    problem = str(error.problem)
    if "\\t" in problem or "'\t'" in problem:
        return N_("indent with spaces, not tabs")
    if "alias" in problem:
        return N_("write the anchor (&name) before it is used")
    return N_("mend the line, or quote the text that holds a colon, # or brackets")


class _Plain:
    """Plain dicts and lists; an anchor that contains itself stops here instead of in a recursion."""

    def __init__(self, file: str):
        self.file, self.parts = file, 0

    def of(self, value: Any, above: tuple[int, ...] = ()) -> Any:
        self.parts += 1
        if self.parts > MOST_PARTS:
            wrong = N_("the anchors (&name, *name) hold each other so often that it has no end")
            raise BadDefinition([Problem(self.file, 1, 1, wrong, N_("write out what the anchors stand for"))])
        if isinstance(value, Mapping | list):
            if id(value) in above or len(above) > 60:
                return "<an anchor that contains itself>"
            above = (*above, id(value))
        if isinstance(value, Mapping):
            return {str(k): self.of(v, above) for k, v in value.items()}
        if isinstance(value, list):
            return [self.of(v, above) for v in value]
        if isinstance(value, bool) or value is None:
            return value
        for kind in (int, float, str):
            if isinstance(value, kind):
                return kind(value)
        return str(value)


def _place(data: Any, loc: Loc) -> tuple[int, int]:
    """Line and column, from 1, of the key or item that `loc` leads to, or of the nearest that there is."""
    node: Any = data
    line, column = 1, 1
    for part in loc:
        try:
            if isinstance(node, CommentedMap) and part in node:
                line, column = (n + 1 for n in node.lc.key(part))
                node = node[part]
            elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
                line, column = (n + 1 for n in node.lc.item(part))
                node = node[part]
        except (KeyError, AttributeError, TypeError):
            break
    return line, column


def _problems(error: ValidationError, data: Any, file: str) -> list[Problem]:
    found = []
    for detail in error.errors():
        loc = tuple(part for part in detail["loc"] if part != "[key]")
        line, column = _place(data, loc)
        name: Message | str = ".".join(map(str, loc)) or N_("the definition")
        found.append(Problem(file, line, column, *_words(detail, name)))
    return in_order(found)


def _words(detail: Any, name: Message | str) -> tuple[Message, Message]:
    kind, context, last = (
        detail["type"],
        detail.get("ctx", {}),
        str(detail["loc"][-1] if detail["loc"] else ""),
    )
    given = format(repr(detail["input"]), ".60")
    is_other = N_("`%(name)s` is %(given)s", name=name, given=given)
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(last, KNOWN_WORDS, 1)
        mend = N_("did you mean `%(near)s`?", near=near[0]) if near else N_("take it out")
        return N_("`%(word)s` is not a word here", word=last), mend
    if kind == "missing":
        return N_("`%(name)s` is missing", name=name), N_("add `%(word)s:`", word=last)
    if kind == "literal_error":
        known = re.findall(r"'([^']+)'", context["expected"])
        near = difflib.get_close_matches(str(detail["input"]), known, 1)
        if near:
            return is_other, N_("did you mean `%(near)s`?", near=near[0])
        return is_other, N_("write one of: %(known)s", known=", ".join(known))
    if kind == "string_pattern_mismatch":
        return (
            N_("`%(name)s`: %(given)s is no name", name=name, given=repr(detail["input"])),
            N_("use small letters a-z, digits and _, a letter first"),
        )
    if kind == "value_error":
        return N_("`%(name)s` is not whole", name=name), _reason(context.get("error"))
    return is_other, misfit(kind, context)[1]


def _reason(error: Any) -> Message:
    said = error.args[0] if isinstance(error, ValueError) and error.args else None
    return said if isinstance(said, Message) else misfit("value_error", {})[1]


def _known_words() -> list[str]:
    schema = WorkflowModel.model_json_schema()
    words = set(schema["properties"])
    for part in schema["$defs"].values():
        words |= set(part.get("properties", {}))
    return sorted(words)


KNOWN_WORDS = _known_words()

# Words that are shown; and what a step was called once, which decides nothing in a review that knows its name.
_WORDS_ONLY = frozenset(
    ("title", "short", "help", "ask", "receipt", "subject", "text", "label", "template", "no_due", "was")
)
# Came to the language later: what was written without them keeps its hash.
_LATER = frozenset(("remind_late",))
# What stands under these are names that the author gives: a step may be called `text`.
_NAMED = frozenset(("roles", "artefacts", "steps", "together", "actions", "ends", "allow"))


def _hash(model: WorkflowModel) -> str:
    """SHA-256 over what decides: everything but the words that are shown (engine.md 23)."""

    def deciding(value: Any, names: bool = False) -> Any:
        if isinstance(value, dict):
            kept = {
                k: v
                for k, v in value.items()
                if names or not (k in _WORDS_ONLY or (k in _LATER and v is None))
            }
            return {k: deciding(v, not names and k in _NAMED) for k, v in kept.items()}
        return [deciding(v) for v in value] if isinstance(value, list) else value

    named = {"functions": True, "perspectives": True, "themes": True}
    data = model.model_dump(mode="json", by_alias=True, exclude=named)
    if not model.parties.apart:
        del data["parties"]["apart"]  # What was written before the word was there keeps its hash.
    data = {
        **deciding(data),
        "functions": sorted(model.functions),
        "perspectives": sorted(model.perspectives),
    }
    return hashlib.sha256(json.dumps(data, ensure_ascii=False).encode()).hexdigest()
