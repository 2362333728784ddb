"""Small pieces of HTML that every page is made of. Everything that comes from outside is escaped."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.admin_site import words


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is shown, by word, icon and colour: done, running, waiting, attention, failed or off."""

    word: str
    tone: str
    icon: str


def badge(look: Look, word: str = "") -> SafeString:
    """A state as a small label; `word` says it more exactly than the look's own."""
    return format_html(
        '<span class="ops-badge ops-{}"><span class="material-symbols-outlined" aria-hidden="true">{}</span>{}</span>',
        look.tone,
        look.icon,
        word or look.word,
    )


def icon(name: str) -> SafeString:
    """A picture that says nothing the words beside it do not say."""
    return format_html('<span class="material-symbols-outlined" aria-hidden="true">{}</span>', name)


#: Nothing to say; left out where there is little room.
NONE = format_html('<span class="ops-none">{}</span>', "–")


def when(moment: datetime | None, otherwise: str = "") -> SafeString:
    """A moment relative to now; exact on hover, in the zone of the account in use."""
    if moment is None:
        return format_html("{}", otherwise) if otherwise else NONE
    return _time(moment, words.relative(moment, timezone.now()))


def when_due(moment: datetime | None) -> SafeString:
    """When something is due, in words; exact on hover."""
    if moment is None:
        return format_html('<span class="ops-quiet">{}</span>', "no due date")
    return _time(moment, words.due(moment, timezone.now()))


def at(moment: datetime) -> SafeString:
    """A moment in full."""
    return _time(moment, words.exact(timezone.localtime(moment)))


def link(target: Model | str, text: object, *, anchor: str = "") -> SafeString:
    """A link to a row's own page, or to an address."""
    url = target if isinstance(target, str) else page_of(target)
    return format_html('<a class="ops-link" href="{}{}">{}</a>', url, anchor, text)


def page_of(row: Model) -> str:
    """The address of a row's own page."""
    return page_for(type(row), row.pk)


def page_for(model: type[Model], pk: Any) -> str:
    """The address of the page of a row that need not be read for it."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])


def list_of(model: type[Model], query: str = "") -> str:
    """The address of a model's list; `query` begins with a question mark."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") + query


def short_id(value: object) -> SafeString:
    """The end of an id, which tells two of the same moment apart; the whole of it on hover and for the clipboard."""
    return copyable(str(value), shown=f"…{str(value)[-8:]}")


def copyable(text: str, *, shown: str = "") -> SafeString:
    """A text to take along; `shown` stands for a long one, which is then on hover."""
    return format_html(
        '<span class="{}"><code title="{}">{}</code><button type="button" class="ops-copy" data-copy="{}" title="Copy">'
        '<span class="material-symbols-outlined" aria-hidden="true">content_copy</span>'
        '<span class="ops-hidden">Copy</span></button></span>',
        "ops-together" if shown else "ops-long",
        text,
        shown or text,
        text,
    )


def cut(text: str) -> SafeString:
    """A text that may be long, on one line; the whole of it on hover."""
    return format_html('<span class="ops-cut" title="{0}">{0}</span>', text) if text else NONE


def _time(moment: datetime, text: str) -> SafeString:
    full = words.exact(timezone.localtime(moment))
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), full, text)
