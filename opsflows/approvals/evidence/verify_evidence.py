"""Check an evidence bundle of an approval: python3 verify_evidence.py bundle.json

It needs Python 3.9 or newer and nothing else. Every byte of the bundle is covered: the file has to be spelled the one
way its hashes are taken over, the seal covers all of it, each fact holds the hash of the one before, and what was shown
and decided has to be what the facts tell. Exit code 0: nothing was changed; 1: something was, and it is said what.

Whoever makes a bundle anew could seal it anew. What gives that away is the hash of the last fact, which is printed:
note it down, or compare it with the one that the request's page shows.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from typing import Any

FORMAT = "opsflows-approval-evidence-1"
_WORDS = {None: "null", True: "true", False: "false"}


class Number(str):
    """A number as it is spelled: hashes are taken over digits, and 12.50 is not 12.5."""

    __slots__ = ()


class NotABundleError(ValueError):
    """The file cannot even be read as one."""


def read_bundle(content: bytes) -> dict[str, Any]:
    """The document in the bytes of a bundle. Raises `NotABundleError`."""
    try:
        document = json.loads(
            content.decode("utf-8"),
            parse_int=Number,
            parse_float=Number,
            parse_constant=_no_constant,
            object_pairs_hook=_each_key_once,
        )
    except (ValueError, RecursionError) as error:
        raise NotABundleError(f"This is no JSON document in UTF-8: {error}.") from None
    if not isinstance(document, dict):
        raise NotABundleError("This is no evidence bundle: it has to be one JSON object.")
    return document


def canonical(value: Any) -> str:
    """The one spelling of `value`: sorted keys, no spaces, numbers digit by digit."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return _WORDS[value]


def hash_of(value: Any) -> str:
    """SHA-256 over the canonical spelling, as 64 hexadecimal digits."""
    return hashlib.sha256(_bytes(value)).hexdigest()


def problems_of(content: bytes) -> list[str]:
    """Everything that is wrong with the bytes of a bundle, in sentences; none: nothing was changed."""
    try:
        bundle = read_bundle(content)
    except NotABundleError as error:
        return [str(error)]
    found = []
    if content != _bytes(bundle) + b"\n":
        found.append("The file is not spelled as bundles are; it was edited, or saved by another program.")
    if bundle.get("format") != FORMAT:
        found.append(f"The format is not {FORMAT}; take the script that came with the bundle.")
    if bundle.get("seal") != hash_of({key: value for key, value in bundle.items() if key != "seal"}):
        found.append("The seal does not fit: something in the bundle was changed.")
    try:
        found += [*_facts(bundle), *_rounds(bundle), *_end(bundle)]
    except (LookupError, TypeError, AttributeError) as error:
        found.append(f"Something that belongs into a bundle is not there: {error!r}.")
    return found


def last_hash(bundle: dict[str, Any]) -> str:
    """The hash of the last fact, which stands for all of them."""
    return str(bundle["facts"][-1]["hash"])


def _facts(bundle: dict[str, Any]) -> Iterator[str]:
    """Each fact says what its hash says, and holds the one before; none is missing between the first and the last."""
    before = ""
    for number, fact in enumerate(bundle["facts"], 1):
        said = {key: value for key, value in fact.items() if key != "hash"}
        if said["number"] != str(number) or said["request"] != bundle["request"]["id"]:
            yield f"Fact {number} is not the {number}. of this request: one was taken out, added or moved."
        if said["previous"] != before:
            yield f"Fact {number} does not follow the one before it."
        if fact["hash"] != hash_of(said):
            yield f"Fact {number} ({said['kind']}) was changed: its hash does not fit."
        before = fact["hash"]
    if not before:
        yield "There are no facts."


def _rounds(bundle: dict[str, Any]) -> Iterator[str]:
    """What was shown is what its hash says, the facts tell the same, and decisions are about it."""
    told = {fact["detail"]["round"]: fact["detail"] for fact in bundle["facts"] if fact["kind"] == "round_opened"}
    decided = {fact["detail"]["task"]: fact["detail"] for fact in bundle["facts"] if fact["kind"] == "decided"}
    for shown in bundle["rounds"]:
        number, content_hash = shown["number"], shown["content_hash"]
        if content_hash != hash_of(shown["content"]):
            yield f"What was shown in round {number} was changed: its hash does not fit."
        if number not in told or told.pop(number)["content_hash"] != content_hash:
            yield f"The facts tell of another content of round {number}."
        tasks = [task for level in shown["levels"] for task in level["tasks"] if task["decision"] is not None]
        for task in tasks:
            if task["decision"]["content_hash"] != content_hash:
                yield f"{task['name']} decided about something else than what round {number} shows."
            fact = decided.pop(task["id"], None)
            if fact is None or any(fact[key] != task["decision"][key] for key in ("verdict", "comment")):
                yield f"The facts do not tell of the decision that stands with {task['name']}."
    if told or decided:
        yield "The facts tell of a round or a decision that is not there any more."


def _end(bundle: dict[str, Any]) -> Iterator[str]:
    """The request stands as the last of the facts about its end leaves it."""
    ended = [fact["detail"]["state"] for fact in bundle["facts"] if fact["kind"] == "closed"]
    state = bundle["request"]["state"]
    if ended and ended[-1] != state:
        yield f"The facts end with {ended[-1]}, and the request says {state}."
    if not ended and state not in ("waiting", "changes_requested"):
        yield f"The request says {state}, and no fact tells how it came to that."


def _bytes(value: Any) -> bytes:
    # A half of a surrogate pair can only have come in by an escape, which no bundle has; it is to be told, not to fail.
    return canonical(value).encode("utf-8", "surrogatepass")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in an object")
    return found


def main(arguments: list[str]) -> int:
    """Check the bundle that the arguments name, and write what is found."""
    if len(arguments) != 1:
        sys.stdout.write("Usage: python3 verify_evidence.py bundle.json\n")
        return 2
    try:
        with open(arguments[0], "rb") as file:
            content = file.read()
    except OSError as error:
        sys.stdout.write(f"It cannot be opened: {error}\n")
        return 2
    found = problems_of(content)
    for problem in found:
        sys.stdout.write(f"CHANGED: {problem}\n")
    if not found:
        bundle = read_bundle(content)
        request, count = bundle["request"], len(bundle["facts"])
        sys.stdout.write(f"Nothing was changed: “{request['title']}”, {request['state']}, {count} facts.\n")
        sys.stdout.write(f"The last fact's hash: {last_hash(bundle)}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
