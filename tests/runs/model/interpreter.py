"""What a program does, told by fifty lines that know nothing of engines."""

from collections import Counter
from typing import Any

from tests.runs.model.programs import Block, Call, Each, If, Rest, Set, Stop, Task, Together


class Failed(Exception):  # noqa: N818  (it is what becomes of a way)
    pass


class Stopped(Exception):  # noqa: N818
    pass


class Interpreter:
    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.tasks: Counter[str] = Counter()
        self.variables: dict[str, Any] = {"a": 1}

    def run(self, program: Block) -> str:
        return "completed" if self._way(program, self.variables) else "failed"

    def _way(self, block: Block, seen: dict[str, Any]) -> bool:
        try:
            for statement in block:
                self._do(statement, seen)
        except Failed:
            return False
        except Stopped:
            pass
        return True

    def _do(self, statement: Any, seen: dict[str, Any]) -> None:
        match statement:
            case Set(name, value):
                seen[name] = seen.get(value) if isinstance(value, str) else value
            case Call(note, fails, on_error):
                self.calls[text(note, seen)] += 1
                if fails and on_error != "continue":
                    raise Stopped if on_error == "branch" else Failed
            case Task(title):
                self.tasks[text(title, seen)] += 1
            case Rest():
                pass
            case If(name, above, then, other):
                value = seen.get(name)
                for inner in then if value is not None and value > above else other:
                    self._do(inner, seen)
            case Together(ways):
                went = [self._way(body, dict(seen)) or optional for optional, body in ways]
                if not all(went):
                    raise Failed
            case Each(count, _, stops, body):
                for index in range(count):
                    if not self._way(body, {**seen, "index": index}) and stops:
                        raise Failed
            case Stop(success):
                raise Stopped if success else Failed


def text(template: str, seen: dict[str, Any]) -> str:
    for name in ("a", "b", "index"):
        value = seen.get(name)
        template = template.replace(f"{{{{{name}}}}}", "" if value is None else str(value))
    return template
