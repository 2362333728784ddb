"""A deleted workflow is hidden, nothing starts it, and what it has done stays."""

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import PlatformAccount
from opsflows.audit.models import AuditEntry
from opsflows.workflows.delete_workflow import delete_workflow
from opsflows.workflows.index import current_index
from opsflows.workflows.models import Workflow, WorkflowVersion
from opsflows.workflows.publish import publish
from tests.workflows.conftest import actor_in
from tests.workflows.test_api import client_of


def test_it_is_gone_everywhere_and_its_versions_stay(
    account: PlatformAccount, editor: Actor, workflow: Workflow, now: datetime, settings: Any
) -> None:
    settings.SECURE_SSL_REDIRECT = False
    publish(actor=editor, workflow=workflow, now=now)
    assert current_index().size == 1
    api: Client = client_of(account, "editor")
    assert api.delete(f"/api/workflows/{workflow.pk}").status_code == 204
    assert current_index().size == 0
    address = f"/api/workflows/{workflow.pk}"
    for path in ("", "/executions", "/versions"):
        assert api.get(address + path).status_code == 404, path
    for path in ("/duplicate", "/test", "/run"):
        assert api.post(address + path, {}, content_type="application/json").status_code == 404, path
    assert api.delete(address).status_code == 404
    assert api.put(address, {"name": "x"}, content_type="application/json").status_code == 404
    assert api.get("/api/workflows").json()["results"] == []
    version = WorkflowVersion.objects.get()
    assert version.workflow.deleted_at is not None
    assert Workflow.every.get().activations.get().active_to is not None
    assert AuditEntry.objects.filter(action="workflow.deleted", object_id=str(workflow.pk)).count() == 1


def test_who_may_not_write_may_not_delete(
    account: PlatformAccount, other: PlatformAccount, workflow: Workflow, now: datetime
) -> None:
    with pytest.raises(Forbidden):
        delete_workflow(actor=actor_in(account, "viewer"), workflow_id=workflow.pk, now=now)
    with pytest.raises(Workflow.DoesNotExist):
        delete_workflow(actor=actor_in(other, "admin"), workflow_id=workflow.pk, now=now)
    assert Workflow.objects.get() == workflow


def test_the_database_holds_that_nothing_deleted_is_live(editor: Actor, workflow: Workflow, now: datetime) -> None:
    publish(actor=editor, workflow=workflow, now=now)
    workflow.deleted_at = now
    with pytest.raises(IntegrityError):
        workflow.save()
