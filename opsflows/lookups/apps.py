from django.apps import AppConfig


class LookupsConfig(AppConfig):
    name = "opsflows.lookups"
    label = "lookups"
    verbose_name = "Lookups"
