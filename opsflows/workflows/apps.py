from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "opsflows.workflows"
    label = "workflows"
    verbose_name = "Workflows"

    def ready(self) -> None:
        # A gate that nobody imports would let everything through.
        from opsflows.workflows import four_eyes  # noqa: F401
