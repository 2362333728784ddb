"""What every step has beside its config: its label, and what happens when it fails."""

from typing import Final

from opsflows.studio.forms.shapes import Shape
from opsflows.workflows import field_looks as looks

LABEL: Final = Shape(
    "label", "What this step is called", "Left empty, the kind's own name.", looks.TEXT, default="", longest=255
)

HANDLING: Final = (
    Shape(
        "onError",
        "When it fails",
        "Left open, the workflow's settings say it.",
        looks.CHOICE,
        default="",
        choices=(
            ("stop", "End the run"),
            ("continue", "Go on as if it had gone well"),
            ("branch", "Go on by the way “error”"),
            ("retry", "Try again"),
        ),
    ),
    Shape("retryCount", "How often to try again", "0 to 20 times.", looks.NUMBER, is_whole=True, least=0, most=20),
    Shape("retryDelay", "Seconds between tries", "1 to 3,600.", looks.NUMBER, is_whole=True, least=1, most=3600),
    Shape("stepTimeout", "The longest it may take", "Such as 10 minutes, waits included.", looks.DURATION, default=""),
    Shape(
        "critical", "Its failure ends the run", "The older way to say it; not together with the first.", looks.CHOICE
    ),
)
