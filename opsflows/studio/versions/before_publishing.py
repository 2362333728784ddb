"""What somebody has to know before a draft goes live: what is in the way, what may be a slip, and who is asked."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import User
from opsflows.accounts.roles import Permission
from opsflows.approvals.models import ApprovalTask
from opsflows.approvals.publications.ask_for import open_approval
from opsflows.approvals.publications.whom import others_who_approve
from opsflows.approvals.voice import called
from opsflows.rules import Problem
from opsflows.workflows.draft_authors import draft_authors
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.four_eyes import open_request
from opsflows.workflows.models import PublishRequest, Workflow
from opsflows.workflows.read_graph import read_graph
from opsflows.workflows.validate import publish_problems
from opsflows.workflows.wording.differences import SETTINGS, WHEN, step_names
from opsflows.workflows.wording.titles import in_words

#: Of those who are asked, whom a page names.
MOST_NAMES = 20
_NODE = re.compile(r"nodes\[([A-Za-z0-9_-]+)\]\.?(.*)")


@dataclass(frozen=True, slots=True)
class InTheWay:
    """One thing that stands in the way: where, as people call it, and which step that is (empty: the settings)."""

    place: str
    message: str
    node_id: str = ""
    is_trigger: bool = False
    is_entry: bool = False
    is_setting: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Who decides where four eyes are asked for. `request` is what waits already, if anything does."""

    people: Sequence[str]
    more: int
    request: PublishRequest | None


def in_the_way(workflow: Workflow) -> list[InTheWay]:
    """All that refuses publishing the draft, each by the name of its step."""
    return in_words_of(
        workflow, publish_problems(workflow.workflow_data, workflow.settings, account_id=workflow.account_id)
    )


def in_words_of(workflow: Workflow, problems: Iterable[Problem]) -> list[InTheWay]:
    """Problems of the draft, each by the name of the step or setting that it is about."""
    return [_placed(workflow, problem) for problem in problems]


def at_step(workflow: Workflow, node_id: str) -> InTheWay:
    """The place of a step of the draft, about which somebody else has something to say."""
    return _placed(workflow, Problem(f"nodes[{node_id}]", "")) if node_id else InTheWay("", "")


def asked(*, actor: Actor, workflow: Workflow) -> Asked:
    """Who is asked, or would be if `actor` asked now: four queries at most, and the draft's history.

    Raises:
        Forbidden: the actor may not look at the workflow.
    """
    actor.require(Permission.WORKFLOWS_READ, account_id=workflow.account_id)
    request = open_request(workflow)
    if request is not None and (approval := open_approval(request)) is not None:
        tasks = ApprovalTask.objects.filter(request=approval, state=ApprovalTask.State.OPEN, user__isnull=False)
        users = User.objects.filter(pk__in=tasks.values("user"))
    else:
        asks = request.requested_by_id if request else actor.user_id
        others = others_who_approve(workflow, asks=asks, authors=draft_authors(workflow))
        users = User.objects.filter(pk__in=others.values("user"))
    found = [called(user) for user in users.order_by("first_name", "username")]
    return Asked(found[:MOST_NAMES], max(0, len(found) - MOST_NAMES), request)


def _placed(workflow: Workflow, problem: Problem) -> InTheWay:
    path, message = problem.path, problem.message
    if path == "settings" or path.startswith("settings."):
        rest = path.removeprefix("settings").strip(".")
        return InTheWay(_called(SETTINGS, rest), message, is_setting=True)
    found = _NODE.fullmatch(path)
    try:
        graph = read_graph(workflow.workflow_data)
    except InvalidDefinition:
        return InTheWay(path, message)
    node = graph.by_id.get(found[1]) if found else None
    if found is None or node is None:
        return InTheWay(WHEN if path == "nodes" else path, message, is_trigger=path == "nodes")
    place = WHEN if node.is_trigger else step_names(graph).get(node.id, node.id)
    rest = found[2].removeprefix("config").strip(".")
    return InTheWay(_called(place, rest), message, node.id, node.is_trigger, node is graph.entry())


def _called(place: str, rest: str) -> str:
    parts = [part for part in re.split(r"[.\[\]]+", rest) if part]
    return " › ".join([place, *(in_words(part) if not part.isdigit() else str(int(part) + 1) for part in parts)])
