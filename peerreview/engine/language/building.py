"""From the accepted shape of a definition to frozen values, looking up every name on the way.

Whatever is named must exist: roles, artefacts, verbs, states, facts, effects, steps and ends. Each
name that does not gives a problem at its own line, with the nearest name that does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ...errors import N_
from .building_time import TimeBuilder
from .definition import (
    ALWAYS,
    PAGES,
    RELATIONS,
    ROUND_PAGES,
    Action,
    Allow,
    Artefact,
    Condition,
    Effect,
    End,
    FactRef,
    Reminder,
    Right,
    Role,
    RoleRef,
    Step,
    Workflow,
)
from .faults import Loc
from .kinds import GATHERED, KINDS, Kind
from .names import actions_of, paths_of
from .schema import ActionModel, StepModel, WorkflowModel


class Builder(TimeBuilder):
    """One reading; `problems` fills while it goes on, so that all mistakes are told at once."""

    def __init__(self, model: WorkflowModel, place: Callable[[Loc], tuple[int, int]], file: str):
        super().__init__(place, file)
        self.model = model
        self.paths = set(paths_of(model.steps))
        self.lines = {
            f"{part}.{key}": place((part, key))
            for part in ("roles", "artefacts", "ends")
            for key in getattr(model, part)
        }

    def build(self, *, text: str, hash: str) -> Workflow:
        model = self.model
        if model.parties.min > model.parties.max:
            self.wrong(
                ("parties", "max"),
                N_("max is less than min"),
                N_("write at least %(min)s", min=model.parties.min),
            )
        artefacts = {key: self.artefact(key) for key in model.artefacts}
        steps = tuple(self.step(key, m, "", ("steps", key)) for key, m in model.steps.items())
        return Workflow(
            name=model.workflow,
            title=self.texts(model.title, ("title",)),
            min_parties=model.parties.min,
            max_parties=model.parties.max,
            roles={key: self.role(key) for key in model.roles},
            artefacts=artefacts,
            steps=steps,
            allow=self.allow(model.anywhere.allow, ("anywhere", "allow")),
            actions=self.actions(model.anywhere.actions, "", ("anywhere", "actions")),
            ends={key: self.end(key) for key in model.ends},
            functions={k: self.texts(t, ("functions", k)) for k, t in model.functions.items()},
            perspectives={k: self.texts(t, ("perspectives", k)) for k, t in model.perspectives.items()},
            themes={k: self.texts(t, ("themes", k)) for k, t in model.themes.items()},
            apart=model.parties.apart,
            hash=hash,
            text=text,
            by_path={step.path: step for top in steps for step in top.walk()},
            file=self.file,
            lines=self.lines,
        )

    # ---- roles, rights, artefacts

    def role(self, key: str) -> Role:
        model, loc = self.model.roles[key], ("roles", key)
        for n, included in enumerate(model.includes):
            if included not in self.model.roles:
                self.unknown((*loc, "includes", n), N_("role"), included, self.model.roles)
        actions = actions_of(self.model.steps) | set(self.model.anywhere.actions)
        for n, name in enumerate(model.loses_actions):
            if name not in actions:
                self.unknown((*loc, "loses_actions", n), N_("action"), name, actions)
        rights = frozenset(r for n, t in enumerate(model.loses) if (r := self.right(t, (*loc, "loses", n))))
        return Role(
            key,
            model.of,
            self.texts(model.title, (*loc, "title")),
            tuple(model.includes),
            rights,
            frozenset(model.loses_actions),
        )

    def artefact(self, key: str) -> Artefact:
        model, loc = self.model.artefacts[key], ("artefacts", key)
        kind = KINDS.get(model.kind)
        if kind is None:
            self.unknown((*loc, "kind"), N_("kind of artefact"), model.kind, KINDS)
            kind = KINDS["form"]
        condition = self.condition(model.opens_when, (*loc, "opens_when"))
        if condition is not None and "open" not in kind.effects:
            self.wrong(
                (*loc, "opens_when"),
                N_("a %(name)s does not open", name=kind.name),
                N_("take opens_when out"),
            )
        return Artefact(
            key,
            kind,
            model.per,
            self.texts(model.title, (*loc, "title")),
            model.concerns,
            condition,
            self.maybe(model.template, (*loc, "template")),
            tuple(
                {**f.model_dump(), "label": self.texts(f.label, (*loc, "fields", n, "label"))}
                for n, f in enumerate(model.fields)
            ),
            self.fuzzy(model.fuzzy, kind, (*loc, "fuzzy")),
        )

    def kind_of(self, artefact: str) -> Kind | None:
        model = self.model.artefacts.get(artefact)
        return KINDS.get(model.kind) if model else None

    def role_ref(self, text: str, loc: Loc) -> RoleRef:
        name, _, given = text.partition(" if ")
        relation, dot, role = name.rpartition(".")
        relation = relation if dot else "own"
        if relation not in RELATIONS:
            self.unknown(loc, N_("relation"), relation, RELATIONS)
        if role != "self" and role not in self.model.roles:
            self.unknown(loc, N_("role"), role, [*self.model.roles, "self"])
            return RoleRef("own", "self")
        return RoleRef(relation, role, self._given(given, loc) if given else None)

    def _given(self, text: str, loc: Loc) -> FactRef:
        """A fact that a role depends on: one of the whole review, the same whoever asks."""
        ref = self.fact_ref(text, loc)
        artefact = self.model.artefacts.get(ref.artefact)
        if ref.relation != "all" and artefact is not None and artefact.per != "review":
            self.wrong(
                loc,
                N_("`%(given)s` is a fact of each %(per)s", given=text, per=artefact.per),
                N_("name a fact of the whole review"),
            )
        return ref

    def role_refs(self, texts: Iterable[str], loc: Loc) -> tuple[RoleRef, ...]:
        return tuple(self.role_ref(text, (*loc, n)) for n, text in enumerate(texts))

    def right(self, text: str, loc: Loc) -> Right | None:
        found = re.fullmatch(r"(\w+)\.(\w+)(?:@(\w+))?", text)
        if not found:
            self.wrong(
                loc,
                N_("`%(given)s` is no right", given=text),
                N_("write artefact.verb or artefact.verb@state"),
            )
            return None
        artefact, verb, state = found.groups()
        kind = self.kind_of(artefact)
        if kind is None:
            self.unknown(loc, N_("artefact"), artefact, self.model.artefacts)
            return None
        if verb not in kind.verbs:
            self.unknown(loc, N_("verb of a %(name)s", name=kind.name), verb, kind.verbs)
        if state is not None and state not in kind.states:
            self.unknown(loc, N_("state of a %(name)s", name=kind.name), state, kind.states)
        return Right(artefact, verb, state)

    def allow(self, model: Mapping[str, list[str]], loc: Loc) -> Allow:
        return Allow(
            (
                self.role_ref(who, (*loc, who)),
                frozenset(r for n, text in enumerate(rights) if (r := self.right(text, (*loc, who, n)))),
            )
            for who, rights in model.items()
        )

    # ---- facts and conditions

    def fact_ref(self, text: str, loc: Loc) -> FactRef:
        parts = text.split(".")
        relation = parts.pop(0) if parts[0] in RELATIONS else "own"
        if len(parts) < 2:
            self.wrong(
                loc,
                N_("`%(given)s` is no fact", given=text),
                N_("write artefact.fact or relation.artefact.fact"),
            )
            return FactRef("own", "", "")
        artefact, fact = parts[0], ".".join(parts[1:])
        if artefact in self.model.roles:
            return FactRef(relation, artefact, fact)
        kind = self.kind_of(artefact)
        if kind is None:
            known = [*self.model.artefacts, *RELATIONS, *self.model.roles]
            self.unknown(loc, N_("artefact"), artefact, known)
        elif fact not in kind.facts and fact not in kind.fields and GATHERED.get(fact) not in kind.facts:
            self.unknown(loc, N_("fact of a %(name)s", name=kind.name), fact, [*kind.facts, *kind.fields])
        return FactRef(relation, artefact, fact)

    def condition(self, model: Any, loc: Loc) -> Condition | None:
        if model is None:
            return None
        if isinstance(model, str):
            return Condition("fact", fact=self.fact_ref(model, loc))
        if isinstance(model, list):
            return Condition("all", tuple(self._part(m, (*loc, n)) for n, m in enumerate(model)))
        if isinstance(model, dict) and len(model) == 1:
            ((word, inside),) = model.items()
            if word in ("all", "any") and isinstance(inside, list):
                return Condition(word, tuple(self._part(m, (*loc, word, n)) for n, m in enumerate(inside)))
            if word == "not":
                return Condition("not", (self._part(inside, (*loc, word)),))
            if "." in word:
                fact = self.fact_ref(word, (*loc, word))
                return Condition("fact", fact=fact, value=self.value(fact, inside, (*loc, word)))
        self.wrong(
            loc,
            N_("%(model)s is no condition", model=format(repr(model), ".60")),
            N_("write a fact, a list, {any: [...]}, {all: [...]}, {not: ...} or {fact: value}"),
        )
        return None

    def value(self, ref: FactRef, value: Any, loc: Loc) -> Any:
        """What a fact is to equal: one of the values that it can have, where those are known."""
        kind = self.kind_of(ref.artefact)
        known = kind.values.get(ref.fact) if kind else None
        if known is not None and value not in known:
            self.unknown(
                loc,
                N_("value of %(artefact)s.%(fact)s", artefact=ref.artefact, fact=ref.fact),
                str(value),
                known,
            )
        elif not isinstance(value, str | bool | int | float):
            self.wrong(
                loc,
                N_("%(value)s is no value", value=format(repr(value), ".60")),
                N_("write one word, number, true or false"),
            )
        return value

    def _part(self, model: Any, loc: Loc) -> Condition:
        return self.condition(model, loc) or ALWAYS

    # ---- mails, actions, steps, ends

    def effect(self, text: str, loc: Loc) -> Effect | None:
        parts = text.split(".")
        relation = parts.pop(0) if parts[0] in RELATIONS and len(parts) == 3 else "own"
        if len(parts) != 2:
            self.wrong(
                loc,
                N_("`%(given)s` is no effect", given=text),
                N_("write artefact.effect or relation.artefact.effect"),
            )
            return None
        kind = self.kind_of(parts[0])
        if kind is None:
            self.unknown(loc, N_("artefact"), parts[0], self.model.artefacts)
            return None
        if parts[1] not in kind.effects:
            self.unknown(loc, N_("effect on a %(name)s", name=kind.name), parts[1], kind.effects)
            return None
        return Effect(relation, parts[0], parts[1])

    def actions(self, models: Mapping[str, ActionModel], path: str, loc: Loc) -> dict[str, Action]:
        return {key: self.action(key, model, path, (*loc, key)) for key, model in models.items()}

    def action(self, key: str, model: ActionModel, path: str, loc: Loc) -> Action:
        to = model.to
        if to not in (None, "next") and to not in self.model.ends:
            block = path.rpartition("/")[0]
            near = f"{block}/{to}" if block else str(to)
            if near not in self.paths and to not in self.paths:
                self.unknown(
                    (*loc, "to"), N_("step or end"), str(to), [*self.paths, *self.model.ends, "next"]
                )
            to = near if near in self.paths else to
        effects = tuple(e for n, t in enumerate(model.does) if (e := self.effect(t, (*loc, "does", n))))
        return Action(
            key,
            self.texts(model.title, (*loc, "title")),
            self.role_refs(model.by, (*loc, "by")),
            self.condition(model.needs, (*loc, "needs")) or ALWAYS,
            model.reason == "required",
            model.declares,
            self.consent(model.records, (*loc, "records")) if model.records else None,
            effects,
            to,
            self.maybe(model.help, (*loc, "help")),
            self.maybe(model.receipt, (*loc, "receipt")),
            self.mails(model.mail, (*loc, "mail")),
            model.optional,
            model.moves,
        )

    def consent(self, text: str, loc: Loc) -> FactRef:
        """What a consent records: somebody's word, such as lead.consented."""
        role, dot, word = text.partition(".")
        if not dot or not word.isidentifier():
            self.wrong(
                loc,
                N_("`%(given)s` is no consent", given=text),
                N_("write role.word, such as lead.consented"),
            )
        elif role not in self.model.roles:
            self.unknown(loc, N_("role"), role, self.model.roles)
        return FactRef("own", role, word)

    def step(self, key: str, model: StepModel, parent: str, loc: Loc) -> Step:
        path = f"{parent}/{key}" if parent else key
        self.lines[path] = self.place(loc)
        if model.steps and model.together:
            self.wrong(
                loc, N_("`%(key)s` has both steps and together", key=key), N_("put one inside the other")
            )
        if model.page and model.page not in (*PAGES, *ROUND_PAGES):
            self.unknown((*loc, "page"), N_("page"), model.page, (*PAGES, *ROUND_PAGES))
        for n, old in enumerate(model.was):
            if not re.fullmatch(r"[a-z]\w*(/[a-z]\w*)*", old):
                self.wrong(
                    (*loc, "was", n),
                    N_("%(old)s is no step's path", old=repr(old)),
                    N_("write it as `block/step`"),
                )
        return Step(
            path=path,
            title=self.texts(model.title, (*loc, "title")),
            help=self.maybe(model.help, (*loc, "help")),
            short=self.maybe(model.short, (*loc, "short")),
            ask=self.maybe(model.ask, (*loc, "ask")),
            each=model.each,
            people=self.role_refs(model.people, (*loc, "people")),
            condition=self.condition(model.if_, (*loc, "if")),
            starts_when=self.condition(model.starts_when, (*loc, "starts_when")),
            opens=self.due(model.opens, (*loc, "opens")),
            done_when=self.condition(model.done_when, (*loc, "done_when")),
            ends_after=self.span(model.ends_after, (*loc, "ends_after")) if model.ends_after else None,
            due=self.due(model.due, (*loc, "due")),
            no_due=self.maybe(model.no_due, (*loc, "no_due")),
            remind=tuple(
                Reminder(
                    f"{r.working_days:+d}", r.working_days, self.role_refs(r.to, (*loc, "remind", n, "to"))
                )
                for n, r in enumerate(model.remind)
            ),
            remind_late=None if model.remind_late is None else tuple(sorted(set(model.remind_late))),
            allow=self.allow(model.allow, (*loc, "allow")),
            actions=self.actions(model.actions, path, (*loc, "actions")),
            mail=self.mails(model.mail, (*loc, "mail")),
            steps=tuple(self.step(k, m, path, (*loc, "steps", k)) for k, m in model.steps.items()),
            together=tuple(self.step(k, m, path, (*loc, "together", k)) for k, m in model.together.items()),
            page=model.page,
            was=tuple(model.was),
            more_time=self.more_time(model.more_time, (*loc, "more_time")),
        )

    def end(self, key: str) -> End:
        model, loc = self.model.ends[key], ("ends", key)
        return End(
            key,
            self.texts(model.title, (*loc, "title")),
            self.allow(model.allow, (*loc, "allow")),
            self.mails(model.mail, (*loc, "mail")),
        )
