"""Evidence: all of a request in one file, and a script on its own that finds any byte of it that was changed."""

import ast
import json
import random
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from opsflows.accounts.actor import Forbidden
from opsflows.approvals.amend import amend
from opsflows.approvals.comment import add_comment
from opsflows.approvals.evidence import verify_evidence
from opsflows.approvals.evidence.bundle import bundle_bytes, evidence_of
from opsflows.approvals.links.tokens import make_token
from opsflows.approvals.models import ApprovalDecision, ApprovalFact, ApprovalRequest, ApprovalRound, ApprovalTask
from opsflows.jsontext import canonical_json
from tests.approvals.admin.test_requests import staff
from tests.approvals.conftest import office
from tests.approvals.office import Office

__all__ = ["office"]

pytestmark = pytest.mark.django_db

SCRIPT = Path(verify_evidence.__file__)
SECRET = "xoxb-never-to-be-seen"


@pytest.fixture
def request_of(office: Office) -> ApprovalRequest:
    """Two rounds, several people, money to four places, and texts of many scripts."""
    now = datetime.now(UTC)
    levels = (
        {"name": "Führung", "approvers": ["manager"]},
        {"name": "財務", "approvers": ["finance"], "mode": "all", "timeout": "2 days"},
    )
    request = office.ask(*levels, title="Büro 🪑", amount="1000", loginAbove="12.50", scope={"token": SECRET}, now=now)
    make_token(ApprovalTask.objects.get(request=request), now=now)
    office.decide(request, "max", "changes", "Günstiger — „bitte“\n\t\u2028", now=now)
    amend(voice=office.voice("ann"), request_id=request.pk, amount="999.9950", note="«moins cher»", now=now)
    office.decide(request, "max", now=now)
    add_comment(voice=office.voice("fay"), request_id=request.pk, text='Quote " and \\ and 💶', now=now)
    office.decide(request, "fay", now=now)
    office.decide(request, "finn", "reject", "Нет", now=now)
    return request


@pytest.fixture
def bundle(office: Office, request_of: ApprovalRequest) -> bytes:
    return bundle_bytes(evidence_of(actor=office.actor("root"), request_id=request_of.pk))


@pytest.mark.parametrize("amount", ["1E+3", "0E+2", "-0.00", "1000.0", "0.0001", "-12.5000", "999999999999999"])
def test_amounts_are_the_same_however_they_were_counted(office: Office, amount: str) -> None:
    request = office.ask({"approvers": ["max"]}, amount=amount, now=datetime.now(UTC))
    office.decide(request, "max", now=datetime.now(UTC))
    found = bundle_bytes(evidence_of(actor=office.actor("root"), request_id=request.pk))
    assert verify_evidence.problems_of(found) == []


def test_what_was_not_changed_is_in_order(bundle: bytes) -> None:
    assert verify_evidence.problems_of(bundle) == []


def test_any_flipped_byte_is_found(bundle: bytes) -> None:
    dice = random.Random(5)
    for at in dice.sample(range(len(bundle)), 400):
        changed = bytearray(bundle)
        changed[at] ^= dice.randint(1, 255)
        assert verify_evidence.problems_of(bytes(changed)), (at, bundle[max(0, at - 20) : at + 20])


def test_whatever_is_added_or_taken_away_is_found(bundle: bytes) -> None:
    for changed in (
        bundle + b"\n",
        bundle[:-1],
        bundle[:-2],
        b" " + bundle,
        bundle.replace(b",", b", ", 1),
        b"",
        b"[]",
    ):
        assert verify_evidence.problems_of(changed), changed[:40]


def _numbers(bundle: bytes) -> Any:
    return json.loads(bundle, parse_float=Decimal)


def test_a_new_seal_does_not_hide_another_comment(bundle: bytes) -> None:
    document = _numbers(bundle)
    document["rounds"][0]["levels"][0]["tasks"][0]["decision"]["comment"] = "Fine."
    open_ = {key: value for key, value in document.items() if key != "seal"}
    sealed = bundle_bytes({**open_, "seal": verify_evidence.hash_of(verify_evidence.read_bundle(bundle_bytes(open_)))})
    assert verify_evidence.problems_of(sealed) == ["The facts do not tell of the decision that stands with Max."]


def test_a_new_seal_does_not_hide_other_content_or_a_missing_fact(bundle: bytes) -> None:
    document = _numbers(bundle)
    document["rounds"][1]["content"]["amount"] = Decimal("99.99")
    assert any("round 2" in problem for problem in verify_evidence.problems_of(bundle_bytes(document)))
    document = _numbers(bundle)
    del document["facts"][3]
    assert any("does not follow" in problem for problem in verify_evidence.problems_of(bundle_bytes(document)))


