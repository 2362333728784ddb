from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "opsflows.audit"
    label = "audit"
    verbose_name = "Audit"
