"""The group commit's statements keep every value exactly, on both databases."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsflows.accounts.models import PlatformAccount
from opsflows.queue.bulk import insert_rows, update_rows
from opsflows.records.models import Task
from opsflows.runs.models import Execution, Step, Variable

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
COLUMNS = (
    "id",
    "account",
    "title",
    "description",
    "assigned_to",
    "priority",
    "project",
    "status",
    "due_at",
    "created_at",
)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


@pytest.fixture
def account() -> PlatformAccount:
    return PlatformAccount.objects.create(slug="acme", name="Acme")


def task(account: PlatformAccount, title: str, due_at: datetime | None = None) -> tuple[Any, ...]:
    return (uuid.uuid4(), account.id, title, "", "", "normal", "", "open", due_at, NOW)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(titles=st.lists(texts, max_size=5))
def test_texts_arrive_as_they_are(account: PlatformAccount, titles: list[str]) -> None:
    rows = [task(account, title) for title in titles]
    insert_rows(Task, COLUMNS, rows)
    found = dict(Task.objects.filter(id__in=[row[0] for row in rows]).values_list("id", "title"))
    assert found == {row[0]: row[2] for row in rows}
    update_rows(Task, ["description"], [(row[0], row[2] + "\\N\t\n") for row in rows])
    found = dict(Task.objects.filter(id__in=found).values_list("id", "description"))
    assert found == {row[0]: row[2] + "\\N\t\n" for row in rows}


def test_moments_and_nothing_arrive_as_they_are(account: PlatformAccount) -> None:
    rows = [task(account, "a", NOW), task(account, "b")]
    insert_rows(Task, COLUMNS, rows)
    assert list(Task.objects.order_by("title").values_list("due_at", flat=True)) == [NOW, None]
    update_rows(Task, ["due_at"], [(rows[0][0], None), (rows[1][0], NOW + timedelta(microseconds=1))])
    assert list(Task.objects.order_by("title").values_list("due_at", flat=True)) == [
        None,
        NOW + timedelta(microseconds=1),
    ]


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        1,
        Decimal("12.50"),
        Decimal("12345678901234567890.123"),
        "x",
        [],
        {"a": [Decimal("0.1"), None, "\\"]},
    ],
)
def test_json_arrives_as_it_is(value: Any, account: PlatformAccount) -> None:
    execution = _execution(account)
    variable = Variable.objects.create(
        execution=execution, variable_name="v", variable_value="before", variable_type="string", created_at=NOW
    )
    update_rows(Variable, ["variable_value"], [(variable.id, value)])
    variable.refresh_from_db()
    assert variable.variable_value == value
    assert type(variable.variable_value) is type(value)


def test_a_broken_row_breaks_the_statement(account: PlatformAccount) -> None:
    with pytest.raises(IntegrityError):
        insert_rows(Step, ("id", "execution", "step_id"), [(uuid.uuid4(), _execution(account).id, "a")])


def _execution(account: PlatformAccount) -> Execution:
    from opsflows.workflows.models import Workflow, WorkflowVersion

    workflow = Workflow.objects.create(account=account, workflow_name="W")
    version = WorkflowVersion.objects.create(
        workflow=workflow, number=1, workflow_data={}, content_hash="0", created_at=NOW
    )
    return Execution.objects.create(account=account, workflow=workflow, version=version, started_at=NOW)
