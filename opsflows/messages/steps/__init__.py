"""The step kinds that write to people. All are safe to repeat, by declaration (architecture, law 2)."""

from opsflows.messages.steps import email, notify, slack, teams

__all__ = ["email", "notify", "slack", "teams"]
