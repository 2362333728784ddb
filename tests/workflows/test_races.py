"""Several people at once, on real connections: PostgreSQL's locks decide."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.workflows.activate import set_active
from opsflows.workflows.errors import RevisionConflict
from opsflows.workflows.index import current_index
from opsflows.workflows.models import Workflow, WorkflowActivation
from opsflows.workflows.publish import publish
from opsflows.workflows.save_draft import update_draft
from tests.workflows.conftest import actor_in, draft

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

CROWD = 6


@pytest.fixture
def editor(transactional_db: None) -> Actor:
    return actor_in(PlatformAccount.objects.create(slug="acme", name="Acme"))


@pytest.fixture
def workflow(editor: Actor) -> Workflow:
    return draft(editor)


def at_once(act: Callable[[Workflow, int], Any], workflow: Workflow) -> list[Any]:
    """What `act` gave, or raised, in each of several threads that start together."""
    start = threading.Barrier(CROWD)

    def run(number: int) -> Any:
        try:
            mine = Workflow.objects.get(pk=workflow.pk)
            start.wait()
            return act(mine, number)
        except RevisionConflict as conflict:
            return conflict
        finally:
            connection.close()

    with ThreadPoolExecutor(CROWD) as pool:
        return list(pool.map(run, range(CROWD)))


@contextmanager
def elsewhere(act: Callable[[], Any]) -> Iterator[None]:
    """Meanwhile, on another connection, `act` has been done and is not committed; at the end it is."""
    done, leave = threading.Event(), threading.Event()

    def run() -> None:
        try:
            with transaction.atomic():
                act()
                done.set()
                leave.wait()
        finally:
            done.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(run)
        done.wait()
        try:
            yield
        finally:
            leave.set()
        future.result()


def test_a_crowd_publishes_one_version(editor: Actor, workflow: Workflow, now: datetime) -> None:
    versions = at_once(lambda mine, number: publish(actor=editor, workflow=mine, now=now), workflow)
    assert len({version.pk for version in versions}) == 1
    assert workflow.versions.count() == 1
    assert workflow.activations.count() == 1


def test_a_crowd_at_the_switch_leaves_it_in_one_position(editor: Actor, workflow: Workflow, now: datetime) -> None:
    publish(actor=editor, workflow=workflow, now=now)
    at_once(lambda mine, number: set_active(actor=editor, workflow=mine, active=number % 2 == 0, now=now), workflow)
    workflow.refresh_from_db()
    assert workflow.activations.filter(active_to=None).count() == int(workflow.is_active)


def test_one_of_a_crowd_saves(editor: Actor, workflow: Workflow) -> None:
    saved = at_once(
        lambda mine, number: update_draft(actor=editor, workflow=mine, revision=1, name=f"Name {number}"), workflow
    )
    assert sum(isinstance(result, Workflow) for result in saved) == 1
    workflow.refresh_from_db()
    assert workflow.revision == 2


def test_what_is_not_committed_does_not_listen(editor: Actor, workflow: Workflow, now: datetime) -> None:
    with elsewhere(lambda: publish(actor=editor, workflow=workflow, now=now)):
        assert current_index().size == 0
    assert current_index().size == 1


def test_publishing_holds_up_nobody_who_refers_to_the_workflow(
    editor: Actor, workflow: Workflow, now: datetime
) -> None:
    """A run that starts meanwhile needs the workflow's key to stay, and nothing else of it."""
    version = publish(actor=editor, workflow=workflow, now=now)
    changed = update_draft(actor=editor, workflow=workflow, revision=1, settings={"priority": "high"})
    with elsewhere(lambda: publish(actor=editor, workflow=changed, now=now)), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
        WorkflowActivation.objects.create(workflow=workflow, version=version, active_from=now, active_to=now)
