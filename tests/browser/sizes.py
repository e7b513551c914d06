"""The page in a narrow window and in large type: nothing makes it wider than the window."""

from collections.abc import Iterator, Sequence

from playwright.sync_api import Page

#: a window of 1366 pixels at twice its size, and the narrowest that is promised
NARROW = ({"width": 683, "height": 400}, {"width": 320, "height": 640})

_WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_LARGE = "(is) => document.documentElement.classList.toggle('large', is)"


def too_wide(page: Page, sizes_of_type: Sequence[bool] = (True, False)) -> Iterator[str]:
    """Where the page as a whole would have to be scrolled sideways, in large type and in usual."""
    if page.url.endswith("/print"):
        return  # as wide as the paper
    before = page.viewport_size
    for is_large in sizes_of_type:
        page.evaluate(_LARGE, is_large)
        for size in NARROW:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            over = page.evaluate(_WIDER)
            if over > 0:
                large = ", large type" if is_large else ""
                yield f"{page.url}: {over}px wider than {size['width']}px{large}"
    page.evaluate(_LARGE, False)
    if before:
        page.set_viewport_size(before)
