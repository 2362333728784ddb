"""What has to hold before this installation can do its work, each with what to do where it doesn't."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from opsflows.queue import clock
from opsflows.queue.models import WorkerHeartbeat

#: A worker beats every few seconds; one that was silent for this long is not at work.
WORKER_SILENCE = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Check:
    """One condition: whether it holds, what was seen, and the next thing to do where it doesn't."""

    name: str
    ok: bool
    detail: str
    hint: str = ""

    def as_json(self) -> dict[str, object]:
        """The check as it stands in the answer of `/readyz`."""
        shown: dict[str, object] = {"ok": self.ok, "detail": self.detail}
        return shown if self.ok else shown | {"hint": self.hint}


def check_readiness(*, now: datetime | None = None) -> list[Check]:
    """Database, migrations and worker, in this order; what an earlier failure hides is reported as not checked.

    Workers are judged at `now`, by default the present moment by the clock that they share.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if now is None:
            clock.compare()
            now = clock.now()
        answers = Check("database", ok=True, detail=f"{connection.display_name} answers.")
        migrations = check_migrations()
        worker = check_worker(now=now) if migrations.ok else replace(migrations, name="worker", detail="Not checked.")
    except Error:
        hint = "Start the database server and check DATABASE_URL; the log has the driver's own words."
        database = Check("database", ok=False, detail="The database does not answer.", hint=hint)
        return [database, *(replace(database, name=name, detail="Not checked.") for name in ("migrations", "worker"))]
    return [answers, migrations, worker]


def check_migrations() -> Check:
    """Whether the database has every migration that this version of the code brings."""
    missing = sorted(_latest_migrations() - set(MigrationRecorder(connection).applied_migrations()))
    if not missing:
        return Check("migrations", ok=True, detail="All applied.")
    named = ", ".join(f"{app} {name}" for app, name in missing)
    return Check("migrations", ok=False, detail=f"Not applied: {named}.", hint="Run manage.py migrate.")


def check_worker(*, now: datetime) -> Check:
    """Whether any worker was heard from lately."""
    running = WorkerHeartbeat.objects.filter(stopped_at__isnull=True)
    alive = running.filter(beat_at__gte=now - WORKER_SILENCE).count()
    if alive:
        return Check("worker", ok=True, detail=f"{alive} at work." if alive > 1 else "One at work.")
    last = running.order_by("-beat_at").values_list("beat_at", flat=True).first()
    seen = f"The last sign of a worker is from {last:%Y-%m-%d %H:%M:%S} UTC." if last else "No worker is running."
    return Check(
        "worker",
        ok=False,
        detail=seen,
        hint="Start one with make worker. Events are taken and kept meanwhile; they are worked on when it runs.",
    )


@cache
def _latest_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each app, read from the code, which does not change while the process lives."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
