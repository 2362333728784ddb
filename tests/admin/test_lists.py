"""What lists show without being asked for more."""

import datetime

from django.test import Client

from opsflows.events.models import Rejection, Source
from opsflows.queue.models import WorkerHeartbeat
from tests.admin.world import World

NOW = datetime.datetime.now(datetime.UTC)


def test_workers_that_stopped_do_not_hide_those_that_run(root: Client, alpha: World) -> None:
    for slot, stopped_at in enumerate([None, NOW]):
        WorkerHeartbeat.objects.create(
            supervisor="s", slot=slot, host="host", pid=1, started_at=NOW, beat_at=NOW, stopped_at=stopped_at
        )
    running = root.get("/admin/queue/workerheartbeat/").content.decode()
    assert ("slot 0" in running, "slot 1" in running) == (True, False)
    stopped = root.get("/admin/queue/workerheartbeat/", {"state": "stopped"}).content.decode()
    assert ("slot 0" in stopped, "slot 1" in stopped) == (False, True)


def test_a_rejection_says_what_was_wrong_where_there_is_no_mouse(admin: Client, alpha: World) -> None:
    alpha.add(1)
    Rejection.objects.filter(source=Source.objects.get(account=alpha.account)).update(last_detail="A comma too many.")
    assert ">Last: A comma too many.<" in admin.get("/admin/events/rejection/").content.decode()
