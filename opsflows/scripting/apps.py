from django.apps import AppConfig


class ScriptingConfig(AppConfig):
    name = "opsflows.scripting"
    label = "scripting"
    verbose_name = "Scripts"
