from django.apps import AppConfig
from django.db.models.signals import post_save


class AccountsConfig(AppConfig):
    name = "opsflows.accounts"
    label = "accounts"
    verbose_name = "People and access"

    def ready(self) -> None:
        # A signal, because accounts are made by the setup command, in the admin, and by tests.
        from opsflows.accounts.default_recipients import on_new_account

        post_save.connect(on_new_account, sender="accounts.PlatformAccount", dispatch_uid="default_recipients")
