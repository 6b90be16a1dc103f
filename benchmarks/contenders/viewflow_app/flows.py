"""Two sides at once, each collects, studies and writes; when both have, one closing."""

from __future__ import annotations

from typing import Any

from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.flow import views


def task(after: Any) -> Any:
    return flow.View(views.UpdateProcessView.as_view(fields=[])).Assign(username="person").Next(after)


class ReviewFlow(flow.Flow):
    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle().Next(this.split)
    split = flow.Split().Next(this.collect_a).Next(this.collect_b)
    collect_a, study_a, write_a = task(this.study_a), task(this.write_a), task(this.join)
    collect_b, study_b, write_b = task(this.study_b), task(this.write_b), task(this.join)
    join = flow.Join().Next(this.closing)
    closing = task(this.end)
    end = flow.End()
