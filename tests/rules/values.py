"""Strategies for what stands in events, with a taste for what is easily confused."""

import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from opsflows.rules import Clock

CLOCK = Clock(datetime.datetime(2026, 3, 20, 13, 5, tzinfo=datetime.UTC), ZoneInfo("Europe/Berlin"))

numbers = st.integers(-(10**6), 10**6) | st.decimals(-(10**6), 10**6, allow_nan=False, places=2)
alike = st.sampled_from(
    [
        "1",
        "1.0",
        "01",
        "true",
        "True",
        "false",
        "",
        " ",
        "null",
        "1e2",
        "100",
        1,
        0,
        100,
        True,
        False,
        None,
        Decimal("1.00"),
        Decimal("1E+2"),
        1.0,
        "2026-03-20",
        "2026-03-20T10:00:00Z",
        "aws",
        "+1",
        "-0",
        0.0,
        Decimal("-0"),
    ]
)
scalars = alike | numbers | numbers.map(str) | st.text(max_size=8) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc.", min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
