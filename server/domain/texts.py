"""The one door through which every text that people read passes (gettext, Chinese msgids).

Chinese is the source language, so without a catalogue a msgid is its own translation.
Log messages and texts for developers do not pass here.
"""

import gettext

_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def _(msgid: str) -> str:
    """The text for ``msgid`` in the language in force; ``msgid`` itself when there is none."""
    return _catalogue.gettext(msgid)
