"""What can be done in the admin: through the verbs, by POST, and politely refused where it cannot be."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from opsflows.accounts.models import ApiKey, Membership
from opsflows.events.models import EventType, RoutingFailure, Source
from opsflows.records.models import Task
from opsflows.runs.models import Execution, QueueItem, Step
from opsflows.workflows.activate import set_active
from opsflows.workflows.models import Workflow
from tests.admin.addresses import act, page
from tests.admin.conftest import signed_in
from tests.admin.world import PASSWORD, World, person


def say(client: Client, url: str, **data: Any) -> str:
    """Post, follow, and read what the page says."""
    answer = client.post(url, data, follow=True)
    return answer.content.decode()


@pytest.fixture
def held(alpha: World) -> Execution:
    return alpha.run(alpha.workflow("w"), alpha.event(), status="needs_attention")


def test_cancel(admin: Client, alpha: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event())
    assert "The run is cancelled." in say(admin, act(run, "cancel"))
    run.refresh_from_db()
    assert run.execution_status == "cancelled"
    assert not QueueItem.objects.exists()


def test_cancelling_a_run_that_is_over_is_refused_politely(admin: Client, alpha: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event(), status="completed")
    assert "This run is over: completed." in say(admin, act(run, "cancel"))
    run.refresh_from_db()
    assert run.execution_status == "completed"


def test_it_happened(admin: Client, held: Execution) -> None:
    assert "counts as done" in say(admin, act(held, "it-happened"))
    assert Step.objects.get(step_id="a1").step_status == "completed"
    assert QueueItem.objects.get().node_id == "a2"


def test_run_it_again(admin: Client, held: Execution) -> None:
    assert "made once more" in say(admin, act(held, "run-again"))
    item = QueueItem.objects.get()
    assert (item.node_id, item.generation, item.status) == ("a1", 1, "queued")


def test_a_second_decision_changes_nothing(admin: Client, held: Execution) -> None:
    say(admin, act(held, "it-happened"))
    before = list(QueueItem.objects.values())
    assert "does not wait for a decision any more" in say(admin, act(held, "run-again"))
    assert list(QueueItem.objects.values()) == before


@pytest.mark.parametrize("name", ["cancel", "it-happened", "run-again"])
def test_who_may_not_operate_finds_no_button_and_is_refused(viewer: Client, held: Execution, name: str) -> None:
    assert act(held, name) not in viewer.get(page(held)).content.decode()
    assert viewer.post(act(held, name)).status_code == 403
    held.refresh_from_db()
    assert held.execution_status == "needs_attention"


def test_publish_names_what_is_wrong_by_its_step(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("w", live=False, actions=[{"type": "email", "to": [], "subject": ""}])
    html = say(admin, act(workflow, "publish"), revision=workflow.revision, note="")
    assert "Step 1, Send an email › To: Name at least one recipient." in html
    assert "Step 1, Send an email › Subject: Give the message a subject." in html
    workflow.refresh_from_db()
    assert not workflow.is_active


def test_publish_what_was_seen_and_nothing_else(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("w", live=False)
    assert "Somebody saved the draft meanwhile" in say(admin, act(workflow, "publish"), revision=7, note="")
    assert "Live: version 1." in say(admin, act(workflow, "publish"), revision=1, note="First")
    assert Workflow.objects.get().published_version.note == "First"  # type: ignore[union-attr]  # it was published


def test_pause_and_resume(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("w")
    assert "Paused" in say(admin, act(workflow, "pause"))
    assert not Workflow.objects.get().is_active
    assert "Live again" in say(admin, act(workflow, "resume"))
    assert Workflow.objects.get().is_active


def test_a_draft_cannot_be_resumed(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("w", live=False)
    assert "never published" in say(admin, act(workflow, "resume"))


def test_name_and_description(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("w")
    say(admin, act(workflow, "rename"), revision=1, name="Deals", description="Big ones")
    workflow.refresh_from_db()
    assert (workflow.workflow_name, workflow.description, workflow.is_active) == ("Deals", "Big ones", True)


def test_a_paused_workflow_offers_to_resume_and_not_to_pause(admin: Client, alpha: World) -> None:
    workflow = set_active(actor=alpha.actor, workflow=alpha.workflow("w"), active=False, now=timezone.now())
    html = admin.get(page(workflow)).content.decode()
    assert act(workflow, "resume") in html
    assert act(workflow, "pause") not in html


ADD = "/admin/events/source/add/?connector="


def test_add_a_source(admin: Client, alpha: World) -> None:
    html = say(admin, f"{ADD}stripe", name="Stripe", secret="whsec_1", max_body_bytes=2048, allowed_networks="")
    source = Source.objects.get()
    assert source.path in html
    assert "whsec_1" not in html
    assert (source.account, source.secrets.get().value, source.max_body_bytes) == (alpha.account, "whsec_1", 2048)


def test_a_source_that_is_wrong_says_where_and_stores_nothing(admin: Client) -> None:
    data = {"name": "In", "secret": " x ", "max_body_bytes": 1, "option_header": "", "option_signed": "{nonsense}"}
    answer = admin.post(f"{ADD}hmac", data | {"allowed_networks": "300.1.1.1"})
    assert answer.status_code == 400
    errors = answer.context["form"].errors
    assert {"max_body_bytes", "option_header", "option_signed"} <= set(errors)
    assert " x " not in answer.content.decode()
    assert not Source.objects.exists()
    data |= {"max_body_bytes": 2048, "option_header": "X-Sig", "option_signed": "{body}", "option_tolerance": 300}
    data |= {"option_algorithm": "sha256", "option_encoding": "hex", "option_timestamp_unit": "seconds"}
    data |= {"option_name_from": "body:type"}
    errors = admin.post(f"{ADD}hmac", data).context["form"].errors
    assert set(errors) == {"secret"}
    data["secret"] = "x"
    errors = admin.post(f"{ADD}hmac", data | {"allowed_networks": "300.1.1.1"}).context["form"].errors
    assert set(errors) == {"allowed_networks"}


def test_change_a_source(admin: Client, alpha: World) -> None:
    source = Source.objects.create(account=alpha.account, name="In", connector="hmac")
    form = admin.get(act(source, "edit")).context["form"]
    data = {name: field.initial for name, field in form.fields.items() if field.initial not in (None, "")}
    say(admin, act(source, "edit"), **data | {"name": "Out", "option_prefix": "v1=", "allowed_networks": "10.0.0.7"})
    source.refresh_from_db()
    assert (source.name, source.options["prefix"], source.allowed_networks) == ("Out", "v1=", ["10.0.0.7/32"])
    assert source.revision == 2


def test_rotate_a_secret(admin: Client, alpha: World) -> None:
    source = alpha.add(1) and Source.objects.get()
    [old] = source.secrets.all()
    assert "whsec_2" not in say(admin, act(source, "add-secret"), secret="whsec_2", label="March")
    assert source.secrets.count() == 2
    say(admin, act(source, "retire-secret"), secret=str(old.pk))
    assert [secret.value for secret in source.secrets.all()] == ["whsec_2"]
    last = source.secrets.get()
    assert "This is the last secret" in say(admin, act(source, "retire-secret"), secret=str(last.pk))


def test_switch_a_source_off_and_on(admin: Client, alpha: World) -> None:
    source = alpha.add(1) and Source.objects.get()
    say(admin, act(source, "switch-off"))
    assert not Source.objects.get().is_active
    say(admin, act(source, "switch-on"))
    assert Source.objects.get().is_active


def test_hand_an_event_over_again(admin: Client, alpha: World, monkeypatch: pytest.MonkeyPatch) -> None:
    failure = RoutingFailure.objects.create(event=alpha.event(), consumer="flaky", error="no", failed_at=timezone.now())

    def broken(events: Any, now: Any) -> None:
        raise KeyError("amount")

    monkeypatch.setattr("opsflows.events.route.all_consumers", lambda: {"flaky": broken})
    assert "It failed again: KeyError" in say(admin, act(failure, "again"))
    assert RoutingFailure.objects.get().resolved_at is None
    taken: list[Any] = []
    monkeypatch.setattr(
        "opsflows.events.route.all_consumers", lambda: {"flaky": lambda events, now: taken.extend(events)}
    )
    data = {"action": "hand_over_again", "_selected_action": [failure.pk]}
    assert "Handed over: 1." in say(admin, "/admin/events/routingfailure/", **data)
    assert [event.id for event in taken] == [failure.event_id]


def test_who_may_not_operate_hands_nothing_over(viewer: Client, alpha: World) -> None:
    failure = alpha.add(1) and RoutingFailure.objects.get()
    data = {"action": "hand_over_again", "_selected_action": [failure.pk]}
    viewer.post("/admin/events/routingfailure/", data)
    assert RoutingFailure.objects.get().resolved_at is None


def test_a_task_is_done_once(admin: Client, viewer: Client, alpha: World) -> None:
    task = alpha.add(1) and Task.objects.get()
    assert viewer.post(act(task, "done")).status_code == 403
    say(admin, act(task, "done"))
    first = Task.objects.get()
    assert first.status == "done"
    say(admin, act(task, "done"))
    assert Task.objects.get().completed_at == first.completed_at


def test_a_new_key_is_shown_once(admin: Client, alpha: World) -> None:
    data = {"name": "Billing", "user": str(alpha.admin.pk), "scopes": ["events:send"], "expires": "30"}
    answer = admin.post("/admin/accounts/apikey/add/", data)
    text = answer.context["text"]
    key = ApiKey.objects.get()
    assert text in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert text.startswith(key.prefix)
    assert (key.scopes, key.account, key.expires_at is not None) == (["events:send"], alpha.account, True)
    for url in (page(key), "/admin/accounts/apikey/", "/admin/"):
        assert text not in admin.get(url).content.decode()
    assert all(text not in str(cookie.value) for cookie in admin.cookies.values())


def test_a_key_acts_only_as_a_member(admin: Client, beta: World) -> None:
    answer = admin.post("/admin/accounts/apikey/add/", {"name": "x", "user": str(beta.admin.pk)})
    assert set(answer.context["form"].errors) == {"user"}
    assert not ApiKey.objects.exists()


def test_revoke_a_key(admin: Client, alpha: World) -> None:
    key = alpha.add(1) and ApiKey.objects.get()
    say(admin, act(key, "revoke"))
    assert ApiKey.objects.get().revoked_at is not None


def test_people_come_change_and_go(admin: Client, alpha: World) -> None:
    data = {"username": "edna", "email": "edna@example.com", "password": PASSWORD, "role": "editor"}
    html = say(admin, "/admin/accounts/membership/add/", **data)
    assert "edna can sign in." in html
    assert PASSWORD not in html
    edna = Membership.objects.get(user__username="edna")
    say(admin, act(edna, "role"), role="operator")
    edna.refresh_from_db()
    assert edna.role == "operator"
    html = say(admin, act(edna, "remove"))
    assert "edna is no member of this account any more." in html
    assert "Perhaps it was deleted" not in html
    assert not Membership.objects.filter(user__username="edna").exists()


def test_nobody_locks_the_account(admin: Client, alpha: World) -> None:
    me = Membership.objects.get(user=alpha.admin)
    assert "You cannot remove yourself" in say(admin, act(me, "remove"))
    assert Membership.objects.filter(pk=me.pk).exists()
    assert "last administrator" in say(admin, act(me, "role"), role="viewer")
    assert Membership.objects.get(pk=me.pk).role == "admin"
    person(alpha.account, "edna", "admin")
    say(admin, act(me, "role"), role="viewer")
    assert Membership.objects.get(pk=me.pk).role == "viewer"


def test_the_account_in_use_is_chosen_by_post(admin: Client, alpha: World, beta: World) -> None:
    Membership.objects.create(account=beta.account, user=alpha.admin, role="viewer")
    beta.add(1)
    url = "/admin/accounts/platformaccount/choose/"
    assert "Account beta" in admin.get(url).content.decode()
    assert "beta-1" not in admin.get("/admin/events/source/").content.decode()
    admin.post(url, {"account": str(beta.account.pk)})
    assert "beta-1" in admin.get("/admin/events/source/").content.decode()
    stranger = signed_in(person(alpha.account, "sam", "viewer"))
    assert "You are not a member" in say(stranger, url, account=str(beta.account.pk))


NEW_TYPE = {"event_category": "custom", "description": "", "payload_lines": ""}


def test_a_name_enters_the_catalog_once(admin: Client, alpha: World) -> None:
    url = "/admin/events/eventtype/add/"
    admin.post(url, NEW_TYPE | {"event_name": "deal.won"})
    assert EventType.objects.get(event_name="deal.won").account == alpha.account
    again = admin.post(url, NEW_TYPE | {"event_name": "deal.won"}).context["adminform"].form
    assert again.errors["event_name"] == ["The catalog has this event already."]
    wrong = admin.post(url, NEW_TYPE | {"event_name": "DealWon"}).context["adminform"].form
    assert "event_name" in wrong.errors


def test_what_everyone_shares_is_not_changed_by_one(admin: Client, alpha: World) -> None:
    shared = EventType.objects.create(event_name="user.created", description="Before")
    assert admin.post(page(shared), NEW_TYPE | {"description": "After"}).status_code == 403
    assert EventType.objects.get(pk=shared.pk).description == "Before"


def test_a_search_is_not_crowded_out_by_another_account(admin: Client, alpha: World, beta: World) -> None:
    for number in range(25):
        beta.workflow(f"Deals {number}")
    run = alpha.run(alpha.workflow("Deals"), alpha.event())
    assert admin.get("/admin/runs/execution/?q=deal").context["cl"].result_list == [run]
