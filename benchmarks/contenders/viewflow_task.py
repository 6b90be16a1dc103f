"""Viewflow: a human task of a flow on Django's ORM: loaded under the flow's lock, permission asked, started, executed.

Executing saves the task, closes it and makes the next; its rows of tasks are its history."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import django
from django.conf import settings
from sqlalchemy import make_url

from .line import Step, serve


def configured(url: str, synchronous: str) -> None:
    found = make_url(url)
    base: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "NAME": found.database}
    if url.startswith("sqlite"):
        base["ENGINE"] = "django.db.backends.sqlite3"
        command = f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}"
        base["OPTIONS"] = {"init_command": command, "transaction_mode": "IMMEDIATE"}
    else:
        base |= {"USER": found.username, "HOST": found.query.get("host", found.host), "CONN_MAX_AGE": None}
    apps = ["django.contrib.contenttypes", "django.contrib.auth", "viewflow", "viewflow.workflow"]
    apps.append("benchmarks.contenders.viewflow_app")
    settings.configure(DATABASES={"default": base}, INSTALLED_APPS=apps, USE_TZ=True, SECRET_KEY="bench")
    django.setup()


def prepare(url: str, synchronous: str, steps: int) -> Iterator[Step]:
    configured(url, synchronous)
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from viewflow.workflow.models import Task

    from .viewflow_app.flows import ReviewFlow as flow

    call_command("migrate", verbosity=0)
    person = User.objects.create_user("person")
    for _ in range(steps):
        flow.start.run()
    tasks = Task.objects.filter(flow_task=flow.collect_a).values_list("pk", flat=True)

    def step(number: int) -> None:
        # As its view of a task does it for a request, without the HTTP, the template and the saving of a form.
        with Task.objects.get(pk=number).activation() as activation:
            if not activation.start.has_perm(person):
                raise PermissionError
            activation.start(None)
            activation.execute()

    for number in list(tasks):
        yield partial(step, number)


if __name__ == "__main__":
    serve(prepare)
