"""HTTP basic authentication: `Authorization: Basic <base64 of user:password>`. The body isn't signed."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from connectors.authorization import require_authorization
from connectors.base import InboundEvent, InboundRequest, Preset, Sample
from connectors.options import Option, Problem
from connectors.placed import PLACES, key_problems, placed_event, placed_headers
from connectors.signatures import utf8


class Basic(Preset):
    """Any sender that takes a user and a password, often inside the URL, but signs nothing."""

    name: ClassVar[str] = "basic"
    label: ClassVar[str] = "User and password (HTTP basic)"
    setup: ClassVar[str] = (
        "Make up a user name and a long password and enter them here as user:password. Give the sender this source's "
        "URL together with both; some want them inside the URL, as https://user:password@… Choose a signing preset "
        "where the sender has one: whoever sees a request with a password can send others."
    )
    options: ClassVar[tuple[Option, ...]] = PLACES

    def check_options(self, options: Mapping[str, Any]) -> list[Problem]:
        return super().check_options(options) or key_problems(options)

    def check_secret(self, secret: str) -> str | None:
        if problem := super().check_secret(secret):
            return problem
        user, _, password = secret.partition(":")
        if not (user and password) or not secret.isprintable():
            return "User and password are written user:password, neither of them empty."
        return None

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        require_authorization(request, "Basic", map(_written, secrets))

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        return [placed_event(self, request, document, self.settings(options))]

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        return placed_headers(sample) | {"Authorization": f"Basic {_written(sample.secret)}"}


def _written(secret: str) -> str:
    return base64.b64encode(utf8(secret)).decode()
