from django.apps import AppConfig


class DatabasesConfig(AppConfig):
    name = "opsflows.databases"
    label = "databases"
    verbose_name = "Databases"
