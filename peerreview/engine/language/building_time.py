"""What a definition says of time and of mails: spans, due dates, who may have more time, who is written to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

from ...errors import N_
from .definition import Due, FactRef, MailRule, MoreTime, RoleRef, Span
from .faults import Faults, Loc
from .kinds import Kind
from .names import GAPS, gaps_of
from .schema import DueModel, MailModel, MoreTimeModel, SpanModel


class TimeBuilder(Faults, ABC):
    """The part of the builder (`building`) that reads dates and mails; it knows the steps by their paths."""

    paths: set[str]

    @abstractmethod
    def fact_ref(self, text: str, loc: Loc) -> FactRef:
        """What `building` reads a fact's name to."""

    @abstractmethod
    def role_refs(self, texts: Iterable[str], loc: Loc) -> tuple[RoleRef, ...]:
        """What `building` reads the names of roles to."""

    def span(self, model: SpanModel | DueModel, loc: Loc) -> Span:
        months = model.months
        source = self.fact_ref(months, (*loc, "months")) if isinstance(months, str) else None
        return Span(
            model.working_days or 0,
            model.weeks or 0,
            months if isinstance(months, int) else (12 if source else 0),
            source,
        )

    def due(self, model: DueModel | None, loc: Loc) -> Due | None:
        if model is None:
            return None
        otherwise = self.due(model.otherwise, (*loc, "otherwise"))
        if model.date is not None:
            return Due(point="fact", fact=self.fact_ref(model.date, (*loc, "date")), otherwise=otherwise)
        point = model.after if model.after is not None else model.before or ""
        span = self.span(model, loc)
        if model.before is not None:
            span = Span(-span.working_days, -span.weeks, -span.months, span.months_from)
        if point == "begin" or point in self.paths:
            return Due(span, point, otherwise=otherwise)
        if "." not in point:
            self.unknown(loc, N_("step"), point, self.paths)
            return Due(span)
        return Due(span, "fact", self.fact_ref(point, loc), otherwise)

    def more_time(self, model: MoreTimeModel | None, loc: Loc) -> MoreTime | None:
        if model is None:
            return None
        by = self.role_refs(model.by, (*loc, "by"))
        if any(ref.relation != "own" for ref in by):
            self.wrong(
                (*loc, "by"), N_("only a side itself asks for its time"), N_("name a role without a relation")
            )
        return MoreTime(by, self.role_refs(model.granted_by, (*loc, "granted_by")))

    def fuzzy(self, names: list[str], kind: Kind, loc: Loc) -> frozenset[str]:
        known = {field.removeprefix("dates.") for field in kind.fields if field.startswith("dates.")}
        for n, name in enumerate(names):
            if name not in known:
                self.unknown((*loc, n), N_("date of a %(name)s", name=kind.name), name, known)
        return frozenset(names)

    # ---- mails

    def mails(self, models: list[MailModel], loc: Loc) -> tuple[MailRule, ...]:
        found = []
        for n, model in enumerate(models):
            for word in ("subject", "text"):
                for language, text in (getattr(model, word) or {}).items():
                    self.gaps(text, (*loc, n, word, language))
            found.append(
                MailRule(
                    self.role_refs(model.to, (*loc, n, "to")),
                    self.maybe(model.subject, (*loc, n, "subject")),
                    self.maybe(model.text, (*loc, n, "text")),
                )
            )
        return tuple(found)

    def gaps(self, text: str, loc: Loc) -> None:
        found = gaps_of(text)
        if found is None:
            self.wrong(
                loc,
                N_("a brace stands alone"),
                N_("write {name}, or {{ and }} for braces that are to be seen"),
            )
        for gap in set(found or ()) - GAPS:
            self.unknown(loc, N_("gap"), gap, GAPS)
