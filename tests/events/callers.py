"""Callers of the API, each with a key of its own."""

import json
from typing import Any

from django.test import Client
from django.utils import timezone

from opsflows.accounts.actor import system_actor
from opsflows.accounts.create_user import create_user
from opsflows.accounts.issue_key import issue_key
from opsflows.accounts.models import ApiKey, PlatformAccount

ORDER = {"type": "order.shipped", "source": "web-shop", "payload": {"order_id": "ORD-1", "total": 10}}


def key_for(account: PlatformAccount, *, role: str = "editor", **options: Any) -> str:
    actor = system_actor(account.pk)
    user = create_user(
        actor=actor,
        account=account,
        username=f"{account.slug}-{role}-{ApiKey.objects.count()}",
        password="correct horse battery",
        email="someone@example.com",
        role=role,
        now=timezone.now(),
    )
    return issue_key(actor=actor, account=account, user=user, name="key", now=timezone.now(), **options).text


class Caller:
    """Speaks to the API with one key."""

    def __init__(self, key: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {key}"})

    def send(self, document: Any, **headers: str) -> Any:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post("/api/events", body, content_type="application/json", headers=names)

    def inbox(self, query: str = "") -> Any:
        return self.client.get(f"/api/inbox{query}")

    def ack(self, event_id: str) -> Any:
        return self.client.post(f"/api/inbox/{event_id}/ack")
