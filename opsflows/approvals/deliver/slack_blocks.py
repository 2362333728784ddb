"""What a Slack message about a request looks like, before and after it is decided. All that people wrote is escaped."""

from collections.abc import Sequence
from typing import Any

from opsflows.approvals.links.paper import Paper

#: Slack's limits, in characters; what is longer it would refuse as a whole.
_SECTION, _FIELD, _FIELDS, _CONTEXT = 2900, 900, 10, 1900
#: Where the answer to a button finds the comment.
COMMENT = "comment"
#: By `action_id` of the buttons.
VERDICTS = {"approve": "Approve", "reject": "Reject", "changes": "Ask for changes"}
_STYLES = {"approve": "primary", "reject": "danger"}


def escaped(text: str, most: int = _SECTION) -> str:
    """The text as Slack shows it and nothing else: no link, no mention, no emphasis across it."""
    safe = _safe(text)
    while len(safe) > most:
        text = text[: len(text) * most // len(safe) - 1].rstrip("…") + "…"
        safe = _safe(text)
    return safe


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def question(paper: Paper, *, message_id: str) -> dict[str, Any]:
    """The text and blocks that ask. Where a login is needed, nothing in it decides."""
    asked = f"{paper.requester} asks" if paper.requester else "You are asked"
    blocks = [
        _section(f"*Waits for your decision*\n{escaped(paper.title)}"),
        *_facts(paper),
        *([_section(escaped(paper.summary))] if paper.summary else []),
        *_details(paper),
        *([_context(paper.why)] if paper.why else []),
        *([_context(paper.so_far)] if paper.so_far else []),
        *(_link_only(paper) if paper.needs_login else _buttons(paper, message_id)),
    ]
    return {"text": escaped(f"{asked}: {paper.title}", _FIELD), "blocks": blocks}


def outcome(paper: Paper, ended: str, said: str) -> dict[str, Any]:
    """The text and blocks that the message shows once its task is over: no button decides any more."""
    blocks = [
        _section(f"*{escaped(ended, _FIELD)}*\n{escaped(paper.title)}"),
        *([_section(escaped(said))] if said else []),
        *_facts(paper),
        {"type": "actions", "elements": [_open(paper)]},
    ]
    return {"text": escaped(f"{ended}: {paper.title}", _FIELD), "blocks": blocks}


def _facts(paper: Paper) -> Sequence[dict[str, Any]]:
    facts = [("Asked by", paper.requester), ("Amount", paper.amount), ("Level", paper.level), ("Due", paper.due)]
    fields = [_text(f"*{label}*\n{escaped(value, _FIELD)}") for label, value in facts if value]
    return [{"type": "section", "fields": fields}] if fields else []


def _details(paper: Paper) -> Sequence[dict[str, Any]]:
    fields = [_text(f"*{escaped(label, 200)}*\n{escaped(value, _FIELD)}") for label, value in paper.details[:20]]
    return [{"type": "section", "fields": fields[at : at + _FIELDS]} for at in range(0, len(fields), _FIELDS)]


def _buttons(paper: Paper, message_id: str) -> Sequence[dict[str, Any]]:
    hint = "Needed where you reject or ask for changes." if paper.comment_required else "If you like."
    field = {"type": "plain_text_input", "action_id": COMMENT, "multiline": True, "max_length": 3000}
    comment = {
        "type": "input",
        "block_id": COMMENT,
        "optional": True,
        "label": {"type": "plain_text", "text": "Comment"},
        "hint": {"type": "plain_text", "text": hint},
        "element": field,
    }
    value = f"{message_id}:{paper.seen}"
    buttons = [
        {
            "type": "button",
            "action_id": verdict,
            "text": {"type": "plain_text", "text": label},
            "value": value,
            **({"style": _STYLES[verdict]} if verdict in _STYLES else {}),
        }
        for verdict, label in VERDICTS.items()
    ]
    return [comment, {"type": "actions", "elements": [*buttons, _open(paper)]}]


def _link_only(paper: Paper) -> Sequence[dict[str, Any]]:
    return [_context(paper.login_reason), {"type": "actions", "elements": [_open(paper, style="primary")]}]


def _open(paper: Paper, **look: str) -> dict[str, Any]:
    text = {"type": "plain_text", "text": "Open in the inbox"}
    return {"type": "button", "action_id": "open", "text": text, "url": paper.inbox_url, **look}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _text(text)}


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [_text(escaped(text, _CONTEXT))]}


def _text(text: str) -> dict[str, Any]:
    # Verbatim: names of channels and addresses in it do not become links.
    return {"type": "mrkdwn", "text": text, "verbatim": True}
