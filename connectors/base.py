"""What every preset is made of: the request it judges, the events it reads, and how it refuses."""

import enum
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from connectors import names, signatures
from connectors import options as declared_options
from connectors.options import Option, Problem


@dataclass(frozen=True, slots=True)
class InboundRequest:
    """A webhook request as it came in.

    `url` is the full public URL as the sender wrote it (some vendors sign it), `headers` has lower-case keys, `body` is
    the raw bytes, `content_type` the bare media type in lower case ("" where none was sent).
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    content_type: str
    remote_ip: str = ""

    def header(self, name: str) -> str:
        """A header's value whatever the case of its name; "" where it is absent."""
        return self.headers.get(name.lower(), "")


class Refusal(enum.StrEnum):
    """Why a request was refused; the value is what is counted and answered."""

    BAD_SIGNATURE = "bad_signature"
    MISSING_SIGNATURE = "missing_signature"
    STALE = "stale_timestamp"
    FUTURE = "future_timestamp"
    MALFORMED = "malformed_body"
    UNSUPPORTED_TYPE = "unsupported_content_type"
    MISCONFIGURED = "misconfigured_source"

    @property
    def status(self) -> int:
        """The HTTP status that says the same: 400, 415, otherwise 401."""
        return {Refusal.MALFORMED: 400, Refusal.UNSUPPORTED_TYPE: 415}.get(self, 401)


