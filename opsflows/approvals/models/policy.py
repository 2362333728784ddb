"""Policies: who is asked, in which order, and what happens when nobody answers."""

from django.db import models

from opsflows.accounts.models import Named
from opsflows.audit.history import tracked
from opsflows.jsontext.field import ExactJSONField


class ApprovalPolicy(Named):
    """A plan (opsflows/approvals/plan.py) that rules call by its name. Requests under way keep theirs."""

    description = models.CharField("what it is for", max_length=255, blank=True)
    plan = ExactJSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)
    history = tracked(excluded=["name_key"])

    class Meta:
        db_table = "approval_policies"
        ordering = ["name_key"]
        verbose_name = "approval policy"
        verbose_name_plural = "approval policies"
        constraints = [models.UniqueConstraint(fields=["account", "name_key"], name="approval_policy_name_once")]
