"""Lists and pages ask the same number of questions however much there is, and never count."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from opsflows.events.models import Event, RoutingFailure, Source, SourceSecret
from opsflows.workflows.models import Workflow
from tests.admin.addresses import MODELS, listing, page
from tests.admin.world import World

#: A count with an end: it reads no more rows than its limit says.
BOUNDED = re.compile(r"SELECT COUNT\(\*\) FROM \(\s*SELECT 1 FROM events [^()]*LIMIT \d+\)")


def queries(client: Client, url: str) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(url)
    assert answer.status_code == 200, url
    return [query["sql"] for query in captured.captured_queries]


def counts(asked: list[str]) -> list[str]:
    """Of what was asked, what counts rows without an end."""
    return [sql for sql in asked if re.search(r"\bcount\(", BOUNDED.sub("", sql), re.IGNORECASE)]


def assert_fixed(client: Client, url: str, grow: Callable[[], object]) -> None:
    client.get(url)
    before = queries(client, url)
    grow()
    after = queries(client, url)
    assert len(after) == len(before), "\n".join(after)
    assert counts(after) == []


def test_a_list_of_fifty_costs_what_a_list_of_two_costs(root: Client, alpha: World) -> None:
    # All lists in one test: fifty rows of everything take longer to make than all lists to read.
    alpha.add(2)
    before = {}
    for model in MODELS:
        root.get(listing(model))
        before[model] = len(queries(root, listing(model)))
    alpha.add(48)
    after = {model: queries(root, listing(model)) for model in MODELS}
    more = {model._meta.label: len(asked) - before[model] for model, asked in after.items()}
    assert {label: count for label, count in more.items() if count} == {}
    assert {model._meta.label: counts(asked) for model, asked in after.items() if counts(asked)} == {}


def test_the_first_page_costs_the_same_with_more_in_it(admin: Client, alpha: World) -> None:
    alpha.add(2)
    assert_fixed(admin, "/admin/", lambda: alpha.add(20))


def test_a_run_of_fifty_steps_costs_what_one_of_two_costs(admin: Client, alpha: World) -> None:
    run = alpha.run(alpha.workflow("w"), alpha.event(), steps=2)
    alpha.emitted(run, 2)

    def grow() -> None:
        for number in range(10, 58):
            alpha.step(run, f"s{number}")
        alpha.emitted(run, 18)

    assert_fixed(admin, page(run), grow)


def test_an_event_that_started_many_runs(admin: Client, alpha: World) -> None:
    event = alpha.event()

    def start(count: int) -> None:
        for number in range(count):
            run = alpha.run(alpha.workflow(f"w{number}"), event)
            alpha.emitted(run, 1)
            RoutingFailure.objects.create(event=event, consumer=f"c{run.pk}", error="no", failed_at=event.received_at)

    start(2)
    assert_fixed(admin, page(event), lambda: start(20))


def test_a_source_with_many_events_secrets_and_refusals(admin: Client, alpha: World) -> None:
    source = Source.objects.get(pk=alpha.add(1).event(source=Source.objects.get()).source_id)

    def grow() -> None:
        for _ in range(20):
            alpha.event(source=source)
            SourceSecret.objects.create(source=source, value="s")

    assert_fixed(admin, page(source), grow)


def test_a_workflow_with_many_runs(admin: Client, alpha: World) -> None:
    workflow = alpha.workflow("w")
    alpha.run(workflow, alpha.event())
    assert_fixed(admin, page(workflow), lambda: [alpha.run(workflow, alpha.event()) for _ in range(20)])


PLANS = [
    ("/admin/runs/execution/?status=failed", "run_by_unfinished_status"),
    ("/admin/runs/execution/?status=needs_attention", "run_by_unfinished_status"),
    ("/admin/runs/execution/", "run_newest"),
    ("/admin/records/task/", "task_open_by_due"),
    ("/admin/records/task/?status=any", "task_newest"),
    ("/admin/events/event/", "event_newest"),
    ("/admin/events/event/?q=alpha.happened", "event_newest_by_name"),
]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL decides by the size of the tables")
@pytest.mark.parametrize(("url", "index"), PLANS)
def test_a_list_is_read_through_its_index(admin: Client, alpha: World, url: str, index: str) -> None:
    alpha.add(2)
    table = index.split("_")[0].replace("run", "workflow_execution") + "s"
    # The last one reads the rows of the page; the ones before read the numbers of the sidebar.
    sql = [each for each in queries(admin, url) if f'FROM "{table}"' in each and "LIMIT 51" in each][-1]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql)
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert re.search(rf"USING (COVERING )?INDEX {index}\b", plan), plan


def test_pages_of_a_list_meet_every_row_once(admin: Client, alpha: World) -> None:
    for _ in range(120):
        alpha.event()
    wanted = [str(pk) for pk in Event.objects.order_by("-pk").values_list("pk", flat=True)]
    seen: list[str] = []
    url, back = "/admin/events/event/", ""
    while url:
        changelist = admin.get(url).context["cl"]
        seen += [str(event.pk) for event in changelist.result_list]
        back = changelist.previous_url
        url = changelist.next_url and f"/admin/events/event/{changelist.next_url}"
    assert seen == wanted
    middle = admin.get(f"/admin/events/event/{back}").context["cl"]
    assert [str(event.pk) for event in middle.result_list] == wanted[50:100]


def test_numbered_pages_meet_every_row_once(admin: Client, alpha: World) -> None:
    for number in range(60):
        alpha.workflow(f"w{number:02}", live=False)
    first = admin.get(listing(Workflow)).context["cl"]
    second = admin.get(listing(Workflow) + first.next_url).context["cl"]
    names = [row.workflow_name for row in [*first.result_list, *second.result_list]]
    assert names == [f"w{number:02}" for number in range(60)]
    assert (first.previous_url, second.next_url) == ("", "")


@pytest.mark.parametrize(
    "query", ["?older=nonsense", "?page=nonsense", "?page=0", "?status=nonsense", "?o=1.2", "?all=1"]
)
def test_a_broken_address_is_no_error(admin: Client, alpha: World, query: str) -> None:
    assert admin.get(f"/admin/runs/execution/{query}", follow=True).status_code == 200


@pytest.mark.parametrize("query", ["key_hash__startswith=a", "user__password__startswith=a", "name__contains=a"])
def test_a_list_filters_by_nothing_but_its_filters(admin: Client, query: str) -> None:
    """Otherwise an address could ask about columns that are never shown, or make the database read everything."""
    assert admin.get(f"/admin/accounts/apikey/?{query}").status_code == 400
