"""CPU of one webhook request, beside a bare view that does the same insert by hand, in this process.

Run as ``DATABASE_URL=... python bench/ingest.py`` on a database that is migrated; it adds events to it. Requests go
through Django's WSGI handler with the project's middleware, in alternating blocks, so that whatever else the machine
does falls on both. Counted is the time of this thread and, on PostgreSQL, of its backend. The last line is the ratio of
the bare view's cost to the product's: 0.6 means that the product would take 0.6 of the bare view's requests a second.
"""

import argparse
import io
import json
import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsflows.settings")
os.environ["SECURE_SSL_REDIRECT"] = "0"

import django

django.setup()

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
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
    INSERT INTO event_keys (scope, key, event_id, body_hash, created_at) VALUES (%(scope)s, %(key)s, %(id)s, '', %(now)s)
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
    return found or create_source(actor=actor, account=account, name="Bench", connector="stripe", secret=SECRET)


def requests(target: str, count: int) -> Iterator[dict[str, Any]]:
    """Environments of signed requests with a Stripe event of about 2.5 KB each."""
    charge = {f"field_{number}": f"value {number} of a charge" for number in range(40)}
    charge |= {"amount": 1999, "currency": "eur", "metadata": {f"key_{number}": "value" for number in range(10)}}
    for _ in range(count):
        event = {"id": f"evt_{uuid.uuid4().hex}", "type": "charge.succeeded", "created": int(time.time())}
        body = json.dumps(event | {"data": {"object": charge}}, indent=2).encode()
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


def backend_seconds() -> float:
    """CPU that this connection's server process has used; 0 where there is none, or none that can be seen."""
    if connection.vendor != "postgresql":
        return 0.0
    try:
        spent = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text().split()[0]
    except OSError:
        return 0.0
    return int(spent) / 1e9


def call(handler: WSGIHandler, environ: dict[str, Any]) -> None:
    statuses: list[str] = []
    response = handler(environ, lambda status, _: statuses.append(status))
    response.close()
    assert statuses == ["202 Accepted"], statuses


def cost(handler: WSGIHandler, target: str, count: int) -> tuple[float, float]:
    """Microseconds a request of this thread and of the backend."""
    waiting = list(requests(target, count))
    connection.ensure_connection()
    thread, backend = time.thread_time(), backend_seconds()
    for environ in waiting:
        call(handler, environ)
    return (time.thread_time() - thread) / count * 1e6, (backend_seconds() - backend) / count * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=8)
    parser.add_argument("--requests", type=int, default=400, help="in each block")
    parser.add_argument("--bare-middleware", action="store_true", help="the bare view without any middleware, too")
    arguments = parser.parse_args()
    settings.ROOT_URLCONF = sys.modules[__name__]
    source = bench_source()
    product = WSGIHandler()
    if arguments.bare_middleware:
        settings.MIDDLEWARE = []
    plain = WSGIHandler()
    targets: dict[str, Callable[[int], tuple[float, float]]] = {
        "hook": lambda count: cost(product, source.path, count),
        "bare": lambda count: cost(plain, f"/bare/{source.account_id}/{source.pk}", count),
    }
    for measure in targets.values():
        measure(50)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in targets}
    for _ in range(arguments.blocks):
        for name, measure in targets.items():
            found[name].append(measure(arguments.requests))
    total = {}
    for name, blocks in found.items():
        thread, backend = (statistics.median(column) for column in zip(*blocks, strict=True))
        total[name] = thread + backend
        print(f"{name}: {thread:.0f} µs here, {backend:.0f} µs in the database, {thread + backend:.0f} µs a request")
    print(f"{total['bare'] / total['hook']:.2f}")


if __name__ == "__main__":
    main()
