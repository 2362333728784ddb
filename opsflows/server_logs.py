"""gunicorn's own logs. Apart from its configuration, which is for the server alone: reading that claims its folders."""

from typing import Any

from gunicorn.glogging import Logger

from opsflows.log_lines import RedactingFormatter


class RedactingLogger(Logger):
    """gunicorn's logs, without the secrets that some addresses carry; access logs too, where they are switched on."""

    def setup(self, cfg: Any) -> None:
        """Called again where the configuration is read anew."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                if not isinstance(handler.formatter, RedactingFormatter):
                    handler.setFormatter(RedactingFormatter(inner=handler.formatter))
