"""`{% load inbox %}`: the small pieces that pages of the inbox, of forms and of mailed links are made of."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.forms import BaseForm, BoundField, CheckboxInput
from django.template import Context, Library
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from opsflows.admin_site import words
from opsflows.approvals.reading.money import money as words_of_money
from opsflows.approvals.views.differences import as_text
from opsflows.approvals.views.navigation import navigation

register = Library()

#: So much time is little.
SOON = timedelta(hours=4)

#: By state of a request, a level or a task: tone and icon.
LOOKS = {
    "waiting": ("attention", "clock"),
    "open": ("attention", "clock"),
    "pending": ("waiting", "minus"),
    "approved": ("done", "check"),
    "rejected": ("failed", "cross"),
    "changes_requested": ("attention", "edit"),
    "expired": ("off", "clock"),
    "recalled": ("off", "undo"),
    "superseded": ("off", "arrow-right"),
    "skipped": ("done", "check"),
    "handed_on": ("off", "arrow-right"),
    "left_out": ("off", "minus"),
    "closed": ("off", "minus"),
}


@register.inclusion_tag("inbox/frame.html", takes_context=True)
def inbox_frame(context: Context) -> dict[str, Any]:
    """The head of a page: where to go, and who is there."""
    return navigation(context["request"])


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture that says nothing the words beside it do not say."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("opsflows/icons.svg"), name
    )


@register.simple_tag
def badge(state: str, word: str) -> SafeString:
    """A state as a small label: colour, icon and word."""
    tone, picture = LOOKS.get(state, ("waiting", "info"))
    return format_html('<span class="badge {}">{}{}</span>', tone, icon(picture), word)


@register.simple_tag
def tone(state: str) -> str:
    """The tone of a state."""
    return LOOKS.get(state, ("waiting", "info"))[0]


@register.simple_tag
def state_icon(state: str) -> SafeString:
    """The icon of a state."""
    return icon(LOOKS.get(state, ("waiting", "info"))[1])


@register.simple_tag
def when(moment: datetime | None) -> SafeString:
    """A moment relative to now; exact on hover, in the zone of the account in use."""
    return _time(moment, words.relative(moment, timezone.now())) if moment else SafeString("")


@register.simple_tag
def at(moment: datetime) -> SafeString:
    """A moment in full."""
    return _time(moment, words.exact(timezone.localtime(moment)))


@register.simple_tag
def moment(at_: datetime) -> SafeString:
    """A moment to the minute, as people write it down; exact on hover."""
    local = timezone.localtime(at_)
    return _time(at_, f"{local:%a} {local.day} {local:%b %Y, %H:%M}")


@register.simple_tag
def left(moment: datetime | None) -> SafeString:
    """How long there is still time; late is said in colour, icon and word. Empty where there is no deadline."""
    if moment is None:
        return SafeString("")
    now = timezone.now()
    late = moment < now
    text = format_html("{}{}", icon("alert" if late else "clock"), words.due(moment, now))
    soon = not late and moment - now < SOON
    return format_html(
        '<span class="due {}">{}</span>', "failed" if late else "attention" if soon else "", _time(moment, text)
    )


@register.simple_tag
def money(amount: Decimal | None, currency: str = "") -> str:
    """An amount as people read it, with its currency where that is known. Empty where there is none."""
    return words_of_money(amount, currency)


@register.inclusion_tag("inbox/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """A field of a form with its label, its help and what is wrong with it."""
    problem = f"{bound.auto_id}-problem"
    attributes: dict[str, str | bool] = {"aria-invalid": "true", "aria-describedby": problem} if bound.errors else {}
    return {
        "field": bound,
        "widget": bound.as_widget(attrs=attributes),
        "problem_id": problem,
        "is_check": isinstance(bound.field.widget, CheckboxInput),
    }


@register.filter
def shown(value: object) -> str:
    """A value of a request as people read it."""
    return as_text(value)


@register.filter
def initials(name: str) -> str:
    """The first letters of a name: `AB` of Ada Bell."""
    words_of = [word for word in name.replace("@", " ").replace(".", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in [*words_of[:1], *words_of[1:][-1:]]).upper()


@register.filter
def wrong(form: BaseForm) -> list[BoundField]:
    """The fields that need another look."""
    return [bound for bound in form if bound.errors]


def _time(moment: datetime, text: str) -> SafeString:
    full = words.exact(timezone.localtime(moment))
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), full, text)
