"""Whatever is sent, the answer is a 4xx that says why, never a fault of ours."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.registry import preset
from opsflows.events.models import Event, Source
from tests.events.callers import Caller
from tests.events.conftest import SECRET

pytestmark = pytest.mark.django_db

FEW = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
header_texts = st.text(st.characters(max_codepoint=255), max_size=40)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


def is_said(response: Any) -> bool:
    return 400 <= response.status_code < 500 and bool(json.loads(response.content)["error"]["message"])


@FEW
@given(body=st.binary(max_size=200), signature=header_texts, content_type=header_texts, token=st.text(max_size=10))
def test_unsigned_garbage(
    client: Client, source: Source, body: bytes, signature: str, content_type: str, token: str
) -> None:
    sent = {"HTTP_STRIPE_SIGNATURE": signature, "CONTENT_TYPE": content_type, "HTTP_X_FORWARDED_FOR": signature}
    assert is_said(client.generic("POST", source.path, body, **sent))  # type: ignore[arg-type]
    sent["CONTENT_TYPE"] = "application/json"
    assert is_said(client.generic("POST", source.path, body, **sent))  # type: ignore[arg-type]
    assert client.generic("POST", f"/hooks/x{token}", body).status_code in (404, 400)
    assert not Event.objects.exists()


@FEW
@given(body=st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_signed_garbage(client: Client, source: Source, body: bytes) -> None:
    signed = preset("stripe").sign(body, secret=SECRET, options={}, now=timezone.now())
    headers = {"Stripe-Signature": signed["Stripe-Signature"]}
    assert is_said(client.generic("POST", source.path, body, "application/json", headers=headers))


@FEW
@given(fields=st.dictionaries(st.sampled_from(["id", "type", "created", "data", "x"]), json_values))
def test_signed_events_with_anything_in_them(client: Client, source: Source, fields: dict[str, Any]) -> None:
    body = json.dumps(fields).encode()
    signed = preset("stripe").sign(body, secret=SECRET, options={}, now=timezone.now())
    headers = {"Stripe-Signature": signed["Stripe-Signature"]}
    response = client.generic("POST", source.path, body, "application/json", headers=headers)
    assert response.status_code in (200, 202) or is_said(response)


@FEW
@given(
    document=json_values | st.fixed_dictionaries({"type": json_values, "source": json_values, "payload": json_values}),
    key=st.none() | header_texts,
)
def test_anything_sent_to_the_api(api: Caller, document: Any, key: str | None) -> None:
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    body = json.dumps(document).encode()
    response = api.client.generic("POST", "/api/events", body, "application/json", **headers)  # type: ignore[arg-type]
    assert response.status_code in (200, 201) or is_said(response)
