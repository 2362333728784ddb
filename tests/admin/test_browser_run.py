"""A run's page in a real browser: its steps, what went in and came out, and cancelling it."""

from typing import Any

import pytest

from opsflows.runs.models import Execution
from tests.admin.addresses import page
from tests.admin.test_trace import EXPLANATION
from tests.admin.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def run(alpha: World) -> Execution:
    """A run that waits behind a condition and a call."""
    run = alpha.run(alpha.workflow("Deals"), alpha.event(), steps=0)
    answer = {"result": True, "explanation": EXPLANATION}
    alpha.step(run, "conditions", handle="true", output_data=answer, step_config={"kind": "condition", "label": ""})
    alpha.step(
        run, "a1", input_data={"url": "https://crm.example", "body": {"amount": 42}}, output_data={"status": 201}
    )
    return run


def test_from_home_to_the_values_that_a_condition_saw(visit: Any, run: Execution) -> None:
    shown = visit("/admin/")
    shown.get_by_role("link", name="Deals").first.click()
    shown.wait_for_url(f"**{page(run)}")
    assert shown.get_by_text("value is greater than 5: yes, it is 9.").is_visible()


def test_a_step_unfolds(visit: Any, run: Execution) -> None:
    shown = visit(page(run))
    step = shown.locator("#step-a1")
    sent = step.get_by_text("https://crm.example")
    assert not sent.is_visible()
    step.get_by_text("Sent").click()
    assert sent.is_visible()
    step.get_by_text("Answer").click()
    assert step.get_by_text("201").is_visible()


def test_cancelling_asks_first(visit: Any, run: Execution) -> None:
    shown = visit(page(run))
    shown.get_by_role("link", name="Cancel the run").click()
    shown.get_by_role("link", name="Back").click()
    run.refresh_from_db()
    assert run.execution_status == "waiting"
    shown.get_by_role("link", name="Cancel the run").click()
    shown.get_by_role("button", name="Cancel the run").click()
    shown.wait_for_url(f"**{page(run)}")
    assert shown.get_by_text("The run is cancelled.").is_visible()
    assert shown.get_by_role("link", name="Cancel the run").count() == 0
    run.refresh_from_db()
    assert run.execution_status == "cancelled"
