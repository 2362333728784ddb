from typing import Any
import pytest
from datetime import timedelta
from tests.runs.graphs import publisher, graph
from tests.runs.engine import Engine
from tests.runs.kinds import OutsideProbe, registered
from opsflows.workflows.outcomes import Fail, Retry
from opsflows.workflows.save_draft import create_workflow
from opsflows.accounts.models import PlatformAccount
from django.utils import timezone
from tests.admin.addresses import page
from tests.admin.conftest import *  # noqa

pytestmark = [pytest.mark.django_db(transaction=True)]

def shots(shown, name):
    for width, height in ((1280, 900), (390, 844)):
        shown.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            shown.evaluate(f"document.documentElement.classList.toggle('dark', {'true' if theme == 'dark' else 'false'})")
            shown.wait_for_timeout(150)
            main = shown.evaluate("""() => Math.max(document.documentElement.scrollHeight, ...[...document.querySelectorAll('*')].map(e => e.scrollHeight))""")
            shown.set_viewport_size({"width": width, "height": min(main + 60, 3200)})
            shown.wait_for_timeout(100)
            shown.screenshot(path=f"/tmp/h_trace/shots/{name}-{width}-{theme}.png")
            shown.set_viewport_size({"width": width, "height": height})

@pytest.fixture
def eng(alpha):
    with registered():
        e = Engine(account_id=alpha.account.id, now=timezone.now() - timedelta(minutes=4))
        yield e
        e.close()

def test_parallel(visit: Any, alpha, eng):
    publish = publisher(alpha.actor)
    w = publish(
        "band.gold -> fork", "band.else -> small", "fork.tell sales -> mail", "fork.book -> task", "task -> rest", "fork.check credit -> call", "call -> bad", "fork -> after",
        name="New customer",
        band={"type": "condition", "label": "How large is it?", "value": "{{amount}}", "cases": [{"name": "small", "to": 1000}, {"name": "gold", "from": 50000}]},
        fork={"type": "parallel", "label": "Welcome them", "branches": [{"name": "tell sales"}, {"name": "book"}, {"name": "check credit", "optional": True}]},
        mail={"type": "notify", "label": "Tell the owner", "to": ["alpha-admin"], "title": "{{customerName}} has signed", "message": "Worth {{amount}} a year.\n\nSay hello: https://crm.example/1"},
        task={"type": "create_task", "title": "Book the kick-off with {{customerName}}"},
        rest={"type": "delay", "label": "Give it a day", "duration": "1 day"},
        call={"type": "probe_outside", "label": "Ask the credit agency", "note": "hello"},
        bad={"type": "stop", "outcome": "failure", "reason": "Rated C: not without prepayment."},
        small={"type": "set", "values": {"x": 1}},
        after={"type": "set", "label": "Note the result", "values": {"welcomed": "yes"}},
    )
    eng.emit("deal.won", amount=75000, customerName="Acme GmbH")
    eng.settle()
    from opsflows.runs.models import Execution
    run = Execution.objects.get()
    print(run.execution_status)
    shots(visit(page(run)), "parallel")
    eng.pass_time(days=1)
    shots(visit(page(run)), "parallel-over")

def test_foreach(visit: Any, alpha, eng):
    publish = publisher(alpha.actor)
    publish(
        "list.each -> call", "call -> rest",
        name="Spring campaign",
        list={"type": "foreach", "label": "Every contact", "items": "{{contacts}}", "item": "contact", "concurrency": 40},
        call={"type": "probe_outside", "label": "Enrich", "note": "{{contact.email}}"},
        rest={"type": "delay", "label": "Wait a minute", "duration": "1 minute"},
    )
    OutsideProbe.script.extend([Fail("The other side answered 404: no such contact.") if n % 40 == 7 else __import__("opsflows.workflows.outcomes", fromlist=["Done"]).Done(output={"note": "x"}) for n in range(4000)])
    eng.emit("deal.won", contacts=[{"email": f"person{n}@example.com", "name": f"Person {n}"} for n in range(500)])
    eng.settle()
    for _ in range(4):
        eng.pass_time(minutes=1)
    from opsflows.runs.models import Execution, Fork
    run = Execution.objects.get()
    shown = visit(page(run))
    shots(shown, "foreach")
    fork = Fork.objects.get()
    shots(visit(page(run) + f"?items={fork.id}&show=all"), "foreach-all")
    shots(visit(page(run) + f"?item={fork.id},7"), "foreach-item")

def test_try(visit: Any, alpha, eng):
    publish = publisher(alpha.actor)
    w = publish(
        "band.gold -> mail", "band.else -> small", "mail -> list", "list.each -> call", "call -> tell", "list -> rest", "rest -> after",
        name="New customer",
        band={"type": "condition", "label": "How large is it?", "value": "{{amount}}", "cases": [{"name": "small", "to": 1000}, {"name": "gold", "from": 50000}]},
        mail={"type": "email", "label": "Welcome mail", "to": ["{{email}}"], "subject": "Welcome, {{customerName}}", "body": "Hello {{customerName}},\n\ngood to have you. {{nobody}}\n\nhttps://example.com/start"},
        list={"type": "foreach", "label": "Every contact", "items": "{{contacts}}", "item": "contact", "concurrency": 2},
        call={"type": "webhook", "label": "Enrich", "url": "https://crm.example/{{contact.id}}"},
        tell={"type": "notify", "label": "Tell the owner", "to": ["alpha-admin"], "title": "{{contact.name}} scored {{steps.call.output.body.score}}"},
        rest={"type": "delay", "label": "Give it a day", "duration": "1 day"},
        small={"type": "set", "values": {"x": 1}},
        after={"type": "set", "label": "Note the result", "values": {"welcomed": "yes"}},
    )
    eng.emit("deal.won", amount=75000, customerName="Acme GmbH", email="ada@acme.example", contacts=[{"id": n, "name": f"Person {n}"} for n in range(5)])
    from django.urls import reverse
    url = reverse("admin:workflows_workflow_try", args=[w.pk])
    shown = visit(url)
    shots(shown, "try-start")
    for _ in range(2):
        shown.get_by_role("button", name="Go on one step").click()
        shown.wait_for_load_state()
    shots(shown, "try-two")
    shown.get_by_role("button", name="To the end").click()
    shown.wait_for_load_state()
    shown.wait_for_timeout(300)
    shots(shown, "try-end")
    shown.locator("#step-call-0").get_by_role("button", name="Pin an answer").click()
    shown.wait_for_load_state()
    shots(shown, "try-pin")
