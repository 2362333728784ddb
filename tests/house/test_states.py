"""docs/states.md says which states there are, which follow which, and who sees to it: as the code does it."""

import re

import pytest
from django.db import connection

from opsflows.accounts.models import PlatformAccount
from opsflows.approvals.models import ApprovalLevel, ApprovalRequest, ApprovalTask
from opsflows.queue.models import Job
from opsflows.runs.models import Branch, Execution, Fork, QueueItem, Step
from tests.house.project import ROOT
from tests.house.states.approvals import live_approvals
from tests.house.states.lives import Lives
from tests.house.states.recorder import GONE, NEW, Machine, Transition, recorded
from tests.runs.kinds import registered

DOCUMENT = ROOT / "docs" / "states.md"
MACHINES = (
    Machine("Event", "events", "CASE WHEN {row}.routed_at IS NULL THEN 'stored' ELSE 'routed' END"),
    Machine(
        "Event set aside",
        "event_routing_failures",
        "CASE WHEN {row}.resolved_at IS NULL THEN 'open' ELSE 'resolved' END",
    ),
    Machine("Run", "workflow_executions", "{row}.execution_status"),
    Machine("Step", "workflow_steps", "{row}.step_status"),
    Machine("Queue row", "workflow_queue", "{row}.status"),
    Machine("Fork", "workflow_forks", "{row}.status"),
    Machine("Branch", "workflow_branches", "{row}.status"),
    Machine("Wait for an event", "workflow_waits", "CASE WHEN {row}.is_open THEN 'open' ELSE 'closed' END"),
    Machine("Job", "jobs", "{row}.status"),
    Machine("Approval request", "approval_requests", "{row}.state"),
    Machine("Approval level", "approval_levels", "{row}.state"),
    Machine("Approval task", "approval_tasks", "{row}.state"),
)
#: The states of those that have a column for them.
STATES = {
    "Run": Execution.Status,
    "Step": Step.Status,
    "Queue row": QueueItem.Status,
    "Fork": Fork.Status,
    "Branch": Branch.Status,
    "Job": Job.Status,
    "Approval request": ApprovalRequest.State,
    "Approval level": ApprovalLevel.State,
    "Approval task": ApprovalTask.State,
}
#: By the vendor: what only the other one needs.
OTHER_DATABASE = {"sqlite": {"events/store_postgresql.py"}, "postgresql": {"events/store_sqlite.py"}}


def sections() -> dict[str, str]:
    """The document's sections by their heading."""
    _, *parts = re.split(r"^## (.+)$", DOCUMENT.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def table(section: str, first: str) -> list[list[str]]:
    """The rows of the table whose first column is called `first`."""
    found = re.search(rf"^\| {first} \|.*\n\|[-| ]+\n((?:\|.*\n)+)", section, flags=re.MULTILINE)
    assert found is not None, f"there is no table with a column “{first}”"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found.group(1).splitlines()]


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def documented() -> set[Transition]:
    """Every transition of the document, once for each module that it names."""
    return {
        Transition(machine.name, before, after, module)
        for machine in MACHINES
        for froms, tos, _, modules in table(sections()[machine.name], "from")
        for before in words(froms)
        for after in words(tos)
        for module in words(modules)
    }


@pytest.mark.parametrize("name", STATES)
def test_every_state_stands_in_the_document(name: str) -> None:
    named = [word for row in table(sections()[name], "state") for word in words(row[0])]
    assert named == [state.value for state in STATES[name]]


def test_transitions_are_between_known_states_by_modules_that_exist() -> None:
    for machine in MACHINES:
        states = {word for row in table(sections()[machine.name], "state") for word in words(row[0])}
        for each in (each for each in documented() if each.machine == machine.name):
            assert {each.before, each.after} <= states | {NEW, GONE}, each
            assert (ROOT / "opsflows" / each.by).is_file(), each


@pytest.mark.django_db(transaction=True)
def test_the_code_does_what_the_document_says_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    account = PlatformAccount.objects.create(slug="acme", name="Acme")
    lives = Lives(account, monkeypatch)
    with registered(), recorded(MACHINES) as seen:
        try:
            lives.live_all()
            live_approvals()
        finally:
            lives.engine.close()
    # Rows of the queue are deleted when their work is done; all others by retention, which is not the engine's.
    lived = {each for each in seen if each.by and (each.after != GONE or each.machine == "Queue row")}
    meant = {each for each in documented() if each.by not in OTHER_DATABASE[connection.vendor]}
    assert {*map(str, lived - meant)} == set(), "not in the document"
    # PostgreSQL's COPY passes the recorder by: it sees that something was written, and not by whom.
    by_copy = {(each.machine, each.before, each.after) for each in seen if not each.by and each.before == NEW}
    unseen = {each for each in meant - lived if (each.machine, each.before, each.after) not in by_copy}
    assert {*map(str, unseen)} == set(), "in the document alone"
