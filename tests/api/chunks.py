"""A body in chunks, as the server hands it on: without a length, and with an end of its own."""

from io import BytesIO
from typing import Any

from django.test import Client


def post_chunked(client: Client, path: str, body: bytes, content_type: str = "application/json", **environ: Any) -> Any:
    chunked: dict[str, Any] = {
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_LENGTH": "",
        "CONTENT_TYPE": content_type,
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
    }
    return client.generic("POST", path, **chunked | environ)
