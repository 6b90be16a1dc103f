"""The shape of a definition file: what pydantic accepts, field by field, before any meaning is looked at.

These models are the language's reference: what stands under each field is what docs/reference.md prints and what an
editor shows that completes from workflows/workflow.schema.json (both made by `services.workflows.language_reference`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from ...errors import N_
from .definition import PAGES, ROUND_PAGES
from .kinds import KINDS


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) or value is None else [value]


def _shape(name: str) -> WithJsonSchema:
    """A form that the JSON Schema and the reference describe in one place (services.workflows.language_reference)."""
    return WithJsonSchema({"shape": name})


Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Words = Annotated[list[str], BeforeValidator(_as_list), _shape("words")]
Roles = Annotated[list[str], BeforeValidator(_as_list), _shape("roles")]
Rights = Annotated[list[str], BeforeValidator(_as_list), _shape("rights")]
Effects = Annotated[list[str], BeforeValidator(_as_list), _shape("effects")]
Condition = Annotated[Any, _shape("condition")]
Texts = Annotated[dict[Literal["sv", "en"], str], _shape("texts")]


class SpanModel(Model):
    """A length of time; one unit."""

    working_days: int | None = Field(None, ge=0, le=1000)
    """Days on which people work in Sweden, the summer stop taken out."""
    weeks: int | None = Field(None, ge=0, le=520)
    """Weeks."""
    months: int | str | None = None
    """Months, or a fact that says how many: `agreement.follow_up`."""

    @model_validator(mode="after")
    def one_unit(self) -> SpanModel:
        if sum(v is not None for v in (self.working_days, self.weeks, self.months)) != 1:
            raise ValueError(N_("give one of working_days, weeks, months"))
        return self


class DueModel(Model):
    """When: `date` of a fact; or a span `after` or `before` a point."""

    date: str | None = None
    """A fact that is a date: `agreement.dates.materials`."""
    after: str | None = None
    """The point from which to count: `begin` (of this step), another step (its end), or a fact that is a date."""
    before: str | None = None
    """The point to count back from."""
    working_days: int | None = Field(None, ge=0, le=1000)
    """Days on which people work in Sweden, the summer stop taken out."""
    weeks: int | None = Field(None, ge=0, le=520)
    """Weeks."""
    months: int | str | None = None
    """Months, or a fact that says how many."""
    otherwise: DueModel | None = None
    """Where the point is not known: another date."""

    @model_validator(mode="after")
    def one_point(self) -> DueModel:
        if sum(v is not None for v in (self.date, self.after, self.before)) != 1:
            raise ValueError(N_("give one of date, after, before"))
        units = sum(v is not None for v in (self.working_days, self.weeks, self.months))
        if units != (0 if self.date is not None else 1):
            raise ValueError(
                N_("give one of working_days, weeks, months with after or before, and none with date")
            )
        return self


class MailModel(Model):
    """A mail that goes at once. Without `subject` and `text` it says the step's own words.

    Gaps in the words: {own}, {reviews}, {reviewed_by}, {review}, {step}, {due}."""

    to: Roles
    """Who gets it. A mail of an action does not go to whoever did it."""
    subject: Texts | None = None
    """The subject; without it the step's `ask`, or its title."""
    text: Texts | None = None
    """The first paragraph; without it the step's `help`."""


class ReminderModel(Model):
    """A reminder, in working days from the due date."""

    working_days: int = Field(ge=-60, le=60)
    """-3 is three before it, 2 is two after it."""
    to: Roles = []
    """Who gets it; by default those whose turn it is."""


class MoreTimeModel(Model):
    """More time for a side's own copy of a step: asked for with a reason and a day, granted or declined."""

    by: Roles
    """Who may ask, of the side whose copy it is."""
    granted_by: Roles
    """Who grants it: those whom it keeps waiting, seen from that side (`reviewed_by.coordinator`), or the lead."""


class ActionModel(Model):
    """What somebody does. Its key is its name."""

    title: Texts
    """What the button says."""
    help: Texts | None = None
    """What comes of it, said before it is done."""
    receipt: Texts | None = None
    """What the receipt says, after it was done."""
    by: Roles
    """Who may: roles, with a relation where it is not the own side."""
    needs: Condition = None
    """What must hold first; what is missing becomes the reason that people read when they may not."""
    reason: Literal["required", "no"] = "no"
    """`required`: a reason is written, and kept in the history."""
    declares: Literal["conflict", ""] = ""
    """`conflict`: asks for a declaration of conflict of interest."""
    records: str | None = None
    """A consent: a fact such as `lead.consented`, which `needs` may ask for."""
    does: Effects = []
    """What happens to artefacts: `materials.hand_in`, `all.report.present`."""
    to: str | None = None
    """`next`, an earlier step of an enclosing block, or an end; without it nothing moves."""
    mail: list[MailModel] = []
    """Mails that go when it is done."""
    optional: bool = False
    """Nobody's task: it is on the page, but not in the to-do list, and nobody is reminded."""
    moves: Literal["hold", "resume", "back", "go_on", "withdraw", "join", ""] = ""
    """Under `anywhere`: one of the engine's own moves."""


