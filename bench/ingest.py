"""CPU of one webhook request, beside a bare view that does the same insert by hand, in this process.

Run as ``DATABASE_URL=... python -m bench.ingest`` on a database that is migrated; it adds events to it. Requests go
through Django's WSGI handler with the project's middleware, in alternating blocks, so that whatever else the machine
does falls on both. Counted is the time of this thread and, on PostgreSQL, of its backend. The last line is the ratio of
the bare view's cost to the product's: 0.6 means that the product would take 0.6 of the bare view's requests a second.
"""

import argparse
import os
import statistics
import time
from pathlib import Path
from typing import Any

import django


def backend_seconds() -> float:
    """CPU that this connection's server process has used; 0 where there is none, or none that can be seen."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    try:
        spent = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text().split()[0]
    except OSError:
        return 0.0
    return int(spent) / 1e9


def call(handler: Any, environ: dict[str, Any]) -> None:
    statuses: list[str] = []
    response = handler(environ, lambda status, _: statuses.append(status))
    response.close()
    assert statuses == ["202 Accepted"], statuses


def cost(handler: Any, target: str, count: int) -> tuple[float, float]:
    """Microseconds a request: of this thread, and of the database's backend."""
    from bench.bare import requests

    waiting = list(requests(target, count))
    thread, backend = time.thread_time(), backend_seconds()
    for environ in waiting:
        call(handler, environ)
    return (time.thread_time() - thread) / count * 1e6, (backend_seconds() - backend) / count * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=8)
    parser.add_argument("--requests", type=int, default=400, help="in each block")
    parser.add_argument("--no-middleware", action="store_true", help="take the middleware away from the bare view")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsflows.settings")
    os.environ["SECURE_SSL_REDIRECT"] = "0"
    django.setup()
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler

    from bench.bare import bench_source

    settings.ROOT_URLCONF = "bench.bare"
    source = bench_source()
    product = plain = WSGIHandler()
    if arguments.no_middleware:
        settings.MIDDLEWARE = []
        plain = WSGIHandler()
    ways = {"hook": (product, source.path), "bare": (plain, f"/bare/{source.account_id}/{source.pk}")}
    for handler, target in ways.values():
        cost(handler, target, 50)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(arguments.blocks):
        for name, (handler, target) in ways.items():
            found[name].append(cost(handler, target, arguments.requests))
    total = {}
    for name, blocks in found.items():
        thread, backend = (statistics.median(column) for column in zip(*blocks, strict=True))
        total[name] = thread + backend
        print(f"{name}: {thread:.0f} µs here, {backend:.0f} µs in the database, {thread + backend:.0f} µs a request")
    print(f"{total['bare'] / total['hook']:.2f}")


if __name__ == "__main__":
    main()
