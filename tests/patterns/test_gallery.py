"""Patterns 1, 5, 8 and 12 to 15, as the gallery has them: taken, filled in, published, and run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opsflows.accounts.actor import Actor
from opsflows.accounts.models import PlatformAccount
from opsflows.events.models import EventPayload
from opsflows.records.models import Record, Task
from opsflows.runs.models import Execution
from opsflows.studio.gallery.shelf import entry_of
from opsflows.workflows.models import Workflow
from opsflows.workflows.publish import publish
from opsflows.workflows.save_draft import create_workflow
from tests.outbound.receiver import Receiver
from tests.patterns.conftest import Claiming
from tests.patterns.world import Call, World, local
from tests.runs.conftest import NOW

pytestmark = pytest.mark.django_db
Take = Callable[[str], Workflow]


@pytest.fixture
def take(actor: Actor, receiver: Receiver) -> Take:
    """`take(flow)` puts the receiver's address into the placeholders, and publishes."""

    def taken(flow: str) -> Workflow:
        entry = entry_of(flow)
        filled = json.loads(local(json.dumps(entry.workflow_data, default=str), receiver))
        workflow = create_workflow(actor=actor, name=entry.name, workflow_data=filled, settings=entry.settings)
        publish(actor=actor, workflow=workflow, now=NOW)
        return workflow

    return taken


def last_run() -> tuple[str, str | None]:
    run = Execution.objects.latest("pk")
    return run.execution_status, run.error_message


def test_1_a_contact_goes_over_and_its_echo_does_not_come_back(engine: Claiming, take: Take, world: World) -> None:
    kept: dict[str, dict[str, Any]] = {"salesforce": {}, "hubspot": {}}

    def salesforce(call: Call) -> tuple[int, Any]:
        if call.method == "GET":
            return 200, {"contacts": list(kept["salesforce"].values())}
        kept["salesforce"]["1"] = {"Id": "1", **call.body, "LastModifiedDate": engine.now.isoformat()}
        return 201, {}

    world.answers["salesforce.example"] = salesforce
    take("two-crms-in-step")
    ada = {"email": "ada@fabrikam.example", "first_name": "Ada", "last_name": "Byron", "company": "Fabrikam"}
    engine.emit("crm.contact_changed", system="hubspot", modified_at=engine.now.isoformat(), **ada)
    engine.settle()
    assert last_run() == ("completed", None)
    [written] = world.to("salesforce.example", "POST", "PATCH")
    assert (written.method, written.body["Last_Synced_From__c"]) == ("POST", "hubspot")

    # Salesforce tells of what was just written to it.
    at = {"modified_at": engine.now.isoformat(), "last_synced_at": written.body["Last_Synced_At__c"]}
    engine.emit("crm.contact_changed", system="salesforce", **at, **ada)
    engine.settle()
    assert last_run() == ("completed", None)
    assert world.to("hubspot.example") == []

    # And of what a person wrote there ten minutes later.
    engine.pass_time(minutes=10)
    engine.emit("crm.contact_changed", system="salesforce", **{**at, "modified_at": engine.now.isoformat()}, **ada)
    engine.settle()
    assert [call.method for call in world.to("hubspot.example")] == ["GET", "POST"]

    # What is older than what the other one has is not written over it.
    engine.emit("crm.contact_changed", system="hubspot", modified_at="2026-03-01T00:00:00Z", **ada)
    engine.settle()
    assert len(world.to("salesforce.example", "POST", "PATCH")) == 1


