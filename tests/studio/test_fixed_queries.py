"""What `python -m bench.studio_pages` asks with a million events, asked with few: no page asks more of the database."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import seed_studio
from bench.studio_pages import pages
from tests.admin.conftest import signed_in

pytestmark = pytest.mark.django_db

PAGES = (
    "edit", "trigger", "conditions", "step", "settings", "versions", "differences", "publish", "try", "backtest",
    "backtest, event", "event, explained", "why not, event", "why not, customer", "gallery", "export and import",
    "event", "run",
)  # fmt: skip


def asked(client: Client) -> dict[str, int]:
    """Queries of each page, once what is remembered is remembered."""
    found = {}
    for name, (url, _) in pages().items():
        if name in PAGES:
            client.get(url)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).status_code == 200, name
            found[name] = len(captured)
    return found


def test_pages_ask_the_same_with_more_of_everything() -> None:
    account, person = seed_studio.office()
    seed_studio.add_workflows(account, 0, 22)
    seed_studio.add_events(account, 0, 1_000, workflows=22)
    seed_studio.give_history(person)
    client = signed_in(person)
    few = asked(client)
    assert set(few) == set(PAGES)
    seed_studio.add_workflows(account, 22, 80)
    seed_studio.add_events(account, 1_000, 4_000, workflows=80)
    assert asked(client) == few
