"""What a password must be: long, and nothing that is tried first. Nothing about kinds of signs.

Length is what counts (ASVS 6.2); a password made of a common word with digits around it counts as
that word. The words themselves are data, given by the caller.
"""

import unicodedata
from collections.abc import Collection, Iterator

from server.domain.findings import Finding
from server.domain.texts import _

#: shortest password
SHORTEST = 12
#: longest password, far above the 64 that must be allowed
LONGEST = 256

#: a password must have this many signs besides common words, runs and repetitions
_OWN_SIGNS = 4
#: signs in a row that count as a run: 1234, abcd, 4321, aaaa
_RUN = 3


def normalised(secret: str) -> str:
    """The password as it is hashed: two ways to type the same letters are one password."""
    return unicodedata.normalize("NFKC", secret)


def problems(secret: str, *, login: str, name: str, common: Collection[str]) -> tuple[Finding, ...]:
    """Every reason why this password cannot be used, none when it can.

    ``common`` holds common passwords and the words they are made of, in small letters.
    """
    return tuple(_problems(normalised(secret), login=login, name=name, common=common))


def _problems(secret: str, *, login: str, name: str, common: Collection[str]) -> Iterator[Finding]:
    small = secret.lower()
    if len(secret) < SHORTEST:
        yield _finding(
            "SECRET_SHORT",
            _("口令至少{n}个字符").format(n=SHORTEST),
            _("可以用几个互不相干的词连成一句"),
        )
    if len(secret) > LONGEST:
        yield _finding("SECRET_LONG", _("口令最多{n}个字符").format(n=LONGEST), _("请缩短口令"))
    if small and small in {login.lower(), name.lower()}:
        yield _finding("SECRET_NAME", _("口令不能是账号或姓名"), _("请另选口令"))
    elif len(secret) >= SHORTEST and _is_common(small, common):
        yield _finding(
            "SECRET_COMMON",
            _("这个口令太常见，容易被猜中"),
            _("不要用常见词、连续或重复的字符，可以用几个互不相干的词连成一句"),
        )


def _is_common(small: str, common: Collection[str]) -> bool:
    if small in common:
        return True
    rest = small
    for word in sorted(common, key=len, reverse=True):
        rest = rest.replace(word, "\0")
    return len(_without_runs(rest)) < _OWN_SIGNS


def _without_runs(text: str) -> set[str]:
    """The letters and digits that are left once a run is its first two signs."""
    signs = list(filter(str.isalnum, text))
    return {
        sign
        for at, sign in enumerate(signs)
        if at < _RUN - 1 or not _continues(signs[at - 2], signs[at - 1], sign)
    }


def _continues(first: str, second: str, third: str) -> bool:
    step = ord(second) - ord(first)
    return abs(step) <= 1 and ord(third) - ord(second) == step


def _finding(code: str, message: str, fix: str) -> Finding:
    return Finding(code=code, field="new", message=message, fix=fix)
