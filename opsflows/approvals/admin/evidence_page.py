"""The evidence of a request: a page to be read, a file to be handed over, and the script that checks the file."""

from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from opsflows.accounts.actor import Forbidden
from opsflows.accounts.current import current_actor
from opsflows.admin_site.framing import Framing
from opsflows.admin_site.markup import page_of
from opsflows.approvals.admin.request_page import page_context
from opsflows.approvals.evidence import verify_evidence
from opsflows.approvals.evidence.bundle import bundle_bytes, evidence_of
from opsflows.approvals.models import ApprovalRequest


def evidence_page(admin: Framing, request: HttpRequest, row: ApprovalRequest) -> HttpResponse:
    """Everything that is in the bundle, and whether it is as it was written down."""
    bundle = _bundle(request, row)
    context = {
        **admin.frame(request, f"Evidence: {row}", row),
        **page_context(request, row),
        "bundle": bundle,
        "problems": verify_evidence.problems_of(bundle_bytes(bundle)),
        "last_hash": bundle["facts"][-1]["hash"] if bundle["facts"] else "",
        "command": f"python3 verify_evidence.py {_name(row)}",
        "back": page_of(row),
    }
    return TemplateResponse(request, "admin/opsflows/approval_evidence.html", context)


def bundle_file(request: HttpRequest, row: ApprovalRequest) -> HttpResponse:
    """The bundle, to be kept."""
    return _file(bundle_bytes(_bundle(request, row)), _name(row), "application/json")


def verifier_file() -> HttpResponse:
    """The script as it is here, which needs nothing but Python."""
    return _file(Path(verify_evidence.__file__).read_bytes(), "verify_evidence.py", "text/x-python")


def _bundle(request: HttpRequest, row: ApprovalRequest) -> dict[str, Any]:
    try:
        return evidence_of(actor=current_actor(request), request_id=row.pk)
    except Forbidden as error:
        # A superuser who is in no account may look at the request, and takes nothing along.
        raise PermissionDenied(str(error)) from error


def _name(row: ApprovalRequest) -> str:
    return f"evidence-{str(row.pk)[-12:]}.json"


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=f"{kind}; charset=utf-8", headers=headers)
