"""The bucket: signed as the service's own examples are, and its refusals in words."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from opsflows.files.configure import store_of
from opsflows.files.s3 import bucket_at
from opsflows.files.s3_sign import signed_headers
from opsflows.files.store import FileProblem, whole
from tests.files.bucket import FakeBucket, bucket
from tests.files.conftest import NOW

ACCOUNT = uuid.UUID(int=1)


@pytest.fixture
def remote(settings: Any) -> Iterator[FakeBucket]:
    with bucket() as server:
        settings.OPSFLOWS_FILES = server.url
        yield server


@pytest.mark.parametrize(
    ("method", "path", "query", "headers", "body", "signature"),
    [
        (
            "GET",
            "/test.txt",
            {},
            {"Range": "bytes=0-9"},
            b"",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "PUT",
            "/test$file.text",
            {},
            {"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"},
            b"Welcome to Amazon S3.",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
        ),
        (
            "GET",
            "/",
            {"max-keys": "2", "prefix": "J"},
            {},
            b"",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
)
def test_the_service_s_own_examples_have_these_signatures(
    method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes, signature: str
) -> None:
    signed = signed_headers(
        method=method,
        host="examplebucket.s3.amazonaws.com",
        path=path,
        query=query,
        headers=headers,
        body=body,
        access_key="AKIAIOSFODNN7EXAMPLE",
        secret_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        region="us-east-1",
        now=datetime(2013, 5, 24, tzinfo=UTC),
    )
    assert signed["Authorization"].endswith(f"Signature={signature}")


def test_names_that_need_encoding_are_signed_as_they_are_sent(remote: FakeBucket) -> None:
    store, name = store_of(ACCOUNT), "Größe/a b+c%2e&=(1).csv"
    store.change(name, lambda before: b"x", key="k", at=NOW)
    assert whole(store.open(name), most=10, name=name) == b"x"
    assert [each.name for each in store.listing("Größe").files] == [name]
    assert f"top/{ACCOUNT}/{name}" in remote.objects


def test_long_lists_are_read_to_their_end(remote: FakeBucket, settings: Any) -> None:
    remote.page, settings.FILES_QUOTA_MB = 2, 1
    store = store_of(ACCOUNT)
    for number in range(5):
        remote.objects[f"top/{ACCOUNT}/{number}"] = (b"x" * 250_000, '"e"', "")
    with pytest.raises(FileProblem, match="5 files with 1,250,000 bytes"):
        store.change("one-more", lambda before: b"x", key="k", at=NOW)


def test_a_wrong_key_is_said(settings: Any) -> None:
    with bucket() as server:
        settings.OPSFLOWS_FILES = server.url.replace("sec%2Fret", "other")
        with pytest.raises(FileProblem, match="403: SignatureDoesNotMatch") as problem:
            store_of(ACCOUNT).listing("")
    assert not problem.value.is_passing
    assert "other" not in repr(bucket_at(settings.OPSFLOWS_FILES))


def test_a_bucket_that_does_not_answer_may_later(settings: Any) -> None:
    settings.OPSFLOWS_FILES = "s3://a:b@127.0.0.1:1/files?tls=0"
    with pytest.raises(FileProblem, match="could not be asked") as problem:
        store_of(ACCOUNT).listing("")
    assert problem.value.is_passing


def test_an_address_is_complete_or_refused() -> None:
    assert bucket_at("s3://a:b@s3.example.com:443/x/y/z?region=eu").host == "s3.example.com"
    assert bucket_at("s3://a:b@s3.example.com:9000/x/y/z").prefix == "y/z/"
    for url in ("s3://host/bucket", "s3://a:b@host", "s3://a@host/bucket"):
        with pytest.raises(ImproperlyConfigured, match="OPSFLOWS_FILES"):
            bucket_at(url)
