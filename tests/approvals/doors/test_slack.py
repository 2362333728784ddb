"""Slack: messages with buttons, believed only with Slack's signature, and edited when the decision has fallen."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from slack_sdk.models.blocks import Block
from slack_sdk.signature import SignatureVerifier

from opsflows.approvals.amend import amend
from opsflows.approvals.models import ApprovalChannels, ApprovalDecision, ApprovalMessage, ApprovalRequest
from opsflows.approvals.recall import recall
from tests.approvals.doors.conftest import SECRET, TOKEN, FakeApi, deliver
from tests.approvals.office import NOW, Office, fresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

FINANCE = {"name": "Finance", "approvers": ["bob"]}


def asked_in_slack(office: Office, *levels: Any, **rest: Any) -> tuple[ApprovalRequest, ApprovalMessage]:
    request = office.ask(*(levels or (FINANCE,)), **rest)
    deliver()
    return request, ApprovalMessage.objects.get(request=request, task__user=office.people["bob"], purpose="ask")


def check_blocks(body: dict[str, Any]) -> None:
    """Raises what Slack's own library finds wrong with them."""
    parsed = Block.parse_all(body["blocks"])
    assert [block.type for block in parsed] == [block["type"] for block in body["blocks"]]
    for block in parsed:
        block.validate_json()


def buttons(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    rows = [block["elements"] for block in body["blocks"] if block["type"] == "actions"]
    return {button["action_id"]: button for row in rows for button in row}


def payload(slack: FakeApi, verdict: str, *, user: str = "UBOB", comment: str | None = None) -> dict[str, Any]:
    """What Slack sends when that button of the last message is pressed."""
    body = slack.told("chat.postMessage")[-1]
    button = buttons(body)[verdict]
    return {
        "type": "block_actions",
        "user": {"id": user, "team_id": "T1"},
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
        "container": {"type": "message", "message_ts": "1772.000002", "channel_id": "DUBOB"},
        "channel": {"id": "DUBOB"},
        "state": {"values": {"comment": {"comment": {"type": "plain_text_input", "value": comment}}}},
        "actions": [{"type": "button", **{key: button[key] for key in ("action_id", "value") if key in button}}],
    }


def press(
    office: Office, document: dict[str, Any], *, secret: str = SECRET, at: datetime = NOW, signature: str = ""
) -> Any:
    """The request as Slack's own library signs it."""
    body = urlencode({"payload": json.dumps(document)})
    stamp = str(int(at.timestamp()))
    signed = signature or SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    return Client(enforce_csrf_checks=True).post(
        f"/slack/approvals/{office.account.pk}/",
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signed or ""},
    )


def test_a_person_is_asked_with_buttons(office: Office, slack: FakeApi) -> None:
    _, message = asked_in_slack(office, amount="1250.50")
    assert [name for name, _ in slack.calls] == ["users.lookupByEmail", "chat.postMessage"]
    assert slack.told("users.lookupByEmail") == [{"email": "bob@acme.example"}]
    assert slack.headers[-1]["Authorization"] == f"Bearer {TOKEN}"
    [body] = slack.told("chat.postMessage")
    assert body["channel"] == "UBOB"
    shown = json.dumps(body, ensure_ascii=False)
    for text in ("New laptop", "€1,250.50", "Ann", "Finance"):
        assert text in shown
    assert buttons(body).keys() == {"approve", "reject", "changes", "open"}
    assert "/decide/" not in shown
    assert [block["type"] for block in body["blocks"]].count("input") == 1
    check_blocks(body)
    assert message.answer == {"user": "UBOB", "channel": "DUBOB", "ts": "1772.000002"}
    assert message.status == "sent"


def test_what_people_write_is_escaped(office: Office, slack: FakeApi) -> None:
    asked_in_slack(office, title="<!channel> *A & B* <https://evil.example|click>" + "&" * 400)
    [body] = slack.told("chat.postMessage")
    shown = json.dumps(body, ensure_ascii=False)
    assert "<!channel>" not in shown
    assert "&lt;!channel&gt; *A &amp; B* &lt;https" in shown
    for block in body["blocks"]:
        if block["type"] == "section" and "text" in block:
            assert len(block["text"]["text"]) <= 3000
            assert block["text"]["verbatim"] is True


