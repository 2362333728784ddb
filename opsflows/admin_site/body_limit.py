"""Pages that take a file: what is too large is refused before it is read."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

#: Beside the file itself, a form has its other fields.
_REST_OF_FORM = 64 * 1024

View = Callable[..., HttpResponseBase]


def body_limit(guarded: View, *, file: int) -> View:
    """`guarded`, a view that checks the form's token itself (as `admin_view` does), for files of at most `file` bytes.

    Looking for the token already reads the whole body, and keeps it on the disk meanwhile.
    """

    @csrf_exempt
    @wraps(guarded)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        is_number = length.isascii() and length.isdigit() and len(length) < 19
        if request.method == "POST" and (not is_number or int(length) > file + _REST_OF_FORM):
            messages.error(request, f"The file is larger than {file // 1024 // 1024} MB. Split it.")
            return HttpResponseRedirect(request.get_full_path())
        return guarded(request, *args, **kwargs)

    return limited
