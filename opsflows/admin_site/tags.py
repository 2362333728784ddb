"""`{% load opsflows_admin %}`: the small pieces of opsflows.admin_site.markup, for templates."""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.template import Context, Library
from django.utils.safestring import SafeString

from opsflows.admin_site import markup
from opsflows.admin_site.keys import ways
from opsflows.admin_site.sidebar import may, unread_number

register = Library()


@register.simple_tag
def when(moment: datetime | None) -> SafeString:
    """A moment relative to now, exact on hover."""
    return markup.when(moment)


@register.simple_tag
def at(moment: datetime) -> SafeString:
    """A moment in full."""
    return markup.at(moment)


@register.simple_tag
def page_link(row: Model, text: str) -> SafeString:
    """A link to a row's own page."""
    return markup.link(row, text)


@register.simple_tag
def row_link(model: str, pk: Any, text: str) -> SafeString:
    """A link to the page of a row that was not read; `model` such as `records.Task`."""
    return markup.link(markup.page_for(apps.get_model(model), pk), text)


@register.simple_tag
def list_url(model: str, query: str = "") -> str:
    """The address of a model's list; `query` without its question mark."""
    return markup.list_of(apps.get_model(model), f"?{query}" if query else "")


@register.simple_tag
def short_id(value: object) -> SafeString:
    """The end of an id, with the whole of it for the clipboard."""
    return markup.short_id(value)


@register.simple_tag
def copyable(text: str) -> SafeString:
    """A text to take along."""
    return markup.copyable(text)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture beside a word."""
    return markup.icon(name)


@register.inclusion_tag("admin/opsflows/header.html", takes_context=True)
def header(context: Context) -> dict[str, Any]:
    """What stands at the end of every page's head: the bell, with how much is unread, and the list of keys."""
    request = context["request"]
    has_bell = may(request, "ops_messages.Notification")
    return {"has_bell": has_bell, "unread": unread_number(request) if has_bell else "", "ways": ways(request)}


@register.filter
def grouped(number: int) -> str:
    """A count with its thousands apart: `12,345`."""
    return f"{number:,}"
