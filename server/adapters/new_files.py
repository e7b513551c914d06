"""A new file for its owner's eyes only: there whole and on the disk, or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from server.domain.errors import Invalid
from server.domain.texts import _


@contextmanager
def created(file: Path) -> Iterator[IO[bytes]]:
    """A file beside the wanted one; it gets its name on leaving, and is gone after an error.

    Raises Invalid, in plain words, when there is such a file already or it cannot be written.
    """
    beside = file.with_name(f"{file.name}.part")
    if file.exists():
        raise Invalid(_("“{file}”已经存在，不会覆盖").format(file=file))
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        message = _("“{file}”已经存在：另一个命令正在写，或者上次中断，请查明后删除")
        raise Invalid(message.format(file=beside)) from None
    except OSError as error:
        raise _unwritable(file, error) from None
    try:
        with os.fdopen(handle, "wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        beside.rename(file)
        synced(file.parent)
    except OSError as error:
        raise _unwritable(file, error) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def synced(place: Path) -> None:
    """Make a file, or the names in a folder, last over a power cut."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unwritable(file: Path, error: OSError) -> Invalid:
    reason = error.strerror or type(error).__name__
    return Invalid(_("无法写文件“{file}”：{why}").format(file=file, why=reason))
