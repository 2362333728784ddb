"""The account's files in the admin: looked at, taken along, put there, deleted."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods
from unfold.widgets import INPUT_CLASSES

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.current import current_actor
from opsflows.accounts.roles import Permission
from opsflows.admin_site import fields
from opsflows.admin_site.acts import show_problems
from opsflows.files.configure import largest_bytes
from opsflows.files.keep import delete_file, list_files, open_file, upload_file
from opsflows.files.names import MAX_NAME
from opsflows.files.store import NotThere

#: Beside the file itself, a form has its other fields.
_REST_OF_FORM = 64 * 1024


class UploadForm(forms.Form):
    """A file from the person's own machine, and what it is called here."""

    def __init__(self, *args: Any, folder: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = forms.FileInput({"class": " ".join(INPUT_CLASSES)})
        self.fields["file"] = forms.FileField(label="File", allow_empty_file=True, widget=widget)
        self.fields["name"] = fields.text(
            "Name",
            required=False,
            max_length=MAX_NAME,
            help_text="With its folder, such as imports/contacts.csv. Empty: as it is called, in this folder.",
        )
        self.folder = folder

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = dict(super().clean() or {})
        if data.get("file") and not data.get("name"):
            data["name"] = f"{self.folder}/{data['file'].name}" if self.folder else data["file"].name
        return data


@require_GET
def files(request: HttpRequest) -> HttpResponseBase:
    """What lies in a folder."""
    return _page(request, UploadForm())


def _page(request: HttpRequest, form: forms.Form, *, status: int = 200) -> HttpResponse:
    actor, folder = _actor(request), request.GET.get("folder", "").strip("/")
    problem, listing = "", None
    try:
        listing = list_files(actor=actor, folder=folder)
    except ValidationError as error:
        problem, status = " ".join(error.messages), 400
    context = {
        "folder": folder,
        "above": _way(folder),
        "folders": [(whole.rpartition("/")[2], whole) for whole in listing.folders] if listing else [],
        "files": [(file.name.rpartition("/")[2], file) for file in listing.files] if listing else [],
        "truncated": listing is not None and listing.truncated,
        "problem": problem,
        "form": form,
        "may_write": actor.may(Permission.WORKFLOWS_WRITE),
        "largest": settings.FILES_LARGEST_MB,
        "quota": settings.FILES_QUOTA_MB,
    }
    return _answer(request, "Files", "files.html", context, status=status)


@require_GET
def download(request: HttpRequest) -> HttpResponseBase:
    """The file, as something to be kept and never as a page of ours."""
    name = request.GET.get("name", "")
    try:
        content = open_file(actor=_actor(request), name=name)
    except NotThere as error:
        return _gone(request, name, str(error))
    except ValidationError as error:
        return _gone(request, name, " ".join(error.messages))
    answer = StreamingHttpResponse(content.pieces, content_type="application/octet-stream")
    answer["Content-Length"] = str(content.size)
    answer["Content-Disposition"] = str(content_disposition_header(True, name.rpartition("/")[2]))
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _not_too_large(view: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Say no before the body is read; looking for the form's token already reads all of it."""
    guarded = csrf_protect(view)

    @csrf_exempt
    def looked_at(request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > largest_bytes() + _REST_OF_FORM:
            messages.error(request, f"The file is larger than {settings.FILES_LARGEST_MB} MB (FILES_LARGEST_MB).")
            return HttpResponseRedirect(_url(request.GET.get("folder", "")))
        return guarded(request)

    return looked_at


@require_http_methods(["POST"])
def _upload(request: HttpRequest) -> HttpResponseBase:
    """Keep a file."""
    folder = request.GET.get("folder", "").strip("/")
    form = UploadForm(request.POST, request.FILES, folder=folder)
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            upload_file(actor=_actor(request), name=name, content=form.cleaned_data["file"], now=timezone.now())
        except ValidationError as error:
            show_problems(form, error)
        except Forbidden:
            raise PermissionDenied from None
        else:
            messages.success(request, f"“{name}” is kept.")
            return HttpResponseRedirect(_url(name.rpartition("/")[0]))
    elif not _actor(request).may(Permission.WORKFLOWS_WRITE):
        raise PermissionDenied
    return _page(request, form, status=400)


upload = _not_too_large(_upload)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponseBase:
    """Ask (GET), then do it (POST)."""
    actor, name = _actor(request), request.GET.get("name", "")
    if not actor.may(Permission.WORKFLOWS_WRITE):
        raise PermissionDenied
    back = _url(name.rpartition("/")[0])
    if request.method == "POST":
        try:
            delete_file(actor=actor, name=name, now=timezone.now())
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, f"“{name}” is deleted.")
        return HttpResponseRedirect(back)
    return _answer(request, "Delete", "file_delete.html", {"name": name, "back": back})


def _actor(request: HttpRequest) -> Actor:
    """Who asks, who may at least look."""
    try:
        actor = current_actor(request)
        actor.require(Permission.WORKFLOWS_READ)
    except Forbidden:
        raise PermissionDenied from None
    return actor


def _gone(request: HttpRequest, name: str, said: str) -> HttpResponse:
    messages.error(request, said)
    return HttpResponseRedirect(_url(name.rpartition("/")[0] if name.isprintable() else ""))


def _url(folder: str) -> str:
    return reverse("files") + (f"?{urlencode({'folder': folder})}" if folder else "")


def _way(folder: str) -> list[tuple[str, str]]:
    """The folders that lead to this one, each with its own name and the whole."""
    parts = folder.split("/") if folder else []
    return [(part, "/".join(parts[: number + 1])) for number, part in enumerate(parts)]


def _answer(
    request: HttpRequest, title: str, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    # Django reads it off the request; its type knows no such attribute.
    vars(request)["current_app"] = admin.site.name
    frame = {**admin.site.each_context(request), "title": title, "subtitle": None}
    return TemplateResponse(request, f"admin/opsflows/{template}", {**frame, **context}, status=status)
