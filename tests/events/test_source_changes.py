"""A change of a source holds for the very next request, although every process keeps its sources in memory."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from opsflows.accounts.actor import Actor, Forbidden
from opsflows.accounts.models import PlatformAccount
from opsflows.events.change_source import change_source
from opsflows.events.create_source import create_source
from opsflows.events.listening import TRUSTED_FOR
from opsflows.events.models import Event, Source, SourceSecret
from opsflows.events.receive import admit
from opsflows.events.refusal import RequestRefused
from opsflows.events.rotate_secret import add_secret, retire_secret
from tests.events.conftest import SECRET, Post, stripe_body

pytestmark = pytest.mark.django_db

SECOND = "whsec_second"


@pytest.fixture
def known(post: Post, source: Source) -> Source:
    """A source that this process has in memory."""
    assert post(source, stripe_body()).status_code == 202
    Event.objects.all().delete()
    return source


def test_both_secrets_are_valid_while_rotating(post: Post, known: Source, actor: Actor) -> None:
    add_secret(actor=actor, source=known, secret=SECOND, now=timezone.now())
    assert post(known, stripe_body(), secret=SECOND).status_code == 202
    assert post(known, stripe_body(), secret=SECRET).status_code == 202


def test_a_retired_secret_is_refused_at_once(post: Post, known: Source, actor: Actor) -> None:
    old = SourceSecret.objects.get(source=known)
    add_secret(actor=actor, source=known, secret=SECOND, now=timezone.now())
    assert post(known, stripe_body(), secret=SECRET).status_code == 202
    retire_secret(actor=actor, source=known, secret_id=old.pk, now=timezone.now())
    assert post(known, stripe_body(), secret=SECRET).status_code == 401
    assert post(known, stripe_body(), secret=SECOND).status_code == 202


def test_the_last_secret_stays(known: Source, actor: Actor) -> None:
    with pytest.raises(ValidationError, match="last secret"):
        retire_secret(actor=actor, source=known, secret_id=SourceSecret.objects.get().pk, now=timezone.now())


def test_switching_off_and_on_is_noticed_at_once(post: Post, known: Source, actor: Actor) -> None:
    change_source(actor=actor, source=known, is_active=False, now=timezone.now())
    assert post(known, stripe_body()).status_code == 410
    assert not Event.objects.exists()
    change_source(actor=actor, source=known, is_active=True, now=timezone.now())
    assert post(known, stripe_body()).status_code == 202


def test_a_copy_sent_to_a_source_that_was_switched_off_is_410(post: Post, source: Source, actor: Actor) -> None:
    assert post(source, stripe_body("evt_1")).status_code == 202
    change_source(actor=actor, source=source, is_active=False, now=timezone.now())
    assert post(source, stripe_body("evt_1")).status_code == 410


def test_a_source_that_is_gone_is_404(post: Post, known: Source) -> None:
    known.delete()
    assert post(known, stripe_body()).status_code == 404


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"max_body_bytes": 1024}, {"max_body_bytes": 1024 * 1024}),
        ({"allowed_networks": ["203.0.113.7"]}, {"allowed_networks": []}),
    ],
)
def test_what_was_refused_is_taken_once_it_is_allowed(
    post: Post, known: Source, actor: Actor, before: dict[str, Any], after: dict[str, Any]
) -> None:
    body = stripe_body(filler="x" * 2000)
    change_source(actor=actor, source=known, **before, now=timezone.now())
    assert post(known, body).status_code in (403, 413)
    change_source(actor=actor, source=known, **after, now=timezone.now())
    assert post(known, body).status_code == 202


def test_what_is_wrong_with_a_source_is_said_by_field(account: PlatformAccount, actor: Actor, source: Source) -> None:
    for wrong, field in [
        ({"connector": "strype"}, "connector"),
        ({"secret": " "}, "secret"),
        ({"options": {"colour": "red"}}, "options"),
        ({"allowed_networks": ["everywhere"]}, "allowed_networks"),
        ({"max_body_bytes": 1}, "max_body_bytes"),
        ({"name": ""}, "name"),
    ]:
        right: dict[str, Any] = {"name": "Other", "connector": "stripe", "secret": SECRET}
        with pytest.raises(ValidationError) as refusal:
            create_source(actor=actor, account=account, **right | wrong, now=timezone.now())
        assert field in refusal.value.message_dict
    assert Source.objects.count() == 1


def test_sources_of_another_account_cannot_be_changed(source: Source) -> None:
    stranger = PlatformAccount.objects.create(slug="globex", name="Globex")
    viewer = Actor(account_id=stranger.pk, user_id=None, role="admin", door="api")
    with pytest.raises(Forbidden):
        change_source(actor=viewer, source=source, is_active=False, now=timezone.now())
    with pytest.raises(Forbidden):
        add_secret(actor=viewer, source=source, secret=SECOND, now=timezone.now())


def test_what_no_revision_tells_is_noticed_a_little_later(known: Source) -> None:
    now = timezone.now()
    type(known.account).objects.update(is_active=False)
    with pytest.raises(RequestRefused) as refusal:
        admit(token=known.token, remote_address="", length=0, now=now + TRUSTED_FOR + timedelta(seconds=5))
    assert refusal.value.status == 410


@pytest.mark.postgres
def test_storing_takes_one_statement(post: Post, known: Source) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert post(known, stripe_body()).status_code == 202
    # In a test's transaction nothing is remembered of the catalog, so its look-up is repeated.
    statements = [query["sql"] for query in queries if "webhook_events" not in query["sql"]]
    assert len(statements) == 1
    assert "event_keys" in statements[0]
