from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "opsflows.runs"
    label = "runs"
    verbose_name = "Runs"
