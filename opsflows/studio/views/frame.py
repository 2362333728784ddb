"""What every page of the studio shares: who is there, the workflow in question, and how a refusal looks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.current import current_actor
from opsflows.accounts.roles import Permission
from opsflows.admin_site.markup import list_of
from opsflows.workflows.models import Workflow

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Studio:
    """One request for a page of the studio."""

    request: HttpRequest
    actor: Actor

    def show(
        self, title: str, template: str, context: Mapping[str, Any], *, status: int = 200, row: Workflow | None = None
    ) -> HttpResponse:
        """A whole page, in the admin's frame; `row` is the workflow that it is about."""
        frame = {**self._frame(title, row), "workflow": row, "may_write": self.may_write}
        return TemplateResponse(self.request, f"studio/{template}", {**frame, **context}, status=status)

    def _frame(self, title: str, row: Workflow | None) -> dict[str, Any]:
        page: Any = admin.site.get_model_admin(Workflow)
        frame: dict[str, Any] = page.frame(self.request, title, row)
        # A page about no single workflow goes by its own name in the header, not by the model's.
        return frame if row else {key: value for key, value in frame.items() if key not in ("opts", "original")}

    def part(self, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        """A piece of a page, for HTMX to put in its place."""
        return TemplateResponse(self.request, f"studio/{template}", dict(context), status=status)

    @property
    def wants_part(self) -> bool:
        """Whether HTMX asks, which takes a piece; without JavaScript the same address answers with a whole page."""
        return _wants_part(self.request)

    @property
    def may_write(self) -> bool:
        """Whether whoever looks may change drafts as well."""
        return self.actor.may(Permission.WORKFLOWS_WRITE)


def page(view: Callable[Concatenate[Studio, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page behind the admin's sign-in, for those who may read workflows. What the view refuses becomes a 403."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            actor = current_actor(request)
            actor.require(Permission.WORKFLOWS_READ)
            return view(Studio(request, actor), *args, **kwargs)
        except Forbidden as error:
            raise PermissionDenied(str(error)) from None

    answer: Callable[..., HttpResponseBase] = admin.site.admin_view(guarded)

    @wraps(view)
    def signed_in(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if _wants_part(request) and not admin.site.has_permission(request):
            # HTMX would put the page for signing in where a piece of this one belongs.
            here = urlsplit(request.headers.get("HX-Current-URL", "")).path
            return _leave_for(f"{reverse('admin:login')}?{urlencode({'next': here} if here else {})}")
        return answer(request, *args, **kwargs)

    return signed_in


def workflow_page(
    view: Callable[Concatenate[Studio, Workflow, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """A page about one workflow of the account in use, named by `workflow_id` in the address.

    Where it is not there, or another account's, the list comes with a message that says so.
    """

    @page
    def found(studio: Studio, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        workflow_id = str(kwargs.pop("workflow_id"))
        rows = Workflow.objects.select_related("account", "published_version")
        workflow = rows.filter(pk=workflow_id, account_id=studio.actor.account_id).first()
        if workflow is None:
            messages.warning(studio.request, "There is no such workflow in this account. Perhaps it was deleted.")
            leave = _leave_for if studio.wants_part else HttpResponseRedirect
            return leave(list_of(Workflow))
        return view(studio, workflow, *args, **kwargs)

    return found


def _wants_part(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _leave_for(url: str) -> HttpResponse:
    """Let HTMX go to another page, as a person would; a redirect would only be read."""
    return HttpResponse(headers={"HX-Redirect": url})


def address(name: str, workflow: Workflow, **more: Any) -> str:
    """The address of the studio's page `name` about `workflow`."""
    return reverse(f"studio:{name}", kwargs={"workflow_id": workflow.pk, **more})