@pytest.mark.parametrize(
    ("verdict", "comment", "state"),
    [("approve", None, "approved"), ("reject", "Too dear", "rejected"), ("changes", "Cheaper", "changes_requested")],
)
def test_a_press_decides_and_the_message_says_so(
    office: Office, slack: FakeApi, verdict: str, comment: str | None, state: str
) -> None:
    request, _ = asked_in_slack(office)
    answer = press(office, payload(slack, verdict, comment=comment))
    assert (answer.status_code, answer.content) == (200, b"")
    # Nothing was called while Slack waited for the answer.
    assert len(slack.calls) == 2
    decision = ApprovalDecision.objects.get()
    assert (decision.verdict, decision.comment) == (verdict, comment or "")
    assert (decision.identity, decision.door, decision.user) == ("signature", "slack", office.people["bob"])
    assert fresh(request).state == state
    deliver()
    [edit] = slack.told("chat.update")
    assert (edit["channel"], edit["ts"]) == ("DUBOB", "1772.000002")
    assert buttons(edit).keys() == {"open"}
    check_blocks(edit)
    assert "Bob" in edit["text"]
    assert (comment or "Bob") in json.dumps(edit)


def test_a_decision_through_another_door_edits_the_message(office: Office, slack: FakeApi) -> None:
    request, _ = asked_in_slack(office, {"approvers": ["bob", "cleo"]})
    assert len(slack.told("chat.postMessage")) == 2
    office.decide(request, "cleo")
    deliver()
    edits = slack.told("chat.update")
    assert {edit["channel"] for edit in edits} == {"DUBOB", "DUCLEO"}
    assert all("Cleo approved this" in edit["text"] for edit in edits)
    recalled, _ = asked_in_slack(office)
    recall(voice=office.voice("ann"), request_id=recalled.pk, now=NOW)
    deliver()
    assert "This was taken back" in slack.told("chat.update")[-1]["text"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": "v0=" + "0" * 64},
        {"secret": "another-secret"},
        {"at": NOW - timedelta(minutes=5, seconds=1)},
        {"at": NOW + timedelta(minutes=6)},
    ],
    ids=["signature", "secret", "old", "future"],
)
def test_what_slack_did_not_sign_now_is_refused(office: Office, slack: FakeApi, wrong: dict[str, Any]) -> None:
    asked_in_slack(office)
    assert press(office, payload(slack, "approve"), **wrong).status_code == 401
    assert not ApprovalDecision.objects.exists()


def test_without_a_signature_or_another_way_nothing_is_heard(office: Office, slack: FakeApi) -> None:
    asked_in_slack(office)
    url = f"/slack/approvals/{office.account.pk}/"
    assert Client().post(url, {"payload": json.dumps(payload(slack, "approve"))}).status_code in (401, 415)
    assert Client().get(url).status_code == 405
    ApprovalChannels.objects.update(slack_signing_secret=None)
    assert press(office, payload(slack, "approve")).status_code == 404
    assert not ApprovalDecision.objects.exists()


def test_only_whoever_was_written_to_is_heard(office: Office, slack: FakeApi) -> None:
    asked_in_slack(office)
    answer = press(office, payload(slack, "approve", user="UCLEO"))
    assert answer.status_code == 200
    said = answer.json()
    assert said["response_type"] == "ephemeral"
    assert said["text"] == "This was sent to Bob; only they can answer it here."
    assert not ApprovalDecision.objects.exists()
    deliver()
    [whisper] = slack.told("chat.postEphemeral")
    assert (whisper["channel"], whisper["user"], whisper["text"]) == ("DUBOB", "UCLEO", said["text"])


def test_another_account_s_secret_opens_nothing(office: Office, slack: FakeApi) -> None:
    asked_in_slack(office)
    other = Office("globex")
    ApprovalChannels.objects.create(account=other.account, slack_bot_token=TOKEN, slack_signing_secret="other")
    answer = press(other, payload(slack, "approve"), secret="other")
    assert "not known here" in answer.json()["text"]
    assert press(other, payload(slack, "approve"), secret=SECRET).status_code == 401
    assert not ApprovalDecision.objects.exists()


def test_a_second_click_is_told_what_stands(office: Office, slack: FakeApi) -> None:
    asked_in_slack(office)
    document = payload(slack, "approve")
    assert press(office, document).content == b""
    for _ in range(2):
        assert "Bob approved this before" in press(office, document).json()["text"]
    assert ApprovalDecision.objects.count() == 1
    deliver()
    # Slack sent the same press again; it is answered once.
    assert len(slack.told("chat.postEphemeral")) == 1


def test_what_is_missing_is_said(office: Office, slack: FakeApi) -> None:
    asked_in_slack(office)
    answer = press(office, payload(slack, "reject"))
    assert "Say why" in answer.json()["text"]
    assert press(office, payload(slack, "reject", comment="Because")).content == b""


