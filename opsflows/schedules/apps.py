from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "opsflows.schedules"
    label = "schedules"
    verbose_name = "Schedules"

    def ready(self) -> None:
        # What a trigger says about its times is judged here, and followed when it goes live.
        from opsflows.schedules import follow_trigger, judge_trigger  # noqa: F401
