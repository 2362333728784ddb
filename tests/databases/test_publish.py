"""What is wrong with a query step is said before its workflow is published."""

from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.databases.models import Database
from opsflows.workflows.activate import set_active
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.gates import PublishRefused
from tests.databases.conftest import NOW
from tests.databases.test_steps import INSERT, PAY, SINCE, Live, Named

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        ({"sql": "SELECT * FROM c WHERE at > '{{last}}'", "parameters": {}}, "sql", "Write :last in place of {{last}}"),
        ({"sql": "DELETE FROM contacts", "parameters": {}}, "sql", "administrator names"),
        ({"sql": "SELECT 1; SELECT 2", "parameters": {}}, "sql", "Only one statement"),
        ({"sql": "SELECT :a, :b", "parameters": {"a": 1}}, "parameters", "Give a value for :b"),
        ({"sql": "SELECT 1", "parameters": {"a": 1}}, "parameters", "does not hold :a"),
        ({"sql": "SELECT :key", "parameters": {"key": 1}}, "parameters", "step's own key"),
        ({"parameters": {"last_sync": 1, "a b": 1}}, "parameters", "is no name"),
        ({"sql": ""}, "sql", "one of the two"),
        ({"statement": "add-payment"}, "sql", "one of the two"),
        ({"database": "{{which}}"}, "database", "cannot be a variable"),
        ({"database": "sale"}, "database", "Did you mean 'sales'"),
        ({"limit": 0}, "limit", "greater than or equal to 1"),
    ],
)
def test_what_is_wrong_is_said_before_it_is_published(
    live: Live, sales: Database, change: dict[str, Any], place: str, said: str
) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        live("payment.received", SINCE | change)
    found = [problem.message for problem in refused.value.problems if problem.path.endswith(f".{place}")]
    assert any(said in message for message in found), refused.value.problems


def test_a_statement_says_which_parameters_it_takes(live: Live, sales: Database, named: Named) -> None:
    with pytest.raises(InvalidDefinition, match="There is no statement 'add-payment'"):
        live("payment.received", PAY)
    named(sales, "add-payment", INSERT, writes=True)
    with pytest.raises(PublishRefused, match=r"a1.*Give a value for :amount"):
        live("payment.received", PAY | {"parameters": {"customer": "c"}})
    # What is one statement to one kind of database is not to the other.
    with pytest.raises(PublishRefused, match="write :name"):
        live("payment.received", SINCE | {"sql": "SELECT $$ :last_sync $$, :last_sync"})


def test_what_is_published_is_switched_on_again_whatever_its_draft_says(
    actor: Actor, live: Live, sales: Database, named: Named
) -> None:
    named(sales, "add-payment", INSERT, writes=True)
    workflow = live("payment.received", PAY)
    for node in workflow.workflow_data["nodes"]:
        node["data"].get("config", {}).pop("parameters", None)
    workflow.save()
    for active in (False, True):
        set_active(actor=actor, workflow=workflow, active=active, now=NOW)
    workflow.refresh_from_db()
    assert workflow.is_active
