"""Sources: the list says at a glance which are well; the page has the address, the secrets' dates and what came in."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from connectors.registry import UnknownPreset, preset, presets
from opsflows.accounts.current import current_account, current_actor
from opsflows.admin_site.add_page import add_page
from opsflows.admin_site.document import document
from opsflows.admin_site.markup import badge, copyable, page_of, when
from opsflows.admin_site.pages import PageAdmin
from opsflows.events.admin.health import health, with_health
from opsflows.events.admin.reasons import in_words, what_to_do
from opsflows.events.admin.source_acts import ACTS
from opsflows.events.admin.source_form import SourceForm
from opsflows.events.create_source import create_source
from opsflows.events.models import Event, Source

_LISTED = 10


@admin.register(Source)
class SourceAdmin(PageAdmin):
    may_add = True
    page_template = "admin/opsflows/source.html"
    acts = ACTS
    list_display = ["name", "health", "connector_label", "address", "last_event"]
    list_per_page = 25
    ordering = ["name"]
    search_help = "How a source's name begins"
    empty_title = "No sources yet"
    empty_text = (
        "A source is an address that a vendor's webhooks come in at, such as Stripe's or GitHub's. Create one, and "
        "give its address to the vendor."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return with_health(super().get_queryset(request), timezone.now())

    def search(self, request: HttpRequest, rows: QuerySet, term: str) -> QuerySet:
        return rows.filter(name__istartswith=term)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """First the preset, then what it needs."""
        try:
            known = preset(request.GET.get("connector", ""))
        except UnknownPreset:
            return self._choose_preset(request)

        def create(data: dict[str, Any]) -> HttpResponse:
            source = create_source(
                actor=current_actor(request),
                account=current_account(request),
                name=data["name"],
                connector=known.name,
                secret=data["secret"],
                options=data["options"],
                event_names=data["event_names"],
                allowed_networks=data["allowed_networks"],
                max_body_bytes=data["max_body_bytes"],
                now=timezone.now(),
            )
            self.log_addition(request, source, "Created the source.")
            messages.success(request, "The source is ready. Give its address to the sender.")
            return HttpResponseRedirect(page_of(source))

        form = SourceForm(known=known, data=request.POST if request.method == "POST" else None)
        return add_page(self, request, form, create, heading=f"New source: {known.label}", intro=known.setup)

    def _choose_preset(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        context = {**self.frame(request, "New source"), "presets": presets()}
        return TemplateResponse(request, "admin/opsflows/choose_preset.html", context)

    def page_context(self, request: HttpRequest, row: Source) -> dict[str, Any]:
        look, sentence = health(row)
        known = _known(row.connector)
        rejections = list(row.rejections.order_by("-last_at")[:_LISTED])
        return {
            "source": row,
            "badge": badge(look),
            "look": look,
            "sentence": sentence,
            "address": settings.PUBLIC_URL + row.path,
            "connector": known.label if known else row.connector,
            "setup": known.setup if known else "",
            "options": document(known.completed({}) | row.options if known else row.options),
            "has_options": bool(known.options if known else row.options),
            "names": sorted(row.event_names.items()),
            "secrets": list(row.secrets.only("id", "label", "created_at", "source_id")),
            "events": list(Event.objects.filter(source=row).order_by("-pk")[:_LISTED]),
            "rejections": [
                {"row": each, "words": in_words(each.reason), "do": what_to_do(each.reason)} for each in rejections
            ],
        }

    @admin.display(description="Healthy?")
    def health(self, source: Source) -> SafeString:
        look, sentence = health(source)
        return format_html('{}<div class="ops-quiet">{}</div>', badge(look), sentence)

    @admin.display(description="Connector")
    def connector_label(self, source: Source) -> str:
        known = _known(source.connector)
        return known.label if known else source.connector

    @admin.display(description="Address")
    def address(self, source: Source) -> SafeString:
        return copyable(settings.PUBLIC_URL + source.path, shown=f"/hooks/{source.token[:6]}…")

    @admin.display(description="Last event")
    def last_event(self, source: Any) -> SafeString:
        return when(source.last_event_at, "none yet")


def _known(connector: str) -> Any:
    try:
        return preset(connector)
    except UnknownPreset:
        return None
