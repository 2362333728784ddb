"""`manage.py worker`: the background half of OpsFlows."""

import socket
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from opsflows.metrics_directory import claim_directory
from opsflows.queue.supervise import Supervisor, take_over


class Command(BaseCommand):
    help = "Runs workflows: keeps a django-q2 cluster and its drains alive until stopped."
    # They would load every page (opsflows/urls.py), which workers do without; `manage.py check` is for them.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        # First of all: the library that counts chooses its storage when it is first imported.
        claim_directory(settings.OPSFLOWS_HOME, "worker")
        take_over(host=socket.gethostname())
        Supervisor(drains=settings.OPSFLOWS_DRAINS).run()
