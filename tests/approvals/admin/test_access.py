"""Managers, absences and channels: who may set them, what is refused, and what is never shown again."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.actor_for_user import actor_for_user
from opsflows.accounts.models import Membership, User
from opsflows.accounts.set_manager import set_manager
from opsflows.approvals.models import ApprovalChannels, Delegation
from opsflows.approvals.set_channels import set_channels
from opsflows.audit.models import AuditEntry
from tests.admin.addresses import act, adding, listing, page
from tests.admin.conftest import signed_in
from tests.admin.world import World, person
from tests.approvals.admin.test_policies import text_of

pytestmark = pytest.mark.django_db

CHANNELS = "admin:approvals_approvalchannels_settings"


def member(user: User) -> Membership:
    return Membership.objects.get(user=user)


# --- managers ---------------------------------------------------------------------------------------------------------


def test_a_manager_is_set_on_the_persons_page(admin: Client, alpha: World) -> None:
    bob, cleo = person(alpha.account, "bob", "viewer"), person(alpha.account, "cleo", "viewer")
    answer = admin.post(act(member(bob), "manager"), {"manager": str(cleo.pk)}, follow=True)
    assert "cleo is bob’s manager from now on." in text_of(answer)
    assert "<dt>Manager</dt> <dd>cleo</dd>" in text_of(answer)
    assert AuditEntry.objects.get(action="manager.set").detail == {
        "person": "bob",
        "manager": "cleo",
        "instead_of": "nobody",
    }
    admin.post(act(member(bob), "manager"), {"manager": ""})
    assert member(bob).manager is None


def test_nobody_leads_themselves_or_in_a_circle(alpha: World, beta: World) -> None:
    people = [person(alpha.account, name, "viewer") for name in ("one", "two", "three")]
    now = timezone.now()

    def lead(led: User, manager: User) -> None:
        set_manager(actor=alpha.actor, membership=member(led), manager=manager, now=now)

    one, two, three = people
    lead(one, two)
    lead(two, three)
    for led, manager in ((one, one), (three, one), (three, two), (one, beta.admin)):
        with pytest.raises(ValidationError) as refused:
            lead(led, manager)
        assert list(refused.value.message_dict) == ["manager"]
    lead(three, alpha.admin)


def test_only_who_manages_access_sets_managers(alpha: World, beta: World) -> None:
    bob = person(alpha.account, "bob", "operator")
    for actor in (actor_for_user(user=bob, account=alpha.account, door="admin"), beta.actor):
        with pytest.raises(Forbidden):
            set_manager(actor=actor, membership=member(bob), manager=alpha.admin, now=timezone.now())


# --- who stands in ----------------------------------------------------------------------------------------------------


def test_an_administrator_says_who_stands_in(admin: Client, alpha: World) -> None:
    bob, cleo = person(alpha.account, "bob", "viewer"), person(alpha.account, "cleo", "viewer")
    until = timezone.localtime(timezone.now() + timedelta(days=2), alpha.account.zone).strftime("%Y-%m-%dT%H:%M")
    data = {"person": str(bob.pk), "stand_in": str(cleo.pk), "starts_at": "2026-01-02T08:00", "ends_at": until}
    answer = admin.post(adding(Delegation), {**data, "reason": "Holidays"}, follow=True)
    assert "cleo stands in for bob." in text_of(answer)
    row = Delegation.objects.get()
    # By the account's clocks, which are Berlin's.
    assert row.starts_at.isoformat() == "2026-01-02T07:00:00+00:00"
    assert "Away now" in text_of(admin.get(listing(Delegation), {"when": "now"}))
    admin.post(act(row, "revoke"))
    assert Delegation.objects.get().revoked_at is not None
    assert "Ended early" in text_of(admin.get(page(row)))
    assert list(admin.get(listing(Delegation), {"when": "now"}).context["cl"].result_list) == []


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("stand_in", {"stand_in": "bob"}),
        ("person", {"person": ""}),
        ("ends_at", {"ends_at": "2026-01-01T08:00"}),
        ("starts_at", {"starts_at": "soon"}),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    admin: Client, alpha: World, field: str, changed: dict[str, str]
) -> None:
    known = {name: str(person(alpha.account, name, "viewer").pk) for name in ("bob", "cleo")}
    data = {"person": "bob", "stand_in": "cleo", "starts_at": "2026-01-02T08:00", "ends_at": "2099-01-02T08:00"}
    sent = {key: known.get(value, value) for key, value in {**data, **changed}.items()}
    answer = admin.post(adding(Delegation), sent)
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])


# --- channels ---------------------------------------------------------------------------------------------------------

SECRETS = {
    "slack_bot_token": "xoxb-123-very-secret",
    "slack_signing_secret": "signing-very-secret",
    "teams_webhook_url": "https://acme.webhook.office.com/webhookb2/very-secret",
}


def test_secrets_go_in_and_never_come_out(admin: Client, alpha: World) -> None:
    url = reverse(CHANNELS)
    assert "Not set." in text_of(admin.get(url))
    assert ApprovalChannels.objects.count() == 0
    assert admin.post(url, {"by_email": "on", **SECRETS}).status_code == 302
    row = ApprovalChannels.objects.get()
    assert {name: getattr(row, name) for name in SECRETS} == SECRETS
    for address in (url, page(row), listing(ApprovalChannels)):
        assert "very-secret" not in admin.get(address).content.decode()
    assert "It is set; empty keeps it." in text_of(admin.get(url))
    assert "very-secret" not in str(list(AuditEntry.objects.values_list("detail", flat=True)))
    # Nothing is typed: the secrets stay.
    admin.post(url, {})
    row.refresh_from_db()
    assert (row.by_email, row.has_slack) == (False, True)
    admin.post(url, {"no_slack_bot_token": "on", "no_slack_signing_secret": "on"})
    row.refresh_from_db()
    assert (row.has_slack, bool(row.teams_webhook_url)) == (False, True)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("slack_bot_token", {"slack_bot_token": "xoxp-1", "slack_signing_secret": "s"}),
        ("slack_signing_secret", {"slack_bot_token": "xoxb-1"}),
        ("slack_bot_token", {"slack_signing_secret": "s"}),
        ("teams_webhook_url", {"teams_webhook_url": "http://plain.example/x"}),
        ("teams_webhook_url", {"teams_webhook_url": "https://"}),
    ],
)
def test_what_is_no_secret_of_theirs_is_refused(admin: Client, field: str, given: dict[str, Any]) -> None:
    answer = admin.post(reverse(CHANNELS), given)
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])
    assert ApprovalChannels.objects.count() == 0


def test_channels_are_the_administrators(alpha: World) -> None:
    eda = person(alpha.account, "eda", "operator")
    assert signed_in(eda).get(reverse(CHANNELS)).status_code == 403
    actor = actor_for_user(user=eda, account=alpha.account, door="admin")
    with pytest.raises(Forbidden):
        set_channels(actor=actor, by_email=False, now=timezone.now())
