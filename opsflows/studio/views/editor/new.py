"""A new workflow: a name, a category, and perhaps the event that starts it."""

from collections.abc import Sequence

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods

from opsflows.accounts.roles import Permission
from opsflows.admin_site import fields
from opsflows.admin_site.markup import list_of
from opsflows.studio.drafts.start import start_draft
from opsflows.studio.views.editor.catalog import events_of, grouped
from opsflows.studio.views.frame import Studio, address, page
from opsflows.workflows.errors import InvalidDefinition
from opsflows.workflows.models import Workflow
from opsflows.workflows.save_draft import MAX_NAME, create_workflow


class NewForm(forms.Form):
    """What a workflow needs to be there at all."""

    def __init__(self, *args: object, events: Sequence[tuple[str, object]], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.fields["name"] = fields.text(
            "Name", max_length=MAX_NAME, help_text="What it does, in a few words: High-Value Deal Alert."
        )
        self.fields["name"].widget.attrs["autofocus"] = True
        self.fields["category"] = fields.choice(
            "Category", Workflow.Category.choices, initial=Workflow.Category.SALES.value
        )
        self.fields["event"] = fields.choice(
            "Starts with",
            [("", "I choose it on the next page"), *events],  # type: ignore[list-item]
            required=False,
            help_text="The event that starts it. It can be changed, also to a schedule.",
        )


@require_http_methods(["GET", "HEAD", "POST"])
@page
def new(studio: Studio) -> HttpResponse:
    """GET asks for the name; POST makes the draft, and goes straight on to the editor."""
    studio.actor.require(Permission.WORKFLOWS_WRITE)
    events = [
        (name, [(each.name, each.name) for each in there])
        for name, there in grouped(events_of(studio.actor.account_id))
    ]
    form = NewForm(studio.request.POST if studio.request.method == "POST" else None, events=events)
    if form.is_valid():
        event = form.cleaned_data["event"]
        try:
            made = create_workflow(
                actor=studio.actor,
                name=form.cleaned_data["name"],
                category=form.cleaned_data["category"],
                workflow_data=start_draft(config={"event": event} if event else {}),
            )
        except InvalidDefinition as error:
            for problem in error.problems:
                form.add_error("name" if problem.path == "name" else None, problem.message)
        else:
            return HttpResponseRedirect(address("edit" if event else "trigger", made))
    context = {"form": form, "gallery": _gallery(), "back": list_of(Workflow)}
    return studio.show("New workflow", "editor/new.html", context, status=400 if form.errors else 200)


def _gallery() -> str:
    try:
        return reverse("studio:gallery")
    except NoReverseMatch:
        return ""
