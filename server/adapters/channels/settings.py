"""The file that says how notices leave the house: strict, every problem at once.

It holds passwords and keys: it lies outside the data directory, where a backup would take it
along, and its owner alone can read it (SECURITY DR-2).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from server.adapters import yaml_files
from server.adapters.channels.connecting import Reach
from server.adapters.channels.dingtalk import DingTalk
from server.adapters.channels.mail import Mail
from server.adapters.channels.wecom import WeCom
from server.domain.channels import MAIL, Way, Ways
from server.domain.errors import Invalid, Undelivered
from server.domain.notes import Notes
from server.domain.outbound import Network, is_listed, is_mail_address
from server.domain.texts import _

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9A-Fa-f:.]{2,45}")
_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
_OTHERS: Final = 0o077

_TOP: Final = frozenset({"site", "ca", "allow", "mail", "webhooks"})
_MAIL: Final = frozenset({"host", "port", "security", "username", "password", "sender"})
_WEBHOOK: Final = frozenset({"name", "format", "base", "units"})
#: format -> keys of its own; the first is needed
_FORMATS: Final = {"wecom": ("key",), "dingtalk": ("token", "secret")}


def read(path: Path, data: Path) -> Ways:
    """The ways the file describes.

    Raises:
        Invalid: with every problem of the file; nothing is used then.
    """
    reading = _Reading(notes=Notes(file=path.name), folder=path.parent)
    value = _content(path, data, reading.notes)
    ways = reading.ways(value) if not reading.notes.found else Ways()
    if reading.notes.found:
        n = len(reading.notes.found)
        message = _("通知渠道的设置（RONGCUO_CHANNELS）有{n}处问题，没有启动").format(n=n)
        raise Invalid(message, reading.notes.found)
    return ways


def _content(path: Path, data: Path, notes: Notes) -> Any:
    """What the file says, if it lies where it should and nobody else can read it."""
    try:
        real, mode = path.resolve(strict=True), path.stat().st_mode
        content = real.read_bytes()
    except OSError as error:
        why = _("读不到该文件：{why}").format(why=error.strerror)
        notes.error("CHANNELS_FILE", why, _("核对RONGCUO_CHANNELS所指的路径"))
        return None
    if real.is_relative_to(data.resolve()):
        why = _("该文件含有密钥，不能放在数据目录里，否则会进入备份")
        notes.error("CHANNELS_PLACE", why, _("移到数据目录以外"))
    if mode & _OTHERS:
        why = _("该文件含有密钥，其他用户不得读写")
        notes.error("CHANNELS_MODE", why, _("运行chmod 600"))
    value, findings = yaml_files.load(path.name, content)
    notes.found += findings
    return value


@dataclass(slots=True)
class _Reading:
    """The settings being read; what is wrong is noted, and reading goes on."""

    notes: Notes
    folder: Path
    _hosts: set[str] = field(default_factory=set)
    _networks: list[Network] = field(default_factory=list)

    def ways(self, value: Any) -> Ways:
        """All ways; of use only when nothing was noted."""
        top = self._mapping(value, "", _TOP)
        self._allowed(top.get("allow", []))
        site = self._base(top, "", "site")
        reach = Reach(
            networks=tuple(self._networks), hosts=frozenset(self._hosts), ca=self._ca(top)
        )
        found: list[Way] = []
        if "mail" in top:
            found.append(self._mail(top["mail"], reach))
        hooks = top.get("webhooks", [])
        if not isinstance(hooks, list):
            self._wrong("webhooks", _("应为一个列表"))
            hooks = []
        found += filter(None, [self._hook(each, n, reach) for n, each in enumerate(hooks, 1)])
        names = [way.name for way in found]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self._wrong("webhooks", _("名称“{name}”出现两次").format(name=name))
        if not found:
            self._wrong("", _("没有写明任何渠道（mail或者webhooks）"))
        return Ways(site=site, ways=tuple(found))

    def _mail(self, value: Any, reach: Reach) -> Mail:
        given = self._mapping(value, "mail", _MAIL)
        host = self._text(given, "mail", "host", lambda text: bool(_HOST.fullmatch(text)))
        security = self._text(given, "mail", "security", _PORTS.__contains__)
        if security == "none" and host and not reach.lists(host):
            self._wrong("mail.security", _("不加密（none）只限allow中列明的主机"))
        sender = self._text(given, "mail", "sender", is_mail_address)
        port = given.get("port", _PORTS.get(security, 587))
        if not isinstance(port, int) or isinstance(port, bool) or not 0 < port < 65536:
            self._wrong("mail.port", _("应为1至65535"))
            port = 0
        username = self._text(given, "mail", "username", needed=False)
        password = self._text(given, "mail", "password", needed=bool(username))
        return Mail(
            reach=reach,
            host=host,
            port=port,
            security=security or "starttls",  # type: ignore[arg-type]  # one of the three
            sender=sender,
            username=username,
            password=password,
        )

    def _hook(self, value: Any, n: int, reach: Reach) -> Way | None:
        place = f"webhooks[{n}]"
        kind = value.get("format") if isinstance(value, Mapping) else None
        own = _FORMATS.get(kind, ()) if isinstance(kind, str) else ()
        given = self._mapping(value, place, _WEBHOOK | set(own) if own else None)
        name = self._text(given, place, "name", _is_name)
        base = self._base(given, place, "base")
        units = self._units(given.get("units"), place)
        if not own:
            self._wrong(f"{place}.format", _("应为wecom或者dingtalk"))
            return None
        key = self._text(given, place, own[0])
        if kind == "wecom":
            return WeCom(reach=reach, name=name, base=base, key=key, units=units)
        secret = self._text(given, place, "secret", needed=False)
        return DingTalk(reach=reach, name=name, base=base, token=key, secret=secret, units=units)

    def _units(self, value: Any, place: str) -> frozenset[str] | None:
        if value == "all":
            return None
        if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
            return frozenset(value)
        self._wrong(f"{place}.units", _("应为all，或者单位标识的列表"))
        return frozenset()

    def _base(self, given: Mapping[str, Any], place: str, key: str) -> str:
        """An address that links and requests begin with; https, or http where it is listed."""
        text = self._text(given, place, key)
        where = f"{place}.{key}".lstrip(".")
        if not text:
            return ""
        try:
            parts = urlsplit(text)
            host, _port = parts.hostname or "", parts.port
        except ValueError:
            host = ""
            parts = urlsplit("")
        others = parts.query or parts.fragment or parts.username or parts.password
        is_plain = not others and text.isascii() and " " not in text
        if parts.scheme not in ("https", "http") or not _HOST.fullmatch(host) or not is_plain:
            self._wrong(where, _("应为https://主机名 这样的地址"))
        elif parts.scheme == "http" and key == "base" and not self._lists(host):
            self._wrong(where, _("不加密（http）只限allow中列明的主机"))
        return text.rstrip("/")

    def _ca(self, top: Mapping[str, Any]) -> Path | None:
        text = self._text(top, "", "ca", needed=False)
        if not text:
            return None
        path = self.folder / text
        try:
            Reach(ca=path).context()
        except Undelivered:
            self._wrong("ca", _("读不到证书，或者不是PEM格式的证书"))
        return path

    def _allowed(self, value: Any) -> None:
        """What may be connected to besides the open network."""
        if not isinstance(value, list):
            self._wrong("allow", _("应为一个列表"))
            return
        for n, each in enumerate(value, 1):
            text = str(each)
            try:
                self._networks.append(ip_network(text))
            except ValueError:
                if "/" in text or not _HOST.fullmatch(text):
                    self._wrong(f"allow[{n}]", _("应为网段（如10.1.0.0/16）或者主机名"))
                self._hosts.add(text.lower())

    def _lists(self, host: str) -> bool:
        return host.lower() in self._hosts or is_listed(host, self._networks)

    def _mapping(self, value: Any, place: str, known: frozenset[str] | None) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self._wrong(place, _("应为若干“键：值”"))
            return {}
        for key in value:
            if known is not None and key not in known:
                where = f"{place}.{key}".lstrip(".")
                self._wrong(where, _("不认识这一项"))
        return value

    def _text(
        self,
        given: Mapping[str, Any],
        place: str,
        key: str,
        fits: Callable[[str], bool] = bool,
        *,
        needed: bool = True,
    ) -> str:
        """The text under this key, empty when it is missing or does not fit."""
        value = given.get(key)
        where = f"{place}.{key}".lstrip(".")
        if value is None:
            if needed:
                self._wrong(where, _("缺少这一项"))
            return ""
        text = value if isinstance(value, str) else ""
        if not text.isprintable() or not fits(text):
            self._wrong(where, _("内容不符合要求"))
            return ""
        return text

    def _wrong(self, where: str, message: str) -> None:
        self.notes.error("CHANNELS_ENTRY", message, _("改正后重新启动"), field=where[:200])


def _is_name(text: str) -> bool:
    return text != MAIL and _NAME.fullmatch(text) is not None
