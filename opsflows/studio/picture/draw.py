"""The picture of a flow."""

from collections.abc import Mapping

from django.utils.safestring import SafeString, mark_safe

from opsflows.studio.picture.describe import described
from opsflows.studio.picture.layout import lay_out
from opsflows.studio.picture.sketch import sketch_of
from opsflows.studio.picture.svg import svg_of, text_of

#: Pixels from which on a picture wants the whole width of a page, not a column beside the text.
_WIDE = 440


def draw(
    workflow_data: object,
    *,
    looks: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    title: str = "",
) -> SafeString:
    """The flow from top to bottom as an inline `<svg class="studio-picture">`, in a box of its own that scrolls.

    `looks` says of a node's id what became of it: done, running, waiting, attention, failed, off or skipped; `links`
    where a click on it leads (an address, or `#step-…`), and makes each a stop for the keyboard, in reading order.
    `title` is what the picture is called where it is read aloud. Never raises: a graph that is broken, or no graph at
    all, still gives a picture of what can be read. The same input gives the same picture.

    Pages that show it link the stylesheet `opsflows/studio_picture.css`.
    """
    sketch = sketch_of(workflow_data)
    if not sketch.boxes:
        return mark_safe('<p class="ops-quiet">There is nothing to draw yet: the workflow has no steps.</p>')
    layout = lay_out(sketch)
    title = title or "The flow as a picture"
    words = described(layout, looks or {})
    picture = svg_of(layout, title=title, words=words, looks=looks or {}, links=links or {})
    more = f'<p class="ops-quiet">{sketch.left_out} more steps are not drawn.</p>' if sketch.left_out else ""
    wide = " is-wide" if layout.width > _WIDE else ""
    # The box scrolls, so the keyboard has to get there.
    frame = f'<div class="studio-picture-box{wide}" role="group" aria-label="{text_of(title)}" tabindex="0">'
    return mark_safe(f"{frame}{picture}</div>{more}")  # noqa: S308  (all texts in it are escaped where they go in)
