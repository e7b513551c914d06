"""``python -m server`` and ``rongcuo``: the command line over the program's own tools."""

import os
import signal
import sys

from server.app import build
from server.cli import run


def main() -> None:
    """Run the command line and end with its exit status."""
    os.umask(0o077)
    if hasattr(signal, "SIGPIPE"):  # `rongcuo user list | head` ends quietly
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        status = run(sys.argv[1:], os.environ, build)
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


if __name__ == "__main__":
    main()
