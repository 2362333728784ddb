"""JSON kept exactly: strict parsing, exact numbers, canonical text, and the model field that stores it.

Money passes through here, so a fraction is a ``Decimal`` from the first byte to the last, never a float.
"""

from opsflows.jsontext.parse import JsonError, parse_json, read_stored
from opsflows.jsontext.write import canonical_json, content_hash, dump_json

__all__ = ["JsonError", "canonical_json", "content_hash", "dump_json", "parse_json", "read_stored"]
