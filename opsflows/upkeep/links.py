"""Addresses of pages for those who read a mail or an event."""

from typing import Any

from django.conf import settings
from django.urls import reverse


def page_path(model: str, pk: Any) -> str:
    """The page of a row; `model` such as `records.task`."""
    return reverse(f"admin:{model.replace('.', '_')}_change", args=[pk])


def list_path(model: str, query: str = "") -> str:
    """The list of a model, narrowed by `query` (without a question mark)."""
    address = reverse(f"admin:{model.replace('.', '_')}_changelist")
    return f"{address}?{query}" if query else address


def absolute(path: str) -> str:
    """The path with its host, for readers outside."""
    return f"{settings.PUBLIC_URL}{path}"
