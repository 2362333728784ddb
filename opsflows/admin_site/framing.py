"""What a page of an admin needs of the admin it belongs to, so that pages need not know its class."""

from typing import Any, Protocol

from django.db.models import Model
from django.http import HttpRequest


class Framing(Protocol):
    """`ListAdmin` and `PageAdmin` are such."""

    def frame(self, request: HttpRequest, title: str, row: Model | None = None) -> dict[str, Any]:
        """The context that every page of the admin needs."""

    def log_change(self, request: HttpRequest, obj: Model, message: str) -> Any:
        """Django's own log of what was done."""
