"""The gallery: what there is to begin with."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from opsflows.admin_site.markup import page_of
from opsflows.studio.gallery.find import MOST_OURS, found_entries, found_templates
from opsflows.studio.gallery.placeholders import MUST_GO, What, placeholders_in
from opsflows.studio.gallery.shelf import Entry
from opsflows.studio.picture.draw import draw
from opsflows.studio.views.frame import Studio, page
from opsflows.workflows.models import Workflow
from opsflows.workflows.triggers import in_words


@dataclass(frozen=True, slots=True)
class Card:
    """A flow as the gallery shows it."""

    id: str
    name: str
    description: str
    category: str
    starts: str
    audience: str
    needs: tuple[str, ...]
    fill_in: tuple[str, ...]
    tags: tuple[str, ...]
    picture: SafeString
    use_url: str
    page_url: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Cards under one heading."""

    title: str
    cards: list[Card]


@page
def gallery(studio: Studio) -> HttpResponse:
    """The cards, of the account's own templates first; narrowed by a category and words."""
    asked = studio.request.GET
    sought = asked.get("q", "").replace("\x00", "").strip()[:100]
    category = asked.get("category", "") if asked.get("category") in Workflow.Category.values else ""
    ours = found_templates(actor=studio.actor, sought=sought, category=category)
    found = found_entries(sought=sought, category=category)
    mine = Section("Ours", [_ours(row) for row in ours[:MOST_OURS]])
    others = [
        Section(label, [_card(entry) for entry in found if entry.category == value])
        for value, label in Workflow.Category.choices
    ]
    context = {
        "mine": mine,
        "sections": [section for section in (mine, *others) if section.cards],
        "more": len(ours) > MOST_OURS,
        "most": MOST_OURS,
        "sought": sought,
        "category": category,
        "categories": Workflow.Category.choices,
    }
    return studio.show("Gallery", "gallery/gallery.html", context)


def _card(entry: Entry) -> Card:
    return Card(
        id=entry.slug,
        name=entry.name,
        description=entry.description,
        # The heading above it says so.
        category="",
        starts=entry.starts,
        audience=entry.audience,
        needs=tuple(entry.needs),
        fill_in=(*_put_in(entry), *entry.fill_in),
        tags=entry.tags,
        picture=entry.picture,
        use_url=reverse("studio:gallery-use", args=[entry.slug]),
    )


def _put_in(entry: Entry) -> Iterator[str]:
    """In words, what stands in it only to be replaced."""
    found = placeholders_in(entry.workflow_data)
    for what in What:
        if values := dict.fromkeys(each.value for each in found if each.what == what):
            how = "in place of" if what in MUST_GO else "unless they are called"
            yield f"{what.label}, {how} {', '.join(values)}"


def _ours(row: Workflow) -> Card:
    config = {key: value for key, value in row.trigger_config.items() if key != "kind"}
    return Card(
        id=str(row.pk),
        name=row.workflow_name,
        description=row.description,
        category=row.get_category_display(),
        starts=in_words(str(row.trigger_config.get("kind", "event")), config),
        audience="",
        needs=(),
        fill_in=(),
        tags=(),
        picture=draw(row.workflow_data, title=f"The flow of {row.workflow_name}"),
        use_url=reverse("studio:gallery-use-ours", args=[row.pk]),
        page_url=page_of(row),
    )
