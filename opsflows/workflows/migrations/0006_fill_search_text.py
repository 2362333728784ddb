from typing import Any

from django.db import migrations

from opsflows.workflows.search_text import pieces_of, search_text

BATCH = 200


def fill(apps: Any, schema_editor: Any) -> None:
    """Of workflows that were there before searches: nobody bears a tag yet."""
    workflows = apps.get_model("workflows", "Workflow")._base_manager
    labels = dict(workflows.model._meta.get_field("category").choices)
    columns = ("pk", "workflow_name", "description", "category", "workflow_data", "settings")
    last = None
    # A stretch at a time: a definition, and the text of it, may be long, and nobody knows how many there are.
    while True:
        stretch = workflows.order_by("pk") if last is None else workflows.order_by("pk").filter(pk__gt=last)
        rows = []
        for pk, name, description, category, workflow_data, settings in stretch.values_list(*columns)[:BATCH]:
            pieces = pieces_of(
                name=name,
                description=description,
                category=str(labels.get(category, "")),
                tags=(),
                workflow_data=workflow_data,
                settings=settings,
            )
            rows.append(workflows.model(pk=pk, search_text=search_text(pieces)))
            last = pk
        if not rows:
            return
        workflows.bulk_update(rows, ["search_text"])


class Migration(migrations.Migration):
    dependencies = [("workflows", "0005_search_and_tags")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
