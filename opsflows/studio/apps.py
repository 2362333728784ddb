from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "opsflows.studio"
    label = "studio"
    verbose_name = "Studio"
