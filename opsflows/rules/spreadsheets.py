"""What a spreadsheet would take for a formula, where a text alone was meant."""

import re

#: How a cell begins that spreadsheets take for a formula, behind any space; also as typed on East Asian keyboards.
_FORMULA = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")
#: A number with its sign is no formula.
_SIGNED = re.compile(r"[+-]?[0-9]+([.,][0-9]+)*([eE][+-]?[0-9]+)?%?")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would calculate `text`."""
    return _FORMULA.match(text) is not None and _SIGNED.fullmatch(text) is None
