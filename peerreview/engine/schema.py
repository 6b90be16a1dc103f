"""The shape of a definition file: what pydantic accepts, field by field, before any meaning is looked at.

These models are the language's reference: their docstrings and field descriptions are what an author
of a workflow reads (and the JSON Schema that an editor completes from).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) or value is None else [value]


Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Words = Annotated[list[str], BeforeValidator(_as_list)]
Texts = dict[Literal["sv", "en"], str]


class SpanModel(Model):
    """A length of time; one unit."""

    working_days: int | None = Field(None, ge=0, le=1000)
    weeks: int | None = Field(None, ge=0, le=520)
    months: int | str | None = None

    @model_validator(mode="after")
    def one_unit(self) -> SpanModel:
        if sum(v is not None for v in (self.working_days, self.weeks, self.months)) != 1:
            raise ValueError("give one of working_days, weeks, months")
        return self


class DueModel(Model):
    """When: `date` of a fact; or a span `after` or `before` a point: begin, a step's end, a fact's date."""

    date: str | None = None
    after: str | None = None
    before: str | None = None
    working_days: int | None = Field(None, ge=0, le=1000)
    weeks: int | None = Field(None, ge=0, le=520)
    months: int | str | None = None
    otherwise: DueModel | None = None

    @model_validator(mode="after")
    def one_point(self) -> DueModel:
        if sum(v is not None for v in (self.date, self.after, self.before)) != 1:
            raise ValueError("give one of date, after, before")
        units = sum(v is not None for v in (self.working_days, self.weeks, self.months))
        if units != (0 if self.date is not None else 1):
            raise ValueError(
                "give one of working_days, weeks, months with after or before, and none with date"
            )
        return self


class MailModel(Model):
    """A mail that goes at once: `to` roles; without `subject` and `text` it says the step's own words."""

    to: Words
    subject: Texts | None = None
    text: Texts | None = None


class ReminderModel(Model):
    """Working days from the due date: -3 is three before, 2 is two after; `to` defaults to whose turn it is."""

    working_days: int = Field(ge=-60, le=60)
    to: Words = []


class ActionModel(Model):
    """What moves a step."""

    title: Texts
    help: Texts | None = None
    receipt: Texts | None = None
    by: Words
    needs: Any = None
    reason: Literal["required", "no"] = "no"
    declares: Literal["conflict", ""] = ""
    records: str | None = None
    does: Words = []
    to: str | None = None
    mail: list[MailModel] = []
    optional: bool = False
    moves: Literal["hold", "resume", "back", "go_on", "withdraw", ""] = ""


class StepModel(Model):
    """A step: a leaf, or a block of `steps` in order or of branches `together`."""

    title: Texts
    help: Texts | None = None
    short: Texts | None = None
    ask: Texts | None = None
    each: Literal["party", "person", ""] = ""
    people: Words = []
    if_: Any = Field(None, alias="if")
    starts_when: Any = None
    opens: DueModel | None = None
    done_when: Any = None
    ends_after: SpanModel | None = None
    due: DueModel | None = None
    no_due: Texts | None = None
    remind: list[ReminderModel] = []
    allow: dict[str, Words] = {}
    actions: dict[Key, ActionModel] = {}
    mail: list[MailModel] = []
    steps: dict[Key, StepModel] = {}
    together: dict[Key, StepModel] = {}
    page: str = ""


class RoleModel(Model):
    """Who: `of` the network or of a party; `includes` other roles; `loses` what a declared conflict takes."""

    of: Literal["network", "party"]
    title: Texts
    includes: Words = []
    loses: Words = []
    loses_actions: Words = []


class FieldModel(Model):
    """A field of a form: scale is 1 to 5, text is free, hours a number of hours."""

    key: Key
    kind: Literal["scale", "text", "hours"]
    label: Texts
    required: bool = False


class ArtefactModel(Model):
    """Something that parties make; `kind` from the closed list."""

    kind: str
    per: Literal["review", "party", "person"]
    title: Texts
    concerns: Literal["reviews", "reviewed_by", ""] = ""
    opens_when: Any = None
    template: Texts | None = None
    fields: list[FieldModel] = []


class EndModel(Model):
    """A named end: what stays readable to whom, and who is told."""

    title: Texts
    allow: dict[str, Words] = {}
    mail: list[MailModel] = []


class AnywhereModel(Model):
    """Rights and actions that hold in every step."""

    allow: dict[str, Words] = {}
    actions: dict[Key, ActionModel] = {}


class WorkflowModel(Model):
    """A whole definition; `language: 1` names the version of this language."""

    workflow: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]
    language: Literal[1]
    title: Texts
    parties: PartiesModel
    functions: dict[Key, Texts] = {}
    perspectives: dict[Key, Texts] = {}
    roles: dict[Key, RoleModel]
    artefacts: dict[Key, ArtefactModel] = {}
    steps: dict[Key, StepModel] = Field(min_length=1)
    anywhere: AnywhereModel = AnywhereModel()
    ends: dict[Key, EndModel] = Field(min_length=1)


class PartiesModel(Model):
    """How many parties stand in the ring."""

    min: int = Field(ge=1, le=10)
    max: int = Field(ge=1, le=10)


WorkflowModel.model_rebuild()
StepModel.model_rebuild()
