"""Tags of workflows: spelled alike, few, and told afterwards."""

import pytest
from django.core.exceptions import ValidationError

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import PlatformAccount
from opsflows.audit.models import AuditEntry
from opsflows.workflows.models import Workflow, WorkflowTag
from opsflows.workflows.set_tags import set_tags
from tests.workflows.conftest import NOW, actor_in


def borne(workflow: Workflow) -> list[str]:
    return list(workflow.tags.values_list("name", flat=True))


def test_tags_are_put_on_and_taken_off(editor: Actor, workflow: Workflow) -> None:
    assert set_tags(actor=editor, workflow=workflow, tags=[" Q4  Push", "emea", "EMEA", ""], now=NOW) == [
        "emea",
        "q4 push",
    ]
    set_tags(actor=editor, workflow=workflow, tags=["emea", "deals"], now=NOW)
    assert borne(workflow) == ["deals", "emea"]
    details = AuditEntry.objects.filter(action="workflow.tagged").order_by("pk").values_list("detail", flat=True)
    assert list(details)[-1] == {"added": ["deals"], "removed": ["q4 push"]}
    assert [state.history_type for state in WorkflowTag.history.filter(name="q4 push").order_by("history_id")] == [
        "+",
        "-",
    ]


def test_the_same_tags_again_change_nothing(editor: Actor, workflow: Workflow) -> None:
    set_tags(actor=editor, workflow=workflow, tags=["emea"], now=NOW)
    before = AuditEntry.objects.count()
    set_tags(actor=editor, workflow=workflow, tags=["Emea"], now=NOW)
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        (["x" * 101], "at most 100 characters"),
        ([f"t{n}" for n in range(21)], "At most 20 tags"),
        (["emea", "Q4, push"], "A comma stands between two tags.* write “q4, push” without it"),
    ],
)
def test_what_no_tag_can_be(editor: Actor, workflow: Workflow, tags: list[str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        set_tags(actor=editor, workflow=workflow, tags=tags, now=NOW)
    assert borne(workflow) == []


def test_who_may(account: PlatformAccount, other: PlatformAccount, workflow: Workflow) -> None:
    for actor in (actor_in(account, "viewer"), actor_in(other)):
        with pytest.raises(Forbidden):
            set_tags(actor=actor, workflow=workflow, tags=["a"], now=NOW)
