"""Data as YAML that reads well and always comes out the same."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import yaml

from opsflows.studio.exchange.read_yaml import NUMBER

#: Longer than any line: texts are not folded, so that a change of one word is a change of one line.
_WIDTH = 1_000_000
_BREAKS = re.compile("[\r\x85\u2028\u2029]")
_STR, _INT, _FLOAT = "tag:yaml.org,2002:str", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"


class _Dumper(yaml.SafeDumper):
    """Quotes texts that a reader could take for something else: by YAML 1.1's rules, and by JSON's for numbers."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    # A block for texts of several lines; the emitter takes quotes where a block cannot hold the text. Some characters
    # are line breaks to one reader and none to another.
    style = '"' if _BREAKS.search(value) else "|" if "\n" in value else None
    return dumper.represent_scalar(_STR, value, style=style)


def _number(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    text = number_text(value)
    return dumper.represent_scalar(_INT if text.lstrip("-").isdigit() else _FLOAT, text)


def number_text(value: Decimal) -> str:
    """A number to its last digit, without a power of ten where that is not longer than a line."""
    text = format(value if value else abs(value), "f")
    return text if len(text) <= 100 else str(value)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Decimal, _number)
_Dumper.add_implicit_resolver(_FLOAT, NUMBER, list("-0123456789"))


def write_yaml(documents: Sequence[Any]) -> str:
    """`documents` as one text, three hyphens between them; keys in the order in which they are given."""
    return "---\n".join(
        yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH, indent=2)
        for document in documents
    )
