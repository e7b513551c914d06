"""A scenario played by hands: each step by the person whose it is, through the pages."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree
from playwright.sync_api import expect

from server.config import SHIPPED
from server.services.rehearsing.scenario import Scenario, Step
from tests.browser.conftest import Visit
from tests.browser.people import Visitor, reference_on
from tests.factories.site import Clock


@dataclass
class Journey:
    """A case under way in several browsers."""

    visit: Visit
    clock: Clock
    pack: str
    #: role of the scenario -> login
    people: dict[str, str]
    #: False: nobody looks at the pages, which another journey has shown already
    is_shown: bool = True
    reference: str = ""
    #: what axe found on the pages on the way
    violations: list[str] = field(default_factory=list)
    _open: dict[str, Visitor] = field(default_factory=dict)
    _axed: set[str] = field(default_factory=set)

    def play(self, scenario: Scenario, start: str) -> None:
        """From the start page, through every step, to the end; each kind of page meets axe."""
        self.begin(scenario, start)
        self.go_on(scenario.steps)

    def begin(self, scenario: Scenario, start: str) -> None:
        """Fill in the start form that is offered under this title, and hand it in."""
        visitor = self.visitor(scenario.start.by)
        visitor.go("/start")
        visitor.page.get_by_role("link", name=re.compile(rf"^填写\s*{start}$")).click()
        visitor.fill(scenario.start.answers)
        self._look(visitor, "start")
        self._snap(visitor, "申请")
        visitor.submit()
        self.reference = reference_on(visitor.page)
        self._look(visitor, "receipt")
        self._snap(visitor, "回执")

    def go_on(self, steps: Iterable[Step]) -> None:
        """Do what these steps do; what is refused in them is for rehearsals."""
        titles = _titles(self.pack)
        for step in steps:
            if step.act == "do" and not step.refused:
                self._do(step, titles[str(step.target)])
        assert self.violations == []

    def ended(self, office: str, outcome: str) -> None:
        """The case is over, with this outcome: on the list of the applicant, and in the file."""
        applicant = self.visitor("applicant")
        applicant.go("/applications")
        row = applicant.page.locator("tr[data-row]").filter(has_text=self.reference)
        expect(row).to_contain_text("已办结")
        expect(row).to_contain_text(outcome)
        self._snap(applicant, "申请人看到已办结")
        handling = self.visitor(office)
        handling.go("/cases?status=closed")
        handling.page.get_by_role("link", name=self.reference).first.click()
        head = handling.page.locator("main .head")
        expect(head).to_contain_text(self.reference)
        expect(head).to_contain_text("已办结")
        expect(head).to_contain_text(outcome)
        expect(handling.page.get_by_role("heading", name="正在办理")).to_have_count(0)
        expect(handling.page.locator("[data-island]:not([data-drawn=true])")).to_have_count(0)
        self._look(handling, "file")
        self._snap(handling, "办结后的案卷")
        assert self.violations == []

    def visitor(self, role: str) -> Visitor:
        """The browser of whoever plays this role; he signs in when he is first needed."""
        login = self.people.get(role, role)
        if login not in self._open:
            self._open[login] = self.visit(login)
        return self._open[login]

    def _do(self, step: Step, title: str) -> None:
        self.clock.forward(minutes=1)
        visitor = self.visitor(step.item if step.item in self.people else step.by)
        visitor.open_task(self.reference, title)
        visitor.fill(step.answers)
        self._look(visitor, str(step.target))
        self._snap(visitor, title)
        visitor.submit()

    def _look(self, visitor: Visitor, kind: str) -> None:
        if self.is_shown and kind not in self._axed:
            self._axed.add(kind)
            self.violations += visitor.check()

    def _snap(self, visitor: Visitor, name: str) -> None:
        if self.is_shown:
            visitor.snap(name)


def _titles(pack: str) -> dict[str, str]:
    """What people read at each step of the diagrams."""
    found: dict[str, str] = {}
    for file in (SHIPPED / "processes" / pack).glob("*.bpmn"):
        for node in etree.parse(file).iter("{*}userTask"):
            found[node.get("id", "")] = node.get("name", "")
    return found
