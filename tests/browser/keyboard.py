"""The page walked with the tabulator: all is reached, the focus is seen, nothing holds it."""

from playwright.sync_api import Page

#: presses beyond one for each control: parts of one control (a date's day, month and year)
_SPARE = 40

_BEGIN = """() => {
    const controls = "a[href], button, input, select, textarea, summary, [tabindex]";
    const isMeant = (one) =>
        one.tabIndex >= 0 && !one.disabled && !one.closest("[inert]") && one.type !== "hidden" &&
        one.checkVisibility({ visibilityProperty: true });
    const found = [...document.querySelectorAll(controls)].filter(isMeant);
    window.walked = { left: new Set(found), met: new Set(), seen: new Set(), first: null };
    document.activeElement.blur();
    return found.length;
}"""

_STEP = """() => {
    const walked = window.walked;
    const now = document.activeElement;
    if (now === document.body || now === walked.first) {
        return false;
    }
    walked.first ??= now;
    const same = (one) =>
        one === now || (now.type === "radio" && one.name === now.name && one.form === now.form);
    [...walked.left].filter(same).forEach((one) => walked.left.delete(one));
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(now);
    const hasRing = outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
    const { width, height } = now.getBoundingClientRect();
    walked.met.add(now);
    if ((hasRing || boxShadow !== "none") && width * height > 0) {
        walked.seen.add(now);
    }
    return true;
}"""

_END = """() => {
    const told = (one) => one.outerHTML.slice(0, 120);
    return {
        left: [...window.walked.left].filter((one) => one.isConnected).map(told),
        blind: [...window.walked.met].filter((one) => !window.walked.seen.has(one)).map(told),
    };
}"""


def walk(page: Page) -> list[str]:
    """What is wrong on the page for somebody who has a keyboard only."""
    controls: int = page.evaluate(_BEGIN)
    for _press in range(controls + _SPARE):
        page.keyboard.press("Tab")
        if not page.evaluate(_STEP):
            break
    else:
        return [f"{page.url}: the keyboard never comes round"]
    found: dict[str, list[str]] = page.evaluate(_END)
    return [
        *(f"{page.url}: never reached: {one}" for one in found["left"]),
        *(f"{page.url}: focus not seen: {one}" for one in found["blind"]),
    ]
