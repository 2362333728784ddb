"""The editor as a whole: When, Only if, Then, each step with what is wrong with it, and perhaps one form open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from opsflows.studio.drafts.outline import Outline, outline
from opsflows.studio.gallery.placeholders import placeholders_in
from opsflows.studio.picture.draw import draw
from opsflows.studio.views.editor.cards import entry_card, lines_of, trigger_card
from opsflows.studio.views.editor.problems import Found, found_problems
from opsflows.studio.views.frame import Studio, address
from opsflows.workflows.four_eyes import open_request
from opsflows.workflows.models import Workflow
from opsflows.workflows.unpublished import has_unpublished

#: Where forms open that have no place of their own in the outline.
TOP, WHEN, ONLY_IF = "top", "when", "only-if"
_UNDO = "undo "
#: Of what `at` names: ids of steps have up to 255 characters.
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Opened:
    """A form that is open: where (`TOP`, `WHEN`, `ONLY_IF`, a step's id, or a place's key), and its template."""

    where: str
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)

    @property
    def template_path(self) -> str:
        return f"studio/editor/{self.template}"


def editor(studio: Studio, workflow: Workflow, opened: Opened | None = None, *, status: int = 200) -> HttpResponse:
    """The editor; for HTMX alone, which puts it in place of the former."""
    context = _context(studio, workflow, opened)
    if not studio.wants_part:
        title = f"Edit {workflow.workflow_name}"
        return studio.show(title, "editor/edit.html", context, status=status, row=workflow)
    answer = studio.part("editor/panel.html", {**context, "may_write": studio.may_write})
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#studio-editor", "outerHTML"
    return answer


def form_again(studio: Studio, workflow: Workflow, opened: Opened, *, status: int = 400) -> HttpResponse:
    """A form that was sent and is to be seen again: in its place, so that nothing around it moves."""
    if not studio.wants_part:
        return editor(studio, workflow, opened, status=status)
    # HTMX puts in place only what came with success.
    return studio.part(f"editor/{opened.template}", {**opened.context, "workflow": workflow, "opened": opened})


def back(workflow: Workflow, *, focus: str = "") -> HttpResponseRedirect:
    """To the editor; `focus` is the id of what the keyboard is to stand on."""
    anchor = f"#{focus}" if focus else ""
    return HttpResponseRedirect(f"{closed(workflow, focus)}{anchor}")


def closed(workflow: Workflow, focus: str = "") -> str:
    """The address of the editor with nothing open, in which the keyboard stands on `focus`."""
    return f"{address('edit', workflow)}{'?' if focus else ''}{urlencode({'at': focus} if focus else {})}"


def tell(studio: Studio, sentence: str, *, undo: int | None = None) -> None:
    """Say what was done; `undo` is the revision that the draft had before."""
    messages.success(studio.request, sentence, extra_tags="" if undo is None else f"{_UNDO}{undo}")


def _context(studio: Studio, workflow: Workflow, opened: Opened | None) -> dict[str, Any]:
    data = workflow.workflow_data
    found, shape = found_problems(workflow), outline(data)
    is_asked = opened is None and "picture" in studio.request.GET
    return {
        **(opened.context if opened else {}),
        "workflow": workflow,
        "opened": opened,
        "focus": _focus(studio, shape) if opened is None else "",
        "notices": _notices(studio, workflow),
        "trigger": trigger_card(workflow, shape, found),
        "entry": entry_card(workflow, shape, found),
        "lines": lines_of(workflow, shape, found, may_write=studio.may_write, where=opened.where if opened else ""),
        "has_steps": bool(shape.steps),
        "found": found,
        "publish": _publish(studio, workflow, found),
        "waiting": open_request(workflow),
        "picture": _picture(workflow, shape) if is_asked else None,
    }


def _focus(studio: Studio, shape: Outline) -> str:
    """What the keyboard is to stand on; a button that is gone since (the step is the first now) gives way to Edit."""
    wanted = studio.request.GET.get("at", "")[:_LONGEST]
    direction, _, node_id = wanted.partition("-")
    if direction in ("up", "down"):
        step = next((each for each in shape.steps if each.node_id == node_id), None)
        if step is not None and not (step.can_rise if direction == "up" else step.can_fall):
            return f"edit-{node_id}"
    return wanted


def _picture(workflow: Workflow, shape: Outline) -> SafeString:
    links = {node_id: f"#step-{node_id}" for node_id in shape.numbers}
    return draw(workflow.workflow_data, links=links, title=f"The flow of {workflow.workflow_name}")


def _notices(studio: Studio, workflow: Workflow) -> list[dict[str, Any]]:
    notices = []
    for message in messages.get_messages(studio.request):
        tag = message.extra_tags or ""
        before = int(tag.removeprefix(_UNDO)) if tag.startswith(_UNDO) else None
        notices.append(
            {
                "text": message.message,
                "is_good": message.level <= messages.SUCCESS,
                # What somebody saved since then would be undone along with it.
                "undo": before if before is not None and workflow.revision == before + 1 else None,
            }
        )
    return notices


def _publish(studio: Studio, workflow: Workflow, found: Found) -> dict[str, Any] | None:
    """The way to publish; None where there is nothing to, or whoever looks may not."""
    if not studio.may_write or not has_unpublished(workflow):
        return None
    try:
        url = address("publish", workflow)
    except NoReverseMatch:
        url = reverse("admin:workflows_workflow_publish", args=[workflow.pk])
    is_ready = not found.count
    # Looked for only where they are told.
    has_examples = is_ready and any(each.must_go for each in placeholders_in(workflow.workflow_data))
    return {"url": url, "is_ready": is_ready, "has_examples": has_examples}
