"""Message templates and notifications in the admin."""

from opsflows.messages.admin.notification import NotificationAdmin
from opsflows.messages.admin.template import TemplateAdmin

__all__ = ["NotificationAdmin", "TemplateAdmin"]
