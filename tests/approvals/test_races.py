"""Many at once: whatever the order, one thing is decided, and everybody is told the same."""

import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from opsflows.approvals.amend import amend
from opsflows.approvals.decide import decide
from opsflows.approvals.errors import Changed, Settled
from opsflows.approvals.models import ApprovalDecision, ApprovalRequest, ApprovalTask
from opsflows.approvals.reassign import reassign
from opsflows.approvals.recall import recall
from opsflows.approvals.sweep import sweep_request
from opsflows.approvals.voice import voice_of_chat, voice_of_link
from opsflows.events.models import Event
from opsflows.runs.cancel import cancel
from opsflows.runs.models import Execution, QueueItem
from tests.approvals.office import NOW, Office, assert_replays, fresh, later
from tests.runs.engine import Engine
from tests.runs.graphs import publisher

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

CROWD = 50


@pytest.fixture
def office(transactional_db: None) -> Office:
    office = Office()
    office.person("root", "admin")
    for name in ("ann", "bob", "cleo"):
        office.person(name)
    return office


def at_once(acts: Sequence[Callable[[], Any]]) -> Counter[str]:
    """All of them at the same moment; how often each outcome came: `done`, or the name of what was raised."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> str:
        try:
            connection.ensure_connection()
            start.wait(30)
            act()
        except (Settled, Changed) as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(run, acts))


def test_fifty_decisions_through_all_doors_are_one(office: Office) -> None:
    request = office.ask({"approvers": ["bob.acme"]})
    task = ApprovalTask.objects.get()
    voices = [
        *(office.voice("bob", door=door) for door in ("page", "admin", "api")),
        voice_of_link(task),
        voice_of_chat(task),
    ]
    verdicts = itertools.cycle(["approve", "reject", "changes"])

    def act(number: int) -> Callable[[], Any]:
        voice, verdict = voices[number % len(voices)], next(verdicts)
        return lambda: decide(voice=voice, task_id=task.pk, verdict=verdict, comment="So.", seen=None, now=NOW)

    came = at_once([act(number) for number in range(CROWD)])
    assert came == {"done": 1, "Settled": CROWD - 1}
    decision = ApprovalDecision.objects.get()
    states = {"approve": "approved", "reject": "rejected", "changes": "changes_requested"}
    assert fresh(request).state == states[decision.verdict]
    assert Event.objects.filter(name="approval.decided").count() == 1
    assert_replays(request)


def contest(office: Office, other: Callable[[ApprovalRequest], Any], *, seen: bool = False) -> None:
    """Ten rounds of an approval against something else; one of them wins, and the request says which."""
    for _ in range(10):
        request = office.ask({"approvers": ["bob.acme"], "timeout": "1 hour"})
        task = ApprovalTask.objects.get(request=request)
        voice, shown = office.voice("bob"), request.rounds.get().content_hash if seen else None

        def approve(task: ApprovalTask = task, voice: Any = voice, shown: str | None = shown) -> None:
            decide(voice=voice, task_id=task.pk, verdict="approve", seen=shown, now=later(hours=1))

        def rival(request: ApprovalRequest = request) -> None:
            other(request)

        acts = [approve, rival]
        random.shuffle(acts)
        at_once(acts)
        stands = fresh(request)
        decided = ApprovalDecision.objects.filter(task__request=request).count()
        assert (stands.state == "approved") == (decided == 1)
        assert_replays(request)


def test_approve_against_recall(office: Office) -> None:
    voice = office.voice("ann")
    contest(office, lambda request: recall(voice=voice, request_id=request.pk, now=NOW))


def test_approve_against_the_deadline(office: Office) -> None:
    contest(
        office,
        lambda request: sweep_request(account_id=request.account_id, request_id=request.pk, now=later(hours=1)),
    )


def test_approve_against_a_change(office: Office) -> None:
    voice = office.voice("ann")
    contest(office, lambda request: amend(voice=voice, request_id=request.pk, title="Another", now=NOW), seen=True)


def test_approve_against_handing_on(office: Office) -> None:
    voice = office.voice("root")

    def hand_on(request: ApprovalRequest) -> None:
        task = ApprovalTask.objects.get(request=request, user=office.people["bob"])
        reassign(voice=voice, task_id=task.pk, to="cleo.acme", now=NOW)

    contest(office, hand_on)


def test_two_voices_of_one_level_at_once(office: Office) -> None:
    """The last two of all, both at the same moment: the level ends once, and it does end."""
    for _ in range(5):
        request = office.ask({"approvers": ["bob.acme", "cleo.acme"], "mode": "all"})
        tasks = list(ApprovalTask.objects.filter(request=request).order_by("id"))
        voices = [office.voice(name) for name in ("bob", "cleo")]

        def act(task: ApprovalTask, voice: Any) -> Callable[[], Any]:
            return lambda: decide(voice=voice, task_id=task.pk, verdict="approve", seen=None, now=NOW)

        assert at_once([act(task, voice) for task, voice in zip(tasks, voices, strict=True)]) == {"done": 2}
        assert fresh(request).state == "approved"
        assert Event.objects.filter(name="approval.approved").count() == 1
        Event.objects.all().delete()
        assert_replays(request)


def test_approve_against_the_end_of_its_run(office: Office) -> None:
    """Whichever is first: both come to an end, and neither waits for the other."""
    engine = Engine(account_id=office.account.pk, now=NOW)
    root, bob = office.actor("root", door="admin"), office.voice("bob")
    levels = [{"approvers": ["bob.acme"]}]
    publisher(root)(ask={"type": "approval", "title": "Spend", "levels": levels})
    try:
        for _ in range(8):
            engine.emit("deal.won")
            engine.settle()
            run, task = Execution.objects.latest("id"), ApprovalTask.objects.latest("id")

            def approve(task: ApprovalTask = task) -> None:
                decide(voice=bob, task_id=task.pk, verdict="approve", seen=None, now=NOW)

            def end(run: Execution = run) -> None:
                cancel(actor=root, execution_id=run.pk, now=NOW)

            acts = [approve, end]
            random.shuffle(acts)
            at_once(acts)
            engine.settle()
            run.refresh_from_db()
            request = fresh(task.request)
            assert run.execution_status in ("completed", "cancelled")
            assert request.state == ("approved" if ApprovalDecision.objects.filter(task=task).exists() else "recalled")
            assert_replays(request)
    finally:
        engine.close()
    assert not QueueItem.objects.exists()