def test_5_what_is_unusual_is_told_once_an_hour(
    engine: Claiming, take: Take, world: World, settings: Any, tmp_path: Path
) -> None:
    settings.OPSFLOWS_FILES = str(tmp_path / "files")
    now = {"count": 44}
    world.answers["analytics.example"] = lambda call: (
        (200, {"windows": [{"count": each} for each in (45, 52, 37, 46)]}) if "history" in call.path else (200, now)
    )
    world.answers["deploys.example"] = lambda call: (404, {})
    take("unusual-numbers-alert")
    engine.tick(minutes=15)
    assert (last_run(), world.to("slack.example")) == (("completed", None), [])
    assert engine.output("log")["count"] == 1

    now["count"] = 5
    engine.tick(minutes=15)
    for _ in range(3):
        engine.tick(minutes=15)
    assert set(Execution.objects.values_list("execution_status", flat=True)) == {"completed"}
    [told] = world.to("slack.example")
    assert "89 % below what is usual" in told.body["text"]
    assert "Nothing is known to have changed lately." in told.body["text"]
    assert len(world.to("incidents.example")) == 1
    engine.tick(minutes=15)
    assert len(world.to("slack.example")) == 2


@pytest.mark.parametrize(
    ("found", "merged", "reviewed", "results"),
    [
        ({"first_name": "J.", "last_name": "Doe", "email": "jdoe@acme.example"}, 0, 1, ["perhaps"]),
        (
            {"first_name": "John", "last_name": "Doe", "email": "john.doe@acme.example", "title": "CFO"},
            1,
            0,
            ["certain"],
        ),
        # A common name alone is nothing.
        ({"first_name": "John", "last_name": "Doe", "email": "john@other.example"}, 0, 0, ["different"]),
    ],
)
def test_8_the_same_person(
    engine: Claiming, take: Take, world: World, found: Any, merged: int, reviewed: int, results: list[str]
) -> None:
    company = "Acme" if "acme" in found["email"] else "Other"
    world.answers["crm.example"] = lambda call: (200, {"contacts": [{"id": "c-1", "company": company, **found}]})
    take("find-duplicate-contacts")
    john = {"first_name": "John", "last_name": "Doe", "email": "john.doe@acme.example", "company": "Acme"}
    engine.emit("contact.created", id="c-2", phone="+1-555-0100", notes="From the fair", **john)
    engine.settle()
    assert last_run() == ("completed", None)
    assert EventPayload.objects.get(event__name="contact.compared").data["found"] == results
    assert Task.objects.count() == reviewed
    calls = world.to("crm.example", "POST")
    assert len(calls) == merged
    for call in calls:
        assert call.path == "/contacts/c-1/merge"
        assert (call.body["merge"], call.body["contact"]["id"]) == ("c-2", "c-1")
        # Of both, what either has.
        assert (call.body["contact"]["title"], call.body["contact"]["phone"]) == ("CFO", "+1-555-0100")


def test_12_what_is_in_use_is_left_alone(
    engine: Claiming, take: Take, world: World, settings: Any, tmp_path: Path
) -> None:
    settings.OPSFLOWS_FILES = str(tmp_path / "files")
    gone = {"active_subscriptions": 0, "open_invoices": 0, "last_ticket_at": None, "megabytes": 40}
    users = [
        {"id": "u-1", **gone},
        {"id": "u-2", **gone, "open_invoices": 1},
        {"id": "u-3", **gone, "last_ticket_at": NOW.isoformat()},
        # Of whom nothing is known.
        {"id": "u-4"},
        {"id": "u-5", **gone, "megabytes": 2.5},
    ]
    world.answers["app.example"] = lambda call: (200, {"users": users} if call.method == "GET" else {})
    take("clean-up-old-trials")
    engine.tick(hours=24)
    engine.pass_time(minutes=1)
    assert last_run() == ("completed", None)
    assert sorted(call.path for call in world.to("archive.example")) == ["/users/u-1", "/users/u-5"]
    assert sorted(call.path for call in world.to("app.example", "DELETE")) == ["/users/u-1/files", "/users/u-5/files"]
    [told] = world.to("slack.example")
    assert "Trials archived: 2. Space freed: 42.5 MB.\nLeft alone: 3. Errors: 0." in told.body["text"]


