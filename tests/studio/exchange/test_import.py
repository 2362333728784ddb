"""What an import does to an account: new drafts, changed drafts, nothing; and what it never does."""

from typing import Any

import pytest
from django.utils import timezone

from opsflows.accounts.actor import Actor, Forbidden, command_actor
from opsflows.audit.models import AuditEntry
from opsflows.outbound import redact_value
from opsflows.studio.exchange.import_workflows import Brought, import_workflows
from opsflows.studio.exchange.plan import Planned, planned
from opsflows.studio.exchange.read import read_document
from opsflows.studio.exchange.secrets import put_back
from opsflows.studio.exchange.write import text_of, to_document
from opsflows.workflows.errors import RevisionConflict
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.save_draft import update_draft
from tests.admin.world import World

pytestmark = pytest.mark.django_db


CHAT = [{"type": "slack", "channel": "#deals", "message": "A deal"}]


def deals(world: World, name: str = "Deals", **more: Any) -> Workflow:
    """A workflow without secrets."""
    return world.workflow(name, **{"actions": CHAT} | more)


def text(workflow: Workflow) -> str:
    return text_of([to_document(Workflow.objects.get(pk=workflow.pk))], "yaml")


def plan_of(content: str, world: World) -> list[Planned]:
    return planned(actor=world.actor, imported=read_document(content, format="yaml"))


def bring(content: str, world: World, **more: Any) -> list[Brought]:
    return import_workflows(actor=world.actor, plan=plan_of(content, world), now=timezone.now(), **more)


def test_into_another_account_and_out_again_it_is_the_same(alpha: World, beta: World) -> None:
    first = text(deals(alpha))
    (done,) = bring(first, beta)
    assert (done.doing, done.workflow.account_id, done.workflow.is_active) == ("created", beta.account.pk, False)
    assert text(done.workflow) == first
    assert bring(first, beta)[0].doing == "unchanged"
    assert Workflow.objects.filter(account=beta.account).count() == 1
    assert AuditEntry.objects.filter(action="workflow.imported").count() == 1


def test_a_change_is_told_and_makes_a_draft_only(alpha: World) -> None:
    workflow = deals(alpha)
    content = text(workflow).replace("100000", "150000").replace("category: custom", "category: sales\ntags: [vip]")
    (plan,) = plan_of(content, alpha)
    told = " ".join(plan.changes)
    assert plan.doing == "changed"
    assert "custom → sales" in told
    assert "none → vip" in told
    assert "150,000" in told
    bring(content, alpha)
    changed = Workflow.objects.get(pk=workflow.pk)
    assert changed.revision == workflow.revision + 1
    assert changed.published_version_id == workflow.published_version_id
    assert text(changed) == content.replace("tags: [vip]", "tags:\n- vip")


def test_publishing_goes_by_the_verb_and_only_for_what_is_new(alpha: World) -> None:
    workflow = deals(alpha)
    content = text(workflow)
    assert bring(content, alpha, is_published=True)[0].published == "published already"
    (done,) = bring(content.replace("100000", "7"), alpha, is_published=True, note="Lower")
    assert done.published == "published as version 2"
    assert Workflow.objects.get(pk=workflow.pk).published_version.note == "Lower"  # type: ignore[union-attr]


def test_four_eyes_apply(alpha: World) -> None:
    content = text(deals(alpha, "Deals", live=False)) + "settings:\n  fourEyes: true\n"
    plan = plan_of(content, alpha)
    actor = command_actor(alpha.account.pk)
    (done,) = import_workflows(actor=actor, plan=plan, is_published=True, now=timezone.now())
    assert done.published.startswith("not published yet: ")
    assert not Workflow.objects.get(pk=done.workflow.pk).is_active


def test_what_is_unfinished_is_brought_in_and_not_published(alpha: World) -> None:
    content = "opsflows: 1\nname: Half\ntrigger: order.paid\nactions: []\n"
    (plan,) = plan_of(content, alpha)
    assert "nothing to do yet" in str(plan.unfinished[0])
    (done,) = bring(content, alpha, is_published=True)
    assert (done.doing, done.is_refused) == ("created", True)


def test_a_draft_that_is_saved_in_between_is_not_overwritten(alpha: World) -> None:
    workflow = deals(alpha)
    plan = plan_of(text(workflow).replace("100000", "7"), alpha)
    update_draft(actor=alpha.actor, workflow=workflow, revision=workflow.revision, description="Mine")
    with pytest.raises(RevisionConflict):
        import_workflows(actor=alpha.actor, plan=plan, now=timezone.now())
    assert Workflow.objects.get(pk=workflow.pk).description == "Mine"


