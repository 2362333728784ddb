"""The step that asks a person to do something."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from opsflows.records.models import Task
from opsflows.workflows.models import Workflow
from tests.runs.engine import Engine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("due", "at"),
    [
        # The account is in Berlin, an hour ahead in March; a day lasts until its last minute.
        ("today", datetime(2026, 3, 2, 22, 59, tzinfo=UTC)),
        ("+7 days", datetime(2026, 3, 9, 22, 59, tzinfo=UTC)),
        ("end_of_month", datetime(2026, 3, 31, 21, 59, tzinfo=UTC)),
        ("2026-04-01T10:00:00+02:00", datetime(2026, 4, 1, 8, 0, tzinfo=UTC)),
        ("{{when}}", datetime(2026, 5, 1, 21, 59, tzinfo=UTC)),
        ("", None),
    ],
)
def test_due_dates(engine: Engine, live: Callable[..., Workflow], due: str, at: datetime | None) -> None:
    live("deal.won", {"type": "create_task", "title": "Call {{name}}", "dueDate": due})
    engine.emit("deal.won", name="Acme", when="2026-05-01")
    engine.settle()
    task = Task.objects.get()
    assert (task.title, task.due_at) == ("Call Acme", at)


@pytest.mark.parametrize(
    ("field", "value", "reason"), [("dueDate", "{{x}}", "dueDate"), ("priority", "{{x}}", "priority")]
)
def test_what_cannot_be_is_said_by_field(
    engine: Engine, live: Callable[..., Workflow], field: str, value: str, reason: str
) -> None:
    live("deal.won", {"type": "create_task", "title": "x", field: value})
    engine.emit("deal.won", x="someday soon")
    engine.settle()
    assert reason in (engine.run().error_message or "")
    assert not Task.objects.exists()
