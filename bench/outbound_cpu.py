"""What one outbound POST costs in CPU, beside `requests` and urllib3 in the same run.

Run as ``python -m bench.outbound_cpu``. The receiver is `bench/sink.py` in a process of its own, so that only the
sender's CPU is counted; connections are kept alive throughout. Compare the rows of one run, not runs.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
import urllib3
from requests.adapters import HTTPAdapter

from opsflows.outbound import HttpClient, OutboundRequest

TARGET_MS = 0.35
POOL_SIZE = 64
BODY = json.dumps({"event": "deal.won", "amount": 125000, "customer": {"name": "x" * 120}, "lines": [1] * 60}).encode()
HEADERS = {
    "Content-Type": "application/json",
    "Idempotency-Key": "0192f0c4-7a5e-7d0a-9c55-2f6f4f0f3a11:step-3:0:0",
    "User-Agent": "OpsFlows",
}


def senders(url: str) -> dict[str, Callable[[], int]]:
    """What is compared: a function each that sends one POST and returns the status."""
    session = requests.Session()
    session.mount("http://", HTTPAdapter(pool_maxsize=POOL_SIZE))
    plain = requests.Session()
    plain.trust_env = False
    plain.mount("http://", HTTPAdapter(pool_maxsize=POOL_SIZE))
    manager = urllib3.PoolManager(maxsize=POOL_SIZE)
    client = HttpClient(allowed_networks=["127.0.0.0/8"], pool_maxsize=POOL_SIZE)
    request = OutboundRequest("POST", url, HEADERS, BODY, 10.0)

    def with_urllib3() -> int:
        return manager.request("POST", url, body=BODY, headers=HEADERS, retries=False, timeout=10.0).status

    return {
        "requests.Session().post": lambda: session.post(url, data=BODY, headers=HEADERS, timeout=10.0).status_code,
        "the same, trust_env=False": lambda: plain.post(url, data=BODY, headers=HEADERS, timeout=10.0).status_code,
        "urllib3.PoolManager().request": with_urllib3,
        "opsflows HttpClient.send": lambda: client.send(request, repeat_safe=True).status,
    }


def measure(send: Callable[[], int], calls: int, threads: int) -> tuple[float, float]:
    """CPU milliseconds of this process per call, and calls per second."""

    def batch(count: int) -> None:
        for _ in range(count):
            status = send()
            assert status == 200, status

    with ThreadPoolExecutor(threads) as executor:
        list(executor.map(batch, [3] * threads))
        cpu, wall = time.process_time(), time.perf_counter()
        list(executor.map(batch, [calls // threads] * threads))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    done = calls // threads * threads
    return cpu / done * 1000, done / wall


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=3000, help="POSTs per measurement")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each, taken in turn; the median counts")
    options = parser.parse_args()
    sink = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("sink.py")), "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert sink.stdout is not None
        url = f"http://127.0.0.1:{int(sink.stdout.readline())}/hook"
        compared = senders(url)
        for threads in (1, 32):
            results: dict[str, list[tuple[float, float]]] = {name: [] for name in compared}
            for _ in range(options.rounds):
                for name, send in compared.items():
                    results[name].append(measure(send, options.calls, threads))
            report(threads, results)
    finally:
        sink.terminate()
        sink.wait()


def report(threads: int, results: dict[str, list[tuple[float, float]]]) -> None:
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in results.items()
    }
    base = next(iter(medians.values()))[0]
    print(f"\n{threads} thread{'s' * (threads > 1)}, POST of {len(BODY)} bytes, keep-alive (target {TARGET_MS} ms)")
    print(f"{'':32}{'CPU ms/call':>12}{'of the first':>14}{'calls/s':>10}")
    for name, (cpu, rate) in medians.items():
        print(f"{name:32}{cpu:12.3f}{cpu / base:14.2f}{rate:10.0f}")


if __name__ == "__main__":
    main()
