from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "opsflows.schedules"
    label = "schedules"
    verbose_name = "Schedules"
