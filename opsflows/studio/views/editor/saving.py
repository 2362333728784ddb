"""Saving what was done in the editor: on the draft that whoever did it has seen, or not at all."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.roles import Permission
from opsflows.studio.drafts.refused import Refused
from opsflows.studio.views.editor.conflict import Conflict, conflict_of
from opsflows.studio.views.editor.panel import TOP, Opened, back, editor, tell
from opsflows.studio.views.frame import Studio, address
from opsflows.workflows.errors import InvalidDefinition, RevisionConflict
from opsflows.workflows.models import Workflow
from opsflows.workflows.save_draft import update_draft

#: From a draft to the next, and what there is to say about it.
Change = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class NotSaved(Exception):  # noqa: N818  (reads as the answer it becomes)
    """Nothing was saved: because of what `sentences` say, or because somebody saved before (`conflict`)."""

    def __init__(self, *sentences: str, conflict: Conflict | None = None) -> None:
        super().__init__(*sentences)
        self.sentences, self.conflict = sentences, conflict


def save(studio: Studio, workflow: Workflow, change: Change) -> None:
    """Change the draft that the posted `revision` names; `workflow` is brought up to date.

    Raises:
        NotSaved: why not; where somebody saved before, `workflow` is as they left it.
        Forbidden: the actor may not change drafts.
    """
    studio.actor.require(Permission.WORKFLOWS_WRITE, account_id=workflow.account_id)
    seen = seen_revision(studio)
    try:
        if seen != workflow.revision:
            raise RevisionConflict(expected=seen, current=workflow.revision)
        changed = update_draft(
            actor=studio.actor,
            workflow=workflow,
            revision=seen,
            workflow_data=change(workflow.workflow_data),
            now=timezone.now(),
        )
    except RevisionConflict:
        workflow.refresh_from_db()
        raise NotSaved(conflict=conflict_of(studio, workflow, since=seen)) from None
    except InvalidDefinition as error:
        raise NotSaved(*(problem.message for problem in error.problems)) from None
    except (Refused, Forbidden) as error:
        raise NotSaved(str(error)) from None
    for name in ("workflow_data", "trigger_config", "revision", "updated_at"):
        setattr(workflow, name, getattr(changed, name))


def seen_revision(studio: Studio) -> int:
    """The revision of the draft that whoever sent the form had before them; 0 where the form does not say."""
    text = studio.request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def act(
    studio: Studio, workflow: Workflow, change: Change, *, said: str, focus: str | Callable[[], str] = ""
) -> HttpResponse:
    """Do what a button says, and go back to the editor; where somebody saved before, ask again. Where `focus` is only
    known when it is done, it is asked then."""
    try:
        save(studio, workflow, change)
    except NotSaved as refusal:
        return not_done(studio, workflow, refusal)
    tell(studio, said, undo=workflow.revision - 1)
    return back(workflow, focus=focus if isinstance(focus, str) else focus())


def not_done(studio: Studio, workflow: Workflow, refusal: NotSaved) -> HttpResponse:
    """The editor with why a button did nothing, and the way to press it again where that makes sense."""
    posted = studio.request.POST
    fields = [
        (name, value)
        for name in posted
        if name not in ("csrfmiddlewaretoken", "revision")
        for value in posted.getlist(name)
    ]
    context = {
        "conflict": refusal.conflict,
        "sentences": refusal.sentences,
        "action": studio.request.path,
        # An undo takes back the newest save alone, so pressing it again could only be refused.
        "may_repeat": studio.request.path != address("undo", workflow),
        "fields": fields,
    }
    return editor(studio, workflow, Opened(TOP, "conflict.html", context), status=409 if refusal.conflict else 400)
