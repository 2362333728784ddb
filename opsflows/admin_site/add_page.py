"""Adding a row through its verb: a plain form, whose problems stand beside the fields they are about."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from opsflows.accounts.actor import Forbidden
from opsflows.admin_site.acts import show_problems
from opsflows.admin_site.pages import PageAdmin


def add_page(
    admin: PageAdmin,
    request: HttpRequest,
    form: forms.Form,
    create: Callable[[dict[str, Any]], HttpResponse],
    **context: Any,
) -> HttpResponse:
    """Show `form` (bound where the request is a POST); `create` is given what it says and answers.

    `create` may raise `ValidationError` and `Forbidden`.
    """
    if not admin.has_add_permission(request):
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        try:
            return create(form.cleaned_data)
        except ValidationError as error:
            show_problems(form, error)
        except Forbidden as error:
            form.add_error(None, str(error))
    frame = admin.frame(request, f"New {admin.opts.verbose_name}")
    template = "admin/opsflows/add.html"
    return TemplateResponse(request, template, {**frame, "form": form, **context}, status=400 if form.errors else 200)
