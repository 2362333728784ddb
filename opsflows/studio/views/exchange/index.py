"""Workflows in and out: which to download, and a file to bring in."""

from django.db.models import QuerySet
from django.http import HttpResponse

from opsflows.studio.exchange.read import MAX_BYTES, MAX_WORKFLOWS
from opsflows.studio.views.exchange.forms import UploadForm
from opsflows.studio.views.frame import Studio, page
from opsflows.workflows.models import Workflow
from opsflows.workflows.searchable import searched

#: Workflows that the page offers at once; a search finds the others.
_SHOWN = 100


@page
def index(studio: Studio) -> HttpResponse:
    """The workflows of the account to choose from, and the form for a file."""
    sought = studio.request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found = list(_rows(studio, sought)[: _SHOWN + 1])
    context = {
        "rows": found[:_SHOWN],
        "more": len(found) > _SHOWN,
        "shown": _SHOWN,
        "sought": sought,
        "form": UploadForm(),
        "largest": MAX_BYTES // 1024,
        "most": MAX_WORKFLOWS,
    }
    return studio.show("Export and import", "exchange/index.html", context)


def _rows(studio: Studio, sought: str) -> QuerySet[Workflow]:
    rows = Workflow.objects.filter(account_id=studio.actor.account_id).order_by("workflow_name", "pk")
    rows = rows.only("workflow_name", "category", "is_active", "published_version")
    return searched(rows, sought)
