"""The addresses of the admin's pages."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import reverse

from opsflows.admin_site.pages import PageAdmin

#: Every model that has pages here. Django's own log of what was changed has none.
MODELS: list[type[Model]] = sorted(admin.site._registry, key=lambda model: model._meta.label)
LABELS = [model._meta.label for model in MODELS]


def listing(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def adding(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def page(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def act(row: Model, name: str) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{name}", args=[row.pk])


def acts(model: type[Model]) -> list[str]:
    found: Any = admin.site._registry[model]
    return [each.name for each in found.acts] if isinstance(found, PageAdmin) else []
