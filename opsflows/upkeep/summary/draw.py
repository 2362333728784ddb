"""Draws the chart of a day: figures as JSON come in, a PNG goes out. A program of its own (chart.py says why)."""

import io
import json
import sys
from typing import Any

_DONE, _FAILED, _EVENTS, _TEXT, _GRID = "#2f9e6e", "#d04437", "#5b5bd6", "#44485a", "#e4e5ec"


def draw(day: dict[str, Any]) -> bytes:
    """Events above, ended runs below, hour by hour: `clocks`, `events`, `completed`, `failed`, equally many of each."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(6.4, 3.2), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    above, below = figure.subplots(2, 1, sharex=True)
    places = list(range(len(day["clocks"])))
    completed, failed = day["completed"], day["failed"]
    above.bar(places, day["events"], color=_EVENTS, width=0.8)
    above.set_title("Events", loc="left", fontsize=9, color=_TEXT)
    below.bar(places, completed, color=_DONE, width=0.8, label="completed")
    # Not by colour alone.
    striped = {"hatch": "////", "edgecolor": "white"}
    below.bar(places, failed, bottom=completed, color=_FAILED, width=0.8, label="failed", **striped)
    below.set_title("Runs that ended", loc="left", fontsize=9, color=_TEXT)
    below.legend(
        loc="lower right", bbox_to_anchor=(1, 1), fontsize=7, frameon=False, ncols=2, borderaxespad=0, labelcolor=_TEXT
    )
    # Every third hour as the clocks show it; on the day they are changed one of them is missing or twice there.
    below.set_xticks(places[::3], day["clocks"][::3])
    for axes in (above, below):
        axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
        axes.set_ylim(bottom=0, top=None if axes.dataLim.height else 1)
        axes.tick_params(labelsize=7, colors=_TEXT, length=0)
        axes.grid(axis="y", color=_GRID, linewidth=0.6)
        axes.set_axisbelow(True)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(_GRID)
    image = io.BytesIO()
    figure.savefig(image, format="png")
    return image.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(draw(json.load(sys.stdin)))
