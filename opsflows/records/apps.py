from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "opsflows.records"
    label = "records"
    verbose_name = "Records and tasks"
