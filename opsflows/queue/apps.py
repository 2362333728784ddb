import os

from django.apps import AppConfig

from opsflows.queue.processes import MARK, tie_family


class QueueConfig(AppConfig):
    name = "opsflows.queue"
    label = "queue"
    verbose_name = "Workers"

    def ready(self) -> None:
        if supervisor := os.environ.get(MARK):
            tie_family(int(supervisor), before_fork=_preload)


def _preload() -> None:
    from opsflows.queue.lanes import lane_classes

    for lane in lane_classes():
        lane.preload()
