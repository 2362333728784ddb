"""All states of a row, page by page behind the key, so that the oldest cost what the newest cost."""

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from opsflows.admin_site.doers import doers
from opsflows.admin_site.framing import Framing
from opsflows.admin_site.history import is_tracked, states_of, with_names
from opsflows.admin_site.markup import page_of

SIZE = 50
_OLDER = "older"


def history_page(admin: Framing, request: HttpRequest, row: Model) -> HttpResponse:
    """The page; `?older=` is the number of the state that the page before ended with."""
    text = request.GET.get(_OLDER, "")
    older_than = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    states = states_of(row, older_than=older_than, count=SIZE + 1) if is_tracked(type(row)) else []
    shown = states[:SIZE]
    context = {
        **admin.frame(request, f"History of {row}", row),
        "states": with_names(shown, doers(shown)),
        "older": f"?{_OLDER}={shown[-1].number}" if len(states) > SIZE else "",
        "newest": older_than is None,
        "back": page_of(row),
    }
    return TemplateResponse(request, "admin/opsflows/history_page.html", context)
