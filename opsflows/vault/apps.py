from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "opsflows.vault"
    label = "vault"
    verbose_name = "Secrets"
