"""Whether what is said of two fields together cannot be: the one greater than the other, and the other way round."""

from collections.abc import Iterable

from opsflows.rules.conditions.tree import Reference
from opsflows.studio.conflicts.comparisons import Comparison

#: The way in which two values are compared, whether the field is the greater one, and whether strictly. Moments have an
#: order of their own: of two numbers the greater may be the earlier (milliseconds, seconds).
_ORDERS = {
    "greater_than": ("size", True, True),
    "greater_or_equal": ("size", True, False),
    "less_than": ("size", False, True),
    "less_or_equal": ("size", False, False),
    "after": ("time", True, True),
    "before": ("time", False, True),
}


def no_pair(comparisons: Iterable[Comparison]) -> bool:
    """True only where no values of the fields make all of these come out as they should.

    Of more than two fields at once nothing is concluded.
    """
    above: dict[tuple[str, str, str], bool] = {}
    same: dict[frozenset[str], bool] = {}
    for each in comparisons:
        if not isinstance(each.leaf.expected, Reference) or each.leaf.operator.against_previous:
            continue
        field, other = each.leaf.field, each.leaf.expected.path
        if each.operator == "equals":
            # Whether two fields are equal does not depend on which of them is named first; where one is missing, they
            # are not.
            if same.setdefault(frozenset((field, other)), each.wants) is not each.wants:
                return True
        elif each.wants and each.operator in _ORDERS:
            order, is_greater, is_strict = _ORDERS[each.operator]
            key = (order, field, other) if is_greater else (order, other, field)
            above[key] = above.get(key, False) or is_strict
    return any(
        is_strict and ((order, lower, upper) in above or upper == lower or same.get(frozenset((upper, lower)), False))
        for (order, upper, lower), is_strict in above.items()
    )
