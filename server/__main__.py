"""``python -m server`` and ``rongcuo``: the command line over the program's own tools."""

import gc
import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Final

from server.cli import run

if TYPE_CHECKING:
    from server.cli.console import Wiring
    from server.config import Config
    from server.services.context import Tools

#: how many objects may be made before cycles among them are looked for: packs, cases and answers
#: are large trees that are all needed, and looking at every 700th takes a tenth of the time
OBJECTS: Final = 50_000


def build(config: "Config") -> "Tools":
    """The tools, wired in ``server.app``, which is loaded when a command first asks for them."""
    tools: Tools = import_module("server.app").build(config)
    return tools


def wiring() -> "Wiring":
    """What a server is put together from, loaded when one is started."""
    found: Wiring = import_module("server.app")
    return found


def main() -> None:
    """Run the command line and end with its exit status."""
    os.umask(0o077)
    gc.set_threshold(OBJECTS)
    if hasattr(signal, "SIGPIPE"):  # `rongcuo user list | head` ends quietly
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        status = run(sys.argv[1:], os.environ, build, wiring)
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


if __name__ == "__main__":
    main()
