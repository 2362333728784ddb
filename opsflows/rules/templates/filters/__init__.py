"""The filters of a template (``{{ name | upcase }}``), each a plain function of values.

A new filter is a function in one of these modules and an entry in its `FILTERS`; one whose first parameter is called
``clock`` gets the clock as well.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from opsflows.rules.templates.filters import dates, lists, numbers, texts

FilterFunction: TypeAlias = Callable[..., Any]

FILTERS: dict[str, FilterFunction] = {**texts.FILTERS, **numbers.FILTERS, **lists.FILTERS, **dates.FILTERS}

__all__ = ["FILTERS", "FilterFunction"]
