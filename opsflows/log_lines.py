"""How lines of the logs are written: without the secrets that some addresses carry."""

import logging
import re

#: What stands behind these is a secret: a link that decides, and a source that takes webhooks.
_SECRET = re.compile(r"(/(?:decide|hooks)/)[^\s/?#\"'<>\\]+")


def redact(text: str) -> str:
    """The text with `…` in the place of such secrets."""
    return _SECRET.sub(r"\1…", text)


class RedactingFormatter(logging.Formatter):
    """Writes as another formatter does, and then takes the secrets out, of tracebacks as well."""

    def __init__(self, fmt: str | None = None, datefmt: str | None = None, *, inner: logging.Formatter | None = None):
        super().__init__(fmt, datefmt)
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return redact(self._inner.format(record) if self._inner else super().format(record))
