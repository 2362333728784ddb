"""The page on which a workflow is tried: what it starts with, the steps gone so far, the next one, what is pinned."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.utils import timezone

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.current import current_actor
from opsflows.accounts.roles import Permission
from opsflows.admin_site.framing import Framing
from opsflows.admin_site.leaves import HELP
from opsflows.admin_site.markup import at, badge, page_of
from opsflows.admin_site.pairs import PairsField
from opsflows.rules import Problem
from opsflows.runs.admin.shown_step import shown_value
from opsflows.runs.dry_run import DryRun, dry_run
from opsflows.runs.trace.steps import Value
from opsflows.studio.versions.before_publishing import in_words_of
from opsflows.workflows.admin.sentence import reading
from opsflows.workflows.admin.try_pins import PinEditor, pin_editor
from opsflows.workflows.admin.try_shown import ends_in_words, shown_steps, title_of
from opsflows.workflows.admin.try_state import Trial, trial
from opsflows.workflows.errors import InvalidDefinition, RevisionConflict
from opsflows.workflows.graph import Graph
from opsflows.workflows.models import Workflow
from opsflows.workflows.pin_answer import pin_answer, unpin_answer
from opsflows.workflows.read_graph import read_graph


def try_page(admin: Framing, request: HttpRequest, workflow: Workflow) -> HttpResponse:
    """The draft, led as far as the request says. A POST only carries the form; but for pins it changes nothing."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    try:
        actor = current_actor(request)
        actor.require(Permission.WORKFLOWS_READ, account_id=workflow.account_id)
    except Forbidden:
        raise PermissionDenied from None
    asked = trial(request, workflow, now=timezone.now())
    found, problems = _dry_run(actor, workflow, asked)
    if request.method == "POST" and (asked.save_pin or asked.unpin):
        if _change_pin(request, actor, workflow, asked, found):
            workflow = Workflow.objects.select_related("account", "published_version").get(pk=workflow.pk)
            found, problems = _dry_run(actor, workflow, asked)
            asked_pin = ""
        else:
            asked_pin = asked.save_pin
    else:
        asked_pin = asked.pin
    may_pin = actor.may(Permission.WORKFLOWS_WRITE)
    editor = _editor(request, workflow, asked_pin, found) if may_pin and asked_pin else None
    context = {
        **admin.frame(request, f"Try “{workflow.workflow_name}”", workflow),
        "workflow": workflow,
        "back": page_of(workflow),
        "problems": in_words_of(workflow, problems),
        "trial": asked,
        "at": at(asked.at),
        "rows": _rows(asked),
        "rows_help": HELP,
        "may_pin": may_pin,
        "editor": editor,
        **(_shown(workflow, asked, found) if found else {}),
    }
    return TemplateResponse(request, "admin/opsflows/try.html", context)


def _dry_run(actor: Actor, workflow: Workflow, asked: Trial) -> tuple[DryRun | None, list[Problem]]:
    try:
        return dry_run(actor=actor, workflow=workflow, data=asked.data, seed=asked.seed, now=asked.at), []
    except InvalidDefinition as error:
        return None, error.problems


def _rows(asked: Trial) -> Any:
    field: Any = PairsField()
    return field.widget.render("data", list(asked.rows))


def _shown(workflow: Workflow, asked: Trial, found: DryRun) -> dict[str, Any]:
    count, note = _count(asked, found)
    graph = read_graph(workflow.workflow_data)
    gone, following = found.steps[:count], found.steps[count : count + 1]
    look, why = ends_in_words(found.status, found.error)
    ahead = {step.id for step in found.steps[count:]}
    seen = {step.id for step in gone}
    return {
        "steps": shown_steps(found.steps, count, graph),
        "count": count,
        "note": note,
        "next": title_of(following[0]) if following else "",
        "is_over": not following,
        "starts": found.starts,
        "end_badge": badge(look),
        "end_why": why,
        "ends_at": at(found.ends_at),
        "values": [shown_value(Value(name, value, "global", False)) for name, value in found.variables.items()],
        "outline": [
            {"line": line, "is_ahead": line.place.node_id in ahead}
            for line in reading(workflow.workflow_data).lines
            if line.place.node_id not in seen
        ],
    }


def _count(asked: Trial, found: DryRun) -> tuple[int, str]:
    """How many steps are shown now, and what there is to say about it."""
    most = len(found.steps)
    if asked.to:
        reached = next((number for number, step in enumerate(found.steps, 1) if step.id == asked.to), None)
        if reached is None:
            return most, "With this data the run does not come to that step; this is how far it goes."
        return reached, ""
    shown = min(asked.shown, most)
    return {"next": min(shown + 1, most), "end": most, "start": 0}.get(asked.pressed, shown), ""


def _change_pin(request: HttpRequest, actor: Actor, workflow: Workflow, asked: Trial, found: DryRun | None) -> bool:
    """Whether it was done; what stood in the way is said as a message."""
    try:
        if asked.unpin:
            unpin_answer(actor=actor, workflow=workflow, node_id=asked.unpin)
            messages.success(request, "The pin is taken away: trials ask the step again.")
            return True
        editor = _editor(request, workflow, asked.save_pin, found)
        if editor is None:
            messages.error(request, "The draft has no such step any more.")
            return False
        node_id, handle = editor.node_id, editor.handle
        pin_answer(actor=actor, workflow=workflow, node_id=node_id, output=editor.output, handle=handle)
    except InvalidDefinition as error:
        for problem in error.problems:
            messages.error(request, problem.message)
    except RevisionConflict:
        messages.error(request, "Somebody saved the draft at the same moment. Press the button once more.")
    except Forbidden as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Pinned. Trials take this for the step's answer; runs in earnest do not.")
        return True
    return False


def _editor(request: HttpRequest, workflow: Workflow, node_id: str, found: DryRun | None) -> PinEditor | None:
    try:
        graph: Graph = read_graph(workflow.workflow_data)
    except InvalidDefinition:
        return None
    node = graph.by_id.get(node_id)
    if node is None or node.is_trigger:
        return None
    return pin_editor(
        workflow, node, found.steps if found else (), request.POST if request.method == "POST" else request.GET
    )
