"""Every flow of the gallery out of one account as files, and into another: nothing of what it means changes."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from opsflows.databases.models import Database
from opsflows.studio.gallery.shelf import entries
from opsflows.studio.gallery.use_flow import use_flow
from opsflows.workflows.graph import definition_hash
from opsflows.workflows.models import Workflow
from opsflows.workflows.read_graph import read_graph
from tests.admin.world import World


def said_in(world: World) -> dict[str, Any]:
    """By the name: what it means, and what is said about it."""
    rows = Workflow.objects.filter(account=world.account).prefetch_related("tags")
    return {
        row.workflow_name: (
            definition_hash(read_graph(row.workflow_data), row.settings),
            row.description,
            row.category,
            sorted(tag.name for tag in row.tags.all()),
        )
        for row in rows
    }


@pytest.mark.django_db
def test_export_import_validate(alpha: World, beta: World, tmp_path: Path) -> None:
    for world in (alpha, beta):
        Database.objects.create(account=world.account, name="crm", kind="sqlite", database_name="crm.sqlite3")
    for entry in entries():
        use_flow(actor=alpha.actor, slug=entry.slug, now=timezone.now())
    call_command("flows", "export", "--account", "alpha", "--to", str(tmp_path / "first"), verbosity=0)
    call_command("flows", "validate", str(tmp_path / "first"), "--account", "beta", verbosity=0)
    call_command("flows", "import", str(tmp_path / "first"), "--account", "beta", verbosity=0)
    assert said_in(beta) == said_in(alpha)
    assert len(said_in(beta)) == len(entries())
    call_command("flows", "export", "--account", "beta", "--to", str(tmp_path / "second"), verbosity=0)
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("first", "second")
    )
    assert first == second