class Refused(Exception):  # noqa: N818 (an outcome of judging a request, not an error of the program)
    """A request that is not taken.

    `detail` is the sentence for the sender: what was wrong and what would be right. It never holds a secret or the
    signature that was expected.
    """

    def __init__(self, reason: Refusal, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """One event out of a request. `key` deduplicates (None: none given); `occurred_at` None means time of receipt."""

    name: str
    key: str | None
    occurred_at: datetime | None
    data: Any


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that a vendor insists on instead of ours: a challenge given back, an XML acknowledgement."""

    body: bytes
    content_type: str = "text/plain"
    status: int = 200
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A request to be signed as the vendor would; the fields are those of `Preset.sign`, with complete `settings`."""

    body: bytes
    secret: str
    settings: Mapping[str, Any]
    now: datetime
    name: str
    key: str
    url: str


class Preset(ABC):
    """How one vendor signs and what it sends. A subclass is one file in `connectors/presets/`, named after `name`.

    A request goes through `check_content_type`, `verify`, `json_text` (the caller parses it), `handshake` and `read`,
    and is answered by `acknowledge` where the vendor expects more than a 2xx. They raise nothing but `Refused`.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    setup: ClassVar[str]
    """For staff, in plain words: where in the vendor's settings the URL goes and where the secret is found."""
    content_types: ClassVar[frozenset[str]] = frozenset({"application/json"})
    sample_content_type: ClassVar[str] = "application/json"
    content_type_help: ClassVar[str] = ""
    """What to change at the vendor when the content type is wrong; added to the refusal."""
    options: ClassVar[tuple[Option, ...]] = ()
    handshake_methods: ClassVar[frozenset[str]] = frozenset()
    """HTTP methods besides POST that the vendor uses to try the URL; unsigned, answered by `handshake` alone."""

    @abstractmethod
    def authenticate(
        self, request: InboundRequest, *, secrets: Sequence[str], settings: Mapping[str, Any], now: datetime
    ) -> None:
        """Raise `Refused` unless one of `secrets` signed the request.

        `secrets` holds at least one and no blank ones, `settings` every declared option with a valid value.
        """

    @abstractmethod
    def read(self, request: InboundRequest, document: Any, *, options: Mapping[str, Any]) -> list[InboundEvent]:
        """The events in a verified request.

        `document` is what the caller parsed from `json_text` (whole numbers and Decimals), None for a body that isn't
        JSON. Raises `Refused(MALFORMED)` where what the vendor always sends isn't there.
        """

    @abstractmethod
    def signed_headers(self, sample: Sample) -> dict[str, str]:
        """The headers, content type apart, with which the vendor would send the sample.

        Raises ValueError for a secret that can only verify.
        """

    def verify(
        self, request: InboundRequest, *, secrets: Sequence[str], options: Mapping[str, Any], now: datetime
    ) -> None:
        """Raise `Refused` unless one of `secrets` signed the request, at an acceptable time where the vendor signs one.

        Several secrets are accepted at once, for rotation; blank ones never match.
        """
        usable = [secret for secret in secrets if secret.strip()]
        if not usable:
            raise Refused(
                Refusal.MISCONFIGURED, "The source has no signing secret; enter the one that the sender uses."
            )
        self.authenticate(request, secrets=usable, settings=self.settings(options), now=now)

    def sign(
        self,
        body: bytes,
        *,
        secret: str,
        options: Mapping[str, Any],
        now: datetime,
        name: str = "",
        key: str = "",
        url: str = "",
    ) -> dict[str, str]:
        """The headers with which the vendor would send `body`, content type included; for samples and tests.

        `name` is the vendor's own event name and `key` the delivery's id, where those travel in headers; a missing key
        is made up. `url` is the target, for vendors that sign it. Raises ValueError for a secret that can only verify,
        `Refused(MISCONFIGURED)` for broken options.
        """
        sample = Sample(body, secret, self.settings(options), now, name, key or str(uuid.uuid4()), url)
        return {"Content-Type": self.sample_content_type, **self.signed_headers(sample)}

    def signs_time(self, options: Mapping[str, Any]) -> bool:
        """Whether the signature covers a time, so that an old request sent again is refused by its age."""
        return False

    def check_options(self, options: Mapping[str, Any]) -> list[Problem]:
        """Every problem of a configuration, as (field, sentence); empty where it will do."""
        return declared_options.check(self.options, options)

    def check_secret(self, secret: str) -> str | None:
        """What is wrong with a secret at the time it is entered, as a sentence; None where it will do."""
        if not secret.strip():
            return "The secret is empty; enter the one that the vendor shows."
        if secret != secret.strip():
            return "The secret begins or ends with a space or a line break; enter it without."
        return None

    def settings(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options completed by their defaults. Raises `Refused(MISCONFIGURED)` where they are broken."""
        if problems := self.check_options(options):
            fields = ", ".join(field for field, _ in problems)
            raise Refused(
                Refusal.MISCONFIGURED, f"The source's configuration is not valid; correct it there: {fields}."
            )
        return self.completed(options)

    def completed(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options completed by their defaults, unchecked: for forms, where some are still to be filled in."""
        return declared_options.with_defaults(self.options, options)

    def check_content_type(self, request: InboundRequest) -> None:
        """Raise `Refused(UNSUPPORTED_TYPE)` for a body of a kind that the vendor doesn't send."""
        given = request.content_type
        if given in self.content_types:
            return
        if "application/json" in self.content_types and given.startswith("application/") and given.endswith("+json"):
            return
        wanted = " or ".join(sorted(self.content_types))
        detail = f"The content type is {given[:100] or 'missing'}; send {wanted}. {self.content_type_help}"
        raise Refused(Refusal.UNSUPPORTED_TYPE, detail.strip())

    def json_text(self, request: InboundRequest) -> bytes | None:
        """The JSON document in the request: the whole body, unless a vendor wraps it (a form field) or sends none."""
        return request.body

    def handshake(
        self, request: InboundRequest, document: Any, *, secrets: Sequence[str], options: Mapping[str, Any]
    ) -> Reply | None:
        """The answer to a request that only tries the URL; None where the request carries events.

        A POST comes here verified and parsed; a method of `handshake_methods` unverified, with `document` None.
        """
        return None

    def acknowledge(self, request: InboundRequest, events: Sequence[InboundEvent]) -> Reply | None:
        """The answer that the vendor insists on once the events are stored; None where any 2xx will do."""
        return None

    def event(self, vendor_name: str, *, key: str | None, occurred_at: datetime | None, data: Any) -> InboundEvent:
        """An event whose name follows the rule and whose key fits: what `read` answers with."""
        bounded = names.bounded_key(key) if key else None
        return InboundEvent(names.event_name(self.name, vendor_name), bounded, occurred_at, data)

    def malformed(self, detail: str) -> Refused:
        """The refusal of a body that lacks what the vendor always sends."""
        return Refused(Refusal.MALFORMED, detail)


def require_match(expected: Iterable[str], received: Iterable[str], detail: str) -> None:
    """Raise `Refused(BAD_SIGNATURE, detail)` unless one received signature is one of the expected."""
    if not signatures.matches(expected, received):
        raise Refused(Refusal.BAD_SIGNATURE, detail)


def require_recent(sent_at: datetime, *, now: datetime, tolerance: timedelta) -> None:
    """Raise `Refused` for a signed time further from `now` than `tolerance`, in either direction; the bound is in."""
    seconds = int(tolerance.total_seconds())
    if now - sent_at > tolerance:
        raise Refused(
            Refusal.STALE, f"The signed timestamp is more than {seconds} seconds old; sign every attempt anew."
        )
    if sent_at - now > tolerance:
        detail = f"The signed timestamp is more than {seconds} seconds in the future; set the sender's clock."
        raise Refused(Refusal.FUTURE, detail)
