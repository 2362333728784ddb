"""What templates of the studio, and those that lead into it, need."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from opsflows.admin_site.markup import list_of, page_of
from opsflows.runs.models import Execution
from opsflows.runs.trace.places import Plan
from opsflows.studio.picture.draw import draw
from opsflows.workflows.admin.step_links import step_address
from opsflows.workflows.models import Workflow

register = template.Library()

#: The name of the page's address, its label and icon.
_PAGES = (
    ("studio:edit", "Edit", "edit_note"),
    ("admin:workflows_workflow_try", "Test", "experiment"),
    ("studio:backtest", "Backtest", "history_toggle_off"),
    ("studio:why-not", "Why not?", "help_center"),
    ("studio:versions", "Versions", "history"),
    ("studio:settings", "Settings", "tune"),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the pages about a workflow."""

    label: str
    icon: str
    url: str
    is_here: bool


@register.inclusion_tag("studio/tabs.html", takes_context=True)
def workflow_tabs(context: Any, workflow: Workflow) -> dict[str, Any]:
    """The pages about one workflow, from the sentence that says what it does to its settings."""
    path = context["request"].path
    overview = page_of(workflow)
    tabs = [Tab("Overview", "subject", overview, path == overview)]
    for name, label, icon in _PAGES:
        try:
            url = reverse(name, args=[workflow.pk])
        except NoReverseMatch:
            continue
        tabs.append(Tab(label, icon, url, path.startswith(url)))
    tabs.append(Tab("Runs", "play_circle", f"{list_of(Execution)}?workflow={workflow.pk}", False))
    return {"tabs": tabs}


@register.simple_tag
def workflow_picture(workflow: Workflow) -> SafeString:
    """The draft as a picture; a click on a step leads to the page on which it is edited."""
    graph = Plan.of(workflow.workflow_data).graph
    entry = graph.entry()
    links = {
        node.id: step_address(
            workflow,
            node.id,
            trigger_ids=[each.id for each in graph.triggers],
            entry_id=entry.id if entry else "",
        )
        for node in graph.nodes
    }
    linked = {node_id: url for node_id, url in links.items() if url}
    return draw(workflow.workflow_data, links=linked, title=f"The flow of “{workflow.workflow_name}”")
