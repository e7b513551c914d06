"""A double of the engine port for tests that need no diagram."""

from server.engine.port import Advance, Command, Files, Place


class FakeEngine:
    """Answers every command with the same state; notes what it is asked to keep and to forget."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.kept: list[str] = []
        self.forgotten: list[str] = []

    def advance(self, files: Files, state: bytes | None, command: Command) -> Advance:
        self.commands.append(command)
        return Advance(state=state or b"state")

    def restore(self, files: Files, state: bytes, earlier: bytes) -> Advance:
        return Advance(state=earlier)

    def task_at(self, files: Files, state: bytes, place: Place) -> str:
        return place[-1].element

    def essence(self, state: bytes) -> bytes:
        return state

    def keep(self, case_id: str, version: int, state: bytes) -> None:
        self.kept.append(case_id)

    def forget(self, case_id: str) -> None:
        self.forgotten.append(case_id)


class Broken:
    """An engine that answers every command with an error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def advance(self, files: Files, state: bytes | None, command: Command) -> Advance:
        raise self.error

    def restore(self, files: Files, state: bytes, earlier: bytes) -> Advance:
        raise self.error

    def task_at(self, files: Files, state: bytes, place: Place) -> str:
        raise self.error

    def essence(self, state: bytes) -> bytes:
        raise self.error

    def keep(self, case_id: str, version: int, state: bytes) -> None:
        raise AssertionError

    def forget(self, case_id: str) -> None:
        return