def test_a_message_of_an_earlier_round_decides_nothing(office: Office, slack: FakeApi) -> None:
    request, _ = asked_in_slack(office)
    document = payload(slack, "approve")
    amend(voice=office.voice("ann"), request_id=request.pk, title="Two laptops", details=None, now=NOW)
    assert "has changed" in press(office, document).json()["text"]
    assert not ApprovalDecision.objects.exists()
    # The same task, with a hash of something else.
    deliver()
    document = payload(slack, "approve")
    document["actions"][0]["value"] = document["actions"][0]["value"].partition(":")[0] + ":" + "0" * 64
    assert "has changed" in press(office, document).json()["text"]
    assert not ApprovalDecision.objects.exists()


@pytest.mark.parametrize("value", ["", "nonsense", "019cadc6-9a80-7000-9a5b-963f1693d06c:abc", ":"])
def test_a_strange_value_is_answered_calmly(office: Office, slack: FakeApi, value: str) -> None:
    asked_in_slack(office)
    document = payload(slack, "approve")
    document["actions"][0]["value"] = value
    assert "not known here" in press(office, document).json()["text"]


def test_other_things_that_slack_sends_are_taken_and_left(office: Office, slack: FakeApi) -> None:
    asked_in_slack(office)
    for document in ({"type": "view_closed"}, {"type": "block_actions", "actions": []}, payload(slack, "open")):
        answer = press(office, document)
        assert (answer.status_code, answer.content) == (200, b"")
    assert not ApprovalDecision.objects.exists()


def test_above_the_threshold_there_is_only_a_link(office: Office, slack: FakeApi) -> None:
    request, message = asked_in_slack(office, amount=6000, loginAbove="5000")
    [body] = slack.told("chat.postMessage")
    assert buttons(body).keys() == {"open"}
    assert buttons(body)["open"]["url"].endswith(f"/inbox/{request.pk}/")
    assert "Above €5,000.00" in json.dumps(body, ensure_ascii=False)
    document = payload(slack, "open")
    seen = request.rounds.get().content_hash
    document["actions"][0] |= {"action_id": "approve", "value": f"{message.pk}:{seen}"}
    assert "sign in" in press(office, document).json()["text"]
    assert not ApprovalDecision.objects.exists()


def test_somebody_slack_does_not_know_is_no_failure(office: Office, slack: FakeApi) -> None:
    slack.answers["users.lookupByEmail"] = [(200, {"ok": False, "error": "users_not_found"})]
    _, message = asked_in_slack(office)
    assert (message.status, message.error) == ("dropped", "Slack knows nobody with this address (users_not_found).")


def test_slack_s_troubles_pass_and_its_pauses_are_kept(office: Office, slack: FakeApi) -> None:
    slack.answers["chat.postMessage"] = [(500, {}), (200, {"ok": False, "error": "invalid_auth"}), (429, {})]
    _, message = asked_in_slack(office)
    assert message.status == "queued"
    for minutes in range(10, 60, 10):
        deliver(NOW + timedelta(minutes=minutes))
    message.refresh_from_db()
    assert (message.status, message.attempts) == ("sent", 4)


def test_no_secret_is_kept_with_an_error(office: Office, slack: FakeApi) -> None:
    slack.answers["chat.postMessage"] = [(200, {"ok": False, "error": f"bad {TOKEN} and {SECRET}"})]
    _, message = asked_in_slack(office)
    assert (message.status, message.error) == ("failed", "Slack refused chat.postMessage (no reason).")


def test_what_was_not_sent_before_the_decision_is_not_sent(office: Office, slack: FakeApi) -> None:
    request = office.ask(FINANCE)
    slack.answers["chat.postMessage"] = [(500, {})]
    deliver()
    office.decide(request, "bob")
    for minutes in (10, 11):
        deliver(NOW + timedelta(minutes=minutes))
    assert {row.status for row in ApprovalMessage.objects.filter(channel="slack")} == {"dropped"}
    assert slack.told("chat.update") == []


@pytest.mark.django_db(transaction=True)
def test_a_decision_while_the_message_is_on_its_way_edits_it(office: Office, slack: FakeApi) -> None:
    request = office.ask(FINANCE)

    def decided_meanwhile() -> None:
        # In the thread of Slack's server, with a connection of its own.
        office.decide(request, "bob")
        connection.close()

    slack.before["chat.postMessage"] = decided_meanwhile
    deliver()
    [edit] = slack.told("chat.update")
    assert edit["channel"] == "DUBOB"
