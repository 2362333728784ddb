"""Signing a request as S3 asks for it (Signature Version 4)."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

_ALGORITHM = "AWS4-HMAC-SHA256"


def encoded(text: str, *, slash: bool = False) -> str:
    """`text` as paths (with `slash`) and queries are spelled in a signature and, for that, in the request."""
    return quote(text, safe="-._~/" if slash else "-._~")


def encoded_query(query: Mapping[str, str]) -> str:
    """Names and values in the order that is signed."""
    return "&".join(f"{encoded(name)}={encoded(query[name])}" for name in sorted(query))


def signed_headers(
    *,
    method: str,
    host: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes,
    access_key: str,
    secret_key: str,
    region: str,
    now: datetime,
) -> dict[str, str]:
    """`headers` with those that prove who asks. `host` is as the request names it, `path` is not encoded yet."""
    moment, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    digest = hashlib.sha256(body).hexdigest()
    ours = {**headers, "x-amz-date": moment, "x-amz-content-sha256": digest}
    signed = {name.lower(): " ".join(value.split()) for name, value in {**ours, "host": host}.items()}
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    canonical = "\n".join((method, encoded(path, slash=True), encoded_query(query), lines, names, digest))
    scope = f"{day}/{region}/s3/aws4_request"
    said = "\n".join((_ALGORITHM, moment, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, said.encode(), "sha256").hex()
    proof = f"{_ALGORITHM} Credential={access_key}/{scope},SignedHeaders={names},Signature={signature}"
    return {**ours, "Authorization": proof}
