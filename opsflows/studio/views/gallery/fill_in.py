"""What is still to be put into a draft that was begun with a flow of the gallery."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse

from opsflows.admin_site.leaves import leaves
from opsflows.studio.gallery.placeholders import Placeholder, What, placeholders_in
from opsflows.studio.gallery.shelf import Entry, NoSuchFlow, entry_of
from opsflows.studio.views.frame import Studio, address, workflow_page
from opsflows.workflows.admin.try_given import SAMPLE
from opsflows.workflows.models import Workflow


@dataclass(frozen=True, slots=True)
class Place:
    """A step in which a placeholder stands, and where it is edited."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Blank:
    """A value to look at, with every step that has it."""

    what: str
    value: str
    places: list[Place]


@workflow_page
def fill_in(studio: Studio, workflow: Workflow) -> HttpResponse:
    """The placeholders of the draft as it is now; with `flow`, also what its author says about that flow."""
    found = placeholders_in(workflow.workflow_data)
    entry = _entry_called(studio.request.GET.get("flow", ""))
    context = {
        "must": _blanks(workflow, (each for each in found if each.must_go)),
        "may": _blanks(workflow, (each for each in found if not each.must_go)),
        "entry": entry,
        # The page for trials takes an event as rows of its own form.
        "sample": leaves(entry.sample) if entry else [],
        "sample_of": SAMPLE,
        "edit_url": address("edit", workflow),
        "try_url": reverse("admin:workflows_workflow_try", args=[workflow.pk]),
    }
    return studio.show("What to fill in", "gallery/fill_in.html", context, row=workflow)


def _entry_called(slug: str) -> Entry | None:
    try:
        return entry_of(slug)
    except NoSuchFlow:
        return None


def _blanks(workflow: Workflow, found: Iterable[Placeholder]) -> list[Blank]:
    """One for each value, in the order of what they are."""
    blanks: dict[tuple[What, str], Blank] = {}
    for each in found:
        blank = blanks.setdefault((each.what, each.value), Blank(each.what.label, each.value, []))
        blank.places.append(Place(each.label, address("step", workflow, node_id=each.node_id)))
    order = list(What)
    return [blanks[key] for key in sorted(blanks, key=lambda key: order.index(key[0]))]
