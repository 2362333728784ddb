"""The live preview: what comes out for a sample, beside the form; nothing is saved or sent."""

from typing import Any

import pytest
from django.urls import reverse

from opsflows.lookups.save_list import create_list
from opsflows.messages.models import MessageTemplate
from tests.studio.forms.drafts import catalogued, draft, event, step

pytestmark = pytest.mark.django_db

TREE = {"logic": "AND", "rules": [{"field": "value", "operator": "greater_than", "value": 100}]}


def asked(client: Any, workflow: Any, node_id: str, **fields: str) -> str:
    answer = client.post(reverse("studio:preview", args=[workflow.pk, node_id]), fields)
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def test_texts_come_out_as_they_are_filled_in_just_now(admin: Any, alpha: Any) -> None:
    workflow = draft(alpha.account, step("a1", "slack", message="Old", channel="#deals"))
    event(alpha.account, {"value": 250000, "customer": {"name": "Acme"}})
    page = asked(admin, workflow, "a1", **{"step-message": "{{customer.name}} for {{value}}, {{nobody}}"})
    assert "Acme for 250000" in page
    assert "nobody" in page
    workflow.refresh_from_db()
    assert workflow.workflow_data["nodes"][1]["data"]["config"]["message"] == "Old"


def test_another_sample_can_be_chosen(admin: Any, alpha: Any) -> None:
    workflow = draft(alpha.account, step("a1", "slack", message="{{value}} euros"))
    old = event(alpha.account, {"value": 1})
    event(alpha.account, {"value": 2})
    assert "2 euros" in asked(admin, workflow, "a1")
    assert "1 euros" in asked(admin, workflow, "a1", sample=str(old.pk))


def test_a_condition_shows_its_verdict_and_what_it_saw(admin: Any, alpha: Any) -> None:
    create_list(actor=alpha.actor, name="EU", values=["DE"])
    tree = {"logic": "OR", "rules": [TREE, {"field": "country", "operator": "in_list", "value": "EU"}]}
    workflow = draft(alpha.account, entry=tree)
    event(alpha.account, {"value": 50, "country": "DE"})
    page = asked(admin, workflow, "only-if")
    assert "✓ holds" in page
    assert "value is greater than 100: no, it is 50." in page
    assert "is on the list" in page
    fields = {"only-if-if-0.0-field": "value", "only-if-if-0.0-value": "10"}
    assert "value is greater than 10: yes" in asked(admin, workflow, "only-if", **fields)


def test_what_an_earlier_step_answers_is_not_known_unless_it_is_pinned(admin: Any, alpha: Any) -> None:
    call = step("a1", "webhook", url="https://x.example")
    workflow = draft(alpha.account, call, step("a2", "slack", message="Got {{steps.a1.output.id}}"))
    assert "answers when it is really run" in asked(admin, workflow, "a2")
    workflow.workflow_data["nodes"][1]["data"]["pinned"] = {"output": {"id": "r-7"}}
    workflow.save()
    assert "Got r-7" in asked(admin, workflow, "a2")


def test_a_step_that_is_about_to_be_of_another_kind(admin: Any, alpha: Any) -> None:
    catalogued(alpha.account)
    workflow = draft(alpha.account, step("a1", "delay", duration="1 day"))
    page = asked(admin, workflow, "a1", kind="notify", **{"step-title": "Worth {{value}}"})
    assert "Worth 150000" in page


def test_broken_texts_are_said_and_secrets_are_not_shown(admin: Any, alpha: Any) -> None:
    headers = {"Authorization": "Bearer s3cret"}
    workflow = draft(alpha.account, step("a1", "webhook", url="https://x.example/{{value}}", headers=headers))
    page = asked(admin, workflow, "a1", **{"step-url": "https://x.example/{{ value"})
    assert "opened but not closed" in page
    assert "s3cret" not in page


def test_others_and_gets_are_turned_away(admin: Any, alpha: Any, beta: Any, viewer: Any) -> None:
    workflow = draft(alpha.account, step("a1", "slack", message="x"))
    url = reverse("studio:preview", args=[workflow.pk, "a1"])
    assert admin.get(url).status_code == 405
    assert "no such step" in asked(admin, workflow, "gone")
    theirs = draft(beta.account, step("a1", "slack", message="secret of beta"))
    answer = admin.post(reverse("studio:preview", args=[theirs.pk, "a1"]))
    assert answer.status_code == 302
    assert viewer.post(url).status_code == 200


def test_a_template_comes_out_as_far_as_the_step_has_no_text_of_its_own(admin: Any, alpha: Any, beta: Any) -> None:
    MessageTemplate.objects.create(
        account=alpha.account, name="hello", subject="Hi {{customer.name}}", body="{{gone}}!"
    )
    MessageTemplate.objects.create(account=beta.account, name="theirs", subject="x", body="secret of beta")
    workflow = draft(alpha.account, step("a1", "email", to=["a@example.com"], template="hello"))
    event(alpha.account, {"customer": {"name": "<b>Acme</b>"}})
    page = asked(admin, workflow, "a1")
    assert "Message template “hello”: subject" in page
    assert "Hi &lt;b&gt;Acme&lt;/b&gt;" in page
    assert "gone" in page[page.index("text</dt>") :]
    own = asked(admin, workflow, "a1", **{"step-subject": "Mine {{customer.name}}"})
    assert "Hi &lt;b&gt;" not in own
    assert "Message template “hello”: text" in own
    other = asked(admin, workflow, "a1", **{"step-template": "theirs"})
    assert "There is no message template" in other
    assert "secret of beta" not in other


def test_secrets_of_conditions_and_of_pinned_answers_are_not_shown(admin: Any, alpha: Any) -> None:
    tree = {"field": "auth.token", "operator": "equals", "value": "s3cret"}
    workflow = draft(
        alpha.account,
        step("a1", "webhook", url="https://x.example"),
        step("a2", "slack", message="{{steps.a1.output.token}} {{steps.a1.output.id}}"),
        entry=tree,
    )
    workflow.workflow_data["nodes"][2]["data"]["pinned"] = {"output": {"token": "p1nned", "id": "r-7"}}
    workflow.save()
    event(alpha.account, {"auth": {"token": "s3cret"}})
    page = asked(admin, workflow, "only-if")
    assert "s3cret" not in page
    assert "What is secret is hidden" in page
    assert "•••• r-7" in asked(admin, workflow, "a2")
    form = admin.get(reverse("studio:step", args=[workflow.pk, "a2"])).content.decode()
    assert "r-7" in form
    assert "p1nned" not in form
