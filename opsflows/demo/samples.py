"""The sample events: which there are, and how each is sent the way its sender would send it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import requests

from connectors.registry import preset
from opsflows.demo.environment import ROOT

FOLDER = ROOT / "fixtures" / "samples"


@dataclass(frozen=True, slots=True)
class SignedSample:
    """A vendor's webhook: the file with its body, the source it goes to, and what travels in headers."""

    file: str
    source: str
    name: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A source as the demo needs it to send to it."""

    path: str
    connector: str
    secret: str = field(repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)


#: Their ids never change, so that a second run sends copies, which OpsFlows recognises.
SIGNED = (
    SignedSample("stripe_invoice_paid.json", "Stripe"),
    SignedSample("stripe_invoice_payment_failed.json", "Stripe"),
    SignedSample("github_issues_opened.json", "GitHub", name="issues", key="5d1c9a70-ea1f-11f0-9a6c-0b5f3d7c0412"),
    SignedSample("partner_deal_registered.json", "Partner portal", name="deal.registered", key="msg_demo_0001"),
    SignedSample("form_submitted.json", "Website form", name="form.submitted", key="form-2026-0001"),
)
#: Events of a system of one's own, for `POST /api/events`.
OWN = ("deal_won.json", "customer_created.json")


def send_signed(
    sample: SignedSample, target: Target, *, base_url: str, now: datetime, http: requests.Session
) -> requests.Response:
    """The sample through the front door, signed with the source's own secret at `now`."""
    body = (FOLDER / sample.file).read_bytes()
    url = base_url + target.path
    headers = preset(target.connector).sign(
        body, secret=target.secret, options=target.options, now=now, name=sample.name, key=sample.key, url=url
    )
    return http.post(url, data=body, headers=headers, timeout=15)


def send_own(file: str, *, base_url: str, key: str, http: requests.Session) -> requests.Response:
    """The sample as a program of one's own would send it, with an API key and an idempotency key."""
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Idempotency-Key": f"demo-{file.removesuffix('.json')}",
    }
    return http.post(f"{base_url}/api/events", data=(FOLDER / file).read_bytes(), headers=headers, timeout=15)
