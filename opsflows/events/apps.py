from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "opsflows.events"
    label = "events"
    verbose_name = "Events"
