"""Lookup tables, segments and lists in the admin."""

from opsflows.lookups.admin.named_list import NamedListAdmin
from opsflows.lookups.admin.segment import SegmentAdmin
from opsflows.lookups.admin.table import LookupTableAdmin

__all__ = ["LookupTableAdmin", "NamedListAdmin", "SegmentAdmin"]