def test_the_last_hash_stands_for_all_facts(bundle: bytes, request_of: ApprovalRequest) -> None:
    last = ApprovalFact.objects.filter(request=request_of).order_by("-number")[0]
    assert verify_evidence.last_hash(verify_evidence.read_bundle(bundle)) == last.fact_hash


def test_what_was_changed_in_the_database_is_found(office: Office, request_of: ApprovalRequest) -> None:
    actor = office.actor("root")

    def problems() -> list[str]:
        return verify_evidence.problems_of(bundle_bytes(evidence_of(actor=actor, request_id=request_of.pk)))

    fact = ApprovalFact.objects.get(request=request_of, number=3)
    ApprovalFact.objects.filter(pk=fact.pk).update(who="Somebody else")
    assert problems() == [f"Fact 3 ({fact.kind}) was changed: its hash does not fit."]
    ApprovalFact.objects.filter(pk=fact.pk).update(who=fact.who)
    assert problems() == []
    ApprovalDecision.objects.filter(verdict="reject").update(verdict="approve")
    assert problems() == ["The facts do not tell of the decision that stands with Finn."]
    ApprovalDecision.objects.filter(verdict="approve", comment="Нет").update(verdict="reject")
    ApprovalRequest.objects.filter(pk=request_of.pk).update(state="approved")
    assert problems() == ["The facts end with rejected, and the request says approved."]
    ApprovalRequest.objects.filter(pk=request_of.pk).update(state="rejected")
    ApprovalRound.objects.filter(request=request_of, number=1).delete()
    assert problems() == ["The facts tell of a round or a decision that is not there any more."]


def test_secrets_and_links_are_not_in_it(bundle: bytes) -> None:
    text = bundle.decode()
    assert SECRET not in text
    assert "token" not in text


def test_it_belongs_to_those_who_manage(office: Office, request_of: ApprovalRequest) -> None:
    with pytest.raises(Forbidden):
        evidence_of(actor=office.actor("max"), request_id=request_of.pk)
    other = Office("other")
    other.person("root", "admin")
    with pytest.raises(ApprovalRequest.DoesNotExist):
        evidence_of(actor=other.actor("root"), request_id=request_of.pk)


def test_the_script_stands_alone(bundle: bytes, tmp_path: Path) -> None:
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(SCRIPT.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert imported <= sys.stdlib_module_names
    script, file = tmp_path / "verify_evidence.py", tmp_path / "bundle.json"
    script.write_bytes(SCRIPT.read_bytes())
    file.write_bytes(bundle)
    # Isolated: without this project's folder, and without what is installed.
    command = [sys.executable, "-I", "-S", script, file]
    done = subprocess.run(command, capture_output=True, check=False, cwd=tmp_path, env={"PYTHONUTF8": "1"})
    assert done.returncode == 0, done.stdout
    assert "Nothing was changed: “Büro 🪑”, rejected" in done.stdout.decode()
    file.write_bytes(bundle.replace(b"999.995", b"999.994"))
    done = subprocess.run(command, capture_output=True, check=False, cwd=tmp_path, env={"PYTHONUTF8": "1"})
    assert done.returncode == 1
    assert b"CHANGED" in done.stdout


@pytest.mark.usefixtures("_served")
def test_it_is_read_and_taken_along(office: Office, request_of: ApprovalRequest, bundle: bytes) -> None:
    root, ann = staff(office, "root"), staff(office, "ann")
    names = ("evidence", "bundle")
    urls = [reverse(f"admin:approvals_approvalrequest_{name}", args=[request_of.pk]) for name in names]
    page = root.get(urls[0]).content.decode()
    assert "Nothing was changed." in page
    assert verify_evidence.last_hash(verify_evidence.read_bundle(bundle)) in page
    answer = root.get(urls[1])
    assert answer.content == bundle
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"].startswith("attachment")
    script = reverse("admin:approvals_approvalrequest_verifier")
    assert root.get(script).content == SCRIPT.read_bytes()
    assert [ann.get(url).status_code for url in (*urls, script)] == [403, 403, 403]
    other = Office("other")
    other.person("root", "admin")
    stranger: Client = staff(other, "root")
    assert [stranger.get(url).status_code for url in urls] == [302, 302]


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=4) | st.integers()
documents = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=20,
)


@given(document=st.dictionaries(texts, documents))
def test_the_script_spells_as_the_house_does(document: dict[str, Any]) -> None:
    written = canonical_json(document)
    assert verify_evidence.canonical(verify_evidence.read_bundle(written.encode())) == written
