"""A shared token in the header: `Authorization: Bearer <token>`. The body isn't signed."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from connectors.authorization import require_authorization
from connectors.base import InboundEvent, InboundRequest, Preset, Sample
from connectors.options import Option, Problem
from connectors.placed import PLACES, key_problems, placed_event, placed_headers

_TOKEN: Final = re.compile(r"[\x21-\x7e]+\Z")


class Bearer(Preset):
    """Any sender that can set a header but signs nothing."""

    name: ClassVar[str] = "bearer"
    label: ClassVar[str] = "Bearer token"
    setup: ClassVar[str] = (
        "Make up a long random token and enter it here. Give the sender this source's URL and have it send the header "
        "Authorization: Bearer followed by the token. Choose a signing preset where the sender has one: whoever sees "
        "a request with a token can send others."
    )
    options: ClassVar[tuple[Option, ...]] = PLACES

    def check_options(self, options: Mapping[str, Any]) -> list[Problem]:
        return super().check_options(options) or key_problems(options)

    def check_secret(self, secret: str) -> str | None:
        if problem := super().check_secret(secret):
            return problem
        if not _TOKEN.match(secret):
            return "A token has neither spaces nor letters outside ASCII; enter it without the word Bearer."
        return None

    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        require_authorization(request, "Bearer", secrets)

    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        return [placed_event(self, request, document, self.settings(options))]

    def signed_headers(self, sample: Sample) -> dict[str, str]:
        return placed_headers(sample) | {"Authorization": f"Bearer {sample.secret}"}
