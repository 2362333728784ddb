from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "opsflows.insights"
    label = "insights"
    verbose_name = "Insights"
