from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "opsflows.approvals"
    label = "approvals"
    verbose_name = "Approvals"

    def ready(self) -> None:
        # Publications that nobody hears of would wait for the workflow's page alone.
        from opsflows.approvals.publications import ask_for  # noqa: F401