class StepModel(Model):
    """A step: a leaf, or a block of `steps` in order or of branches `together`. Its key is its name."""

    title: Texts
    """What it is called."""
    help: Texts | None = None
    """What it is for, in a sentence or two."""
    short: Texts | None = None
    """Its title in a word or two, for the drawing."""
    ask: Texts | None = None
    """What is asked of people, an imperative: the row of the to-do list, and the subject of mails."""
    each: Literal["party", "person", ""] = ""
    """A copy for each party, or for each person of the roles in `people`; without it one for all."""
    people: Roles = []
    """With `each: person`: whose copies there are."""
    if_: Condition = Field(None, alias="if")
    """Whether it takes place; decided when it would begin, and recorded."""
    starts_when: Condition = None
    """What it waits for, besides the step before it."""
    opens: DueModel | None = None
    """A date to wait for."""
    done_when: Condition = None
    """It is over when this holds."""
    ends_after: SpanModel | None = None
    """It is over by time, whoever has not done theirs."""
    due: DueModel | None = None
    """By when."""
    no_due: Texts | None = None
    """Why it needs no date, where it has none."""
    remind: list[ReminderModel] = []
    """The reminders of its date."""
    remind_late: list[Annotated[int, Field(ge=1, le=60)]] | None = None
    """Working days late at which people are reminded again, then weekly; `[]` for never. Without it as in the house."""
    more_time: MoreTimeModel | None = None
    """Who may ask for more time, and who grants it."""
    allow: dict[str, Rights] = {}
    """Rights that hold while it is under way: who, and what they may (`member: [materials.write@internal]`)."""
    actions: dict[Key, ActionModel] = {}
    """What moves it."""
    mail: list[MailModel] = []
    """Mails that go when it begins."""
    steps: dict[Key, StepModel] = {}
    """A block: steps one after the other."""
    together: dict[Key, StepModel] = {}
    """A block: branches side by side; it is over when all of them are."""
    page: str = Field("", json_schema_extra={"enum": ["", *PAGES, *ROUND_PAGES]})
    """The page of the review (or of the round) on which the work is done."""
    was: Words = []
    """By which paths older definitions called it, for reviews that are moved to this one."""


class RoleModel(Model):
    """Who somebody is in a review. Its key is its name; `self` is the person whose copy of a step it is."""

    of: Literal["network", "party"]
    """Of the whole network (the lead), or of each party."""
    title: Texts
    """What they are called."""
    includes: Roles = []
    """Roles whose rights and actions they have besides."""
    loses: Rights = []
    """Rights that a declared conflict of interest takes away."""
    loses_actions: Words = []
    """Actions that a declared conflict of interest takes away."""


class FieldModel(Model):
    """A field of a form."""

    key: Key
    """Its name."""
    kind: Literal["scale", "text", "hours"]
    """`scale` is 1 to 5, `text` is free, `hours` a number of hours."""
    label: Texts
    """The question."""
    required: bool = False
    """Whether it must be filled in before the form is handed in."""


class ArtefactModel(Model):
    """Something that people make. Its key is its name in rights, facts and effects."""

    kind: str = Field(json_schema_extra={"enum": list(KINDS)})
    """What it is, of a closed list (see *Kinds of artefacts*)."""
    per: Literal["review", "party", "person"]
    """Whose it is: one of the whole review, one of each party, or one of each person."""
    title: Texts
    """What it is called."""
    concerns: Literal["reviews", "reviewed_by", ""] = ""
    """The side that it is about or meant for, seen from the side whose it is."""
    opens_when: Condition = None
    """Documents: when a set that has been handed in opens to the side that reviews it."""
    template: Texts | None = None
    """A text: what stands there before anybody has written."""
    fields: list[FieldModel] = []
    """A form: what it asks."""
    fuzzy: Words = []
    """An agreement: which of its dates may be a month, a term or a year, due on its last working day (`closing`)."""


class EndModel(Model):
    """A named end. What it does not allow is closed to all. The first end is where the last step leads."""

    title: Texts
    """What the review is called then: "Closed"."""
    allow: dict[str, Rights] = {}
    """What stays readable to whom."""
    mail: list[MailModel] = []
    """Who is told."""


class AnywhereModel(Model):
    """Rights and actions that hold in every step."""

    allow: dict[str, Rights] = {}
    """Who may what, whatever step it is."""
    actions: dict[Key, ActionModel] = {}
    """What can be done in every step; one of them has `moves: back`."""


class PartiesModel(Model):
    """How many parties stand in the ring: each reviews the next."""

    min: int = Field(ge=1, le=10)
    """The fewest."""
    max: int = Field(ge=1, le=60)
    """The most."""
    apart: bool = False
    """`true`: they are no ring, and none knows of another, as in a round; the network's roles see them all."""


class WorkflowModel(Model):
    """A whole definition: one file."""

    workflow: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
    """Its name, in commands and addresses; two files have not the same."""
    language: Literal[1]
    """The version of this language."""
    title: Texts
    """What it is called."""
    parties: PartiesModel
    """How many take part."""
    functions: dict[Key, Texts] = {}
    """What people on a team can be there for; teams are compared by it."""
    perspectives: dict[Key, Texts] = {}
    """What a question can be about."""
    themes: dict[Key, Texts] = {}
    """What an organisation can want to learn or be good at; they choose of these, and may write others."""
    roles: dict[Key, RoleModel]
    """Who there is."""
    artefacts: dict[Key, ArtefactModel] = {}
    """What is made."""
    steps: dict[Key, StepModel] = Field(min_length=1)
    """What is done, in order."""
    anywhere: AnywhereModel = AnywhereModel()
    """What holds in every step."""
    ends: dict[Key, EndModel] = Field(min_length=1)
    """How it can end."""


WorkflowModel.model_rebuild()
StepModel.model_rebuild()
