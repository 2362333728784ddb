"""JSON in and out of the API, with exact numbers; and the form body that Triggers' token request uses."""

from collections.abc import Mapping
from typing import IO, Any

from django.http import QueryDict
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from opsflows.api.problems import Problem
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
    """A JSON body, parsed as `opsflows.jsontext` does. `request.body` keeps the bytes for whoever needs them."""

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


def _read_body(context: Mapping[str, Any]) -> bytes:
    request = context["request"]
    limit: int = getattr(context.get("view"), "max_body_bytes", MAX_BODY_BYTES)
    # The length announced is all that Django hands on, so nothing larger is ever read; a parser is only asked when
    # there is one.
    if int(request.META["CONTENT_LENGTH"]) > limit:
        raise Problem(413, "too_large", f"The body is larger than {limit} bytes.", hint="Send less in one request.")
    body: bytes = request.body
    return body