def test_13_posts_are_published_once_they_are_complete(engine: Claiming, take: Take, world: World) -> None:
    post = {
        "id": "p-1",
        "title": "Tom & Jerry",
        "author": {"name": "Jo", "email": "jo@company.example"},
        "featured_image": "https://images.company.com/a.png",
        "meta_description": "About both.",
        "body": [{"type": "heading", "text": "A < B"}, {"type": "paragraph", "text": "Text"}],
    }
    posts = [post, {**post, "id": "p-2", "title": "", "meta_description": "x" * 200}]
    world.answers["notion.example"] = lambda call: (200, {"posts": posts} if call.method == "GET" else {})
    world.answers["wordpress.example"] = lambda call: (201, {"id": 512, "link": "https://blog.company.com/tom"})
    take("publish-posts-that-are-ready")
    engine.tick(minutes=15)
    assert last_run() == ("completed", None)
    [image, published] = world.to("wordpress.example")
    assert (image.path, published.body["featured_media"]) == ("/wp-json/wp/v2/media", 512)
    assert " ".join(published.body["content"].split()) == "<h2>A &lt; B</h2> <p>Text</p>"
    marked = {call.path: call.body["status"] for call in world.to("notion.example", "PATCH")}
    assert marked == {"/posts/p-1": "published", "/posts/p-2": "incomplete"}
    first, second = (call.body["text"] for call in world.to("slack.example"))
    assert first == "📝 Published: Tom & Jerry by Jo https://blog.company.com/tom"
    assert "A post without a title" in second
    assert "meta_description" in second


def test_14_one_channel_that_fails_stops_no_other(engine: Claiming, take: Take, world: World) -> None:
    for name in ("x", "linkedin", "instagram"):
        world.answers[f"{name}.example"] = lambda call: (201, {"url": f"https://{call.host}/1"})
    world.answers["facebook.example"] = lambda call: (403, {"error": "no"})
    take("post-to-all-channels")
    engine.emit("content.published", title="How others forecast", summary="Word " * 200, url="https://b.company.com/1")
    engine.settle()
    assert last_run() == ("completed", None)
    [tweet] = world.to("x.example")
    # Where an address counts as 23 characters.
    assert len(tweet.body["text"]) - len("https://b.company.com/1") + 23 <= 280
    assert world.to("instagram.example") == []
    kept = Record.objects.get(type="announcement").data
    assert (kept["x"], kept["facebook"], kept["instagram"]) == ("https://x.example/1", None, None)
    [told] = world.to("slack.example")
    assert "Failed: Facebook" in told.body["text"]


@pytest.mark.parametrize(
    ("lead", "tier", "assigned"),
    [
        ({"company_size": 500, "industry": "SaaS", "role": "VP Engineering", "revenue": 50_000_000}, "Enterprise", 1),
        ({"company_size": 500, "industry": "Mining", "role": "VP Engineering"}, "Growth", 1),
        ({"company_size": "", "industry": None}, "Nurture", 0),
    ],
)
def test_15_leads_are_scored_and_routed(
    account: PlatformAccount, engine: Claiming, take: Take, world: World, lead: Any, tier: str, assigned: int
) -> None:
    take("score-and-route-leads")
    engine.emit("lead.created", crm_id="L-1", name="Jo", email="jo@acme.example", company="Acme", **lead)
    engine.settle()
    assert last_run() == ("completed", None)
    record = Record.objects.get(account=account, type="lead")
    assert record.data["tier"] == tier
    assert [tag.name for tag in record.tags.all()] == ([] if assigned else ["nurture"])
    assert Task.objects.count() == assigned
    [told] = world.to("crm.example", "PATCH")
    assert (told.path, told.body["tier"]) == ("/leads/L-1", tier)
    assert len(world.to("slack.example")) == (tier == "Enterprise")


def test_each_pattern_has_a_flow() -> None:
    table = (Path(__file__).parents[2] / "docs/studio/gallery.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:4] for line in table.splitlines() if line.startswith("| ") and line[2].isdigit()]
    assert [int(number) for number, _, _ in rows] == list(range(1, 23))
    for _, _, flow in rows:
        assert entry_of(flow.strip().strip("`"))
