"""Sources, rejections, events, the catalog and what was set aside, in the admin."""

from opsflows.events.admin.catalog import CatalogAdmin
from opsflows.events.admin.event import EventAdmin
from opsflows.events.admin.rejection import RejectionAdmin
from opsflows.events.admin.set_aside import SetAsideAdmin
from opsflows.events.admin.source import SourceAdmin

__all__ = ["CatalogAdmin", "EventAdmin", "RejectionAdmin", "SetAsideAdmin", "SourceAdmin"]