def test_secrets_stay_at_home_and_are_put_back(alpha: World, beta: World) -> None:
    call = {"type": "webhook", "url": "https://crm.example/x?token=hush", "headers": {"Authorization": "Bearer hush"}}
    workflow = alpha.workflow("Calls", actions=[call])
    content = text(workflow)
    assert "hush" not in content
    assert bring(content, alpha)[0].doing == "unchanged"
    (plan,) = plan_of(content.replace("/x?", "/y?"), alpha)
    assert plan.doing == "refused"
    (plan,) = plan_of(content, beta)
    places = [fault.place for fault in plan.faults]
    assert places == ["actions[0].url", "actions[0].headers.Authorization"]
    assert all(fault.line for fault in plan.faults)
    assert "better use a connection" in plan.faults[0].message


def test_two_of_one_name_are_for_a_person_to_sort_out(alpha: World) -> None:
    content = text(deals(alpha))
    assert {plan.doing for plan in plan_of(f"{content}---\n{content}", alpha)} == {"refused"}
    deals(alpha, "Deals", live=False)
    assert "2 workflows of this account are called so" in str(plan_of(content, alpha)[0].faults[0])


def test_pinned_answers_stay_and_are_not_exported(alpha: World) -> None:
    workflow = deals(alpha)
    data = dict(workflow.workflow_data)
    data["nodes"][-1]["data"]["pinned"] = {"output": {"customer": "Ada"}}
    update_draft(actor=alpha.actor, workflow=workflow, revision=workflow.revision, workflow_data=data)
    content = text(workflow)
    assert "Ada" not in content
    (done,) = bring(content.replace("100000", "7"), alpha)
    assert done.workflow.workflow_data["nodes"][-1]["data"]["pinned"] == {"output": {"customer": "Ada"}}


def test_viewers_bring_nothing_in(alpha: World) -> None:
    content = text(deals(alpha)).replace("100000", "7")
    viewer = Actor(account_id=alpha.account.pk, user_id=None, role="viewer", door="page")
    plan = planned(actor=viewer, imported=read_document(content, format="yaml"))
    with pytest.raises(Forbidden):
        import_workflows(actor=viewer, plan=plan, now=timezone.now())


def test_a_plan_costs_the_same_for_one_as_for_many(alpha: World, django_assert_max_num_queries: Any) -> None:
    content = "---\n".join(text(deals(alpha, f"Deals {number}", live=False)) for number in range(6))
    with django_assert_max_num_queries(3):
        plan_of(content, alpha)


def test_pressed_twice_it_is_brought_in_once(alpha: World, beta: World) -> None:
    plan = plan_of(text(deals(alpha)), beta)
    import_workflows(actor=beta.actor, plan=plan, now=timezone.now())
    with pytest.raises(RevisionConflict):
        import_workflows(actor=beta.actor, plan=plan, now=timezone.now())
    assert Workflow.objects.filter(account=beta.account).count() == 1


def test_what_may_not_be_published_is_told_and_the_others_go_on(alpha: World, monkeypatch: pytest.MonkeyPatch) -> None:
    content = "---\n".join(text(deals(alpha, name, live=False)) for name in ("One", "Two"))

    def refusing(*, workflow: Workflow, **more: Any) -> Any:
        if workflow.workflow_name == "One":
            raise Forbidden("Not you.")
        return publish(workflow=workflow, **more)

    monkeypatch.setattr("opsflows.studio.exchange.import_workflows.publish", refusing)
    one, two = bring(content, alpha, is_published=True)
    assert (one.is_refused, one.published) == (True, "not published: Not you.")
    assert two.published.startswith("published as")


def test_an_item_of_a_list_keeps_its_own_secret() -> None:
    known = [{"name": "a", "token": "hush a"}, {"name": "b", "token": "hush b"}]
    first, second = redact_value(known)
    assert put_back([second], known) == [known[1]]
    assert put_back([second, first], known) == [known[1], known[0]]
    assert put_back([first, {**second, "name": "c"}], known) == [known[0], {"name": "c", "token": "hush b"}]
    assert put_back([{"name": "new", "token": "mine"}, first, second], known)[1:] == known
    alike = [{"token": "hush a"}, {"token": "hush b"}]
    assert put_back(redact_value(alike)[:1], alike) == redact_value(alike)[:1], "nobody can tell which of them it is"
