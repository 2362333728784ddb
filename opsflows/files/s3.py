"""The few requests to an S3-compatible bucket that files need, through the house's own client."""

import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from opsflows.files.s3_sign import encoded, encoded_query, signed_headers
from opsflows.files.store import FileProblem
from opsflows.outbound import HttpClient, OutboundError, OutboundRequest, OutboundResponse

DEFAULT_PORTS = {"http": 80, "https": 443}
#: Seconds for one request.
_TIMEOUT = 12
_MOST_BYTES = 256 * 1024 * 1024
#: Somebody else was quicker: what was asked for held for another state of the object.
_CONFLICT = (409, 412)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where, and as whom. `prefix` ends with a slash where there is one."""

    endpoint: str
    host: str
    name: str
    prefix: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Object:
    """What an object holds, which state of it that is, and the mark that it was written with."""

    content: bytes
    state: str
    mark: str


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as a list tells of it."""

    key: str
    size: int
    modified_at: datetime


class Overtaken(Exception):  # noqa: N818  (the caller looks again)
    """The object is no longer as it was seen."""


@cache
def bucket_at(url: str) -> Bucket:
    """The bucket that `s3://KEY:SECRET@HOST[:PORT]/BUCKET[/PREFIX]?region=…&tls=0` stands for.

    Raises:
        ImproperlyConfigured: a part is missing.
    """
    parts = urlsplit(url)
    name, _, prefix = parts.path.strip("/").partition("/")
    if not (parts.hostname and name and parts.username and parts.password):
        raise ImproperlyConfigured("OPSFLOWS_FILES must be a folder, or s3://KEY:SECRET@HOST/BUCKET?region=REGION.")
    options = parse_qs(parts.query)
    scheme = "http" if options.get("tls") == ["0"] else "https"
    # As the request will name it, for it is signed: without the scheme's own port.
    is_usual = parts.port in (None, DEFAULT_PORTS[scheme])
    host = parts.hostname if is_usual else f"{parts.hostname}:{parts.port}"
    return Bucket(
        endpoint=f"{scheme}://{host}",
        host=host,
        name=name,
        prefix=f"{prefix}/" if prefix else "",
        region=options.get("region", ["us-east-1"])[0],
        access_key=unquote(parts.username),
        secret_key=unquote(parts.password),
    )


def get(bucket: Bucket, key: str) -> Object | None:
    """The object, None where there is none. Raises `FileProblem`."""
    answer = _ask(bucket, "GET", key)
    if answer.status == 404:
        return None
    _expect(answer, 200)
    if answer.truncated:
        raise FileProblem("The object is too large to be read.")
    return Object(answer.body, answer.headers.get("etag", ""), answer.headers.get("x-amz-meta-opsflows", ""))


def put(bucket: Bucket, key: str, content: bytes, *, over: Object | None, mark: str = "") -> None:
    """Write the object, if it still is as `over` (None: not there yet).

    Raises:
        Overtaken: it is not.
        FileProblem: the bucket did not do it, or nobody can tell.
    """
    headers = {"If-Match": over.state} if over else {"If-None-Match": "*"}
    if mark:
        headers["x-amz-meta-opsflows"] = mark
    answer = _ask(bucket, "PUT", key, headers=headers, body=content)
    if answer.status in _CONFLICT or (over and answer.status == 404):
        raise Overtaken
    _expect(answer, 200)


def delete(bucket: Bucket, key: str) -> None:
    """Delete the object, whether it is there or not. Raises `FileProblem`."""
    answer = _ask(bucket, "DELETE", key)
    if answer.status != 404:
        _expect(answer, 204, 200)


def pages(bucket: Bucket, prefix: str, *, delimiter: str = "") -> Iterator[tuple[list[Listed], list[str]]]:
    """What begins with `prefix`, a thousand at a time: objects and, up to `delimiter`, what others begin with."""
    query = {"list-type": "2", "prefix": prefix, "max-keys": "1000"}
    if delimiter:
        query["delimiter"] = delimiter
    while True:
        answer = _ask(bucket, "GET", "", query=query)
        _expect(answer, 200)
        try:
            # The bucket is the operator's own, and expat bounds what entities grow to.
            tree = ElementTree.fromstring(answer.body)  # noqa: S314
        except ElementTree.ParseError:
            raise FileProblem("The bucket's list could not be read.", is_passing=True) from None
        found = [_listed(each) for each in tree.iterfind("{*}Contents")]
        yield found, [each.findtext("{*}Prefix", "") for each in tree.iterfind("{*}CommonPrefixes")]
        query["continuation-token"] = tree.findtext("{*}NextContinuationToken", "")
        if not query["continuation-token"]:
            return


def _listed(each: ElementTree.Element) -> Listed:
    modified = datetime.fromisoformat(each.findtext("{*}LastModified", "1970-01-01T00:00:00Z"))
    return Listed(each.findtext("{*}Key", ""), int(each.findtext("{*}Size", "0")), modified)


def _ask(
    bucket: Bucket,
    method: str,
    key: str,
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> OutboundResponse:
    path = f"/{bucket.name}/{key}" if key else f"/{bucket.name}"
    signed = signed_headers(
        method=method,
        host=bucket.host,
        path=path,
        query=query or {},
        headers=headers or {},
        body=body,
        access_key=bucket.access_key,
        secret_key=bucket.secret_key,
        region=bucket.region,
        now=datetime.now(UTC),
    )
    url = f"{bucket.endpoint}{encoded(path, slash=True)}{f'?{encoded_query(query)}' if query else ''}"
    request = OutboundRequest(method=method, url=url, headers=signed, body=body or None, timeout=_TIMEOUT)
    try:
        return _client(os.getpid()).send(request, repeat_safe=True)
    except OutboundError as error:
        raise FileProblem(f"The bucket could not be asked. {error.detail}", is_passing=error.retryable) from None


@cache
def _client(process: int) -> HttpClient:
    """One for each process. The bucket's address is the operator's word, so every network may be reached."""
    return HttpClient(allowed_networks=("0.0.0.0/0", "::/0"), body_limit=_MOST_BYTES)


def _expect(answer: OutboundResponse, *good: int) -> None:
    if answer.status not in good:
        is_passing = answer.status >= 500 or answer.status in (408, 429)
        raise FileProblem(f"The bucket answered {answer.status}: {_reason(answer)}", is_passing=is_passing)


def _reason(answer: OutboundResponse) -> str:
    try:
        said = ElementTree.fromstring(answer.body).findtext("{*}Code")  # noqa: S314
    except ElementTree.ParseError:
        said = None
    return said or answer.text(100)
