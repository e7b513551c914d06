"""A designer at the pages of the versions of the tiny pack: signs in, sends forms, reads."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.services.context import reading, transaction
from server.services.packs import pack_drafts, published_files
from tests.factories import site
from tests.factories.tiny import NOW, Tiny

FIRST, SECOND = "p.designer.head", "p.designer.1"
MANIFEST = "processes/tiny/pack.yaml"

#: what is typed into the form that publishes
WHY = {
    "valid_from": "2026-04-01",
    "version": "1.1",
    "reason": "改了说明",
    "basis": "某办法第三条",
    "accept_warnings": "试用",
}


def enter(tiny: Tiny, login: str = FIRST) -> FlaskClient:
    return site.signed_in(site.served(tiny.tools, site.Clock(NOW)), login)


def send(client: FlaskClient, address: str, given: dict[str, str]) -> TestResponse:
    return client.post(address, data={**given, "csrf_token": token(client)})


def token(client: FlaskClient) -> str:
    return site.token(client, "/packs/tiny/1")


def kept(page: str, name: str) -> str:
    """What the forms of the page keep hidden under this name, the same in all of them."""
    (value,) = {str(found) for found in re.findall(rf'name="{name}" value="([^"]+)"', page)}
    return value


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.get_data(as_text=True))


def newest(tiny: Tiny) -> int:
    with reading(tiny.tools, tiny.actor(FIRST), NOW) as ctx:
        return published_files.newest_version(ctx, "tiny")


def change(tiny: Tiny, title: str = "新的") -> None:
    """A draft of the manifest."""
    with transaction(tiny.tools, tiny.actor(FIRST), NOW) as ctx:
        content = pack_drafts.whole(ctx, "tiny").files[MANIFEST]
        changed = content.replace(b"title: ", f"title: {title}".encode(), 1)
        pack_drafts.put(ctx, "tiny", MANIFEST, changed)
