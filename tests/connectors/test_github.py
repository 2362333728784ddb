import pytest

from connectors.base import Refusal, Refused
from connectors.registry import preset
from tests.connectors.inbound import NOW, inbound, read_one, refusal, signed
from tests.connectors.payloads import payload

GITHUB = preset("github")
# Published in GitHub's documentation on validating deliveries.
SECRET, BODY = "It's a Secret to Everybody", b"Hello, World!"
SIGNATURE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def test_the_published_vector() -> None:
    assert refusal(GITHUB, inbound(BODY, {"X-Hub-Signature-256": SIGNATURE}), SECRET) is None
    assert GITHUB.sign(BODY, secret=SECRET, options={}, now=NOW)["X-Hub-Signature-256"] == SIGNATURE


@pytest.mark.parametrize("wrong", [SIGNATURE.upper(), SIGNATURE[7:], SIGNATURE + " ", SIGNATURE[:-1], "sha256=", "é"])
def test_another_spelling_is_refused(wrong: str) -> None:
    assert refusal(GITHUB, inbound(BODY, {"X-Hub-Signature-256": wrong}), SECRET) is Refusal.BAD_SIGNATURE


def test_the_old_sha1_header_does_not_count() -> None:
    assert refusal(GITHUB, inbound(BODY, {"X-Hub-Signature": "sha1=00"}), SECRET) is Refusal.MISSING_SIGNATURE


def test_secrets_rotate() -> None:
    request = signed(GITHUB, b"{}", secret="old")
    assert refusal(GITHUB, request, "new", "old") is None
    assert refusal(GITHUB, request, "new") is Refusal.BAD_SIGNATURE
    assert refusal(GITHUB, request, "") is Refusal.MISCONFIGURED


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("deployment_status__default.json", "github.deployment_status.created"),
        ("issues__opened.json", "github.issues.opened"),
        ("marketplace_purchase__purchased.json", "github.marketplace_purchase.purchased"),
        ("ping__default.json", "github.ping"),
        ("pull_request__closed.json", "github.pull_request.closed"),
        ("push__default.json", "github.push"),
        ("release__published.json", "github.release.published"),
        ("sponsorship__created.json", "github.sponsorship.created"),
        ("star__created.json", "github.star.created"),
        ("workflow_run__completed.json", "github.workflow_run.completed"),
    ],
)
def test_real_payloads(file: str, name: str) -> None:
    request = signed(GITHUB, payload(f"github/{file}"), secret=SECRET, name=file.partition("__")[0], key="delivery-1")
    assert refusal(GITHUB, request, SECRET) is None
    event = read_one(GITHUB, request)
    assert (event.name, event.key, event.occurred_at) == (name, "delivery-1", None)


def test_a_form_body_is_refused_with_what_to_change() -> None:
    request = inbound(b"payload=%7B%7D", {"X-GitHub-Event": "push"}, "application/x-www-form-urlencoded")
    with pytest.raises(Refused, match="choose application/json") as caught:
        GITHUB.check_content_type(request)
    assert caught.value.reason is Refusal.UNSUPPORTED_TYPE
    assert caught.value.reason.status == 415


@pytest.mark.parametrize(
    ("headers", "document"), [({}, {}), ({"X-GitHub-Event": " "}, {}), ({"X-GitHub-Event": "push"}, [])]
)
def test_a_delivery_without_its_parts_is_malformed(headers: dict[str, str], document: object) -> None:
    with pytest.raises(Refused) as caught:
        GITHUB.read(inbound(b"{}", headers), document, options={})
    assert caught.value.reason is Refusal.MALFORMED


def test_an_action_that_is_no_text_is_passed_over() -> None:
    assert read_one(GITHUB, inbound(b'{"action": {"x": 1}}', {"X-GitHub-Event": "push"})).name == "github.push"
