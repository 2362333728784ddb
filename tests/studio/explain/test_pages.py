"""The pages that answer "why not?": for an event, for a workflow, for something that an event carries."""

import uuid
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from opsflows.admin_site.markup import page_of
from opsflows.events.count_repeats import count_repeats
from opsflows.events.models import Event, EventKey, EventPayload, Rejection, Source
from opsflows.jsontext.field import JsonText
from opsflows.runs.models import Execution
from opsflows.studio.explain.search import search
from opsflows.workflows.models import Workflow
from tests.studio.explain.scene import EVENT, Scene, over

pytestmark = pytest.mark.django_db


def why_not(workflow: Workflow) -> str:
    return reverse("studio:why-not", args=[workflow.pk])


def text(client: Client, url: str, **query: str) -> str:
    answer = client.get(url, query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_an_events_page_tells_who_did_not_react(admin: Client, scene: Scene) -> None:
    scene.workflow("large deals", over(100_000))
    scene.workflow("every deal")
    event = scene.event({"value": 80_000})
    said = text(admin, page_of(event))
    assert "Who did not react, and why" in said
    assert "value would have had to be greater than 100,000, for instance 100,001 (it was 80,000)." in said
    assert said.count("every deal") == 1, "what ran is among what it caused, and not here"


def test_an_events_page_is_bounded(admin: Client, scene: Scene) -> None:
    for number in range(25):
        scene.workflow(f"flow {number:02}", over(100))
    event = scene.event({"value": 1})
    assert "5 more did not react." in text(admin, page_of(event))
    whole = reverse("studio:explain-event", args=[event.pk])
    assert "1 to 20 of" in text(admin, whole)
    assert "21 to 25 of" in text(admin, whole, **{"from": "20"})
    assert text(admin, whole, **{"from": "rubbish"})


def test_an_explained_event_says_when_it_was_judged(admin: Client, scene: Scene) -> None:
    scene.workflow("flow")
    whole = "studio:explain-event"
    assert "were asked" in text(admin, reverse(whole, args=[scene.event().pk]))
    keyed = scene.event(key="order-1", routed=False)
    said = text(admin, reverse(whole, args=[keyed.pk]))
    assert "waits to be handed over" in said
    assert "order-1" in said
    other = scene.event(name="nobody.listens")
    assert "No workflow listens to nobody.listens" in text(admin, reverse(whole, args=[other.pk]))


def test_a_foreign_event_is_not_there(admin: Client, scene: Scene, elsewhere: Scene) -> None:
    workflow = scene.workflow("flow")
    foreign = elsewhere.event({"secret plan": 1})
    answer = admin.get(reverse("studio:explain-event", args=[foreign.pk]), follow=True)
    assert "There is no such event in this account" in answer.content.decode()
    said = text(admin, why_not(workflow), event=str(foreign.pk))
    assert "There is no such event in this account" in said
    assert "secret plan" not in said
    said = text(admin, why_not(workflow), value="1", every="on")
    assert str(foreign.pk) not in said
    theirs = elsewhere.workflow("theirs")
    answer = admin.get(why_not(theirs), follow=True)
    assert "There is no such workflow in this account" in answer.content.decode()


def test_the_newest_events_are_offered_with_what_became_of_them(viewer: Client, scene: Scene) -> None:
    workflow = scene.workflow("flow", over(100))
    ran, silent = scene.event({"value": 200}), scene.event({"value": 1})
    said = text(viewer, why_not(workflow))
    assert f"?event={ran.pk}" in said
    assert f"?event={silent.pk}" in said
    assert said.count("did not start") == 1


def test_why_one_workflow_did_not_start_with_its_draft_beside(admin: Client, scene: Scene) -> None:
    workflow = scene.workflow("flow", over(100))
    event = scene.event({"value": 50})
    scene.redraft(workflow, over(10))
    said = text(admin, why_not(workflow), event=str(event.pk))
    assert "value would have had to be greater than 100, for instance 101 (it was 50)." in said
    assert "version 1 was live then" in said
    assert "With the draft it would start." in said


def test_what_happened_after_it_started(admin: Client, scene: Scene) -> None:
    workflow = scene.workflow("flow")
    event = scene.event()
    said = text(admin, why_not(workflow), event=str(event.pk))
    assert "What happened then" in said
    assert page_of(Execution.objects.get()) in said


def test_an_event_of_another_name(admin: Client, scene: Scene) -> None:
    workflow = scene.workflow("flow")
    said = text(admin, why_not(workflow), event=str(scene.event(name="deal.lost").pk))
    assert "It listened to deal.won then" in said
    assert "The draft listens to deal.won" in said


def test_a_customer_is_found_by_what_the_event_carries(admin: Client, scene: Scene) -> None:
    workflow = scene.workflow("flow", over(100))
    wanted = scene.event({"customer": {"email": "Ada@Example.com"}, "value": 1})
    scene.event({"customer": {"email": "bob@example.com"}, "note": "not ada@example.com"})
    for query in ({"field": "customer.email"}, {}):
        said = text(admin, why_not(workflow), value="ada@example.com", **query)
        assert said.count("?event=") == 1
        assert f"?event={wanted.pk}" in said
        assert "Looked through 2 events" in said
        assert "That was all there is" in said


def test_events_of_every_name_are_looked_through_on_demand(admin: Client, scene: Scene) -> None:
    workflow = scene.workflow("flow")
    other = scene.event({"n": 7}, name="deal.lost")
    assert f"?event={other.pk}" not in text(admin, why_not(workflow), value="7")
    assert f"?event={other.pk}" in text(admin, why_not(workflow), value="7", every="on")


def test_a_search_goes_on_where_it_ended(admin: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opsflows.studio.explain.search.LOOKED_AT", 2)
    workflow = scene.workflow("flow")
    first, *_ = [scene.event({"n": number}) for number in range(3)]
    said = text(admin, why_not(workflow), value="0", field="n")
    assert "Looked through 2 events" in said
    assert "Look further back" in said
    before = str(Event.objects.order_by("id")[1].pk)
    assert f"?event={first.pk}" in text(admin, why_not(workflow), value="0", field="n", before=before)


def test_no_event_at_all(admin: Client, scene: Scene) -> None:
    workflow = scene.workflow("flow")
    assert f"No {EVENT} ever came" in text(admin, why_not(workflow))
    source = Source.objects.create(account=scene.account, name="CRM", connector="stripe")
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    Rejection.objects.create(source=source, reason="bad_signature", hour=hour, count=3, last_at=hour)
    Source.objects.create(account=scene.account, name="Old CRM", connector="stripe", is_active=False)
    event = scene.event({"email": "x@example.com"})
    Event.objects.filter(pk=event.pk).update(source=source)
    said = text(admin, why_not(workflow), field="email", value="ada@example.com")
    assert f"{EVENT} does come" in said
    assert "the signature does not match, 3 times" in said
    assert "Old CRM" not in said, "it never came from there"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"event": "12"}, "This is no event id"),
        ({"event": str(uuid.uuid4())}, "There is no such event"),
        ({"field": "a..b", "value": "1"}, "separated by single dots"),
        ({"field": "email"}, "Say what the field is"),
    ],
)
def test_a_question_that_cannot_be_asked(admin: Client, scene: Scene, query: dict[str, str], said: str) -> None:
    assert said in text(admin, why_not(scene.workflow("flow")), **query)


