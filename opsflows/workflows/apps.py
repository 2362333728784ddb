from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "opsflows.workflows"
    label = "workflows"
    verbose_name = "Workflows"
