"""Migrations say what the models say, in one line per app."""

from collections import Counter

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    # Exits where a model has changed and no migration says so.
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_migrations_are_linear() -> None:
    own = {config.label for config in apps.get_app_configs() if config.name.startswith("opsflows.")}
    loader = MigrationLoader(None)
    leaves = Counter(app for app, _ in loader.graph.leaf_nodes() if app in own)
    assert leaves, "no migrations were found"
    assert {app for app, count in leaves.items() if count > 1} == set()
    merges = [
        f"{app}.{name}"
        for (app, name), migration in loader.disk_migrations.items()
        if app in own and len([parent for parent in migration.dependencies if parent[0] == app]) > 1
    ]
    assert merges == []
