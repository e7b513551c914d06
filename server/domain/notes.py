"""Collects the findings of one file while it is read, so that one reading finds all problems."""

from dataclasses import dataclass, field

from server.domain.findings import Finding, Severity


@dataclass(slots=True)
class Notes:
    """The findings of one file; every method adds one and goes on."""

    file: str
    found: list[Finding] = field(default_factory=list)

    def error(
        self, code: str, message: str, fix: str = "", *, element: str = "", field: str = ""
    ) -> None:
        """Note what stops publishing."""
        self._add(code, Severity.ERROR, (message, fix), (element, field))

    def warning(
        self, code: str, message: str, fix: str = "", *, element: str = "", field: str = ""
    ) -> None:
        """Note what needs a written reason."""
        self._add(code, Severity.WARNING, (message, fix), (element, field))

    def info(
        self, code: str, message: str, fix: str = "", *, element: str = "", field: str = ""
    ) -> None:
        """Note what was rewritten or left out."""
        self._add(code, Severity.INFO, (message, fix), (element, field))

    def _add(
        self, code: str, severity: Severity, texts: tuple[str, str], place: tuple[str, str]
    ) -> None:
        self.found.append(
            Finding(
                code=code,
                severity=severity,
                file=self.file,
                element=place[0][:200],
                field=place[1],
                message=texts[0],
                fix=texts[1],
            )
        )
