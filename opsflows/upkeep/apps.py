from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    name = "opsflows.upkeep"
    label = "upkeep"
    verbose_name = "Upkeep"
