"""Tables as the models say, made at once: to migrate costs each process half a minute.

That migrations make the same tables is what tests/processes/test_schema.py is there for.
"""

import json
import os
import sys

import django
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import override_settings


def make_tables() -> None:
    """In a database that has none yet; it looks migrated afterwards."""
    with override_settings(MIGRATION_MODULES={config.label: None for config in apps.get_app_configs()}):
        call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    note_migrations()


def note_migrations() -> None:
    """That all of them were applied."""
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    noted = recorder.applied_migrations()
    missing = [key for key in MigrationLoader(None).disk_migrations if key not in noted]
    recorder.migration_qs.bulk_create([recorder.Migration(app=app, name=name) for app, name in missing])


def described() -> dict[str, object]:
    """What every table of the database consists of, in a form that can be compared and written as JSON."""
    with connection.cursor() as cursor:
        introspection = connection.introspection
        return {
            table: {
                "columns": sorted(
                    [str(each) for each in (column.name, column.type_code, column.display_size, column.null_ok)]
                    for column in introspection.get_table_description(cursor, table)
                ),
                "constraints": sorted(
                    [_given(name), *(f"{key}: {value}" for key, value in sorted(constraint.items()))]
                    for name, constraint in introspection.get_constraints(cursor, table).items()
                ),
            }
            for table in sorted(introspection.table_names(cursor))
        }


def _given(name: str) -> str:
    """A constraint's name, unless it has a number in its place."""
    return "" if name.startswith(("__unnamed", "fk_", "sqlite_autoindex")) else name


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsflows.settings")
    django.setup()
    sys.stdout.write(json.dumps(described()))
