"""JSON in and out of the API, with exact numbers; and the form body that Triggers' token request uses."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import IO, Any

from django.http import HttpRequest, HttpResponseBase, QueryDict
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from opsflows.api.problems import Problem
from opsflows.api.read_body import BodyTooLarge, BodyUnreadable, is_chunked, read_body
from opsflows.jsontext import dump_json, parse_json

#: Bytes of a request's body; a view that takes more says so in its attribute `max_body_bytes`.
MAX_BODY_BYTES = 1024 * 1024


class ExactJSONRenderer(BaseRenderer):
    """Compact JSON in which a `Decimal` is the number it is."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else dump_json(data).encode("utf-8")


class StrictJSONParser(BaseParser):
    """A JSON body, parsed as `opsflows.jsontext` does."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return parse_json(_read_body(parser_context or {}))


class StrictFormParser(BaseParser):
    """A form body (`application/x-www-form-urlencoded`); of a field sent twice the last one counts."""

    media_type = "application/x-www-form-urlencoded"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return QueryDict(_read_body(parser_context or {}), encoding="utf-8").dict()


def hand_on_chunked(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """`view`, with its parsers also asked where a body comes in chunks."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_chunked(request):
            # REST framework takes a body of no length for none. This is not zero and no length, and nothing reads by
            # it; the parser comes after the credentials were checked, as it does for every other body.
            request.META["CONTENT_LENGTH"] = "-1"
        return view(request, *args, **kwargs)

    return wrapped


def _read_body(context: Mapping[str, Any]) -> bytes:
    limit: int = getattr(context.get("view"), "max_body_bytes", MAX_BODY_BYTES)
    try:
        return read_body(context["request"], limit=limit)
    except BodyTooLarge:
        message = f"The body is larger than {limit} bytes."
        raise Problem(413, "too_large", message, hint="Send less in one request.") from None
    except BodyUnreadable as unreadable:
        raise Problem(400, "malformed_request", str(unreadable)) from None