def test_a_workflow_that_no_event_starts(admin: Client, scene: Scene) -> None:
    workflow = scene.workflow("flow", live=False, trigger="")
    assert "No event starts this workflow" in text(admin, why_not(workflow))


@pytest.mark.parametrize("count", [1, 50])
def test_queries_stay_the_same(admin: Client, scene: Scene, count: int, django_assert_max_num_queries: object) -> None:
    for number in range(count):
        scene.workflow(f"flow {number}", over(100))
    events = [scene.event({"value": 1, "email": "ada@example.com"}) for _ in range(min(count, 20))]
    flow = Workflow.objects.get(workflow_name="flow 0")
    for url, query, most in (
        (page_of(events[0]), {}, 30),
        (reverse("studio:explain-event", args=[events[0].pk]), {}, 24),
        (why_not(flow), {}, 16),
        (why_not(flow), {"event": str(events[0].pk)}, 32),
        (why_not(flow), {"value": "ada@example.com"}, 18),
    ):
        admin.get(url, query)
        with django_assert_max_num_queries(most):  # type: ignore[operator]
            assert admin.get(url, query).status_code == 200


def test_a_payload_that_is_gone_stops_nothing(admin: Client, scene: Scene) -> None:
    workflow = scene.workflow("flow", over(1))
    event = scene.event({"value": 1})
    EventPayload.objects.filter(event=event).delete()
    assert "no longer kept" in text(admin, why_not(workflow), event=str(event.pk))
    assert "Looked through 1 event," in text(admin, why_not(workflow), value="1")


