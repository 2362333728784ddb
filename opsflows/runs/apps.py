from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "opsflows.runs"
    label = "runs"
    verbose_name = "Runs"

    def ready(self) -> None:
        # It follows when a version goes live; if nobody imported it, those who wait would keep the old limits.
        from opsflows.runs.admission import change  # noqa: F401
