"""What every page of the studio costs beside a thousand workflows and a million events, and beside few of both.

Run as ``python -m bench.studio_pages``. Each page is asked for through Django's test client, so without a web server:
its queries (which must not grow), the least of its milliseconds (other work on the machine only adds to them), of these
the core time of the process that asks, and its bytes. *times* is the milliseconds with many beside those with few.
"""

import argparse
import json
import os
import re
import time
from collections.abc import Sequence
from typing import Any

from bench import seed_studio
from bench.places import add_database_option, chosen, place

#: Workflows and events of the peer.
FEW = (10, 1_000)
ROUNDS = 3
#: What is worth a look: slower than this, or so many times the peer.
SLOW_MS, SLOW_TIMES = 300, 5


def measure(vendor: str, workflows: int, events: int, only: str, explain: bool) -> None:
    with place(vendor) as stack:
        stack.run("manage.py", "migrate", "--verbosity", "0")
        stack.run("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        stack.run("manage.py", "loaddata", "fixtures/catalog.json", "--verbosity", "0")
        found: list[dict[str, Any]] = []
        for start, size in (((0, 0), FEW), (FEW, (workflows, events))):
            numbers = ",".join(str(each) for each in (*start, *size))
            more = ["--explain"] if explain and start != (0, 0) else []
            text = stack.run("-m", "bench.studio_pages", "--inside", numbers, "--only", only, *more)
            found.append(json.loads(text))
    print(f"  {vendor}: {workflows:,} workflows and {events:,} events beside {FEW[0]:,} and {FEW[1]:,}")
    few, many = found
    for page, [queries, ms, core, size, slowest] in many.items():
        peer_queries, peer, _, _, _ = few[page]
        same = f"{queries:3} queries" if queries == peer_queries else f"{peer_queries} -> {queries} QUERIES"
        note = "  <-- look" if ms > SLOW_MS or ms > SLOW_TIMES * peer or queries != peer_queries else ""
        print(
            f"    {page:<28} {ms / peer:5.2f} times {peer:7.1f} -> {ms:7.1f} ms, of it core time {core:6.1f}; "
            f"{same}, {size:7,} bytes{note}"
        )
        for plan in slowest:
            print(f"        {plan}")


def inside(numbers: Sequence[int], only: str, explain: bool) -> None:
    """In a process with the database's settings: write until there are so many, and print what each page costs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsflows.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    settings.ALLOWED_HOSTS = ["testserver"]
    from_workflow, from_event, workflows, events = numbers
    account, person = seed_studio.office()
    seed_studio.add_workflows(account, from_workflow, workflows)
    seed_studio.add_events(account, from_event, events, workflows=workflows)
    if from_workflow == 0:
        seed_studio.give_history(person)
    seed_studio.settle()
    client = Client()
    client.force_login(person)
    print(json.dumps({name: _cost(client, *asked, explain) for name, asked in pages().items() if only in name}))


def pages() -> dict[str, tuple[str, dict[str, str] | None]]:
    """Every page by its name: the address, and what is sent where it is not only asked for."""
    from django.urls import reverse

    from opsflows.events.models import Event
    from opsflows.runs.models import Execution
    from opsflows.studio.models import Backtest
    from opsflows.workflows.models import Workflow

    mine = Workflow.objects.get(pk=seed_studio.workflow_id(0))
    named = Event.objects.filter(account=mine.account_id, name=seed_studio.EVENTS[0]).order_by("-id")
    event, backtest = named[30], Backtest.objects.order_by("-id")[0]
    email = EMAIL.format(int(str(named[20].payload.data["id"])) % 50_000)
    run = Execution.objects.filter(workflow=mine).order_by("-id")[0]

    def own(name: str, *more: Any) -> str:
        return reverse(f"studio:{name}", args=[mine.pk, *more])

    def kept(model: type[Any], name: str, *more: Any) -> str:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=more)

    workflows, events, runs = (kept(model, "changelist") for model in (Workflow, Event, Execution))
    got = {
        "workflows": workflows,
        "workflows, searched": f"{workflows}?q=call+customer",
        "workflows, one found": f"{workflows}?q=rule+0003",
        "workflows, tag and event": f"{workflows}?tag=team-1&event={seed_studio.EVENTS[1]}&state=live",
        "workflows, last page": f"{workflows}?p=5",
        "overview": kept(Workflow, "change", mine.pk),
        "history": kept(Workflow, "history", mine.pk),
        "try": kept(Workflow, "try", mine.pk),
        "new": reverse("studio:new"),
        "edit": own("edit"),
        "trigger": own("trigger"),
        "conditions": own("conditions"),
        "add a step": f"{own('add')}?after=a1&handle=done",
        "add a step, its form": f"{own('add')}?after=a1&handle=done&kind=slack",
        "step": own("step", "a1"),
        "step, move": own("move-to", "a1"),
        "step, delete": own("delete", "a1"),
        "settings": own("settings"),
        "versions": own("versions"),
        "differences": own("version", 3),
        "publish": own("publish"),
        "backtests": own("backtest"),
        "backtest": own("backtest-run", backtest.pk),
        "backtest, event": own("backtest-event", backtest.pk, backtest.found.order_by("-event_id")[20].event_id),
        "event, explained": reverse("studio:explain-event", args=[event.pk]),
        "why not": own("why-not"),
        "why not, event": f"{own('why-not')}?event={event.pk}",
        "why not, customer": f"{own('why-not')}?field=customer.email&value={email}",
        "why not, customer, any name": f"{own('why-not')}?field=customer.email&value={email}&every=on",
        "why not, nobody": f"{own('why-not')}?value=nobody@example.com",
        "gallery": reverse("studio:gallery"),
        "gallery, searched": f"{reverse('studio:gallery')}?q=rule",
        "export and import": reverse("studio:exchange"),
        "export, searched": f"{reverse('studio:exchange')}?q=rule",
        "run": kept(Execution, "change", run.pk),
        "runs": runs,
        "runs, failed": f"{runs}?status=failed",
        "runs, of the workflow": f"{runs}?workflow={mine.pk}",
        "event": kept(Event, "change", event.pk),
        "events": events,
        "events, of a name": f"{events}?q={seed_studio.EVENTS[0]}",
    }
    sent = {
        "try, sent": (kept(Workflow, "try", mine.pk), {"event": str(event.pk)}),
        "preview": (own("preview", "a1"), {"title": "Call {{customer.name}}"}),
    }
    return {name: (url, None) for name, url in got.items()} | sent


EMAIL = "c{}@example.com"


def _cost(client: Any, url: str, data: dict[str, str] | None, explain: bool) -> list[Any]:
    """Queries; milliseconds, and of them core time, the least of some; bytes; where asked, plans of slow queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def ask() -> Any:
        answer = client.get(url) if data is None else client.post(url, data)
        assert answer.status_code == 200, (url, answer.status_code)
        return answer

    answer = ask()
    times, cores = [], []
    for _ in range(ROUNDS):
        began, core = time.perf_counter(), time.process_time()
        ask()
        times.append((time.perf_counter() - began) * 1000)
        cores.append((time.process_time() - core) * 1000)
    with CaptureQueriesContext(connection) as captured:
        ask()
    slow = sorted(captured.captured_queries, key=lambda query: -float(query["time"]))[:3]
    plans = [plan for query in slow if float(query["time"]) > 0.05 for plan in _plan(query)] if explain else []
    return [len(captured), min(times), min(cores), len(answer.content), plans]


def _plan(query: dict[str, str]) -> list[str]:
    """How the database goes about a query, under the query itself."""
    from django.db import connection

    sql = re.sub(r"\s+", " ", query["sql"])
    words = "EXPLAIN (ANALYZE, BUFFERS)" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{words} {sql}".replace("%", "%%") if connection.vendor == "sqlite" else f"{words} {sql}")
        return [f"{query['time']} s: {sql[:1500]}", *("    " + str(row[-1]) for row in cursor.fetchall())]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workflows", type=int, default=1_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--only", default="", help="pages in whose name this stands")
    parser.add_argument("--explain", action="store_true", help="also the plans of queries above 50 ms")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    add_database_option(parser)
    options = parser.parse_args(arguments)
    if options.inside:
        inside([int(each) for each in options.inside.split(",")], options.only, options.explain)
        return
    for vendor in chosen(options.database):
        measure(vendor, options.workflows, options.events, options.only, options.explain)


if __name__ == "__main__":
    main()