@pytest.mark.parametrize("seen", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_the_ends_of_the_calendar_are_told(admin: Client, scene: Scene, seen: str, zone: str) -> None:
    scene.account.timezone = zone
    scene.account.save()
    scene.workflow("since", [{"field": "value", "operator": "after", "value": "2026-01-01"}])
    scene.workflow("until", [{"field": "value", "operator": "before", "value": "2020-01-01"}])
    assert "would have had to" in text(admin, page_of(scene.event({"value": seen})))


def test_a_pattern_that_only_the_rules_know_is_told(admin: Client, scene: Scene) -> None:
    scene.workflow("flow", [{"field": "value", "operator": "matches", "value": "[[:x]"}])
    assert "Condition did not hold" in text(admin, page_of(scene.event({"value": "zzz"})))


@pytest.mark.parametrize("typed", ["100000", "1e5", "100,000", "100000.00"])
def test_a_number_is_found_however_it_is_written(scene: Scene, typed: str) -> None:
    written = [Decimal("1E+5"), Decimal("100000.0"), 100000]
    events = [scene.event({"customer": {"id": number}}) for number in written]
    for other in ("100000.5", "1000001", "10000"):
        scene.event({"customer": {"id": Decimal(other)}})
    # PostgreSQL writes numbers out; SQLite keeps them as they came.
    for event, text in zip(events, ("1e5", "100000.0", "10.0000E4"), strict=True):
        EventPayload.objects.filter(event=event).update(data=JsonText(f'{{"customer": {{"id": {text}}}}}'))
    found = search(account_id=scene.account.pk, value=typed).events
    assert [each.id for each in found] == [event.pk for event in events[::-1]]
    assert len(search(account_id=scene.account.pk, value=typed, field="customer.id").events) == 3


@pytest.mark.parametrize("typed", ["0", "-7", "1,50", "1.5", "12,34", "007"])
def test_what_spells_a_number_is_found_as_a_text_as_well(scene: Scene, typed: str) -> None:
    event = scene.event({"note": typed})
    assert [each.id for each in search(account_id=scene.account.pk, value=typed).events] == [event.pk]


def test_a_vendors_id_finds_the_first_and_how_often_it_came(admin: Client, scene: Scene) -> None:
    workflow = scene.workflow("flow", over(100))
    event, source = scene.event({"value": 1}), Source.objects.create(account=scene.account, name="CRM")
    EventKey.objects.create(scope=f"source:{source.pk}", key="evt_1", event_id=event.pk, created_at=scene.now)
    count_repeats([event.pk], now=scene.tick())
    count_repeats([event.pk], now=scene.tick())
    said = text(admin, why_not(workflow), value="evt_1")
    assert said.count(f"?event={event.pk}") == 1
    assert "came 3 times" in said
    sentence = "started nothing, since they carry the same key (evt_1): that is the same event sent again."
    for url, query in (
        (why_not(workflow), {"event": str(event.pk)}),
        (reverse("studio:explain-event", args=[event.pk]), {}),
    ):
        said = text(admin, url, **query)
        assert "It came 3 times. The repeats (the last on" in said
        assert sentence in said
    assert "2 times, the last" in text(admin, page_of(event))


def test_another_accounts_key_finds_nothing(scene: Scene, elsewhere: Scene) -> None:
    source, event = Source.objects.create(account=elsewhere.account, name="CRM"), elsewhere.event()
    EventKey.objects.create(scope=f"source:{source.pk}", key="evt_1", event_id=event.pk, created_at=scene.now)
    assert search(account_id=scene.account.pk, value="evt_1").events == ()


def test_a_value_with_a_tab_is_found(scene: Scene) -> None:
    event = scene.event({"note": "one\ttwo"})
    found = search(account_id=scene.account.pk, value="one\ttwo")
    assert [(each.id, each.where) for each in found.events] == [(event.pk, "note")]
