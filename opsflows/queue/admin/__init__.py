"""Workers in the admin; django-q2's own tables are its business and stay out of sight."""

import django_q.admin  # noqa: F401  (it registers its models, which are then taken off again)
from django.contrib import admin
from django_q.models import Failure, OrmQ, Schedule, Success

from opsflows.queue.admin.worker import WorkerAdmin

admin.site.unregister([Failure, OrmQ, Schedule, Success])

__all__ = ["WorkerAdmin"]
