"""``python -m server`` and ``rongcuo``: the command line over the program's own tools."""

import os
import sys

from server.app import build
from server.cli import run


def main() -> None:
    """Run the command line and end with its exit status."""
    os.umask(0o077)
    sys.exit(run(sys.argv[1:], os.environ, build))


if __name__ == "__main__":
    main()
