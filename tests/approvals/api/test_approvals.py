"""`/api/approvals`: who sees what, what is decided by a key, and what stands where it comes too late."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from opsflows.approvals.models import ApprovalDecision, ApprovalRequest, ApprovalTask
from tests.approvals.office import Office, fresh

pytestmark = pytest.mark.django_db
Keys = Callable[..., Client]

MANAGER = {"name": "Manager", "approvers": ["manager"], "timeout": "48 hours"}
FINANCE = {"name": "Finance", "approvers": ["finance"]}


def send(client: Client, path: str, document: Any, method: str = "post") -> Any:
    return getattr(client, method)(path, json.dumps(document), content_type="application/json")


def path_of(request: ApprovalRequest, verb: str = "") -> str:
    return f"/api/approvals/{request.pk}" + (f"/{verb}" if verb else "")


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["id"] for each in answer.json()["results"]]


@pytest.fixture
def request_(office: Office) -> ApprovalRequest:
    return office.ask(MANAGER, FINANCE, amount=1250)


def test_a_request_is_shown_with_everything(office: Office, key_of: Keys, request_: ApprovalRequest) -> None:
    body = key_of("max").get(path_of(request_)).json()
    assert {key: body[key] for key in ("title", "state", "amount", "currency", "subject", "round")} == {
        "title": "New laptop",
        "state": "waiting",
        "amount": 1250,
        "currency": "EUR",
        "subject": "step",
        "round": 1,
    }
    assert body["requester"]["username"] == "ann.acme"
    [waiting] = body["waitingFor"]
    assert (waiting["username"], waiting["level"], waiting["dueAt"]) == ("max.acme", "Manager", body["dueAt"])
    [round_] = body["rounds"]
    assert round_["contentHash"] == body["contentHash"]
    assert [(level["name"], level["state"]) for level in round_["levels"]] == [
        ("Manager", "open"),
        ("Finance", "pending"),
    ]
    assert body["link"].endswith(f"/inbox/{request_.pk}/")


def test_the_list_is_narrowed(office: Office, key_of: Keys, request_: ApprovalRequest) -> None:
    other = office.ask({"approvers": ["cleo"]}, by="bob")
    root = key_of("root")
    assert ids(root.get("/api/approvals")) == [str(other.pk), str(request_.pk)]
    for query, wanted in (
        ("requester=ann.acme", [request_]),
        ("requester=BOB@acme.example", [other]),
        ("approver=max.acme", [request_]),
        ("approver=cleo@acme.example&state=waiting", [other]),
        ("approver=me", []),
        ("state=approved", []),
        ("requester=nobody", []),
    ):
        assert ids(root.get(f"/api/approvals?{query}")) == [str(each.pk) for each in wanted], query
    office.decide(request_, "max")
    # Max has answered: it waits for finance now.
    assert ids(root.get("/api/approvals?approver=max.acme&state=waiting")) == []
    assert ids(root.get("/api/approvals?approver=max.acme")) == [str(request_.pk)]
    assert ids(key_of("fay").get("/api/approvals?approver=me&state=waiting")) == [str(request_.pk)]
    assert ids(key_of("ann").get("/api/approvals?requester=me")) == [str(request_.pk)]


@pytest.mark.parametrize("query", ["state=open", "approver=", "requester=%20", "limit=0", "before=x"])
def test_a_filter_that_means_nothing_is_refused(key_of: Keys, query: str) -> None:
    answer = key_of("root").get(f"/api/approvals?{query}")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, query.partition("=")[0])


def test_a_page_costs_the_same_whatever_stands_on_it(
    office: Office, key_of: Keys, django_assert_max_num_queries: Any
) -> None:
    client = key_of("root")
    for _ in range(4):
        office.ask(MANAGER, FINANCE)
    with django_assert_max_num_queries(6):
        assert len(ids(client.get("/api/approvals"))) == 4
    first = client.get("/api/approvals?limit=3").json()
    assert len(ids(client.get(first["next"]))) == 1


def test_others_do_not_see_it(office: Office, key_of: Keys, request_: ApprovalRequest) -> None:
    bob = key_of("bob")
    assert ids(bob.get("/api/approvals")) == []
    for verb in ("decide", "recall", "reassign", "comments"):
        assert send(bob, path_of(request_, verb), {}).status_code == 404
    assert bob.get(path_of(request_)).status_code == 404
    elsewhere = Office("globex")
    elsewhere.person("max", "admin")
    assert bob.get("/api/approvals/no-id").status_code == 404
    assert bob.get(f"/api/approvals/{uuid.uuid4()}/").status_code == 404


def test_it_is_decided_by_the_keys_user(office: Office, key_of: Keys, request_: ApprovalRequest) -> None:
    max_, fay = key_of("max"), key_of("fay")
    read = max_.get(path_of(request_)).json()
    sent = {"decision": "approve", "comment": "Fine", "content_hash": read["contentHash"]}
    body = send(max_, path_of(request_, "decide"), sent).json()
    assert (body["state"], {each["username"] for each in body["waitingFor"]}) == ("waiting", {"fay.acme", "finn.acme"})
    decision = body["rounds"][0]["levels"][0]["tasks"][0]["decision"]
    assert (decision["decision"], decision["comment"], decision["door"], decision["identity"]) == (
        "approve",
        "Fine",
        "api",
        "key",
    )
    body = send(fay, path_of(request_, "decide"), {"decision": "reject", "comment": "Too much"}).json()
    assert (body["state"], body["waitingFor"]) == ("rejected", [])


def test_later_ones_get_what_stands(office: Office, key_of: Keys, request_: ApprovalRequest) -> None:
    client = key_of("max")
    sent = {"decision": "approve"}
    assert send(client, path_of(request_, "decide"), sent).status_code == 200
    late = send(client, path_of(request_, "decide"), {"decision": "reject", "comment": "No"})
    body = late.json()
    assert (late.status_code, body["error"]["code"], body["approval"]["state"]) == (409, "conflict", "waiting")
    assert "approved this before" in body["error"]["message"]
    assert ApprovalDecision.objects.count() == 1
    office.decide(request_, "fay", "reject")
    for verb, document in (("decide", sent), ("recall", {}), ("reassign", {"to": "bob.acme"})):
        late = send(key_of("ann" if verb == "recall" else "finn"), path_of(request_, verb), document)
        assert (late.status_code, late.json()["approval"]["state"]) == (409, "rejected"), verb


def test_what_was_read_has_to_be_what_stands(key_of: Keys, request_: ApprovalRequest) -> None:
    sent = {"decision": "approve", "contentHash": "0" * 64}
    answer = send(key_of("max"), path_of(request_, "decide"), sent)
    assert (answer.status_code, answer.json()["approval"]["waitingFor"][0]["username"]) == (409, "max.acme")
    assert "has changed" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({}, "decision"),
        ({"decision": "maybe"}, "decision"),
        ({"decision": 1}, "decision"),
        ({"decision": "reject"}, "comment"),
        ({"decision": "approve", "comment": "x" * 5001}, "comment"),
        ({"decision": "approve", "comment": []}, "comment"),
        ({"decision": "approve", "verdict": "x"}, "verdict"),
        ({"decision": "approve", "task": "x"}, "task"),
        ({"decision": "approve", "task": str(uuid.uuid4())}, "task"),
        ([], ""),
    ],
)
def test_what_it_refuses(key_of: Keys, request_: ApprovalRequest, document: Any, field: str) -> None:
    answer = send(key_of("max"), path_of(request_, "decide"), document)
    assert (answer.status_code, answer.json()["error"].get("field", "")) == (400, field)
    assert not ApprovalDecision.objects.exists()


def test_only_who_is_asked_decides(office: Office, key_of: Keys, request_: ApprovalRequest) -> None:
    for name in ("ann", "root"):
        assert send(key_of(name), path_of(request_, "decide"), {"decision": "approve"}).status_code == 403, name
    task = ApprovalTask.objects.get(request=request_)
    sent = {"decision": "approve", "task": str(task.pk)}
    assert send(key_of("root"), path_of(request_, "decide"), sent).status_code == 403
    assert not ApprovalDecision.objects.exists()


def test_a_keys_scopes_hold(key_of: Keys, request_: ApprovalRequest) -> None:
    client = key_of("max", ["events:read"])
    for answer in (
        client.get("/api/approvals"),
        client.get(path_of(request_)),
        send(client, path_of(request_, "decide"), {"decision": "approve"}),
        client.get("/api/delegations"),
    ):
        assert (answer.status_code, "approvals:decide" in answer.json()["error"]["message"]) == (403, True)
    narrow = key_of("root", ["approvals:decide"])
    # An administrator's key without approvals:manage sees what concerns its person.
    assert ids(narrow.get("/api/approvals")) == []
    assert key_of("max", ["approvals:decide"]).get(path_of(request_)).status_code == 200


def test_whoever_asks_takes_it_back(office: Office, key_of: Keys, request_: ApprovalRequest) -> None:
    assert send(key_of("max"), path_of(request_, "recall"), {}).status_code == 403
    answer = send(key_of("ann"), path_of(request_, "recall"), {"reason": "Found another"})
    assert (answer.json()["state"], answer.json()["reason"]) == ("recalled", "Found another")
    again = office.ask(MANAGER)
    assert key_of("root").generic("POST", path_of(again, "recall")).json()["state"] == "recalled"


def test_it_is_handed_on(office: Office, key_of: Keys, request_: ApprovalRequest) -> None:
    body = send(key_of("max"), path_of(request_, "reassign"), {"to": "cleo.acme", "comment": "Hers"}).json()
    assert [each["username"] for each in body["waitingFor"]] == ["cleo.acme"]
    # An administrator hands on anybody's; where several are asked they say whose.
    body = send(key_of("root"), path_of(request_, "reassign"), {"to": "bob@acme.example"}).json()
    assert [each["username"] for each in body["waitingFor"]] == ["bob.acme"]
    office.decide(request_, "bob")
    answer = send(key_of("root"), path_of(request_, "reassign"), {"to": "bob.acme"})
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "task")
    task = ApprovalTask.objects.get(request=request_, state="open", user=office.people["fay"])
    answer = send(key_of("root"), path_of(request_, "reassign"), {"to": "cleo.acme", "task": str(task.pk)})
    assert {each["username"] for each in answer.json()["waitingFor"]} == {"cleo.acme", "finn.acme"}


@pytest.mark.parametrize("to", ["", "nobody at all", "ann.acme", "finance"])
def test_to_whom_it_cannot_be_handed(key_of: Keys, request_: ApprovalRequest, to: str) -> None:
    answer = send(key_of("max"), path_of(request_, "reassign"), {"to": to})
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "to")


def test_something_is_said_beside_it(key_of: Keys, request_: ApprovalRequest) -> None:
    answer = send(key_of("ann"), path_of(request_, "comments"), {"text": "It is for the new hire."})
    assert (answer.status_code, answer.json()["author"]) == (201, "Ann")
    body = key_of("max").get(path_of(request_)).json()
    assert [each["text"] for each in body["comments"]] == ["It is for the new hire."]
    assert send(key_of("ann"), path_of(request_, "comments"), {"text": " "}).json()["error"]["field"] == "text"
    assert fresh(request_).state == "waiting"
