from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "opsflows.accounts"
    label = "accounts"
    verbose_name = "People and access"
