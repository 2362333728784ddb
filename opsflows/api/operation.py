"""`@operation`: what OpenAPI says of an endpoint, beside the code that answers. Every refusal is named."""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from opsflows.api.paging import DEFAULT_LIMIT, MAX_LIMIT

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

Schema = dict[str, Any]
View = TypeVar("View", bound=Callable[..., Any])

_REFUSALS = {
    400: "Something is wrong with the input; the field is named.",
    401: "The API key or token is missing, unknown, expired or revoked.",
    403: "The role, or the key, does not allow this.",
    404: "There is nothing here, or it belongs to another account.",
    405: "The path does not take this method.",
    406: "The answer is JSON, and the request accepts none.",
    409: "Right in itself, but at odds with the state of things.",
    413: "The body is too large.",
    415: "The body is not of a type that this path takes.",
    503: "Not available right now; try again after the seconds in Retry-After.",
}
_HEADERS = {
    "Location": "Where the new one is.",
    "Link": 'Where the next page is (rel="next"), if there is one.',
    "Cache-Control": "The answer is not to be stored.",
}


def ref(component: str) -> Schema:
    """A schema of `components`, by its name."""
    return {"$ref": f"#/components/schemas/{component}"}


def page_of(component: str) -> Schema:
    """The API's usual list."""
    following = {"type": ["string", "null"], "format": "uri", "description": "The next page; null at the end."}
    return {
        "type": "object",
        "properties": {"results": {"type": "array", "items": ref(component)}, "next": following},
        "required": ["results", "next"],
    }


def query(name: str, schema: Schema, description: str) -> OpenApiParameter:
    """A parameter behind the question mark."""
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=description)


def header(name: str, description: str) -> OpenApiParameter:
    """A header of the request."""
    return OpenApiParameter(name, {"type": "string"}, OpenApiParameter.HEADER, description=description)


def paging(cursor: str) -> list[OpenApiParameter]:
    """The parameters of a list; `cursor` is `before` or `after`."""
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    return [
        query("limit", limit, "How many at most."),
        query(cursor, {"type": "string", "format": "uuid"}, "Where the page starts; taken from the one before it."),
    ]


def operation(
    name: str,
    summary: str,
    *,
    tag: str,
    answers: Mapping[int, Schema | None],
    body: Schema | Mapping[str, Schema] | None = None,
    body_required: bool = True,
    refusals: Iterable[int] = (),
    parameters: Iterable[OpenApiParameter] = (),
    headers: Mapping[str, Iterable[int]] | None = None,
    description: str = "",
    is_open: bool = False,
) -> Callable[[View], View]:
    """Describe a method of a view.

    `answers` are the successes, `refusals` what there is beside the usual ones: those of credentials (unless
    `is_open`), of the way to ask, of a body where there is one. `body` is a JSON schema, or one for each content type.
    """
    usual = {405, 406, 503} if is_open else {401, 403, 405, 406, 503}
    usual |= {400, 413, 415} if body is not None else set()
    said: dict[Any, Any] = {
        status: OpenApiResponse(description="Done.")
        if schema is None
        else OpenApiResponse(response=schema, description=HTTPStatus(status).phrase)
        for status, schema in answers.items()
    }
    for status in sorted({*usual, *refusals}):
        said[status] = OpenApiResponse(response=ref("Error"), description=_REFUSALS[status])
    returned = [
        OpenApiParameter(each, str, OpenApiParameter.HEADER, description=_HEADERS[each], response=list(statuses))
        for each, statuses in (headers or {}).items()
    ]
    bodies = body if body is None or not {JSON, FORM}.isdisjoint(body) else {JSON: body}
    return extend_schema(
        operation_id=name,
        summary=summary,
        description=description,
        tags=[tag],
        request=bodies,
        responses=said,
        parameters=[*parameters, *returned],
        auth=[] if is_open else [{"bearer": []}],  # type: ignore[list-item]  # it takes whole requirements, too
        extensions=None if body_required else {"x-body-optional": True},
    )
