"""A refused request leaves one number behind: how often, for which reason, in which hour."""

import datetime
import logging
import uuid

from django.db import DatabaseError, connection

from opsflows.events.refusal import RequestRefused
from opsflows.metrics import REJECTIONS

logger = logging.getLogger(__name__)

_COUNT = """
INSERT INTO event_rejections (source_id, reason, hour, count, last_at, last_detail, last_address)
VALUES (%s, %s, %s, 1, %s, %s, %s)
ON CONFLICT (source_id, reason, hour) DO UPDATE SET
    count = event_rejections.count + 1,
    last_at = excluded.last_at,
    last_detail = excluded.last_detail,
    last_address = excluded.last_address
"""


def count_rejection(refused: RequestRefused, *, remote_address: str, now: datetime.datetime) -> None:
    """Count `refused` for its source, and in the metrics. A number that cannot be written never changes the answer."""
    REJECTIONS.labels(reason=str(refused.reason)).inc()
    if refused.source_id is None:
        return
    hour = now.astimezone(datetime.UTC).replace(minute=0, second=0, microsecond=0)
    try:
        _count(refused.source_id, str(refused.reason), hour, now, refused.detail, remote_address[:64])
    except DatabaseError:
        logger.exception("a rejection of source %s could not be counted", refused.source_id)


def _count(
    source_id: uuid.UUID, reason: str, hour: datetime.datetime, now: datetime.datetime, detail: str, address: str
) -> None:
    moment = connection.ops.adapt_datetimefield_value
    source = source_id if connection.features.has_native_uuid_field else source_id.hex
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [source, reason, moment(hour), moment(now), _storable(detail), _storable(address)])


def _storable(text: str) -> str:
    """A detail may quote the sender, who may have sent what a text column cannot hold."""
    return text if text.isprintable() else ascii(text)
