from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "opsflows.studio"
    label = "studio"
    verbose_name = "Studio"

    def ready(self) -> None:
        """Who approves a publication reads what its backtest found."""
        from opsflows.approvals.publications.trial import register_trial
        from opsflows.studio.backtest.latest import told_to_approvers

        register_trial(told_to_approvers)
