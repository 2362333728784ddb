"""The whole OpenAPI document: every endpoint once, and the components that they name."""

import functools
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from opsflows.api.api_schema import components as shared
from opsflows.approvals.api_schema import components as approvals
from opsflows.events.api_schema import components as events
from opsflows.jsontext import dump_json
from opsflows.runs.api_schema import components as runs
from opsflows.schedules.api_schema import components as schedules
from opsflows.studio.api_schema import components as studio
from opsflows.studio.explain.api_schema import components as explain
from opsflows.workflows.api_schema import components as workflows

_ROOMS = (shared, events, workflows, runs, schedules, approvals, studio, explain)


@functools.cache
def document() -> str:
    """OpenAPI as JSON. It changes only with the code, so it is made once."""
    generator: Any = SchemaGenerator
    return dump_json(generator(urlconf="opsflows.urls").get_schema(request=None, public=True))


def endpoints_once(endpoints: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Hook of drf-spectacular: each path without its twin that ends in a slash."""
    return [endpoint for endpoint in endpoints if not endpoint[0].endswith("/")]


def add_components(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Hook of drf-spectacular: put in what the operations refer to."""
    parts = result.setdefault("components", {})
    parts["schemas"] = {name: schema for room in _ROOMS for name, schema in sorted(room().items())}
    parts["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "An API key, or a token made from one."}
    }
    for path in result["paths"].values():
        for operation in path.values():
            if operation.pop("x-body-optional", False):
                operation["requestBody"]["required"] = False
            elif "requestBody" in operation:
                operation["requestBody"]["required"] = True
    return result
