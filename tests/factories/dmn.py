"""Small DMN files for tests, valid by default."""

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def model(*parts: str, namespace: str = "urn:test", imports: Sequence[tuple[str, str]] = ()) -> str:
    """A file with these parts; ``imports`` are pairs (name, namespace)."""
    imported = "".join(
        f'<import id="import_{i}" name={quoteattr(name)} namespace={quoteattr(ns)}'
        f' importType="{MODEL}"/>'
        for i, (name, ns) in enumerate(imports)
    )
    return (
        f'<definitions xmlns="{MODEL}" id="d" name="d" namespace="{namespace}">'
        f"{imported}{''.join(parts)}</definitions>"
    )


def input_data(name: str, kind: str = "", label: str = "") -> str:
    """Input data ``i_name``."""
    ref = f' typeRef="{kind}"' if kind else ""
    shown = quoteattr(label or name)
    return f'<inputData id="i_{name}" name={shown}><variable name="{name}"{ref}/></inputData>'


def decision(
    name: str, body: str, *, needs: Sequence[str] = (), kind: str = "", label: str = ""
) -> str:
    """Decision ``name``; ``needs`` are ids: ``i_x`` input data, ``k_x`` knowledge, else decisions.

    An id with a ``#`` is of another file.
    """
    ref = f' typeRef="{kind}"' if kind else ""
    required = "".join(_requirement(each) for each in needs)
    shown = quoteattr(label or name)
    return (
        f'<decision id="{name}" name={shown}><variable name="{name}"{ref}/>'
        f"{required}{body}</decision>"
    )


def knowledge(name: str, params: Sequence[tuple[str, str]], body: str) -> str:
    """Business knowledge model ``k_name`` with typed parameters."""
    formal = "".join(
        f'<formalParameter name="{param}"' + (f' typeRef="{kind}"/>' if kind else "/>")
        for param, kind in params
    )
    return (
        f'<businessKnowledgeModel id="k_{name}" name="{name}"><variable name="{name}"/>'
        f"<encapsulatedLogic>{formal}{body}</encapsulatedLogic></businessKnowledgeModel>"
    )


def literal(text: str, identity: str = "") -> str:
    """A literal expression."""
    named = f' id="{identity}"' if identity else ""
    return f"<literalExpression{named}><text>{escape(text)}</text></literalExpression>"


def item(name: str, base: str = "string", allowed: str = "", *, collection: bool = False) -> str:
    """An item definition of a basic type."""
    values = f"<allowedValues><text>{escape(allowed)}</text></allowedValues>" if allowed else ""
    many = ' isCollection="true"' if collection else ""
    return (
        f'<itemDefinition id="t_{name}" name="{name}"{many}><typeRef>{base}</typeRef>'
        f"{values}</itemDefinition>"
    )


def table(
    inputs: Sequence[str | tuple[str, str]],
    outputs: Sequence[str | tuple[str, str, str]],
    rules: Sequence[Sequence[str]],
    policy: str = "UNIQUE",
    aggregation: str = "",
) -> str:
    """A decision table ``t``; input: text or (text, inputValues); output: name or
    (name, outputValues, default). Rule n is ``r<n>``, its cells ``r<n>c<m>``."""
    grouped = f' aggregation="{aggregation}"' if aggregation else ""
    columns = "".join(_input(i, each) for i, each in enumerate(inputs, start=1))
    results = "".join(_output(i, each) for i, each in enumerate(outputs, start=1))
    rows = "".join(_rule(i, len(inputs), cells) for i, cells in enumerate(rules, start=1))
    return (
        f'<decisionTable id="t" hitPolicy="{policy}"{grouped}>{columns}{results}{rows}'
        "</decisionTable>"
    )


def _requirement(needed: str) -> str:
    kind = "Decision"
    identity = needed.rpartition("#")[2]
    if identity.startswith("i_"):
        kind = "Input"
    elif identity.startswith("k_"):
        kind = "Knowledge"
    outer = "knowledgeRequirement" if kind == "Knowledge" else "informationRequirement"
    href = needed if "#" in needed else f"#{needed}"
    return f"<{outer}><required{kind} href={quoteattr(href)}/></{outer}>"


def _input(number: int, given: str | tuple[str, str]) -> str:
    text, allowed = (given, "") if isinstance(given, str) else given
    values = f"<inputValues><text>{escape(allowed)}</text></inputValues>" if allowed else ""
    return (
        f'<input id="in{number}"><inputExpression><text>{escape(text)}</text></inputExpression>'
        f"{values}</input>"
    )


def _output(number: int, given: str | tuple[str, str, str]) -> str:
    name, allowed, fallback = (given, "", "") if isinstance(given, str) else given
    values = f"<outputValues><text>{escape(allowed)}</text></outputValues>" if allowed else ""
    default = (
        f"<defaultOutputEntry><text>{escape(fallback)}</text></defaultOutputEntry>"
        if fallback
        else ""
    )
    return f'<output id="out{number}" name="{name}">{values}{default}</output>'


def _rule(number: int, inputs: int, cells: Sequence[str]) -> str:
    entries = "".join(
        f'<{kind} id="r{number}c{place}"><text>{escape(cell)}</text></{kind}>'
        for place, cell in enumerate(cells, start=1)
        for kind in ["inputEntry" if place <= inputs else "outputEntry"]
    )
    return f'<rule id="r{number}">{entries}</rule>'
