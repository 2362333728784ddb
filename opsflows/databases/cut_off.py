"""End a connection to PostgreSQL from outside: when its time is over, or when more comes in than anybody could keep.

libpq reads one row as a whole, and a single value may have a gigabyte, so the size has to be seen while it comes.
"""

import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from opsflows.databases.failures import QueryFailed
from opsflows.databases.rows import MAX_BYTES

#: Bytes that may come in. What is on its way when enough was read counts as well, so it is far more than is kept.
MOST_RECEIVED = 64 * MAX_BYTES
#: Seconds between two looks.
_LOOK = 0.02
#: Where Linux says how many bytes came in (`tcpi_bytes_received` of `struct tcp_info`); other systems do not say.
_INFO, _RECEIVED_AT = getattr(socket, "TCP_INFO", None), 128


@contextmanager
def cut_off(connection: "psycopg.Connection[Any]", seconds: float) -> Iterator[None]:
    """End the connection after `seconds`, also where the other side says nothing, and where it says too much.

    Raises:
        QueryFailed: it said too much.
    """
    twin = socket.socket(fileno=os.dup(connection.fileno()))
    is_over, too_much = threading.Event(), threading.Event()

    def watch() -> None:
        end = time.monotonic() + seconds
        try:
            while not is_over.wait(max(0, min(_LOOK, end - time.monotonic()))):
                if _received(twin) > MOST_RECEIVED:
                    too_much.set()
                if too_much.is_set() or time.monotonic() >= end:
                    twin.shutdown(socket.SHUT_RDWR)
                    return
        except OSError:
            # It was closed meanwhile.
            return

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    except psycopg.Error:
        if too_much.is_set():
            said = f"More than {MOST_RECEIVED:,} bytes came at once; ask for fewer columns, or for parts of them."
            raise QueryFailed(said) from None
        raise
    finally:
        is_over.set()
        twin.close()


def _received(twin: socket.socket) -> int:
    if _INFO is None:
        return 0
    told = twin.getsockopt(socket.IPPROTO_TCP, _INFO, 256)
    return int(struct.unpack_from("=Q", told, _RECEIVED_AT)[0]) if len(told) >= _RECEIVED_AT + 8 else 0
