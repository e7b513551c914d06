"""The page walked with the tabulator: all is reached, the focus is seen, nothing holds it."""

from playwright.sync_api import Page

#: presses beyond one for each control: parts of one control (a date's day, month and year)
_SPARE = 40

#: presses between two looks whether the walk came round
_STRIDE = 8

_BEGIN = """() => {
    const controls = "a[href], button, input, select, textarea, summary, [tabindex]";
    const isMeant = (one) =>
        one.tabIndex >= 0 && !one.disabled && !one.closest("[inert]") && one.type !== "hidden" &&
        one.checkVisibility({ visibilityProperty: true });
    const found = [...document.querySelectorAll(controls)].filter(isMeant);
    const walked = { left: new Set(found), met: new Set(), seen: new Set(), isRound: false };
    const step = ({ target: now }) => {
        walked.first ??= now;
        walked.isRound ||= walked.met.has(now) && now === walked.first;
        const same = (one) => one === now ||
            (now.type === "radio" && one.name === now.name && one.form === now.form);
        [...walked.left].filter(same).forEach((one) => walked.left.delete(one));
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(now);
        const hasRing = outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
        const { width, height } = now.getBoundingClientRect();
        walked.met.add(now);
        if ((hasRing || boxShadow !== "none") && width * height > 0) {
            walked.seen.add(now);
        }
    };
    document.activeElement.blur();
    document.addEventListener("focusin", step, { capture: true });
    walked.end = () => document.removeEventListener("focusin", step, { capture: true });
    window.walked = walked;
    return found.length;
}"""

_IS_ROUND = "() => window.walked.isRound"

_END = """() => {
    window.walked.end();
    const told = (one) => one.outerHTML.slice(0, 120);
    return {
        left: [...window.walked.left].filter((one) => one.isConnected).map(told),
        blind: [...window.walked.met].filter((one) => !window.walked.seen.has(one)).map(told),
    };
}"""


def walk(page: Page) -> list[str]:
    """What is wrong on the page for somebody who has a keyboard only."""
    controls: int = page.evaluate(_BEGIN)
    for _stride in range(-(-(controls + _SPARE) // _STRIDE)):
        for _press in range(_STRIDE):
            page.keyboard.press("Tab")
        if page.evaluate(_IS_ROUND):
            break
    else:
        return [f"{page.url}: the keyboard never comes round"]
    found: dict[str, list[str]] = page.evaluate(_END)
    return [
        *(f"{page.url}: never reached: {one}" for one in found["left"]),
        *(f"{page.url}: focus not seen: {one}" for one in found["blind"]),
    ]
