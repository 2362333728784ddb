"""The limit for ingest: a bare view that does the same insert by hand; and the requests that both are sent."""

import io
import json
import sys
import uuid
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from connectors.registry import preset
from opsflows.accounts.actor import system_actor
from opsflows.accounts.models import PlatformAccount
from opsflows.events.create_source import create_source
from opsflows.events.models import Source
from opsflows.queue.ids import new_id

SECRET = "whsec_bench"
POSTGRESQL = """
WITH fresh AS (
    INSERT INTO event_keys (scope, key, event_id, body_hash, created_at)
    VALUES (%(scope)s, %(key)s, %(id)s, '', %(now)s)
    ON CONFLICT DO NOTHING RETURNING event_id
), stored AS (
    INSERT INTO events (id, account_id, source_id, source_label, door, name, occurred_at, received_at, depth,
                        cause_step_id)
    SELECT event_id, %(account)s, %(source)s, '', 'webhook', %(name)s, %(now)s, %(now)s, 0, '' FROM fresh
), carried AS (
    INSERT INTO event_payloads (event_id, data, body, headers)
    SELECT event_id, %(data)s::jsonb, %(body)s, '{}'::jsonb FROM fresh
)
SELECT event_id FROM fresh
"""
SQLITE = (
    "INSERT OR IGNORE INTO event_keys (scope, key, event_id, body_hash, created_at)"
    " VALUES (%(scope)s, %(key)s, %(id)s, '', %(now)s)",
    "INSERT INTO events (id, account_id, source_id, source_label, door, name, occurred_at, received_at, depth,"
    " cause_step_id) VALUES (%(id)s, %(account)s, %(source)s, '', 'webhook', %(name)s, %(now)s, %(now)s, 0, '')",
    "INSERT INTO event_payloads (event_id, data, body, headers) VALUES (%(id)s, %(data)s, %(body)s, '{}')",
)


@csrf_exempt
def bare(request: HttpRequest, account: uuid.UUID, source: uuid.UUID) -> HttpResponse:
    """Parses, inserts, answers; verifies nothing and asks nothing."""
    body = request.body
    event = json.loads(body)
    event_id = new_id()
    now = timezone.now()
    native = connection.vendor == "postgresql"
    values = {
        "id": event_id if native else event_id.hex,
        "account": account if native else account.hex,
        "source": source if native else source.hex,
        "scope": f"source:{source}",
        "key": event["id"],
        "name": f"stripe.{event['type']}",
        "now": now if native else str(now),
        "data": body.decode(),
        "body": body,
    }
    if native:
        with connection.cursor() as cursor:
            cursor.execute(POSTGRESQL, values)
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in SQLITE:
                cursor.execute(statement, values)
    return HttpResponse(json.dumps({"id": str(event_id)}), status=202, content_type="application/json")


urlpatterns = [path("", include("opsflows.events.urls")), path("bare/<uuid:account>/<uuid:source>", bare)]


def bench_source() -> Source:
    account, _ = PlatformAccount.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    found = Source.objects.filter(account=account, name="Bench").first()
    actor = system_actor(account.pk)
    return found or create_source(
        actor=actor, account=account, name="Bench", connector="stripe", secret=SECRET, now=timezone.now()
    )


def requests(target: str, count: int) -> Iterator[dict[str, Any]]:
    """Environments of signed requests with a Stripe event of about 2.5 KB each."""
    charge: dict[str, Any] = {f"field_{number}": f"value {number} of a charge" for number in range(40)}
    charge |= {"amount": 1999, "currency": "eur", "metadata": {f"key_{number}": "value" for number in range(10)}}
    for _ in range(count):
        event = {"id": f"evt_{uuid.uuid4().hex}", "type": "charge.succeeded", "data": {"object": charge}}
        body = json.dumps(event, indent=2).encode()
        signed = preset("stripe").sign(body, secret=SECRET, options={}, now=timezone.now())
        yield {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": target,
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/json; charset=utf-8",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": "127.0.0.1:8000",
            "HTTP_ACCEPT": "*/*; q=0.5, application/xml",
            "HTTP_USER_AGENT": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "HTTP_STRIPE_SIGNATURE": signed["Stripe-Signature"],
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
        }
