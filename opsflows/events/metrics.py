"""What the ingest path counts for /metrics."""

from prometheus_client import Counter

RECEIVED = Counter("opsflows_events_received", "Events that came in, by door and newness.", ["door", "new"])
REFUSED = Counter("opsflows_webhook_requests_refused", "Webhook requests that were not taken, by reason.", ["reason"])
