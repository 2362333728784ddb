"""Files beside requests as they were when they were put there, or not at all."""

import hashlib
from io import BytesIO

from opsflows.approvals.models import ApprovalAttachment
from opsflows.files.configure import store_of
from opsflows.files.store import Content, FileProblem, Pieces, whole


def open_intact(row: ApprovalAttachment) -> Content:
    """What lies there; whoever calls has checked who may see it.

    Raises:
        FileProblem: the storage does not answer, has lost it, or holds something else by now.
    """
    content = store_of(row.request.account_id).open(row.stored_as)
    changed = FileProblem(f"The file {row.name!r} was changed after it was put beside the request.")
    if content.size != row.size:
        content.pieces.close()
        raise changed
    held = whole(content, most=row.size, name=row.name)
    if hashlib.sha256(held).hexdigest() != row.sha256:
        raise changed
    return Content(len(held), Pieces(BytesIO(held), len(held)))
