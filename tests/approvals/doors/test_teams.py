"""Teams: a card in a channel that others read too, so it leads to the inbox and decides nothing."""

import json

import pytest

from opsflows.approvals.models import ApprovalChannels, ApprovalMessage
from tests.approvals.doors.conftest import FakeApi, deliver
from tests.approvals.office import Office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def teams(office: Office, api: FakeApi) -> FakeApi:
    ApprovalChannels.objects.create(
        account=office.account, by_email=False, teams_webhook_url=f"{api.url}webhook/s3cret/post"
    )
    return api


def test_a_card_leads_to_the_inbox(office: Office, teams: FakeApi) -> None:
    request = office.ask({"name": "Finance", "approvers": ["bob", "cleo"]}, title="[Click](https://evil)", amount=10)
    deliver()
    [body] = teams.told("post")
    card = body["attachments"][0]["content"]
    shown = json.dumps(card, ensure_ascii=False)
    assert "/decide/" not in shown
    assert card["actions"] == [
        {"type": "Action.OpenUrl", "title": "Open in the inbox", "url": f"http://127.0.0.1:8000/inbox/{request.pk}/"}
    ]
    for text in ("€10.00", "Ann", "Finance"):
        assert text in shown
    # A run is shown as it is, a block's text would be Markdown.
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    office.decide(request, "bob")
    deliver()
    assert len(teams.calls) == 1


def test_the_address_is_kept_out_of_errors(office: Office, teams: FakeApi) -> None:
    teams.answers["post"] = [(400, f"no flow at {teams.url}webhook/s3cret/post")]
    office.ask({"approvers": ["bob"]})
    deliver()
    message = ApprovalMessage.objects.get()
    assert message.status == "failed"
    assert message.error.startswith("Teams answered 400")
    assert "s3cret" not in message.error
