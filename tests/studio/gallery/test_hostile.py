"""What goes wrong: a file that cannot be read, names that are taken or long, words in any script."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from opsflows.studio.gallery import shelf
from opsflows.studio.gallery.find import found_entries
from opsflows.studio.gallery.use_flow import use_template
from opsflows.workflows.mark_template import mark_template
from opsflows.workflows.models import Workflow
from opsflows.workflows.save_draft import update_draft
from opsflows.workflows.set_tags import set_tags
from tests.admin.world import World


@pytest.fixture
def own_folder(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A gallery with two flows of the product's."""
    there = tmp_path / "fixtures" / "gallery"
    (there / "about").mkdir(parents=True)
    for name in ("fulfil-orders.yaml", "about/fulfil-orders.yaml", "review-content.yaml", "about/review-content.yaml"):
        shutil.copy(shelf.folder() / name, there / name)
    settings.BASE_DIR = tmp_path
    shelf.entries.cache_clear()
    yield there
    shelf.entries.cache_clear()


BROKEN = {
    "fulfil-orders.yaml": ["", "nothing: of the kind", "opsflows: 1\nname: [", "\xff\xfe", "opsflows: 9\nname: x"],
    "about/fulfil-orders.yaml": ["", "audience: Shops", "- a list", "audience: [", "needs: 4\naudience: Shops"],
}


@pytest.mark.parametrize(("name", "content"), [(name, each) for name, said in BROKEN.items() for each in said])
def test_what_cannot_be_read_is_left_out(own_folder: Path, caplog: Any, name: str, content: str) -> None:
    (own_folder / name).write_bytes(content.encode("latin-1"))
    assert [entry.slug for entry in shelf.entries()] == ["review-content"]
    assert "The gallery leaves fulfil-orders.yaml out: " in caplog.text


def test_what_nothing_is_told_about_is_left_out(own_folder: Path) -> None:
    (own_folder / "about" / "fulfil-orders.yaml").unlink()
    assert [entry.slug for entry in shelf.entries()] == ["review-content"]


@pytest.mark.parametrize(
    ("words", "flow"),
    [
        ("duplicates", "find-duplicate-contacts"),
        ("google sheets", "database-into-a-sheet"),
        ("SPREADSHEET", "database-into-a-sheet"),
        ("renewals", "90-day-renewal-reminder"),
        ("invoice", "failed-payment-follow-up"),
        ("twitter", "post-to-all-channels"),
        ("wordpress publish", "publish-posts-that-are-ready"),
        ("hubspot salesforce", "two-crms-in-step"),
        ("gdpr trial", "clean-up-old-trials"),
        ("support manager", "escalate-open-tickets"),
        ("anomaly", "unusual-numbers-alert"),
        ("lead routing", "score-and-route-leads"),
    ],
)
def test_people_find_it_by_their_own_words(words: str, flow: str) -> None:
    assert flow in [entry.slug for entry in found_entries(sought=words)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words", ["größe ß 日本", "%", "_", "🧹", "' OR 1=1 --", "<script>alert(1)</script>", "s" * 500]
)
def test_any_words_may_be_sought(admin: Client, words: str) -> None:
    answer = admin.get(reverse("studio:gallery"), {"q": words, "category": "'\"><b>"})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Ünïcödé 🧾 日本語", "x" * 255, "100 % (2)"])
def test_a_template_is_taken_again_and_again(alpha: World, name: str) -> None:
    row = alpha.workflow("first", live=False)
    row = update_draft(actor=alpha.actor, workflow=row, revision=row.revision, name=name)
    set_tags(actor=alpha.actor, workflow=row, tags=["finance"], now=timezone.now())
    mark_template(actor=alpha.actor, workflow=row, is_template=True, now=timezone.now())
    for _ in range(2):
        copy = use_template(actor=alpha.actor, workflow_id=row.pk, now=timezone.now())
        assert [tag.name for tag in copy.tags.all()] == ["finance"]
        assert not copy.is_template
    names = set(Workflow.objects.filter(account=alpha.account).values_list("workflow_name", flat=True))
    assert len(names) == 3
    assert f"{name[:249]} (3)" in names
