"""Run in a stack's environment: makes the tables, and account, source and live workflows. JSON in, JSON out.

One process for all of it, because a process of Django's takes a second to start.
"""

import json
import os
import sys
from io import StringIO
from typing import Any

ACCOUNT = "acme"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsflows.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from opsflows.accounts.models import PlatformAccount
    from tests.schema import make_tables

    wanted = json.load(sys.stdin)
    if not connection.introspection.table_names():
        make_tables()
    call_command("migrate", interactive=False, verbosity=0)
    account, _ = PlatformAccount.objects.get_or_create(slug=ACCOUNT, defaults={"name": "Acme"})
    out = StringIO()
    secret = wanted["secret"]
    call_command(
        "source", "create", "Load", "--account", ACCOUNT, "--connector", "hmac", f"--secret={secret}", stdout=out
    )
    made = {"path": out.getvalue().split()[-1], "workflows": [_live(account.pk, rule) for rule in wanted["workflows"]]}
    sys.stdout.write(json.dumps(made))


def _live(account_id: Any, rule: dict[str, Any]) -> str:
    """Publish a rule as the API would; or a flow, where the rule has none but brings its own `workflow_data`."""
    from django.utils import timezone

    from opsflows.accounts.actor import system_actor
    from opsflows.workflows.publish import publish
    from opsflows.workflows.rule_form import to_graph
    from opsflows.workflows.save_draft import create_workflow

    actor = system_actor(account_id)
    data = rule.get("workflow_data") or to_graph(rule)
    workflow = create_workflow(actor=actor, name=rule["name"], workflow_data=data, settings=rule.get("settings", {}))
    publish(actor=actor, workflow=workflow, now=timezone.now())
    return str(workflow.id)


if __name__ == "__main__":
    main()
