"""The text of `/metrics`: the counters of every web and worker process added up, and the gauges."""

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from opsflows.health.backlog import Backlog
from opsflows.metrics import UNPREFIXED
from opsflows.metrics_directory import VARIABLE, metrics_root

#: The label that tells what the business does; only holders of the token see it.
GUARDED_LABEL = "event_type"


@dataclass(frozen=True, slots=True)
class Counters:
    """A collector of prometheus_client: our counters; unless `detailed`, summed up over the guarded label."""

    home: Path
    detailed: bool

    def collect(self) -> Iterable[Metric]:
        """The counters of all processes, or of this one where it writes no files (a command, a test)."""
        for metric in self._read():
            if metric.name.startswith("opsflows_") or metric.name in UNPREFIXED:
                yield metric if self.detailed else _summed(metric)

    def _read(self) -> Iterable[Metric]:
        if VARIABLE not in os.environ:
            return REGISTRY.collect()
        merged: Iterable[Metric] = MultiProcessCollector.merge(map(str, metrics_root(self.home).glob("*/*.db")))
        return merged


def exposition(*, home: Path, detailed: bool, backlog: Backlog) -> bytes:
    """The page in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(Counters(home, detailed))
    registry.register(backlog)
    return generate_latest(registry)


def _summed(metric: Metric) -> Metric:
    totals: defaultdict[tuple[str, tuple[tuple[str, str], ...]], float] = defaultdict(float)
    for sample in metric.samples:
        kept = tuple((label, value) for label, value in sample.labels.items() if label != GUARDED_LABEL)
        totals[sample.name, kept] += sample.value
    summed = Metric(metric.name, metric.documentation, metric.type)
    for (name, labels), value in totals.items():
        summed.add_sample(name, dict(labels), value)
    return summed
