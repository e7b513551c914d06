"""政策包: what is published, for those who design it; read only, and nothing of any case."""

from flask import Blueprint

from server.domain.access import Permission
from server.domain.errors import NotFound
from server.domain.findings import Finding
from server.http.access import requires
from server.http.site import reading, site
from server.queries import pack_versions
from server.services.packs import definitions
from server.web.fragments import render

pages = Blueprint("packs", __name__)


@pages.get("/packs")
@requires(Permission.PACK_PUBLISH)
def index() -> str:
    with reading() as ctx:
        found = pack_versions.published(ctx.session)
    return render("packs/index.html", versions=found)


@pages.get("/packs/<key>/<int:version>")
@requires(Permission.PACK_PUBLISH)
def show(key: str, version: int) -> str:
    return _page(key, version)


@pages.post("/packs/<key>/<int:version>")
@requires(Permission.PACK_PUBLISH)
def check(key: str, version: int) -> str:
    """The newest version checked anew, as a publication would be."""
    with reading() as ctx:
        files = definitions.newest_files(ctx, key)
    return _page(key, version, definitions.check(site().tools, files)[1])


def _page(key: str, version: int, findings: tuple[Finding, ...] | None = None) -> str:
    with reading() as ctx:
        found = [each for each in pack_versions.published(ctx.session) if each.key == key]
    shown = next((each for each in found if each.version == version), None)
    if shown is None:
        raise NotFound
    return render("packs/show.html", pack=shown, is_newest=shown is found[0], findings=findings)
