"""The trigger that is a schedule: its pairs have rows, and what nobody touched is saved to the letter."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from opsflows.workflows.models import Workflow
from tests.studio.forms.drafts import draft
from tests.studio.settings.sent import untouched

pytestmark = pytest.mark.django_db


def scheduled(account: Any, **config: Any) -> Workflow:
    workflow = draft(account)
    workflow.workflow_data["nodes"][0]["data"] = {"kind": "schedule", "config": config}
    workflow.trigger_config = {"kind": "schedule", **config}
    workflow.save()
    return workflow


def url(workflow: Workflow) -> str:
    return reverse("studio:trigger", args=[workflow.pk])


def sent(client: Client, workflow: Workflow, **fields: Any) -> dict[str, Any]:
    page = client.get(url(workflow)).content.decode()
    start = page.index('id="trigger-form"')
    return {**untouched(page[start : page.index("</form>", start)]), **fields}


def config_of(workflow: Workflow) -> Any:
    return Workflow.objects.get(pk=workflow.pk).workflow_data["nodes"][0]["data"]["config"]


@pytest.mark.parametrize(
    "config",
    [
        {"cron": "0 9 * * 1-5"},
        {"cron": " 0  09 * * mon-fri", "zone": ""},
        {"cron": "0 8 * * fri#1", "zone": None, "data": {"a.b": 1, "deep": {"list": [1, {"x": None}]}}},
        {"cron": "*/15 * * * *", "zone": "Asia/Tokyo", "data": {}},
        {"cron": "0 7 * * *", "data": {"day": "{{today}}", "n": "5"}},
    ],
)
def test_an_untouched_schedule_is_saved_as_it_was(admin: Client, alpha: Any, config: dict[str, Any]) -> None:
    workflow = scheduled(alpha.account, **config)
    assert admin.post(url(workflow), sent(admin, workflow)).status_code == 302
    assert config_of(workflow) == config


def test_times_zone_and_pairs_change_each_by_itself(admin: Client, alpha: Any) -> None:
    workflow = scheduled(alpha.account, cron="0 09 * * 1-5", data={"region": "EU", "kept": [1]})
    fields = {"zone": "Asia/Tokyo", "given-data-n0-name": "top", "given-data-n0-value": "5"}
    assert admin.post(url(workflow), sent(admin, workflow, **fields)).status_code == 302
    data = {"region": "EU", "kept": [1], "top": 5}
    assert config_of(workflow) == {"cron": "0 09 * * 1-5", "zone": "Asia/Tokyo", "data": data}
    assert admin.post(url(workflow), sent(admin, workflow, at="10:30", zone="")).status_code == 302
    assert config_of(workflow) == {"cron": "30 10 * * 1-5", "data": data}


def test_a_row_is_added_without_saving(admin: Client, alpha: Any) -> None:
    workflow = scheduled(alpha.account, cron="0 9 * * *")
    fields = {"_do": "add:given-data", "given-data-n0-name": "region", "when": "weekly", "weekdays": []}
    answer = admin.post(url(workflow), sent(admin, workflow, **fields))
    body = answer.content.decode()
    assert (answer.status_code, 'value="region"' in body, 'name="given-data-n1-name"' in body) == (200, True, True)
    assert "Choose at least one day" not in body[: body.index("ops-preview")]
    assert config_of(workflow) == {"cron": "0 9 * * *"}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("x", "{{ today", "opened but not closed"),
        ("x", "{{customer.name}}", "is not known to a schedule"),
        ("", "lonely", "Every value needs a name"),
    ],
)
def test_what_is_wrong_with_a_pair_stands_beside_it(
    admin: Client, alpha: Any, name: str, value: str, message: str
) -> None:
    workflow = scheduled(alpha.account, cron="0 9 * * *")
    fields = {"given-data-n0-name": name, "given-data-n0-value": value}
    answer = admin.post(url(workflow), sent(admin, workflow, **fields))
    body = answer.content.decode()
    assert answer.status_code == 400
    assert message in body[body.index("studio-holding") :]
    assert config_of(workflow) == {"cron": "0 9 * * *"}


def test_the_preview_of_a_step_has_what_a_run_on_schedule_gets(admin: Client, alpha: Any) -> None:
    data = {"region": "EU", "day": "{{today}}", "password": "hunter2"}
    workflow = scheduled(alpha.account, cron="0 9 * * *", data=data)
    step = {"id": "a1", "type": "action", "data": {"kind": "slack", "config": {"message": "x"}}}
    workflow.workflow_data["nodes"].append(step)
    workflow.save()
    fields = {"step-message": "{{region}} on {{day}}: {{password}}"}
    preview = reverse("studio:preview", args=[workflow.pk, "a1"])
    body = admin.post(preview, fields).content.decode()
    assert "EU on 20" in body
    assert "hunter2" not in body
