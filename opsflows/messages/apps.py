from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "opsflows.messages"
    label = "ops_messages"
    verbose_name = "Messages"
