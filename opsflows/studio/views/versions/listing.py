"""All versions of a workflow, and any two of them side by side."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from opsflows.studio.versions.history import COUNTED, versions_page
from opsflows.studio.versions.sides import DRAFT, between, draft_side, side_of, version_side
from opsflows.studio.views.frame import Studio, workflow_page
from opsflows.workflows.models import Workflow
from opsflows.workflows.unpublished import has_unpublished

#: Versions that the form for comparing offers; any other can be named in the address.
_OFFERED = 50


@require_safe
@workflow_page
def versions(studio: Studio, workflow: Workflow) -> HttpResponse:
    """The list, a page of it; with `?from=3&to=7` (or `draft`) also what the one says differently from the other."""
    asked = studio.request.GET
    older = asked.get("older", "")
    older_than = int(older) if older.isascii() and older.isdigit() and len(older) < 9 else None
    page = versions_page(workflow, older_than=older_than)
    published = workflow.published_version
    is_first = older_than is None
    is_changed = is_first and has_unpublished(workflow)
    context = {
        "page": page,
        "counted": page.counted,
        "counts_all": page.counted < COUNTED,
        "is_first": is_first,
        "is_changed": is_changed,
        "draft": between(version_side(published), draft_side(workflow)) if is_changed and published else None,
        "published": published,
        "compared": _compared(workflow, asked.get("from", ""), asked.get("to", "")),
        "offered": _offered(workflow, asked.get("from", ""), asked.get("to", "")),
        "from": asked.get("from", "") or (str(published.number) if published else ""),
        "to": asked.get("to", "") or DRAFT,
    }
    return studio.show(f"Versions of {workflow.workflow_name}", "versions/versions.html", context, row=workflow)


def _compared(workflow: Workflow, first: str, second: str) -> dict[str, Any] | None:
    """The comparison that the address asks for; None where it asks for none."""
    if not first and not second:
        return None
    sides = [(name, side_of(workflow, name)) for name in (first or DRAFT, second or DRAFT)]
    unknown = [name for name, side in sides if side is None]
    old, new = (side for _, side in sides)
    if old is None or new is None:
        return {"unknown": " and ".join(unknown)}
    return {"old": old, "new": new, "differences": between(old, new)}


def _offered(workflow: Workflow, *named: str) -> list[tuple[str, str]]:
    numbers = list(workflow.versions.order_by("-number").values_list("number", flat=True)[:_OFFERED])
    numbers += sorted(
        {int(name) for name in named if name.isascii() and name.isdigit() and len(name) < 9} - set(numbers),
        reverse=True,
    )
    return [(DRAFT, "the draft"), *((str(number), f"version {number}") for number in numbers)]
