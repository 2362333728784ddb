"""What a script may take. All of it is held by the process it runs in and by the one that started it."""

#: Seconds a script may be given at most.
MAX_RUN = 30
#: Seconds its process may take to get ready.
START = 8
#: Scripts that one worker process runs at once; each takes a processor for itself.
SEATS = 4

MAX_SOURCE = 64 * 1024
#: Bytes of JSON that go in: `input` and the event's data.
MAX_GIVEN = 2 * 1024 * 1024
#: Bytes of JSON that come back.
MAX_VALUE = 256 * 1024
#: Bytes read of a process at most: the value and the log, each character escaped.
MAX_ANSWER = 2 * 1024 * 1024
#: Characters of an error that are kept, and of the places behind it.
MAX_ERROR, MAX_STACK = 1000, 10_000

HEAP_MB = 128
LOG_LINES, LOG_LINE = 100, 500

#: What the process is told.
LIMITS = {
    "heap_mb": HEAP_MB,
    # Without a compiler V8 starts with 45 MB; the rest is for what lies beside the heap.
    "data_mb": 512,
    "value": MAX_VALUE,
    "log_lines": LOG_LINES,
    "log_line": LOG_LINE,
    "error": MAX_ERROR,
    "stack": MAX_STACK,
}
