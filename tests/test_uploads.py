"""Files that come through a page: nothing of them stays but what was published, and their names are only names."""

import tempfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from ingest.run import Outcome
from ingest.uploads import Upload, ingest_uploads, preview_uploads
from kb.catalogue import Catalogue
from kb.errors import LibraryBusy
from kb.lock import writer_lock
from kb.registry import Registry
from kb.store import verify_library

LAW = """# 示例市商业秘密保护条例

第一条 为了保护商业秘密，制定本条例。

第二条 本条例自2024年1月1日起施行。
"""
REGISTER = Registry((), {})
FILE = Upload("条例.md", LAW.encode())


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path, monkeypatch):
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert not [path for path in folder.rglob("*") if path.is_file()], "what was uploaded has gone"


@pytest.fixture
def data(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def publish(data, embedder, clock):
    return lambda *uploads: ingest_uploads(uploads, data, registry=REGISTER, embedder=embedder, clock=clock)


def locations(data: Path) -> list[str]:
    with Catalogue(data) as catalogue:
        return [record.location for record in catalogue.files()]


def test_a_preview_writes_nothing(data):
    found = preview_uploads([FILE], data, registry=REGISTER)
    assert [(file.name, file.outcome, file.articles) for file in found.files] == [("条例.md", Outcome.ADDED, 2)]
    assert not data.exists()


def test_what_is_published_is_remembered_by_checksum_and_name_and_again_changes_nothing(data, publish):
    assert publish(FILE).added == 1
    place = f"upload:{sha256(FILE.content).hexdigest()[:16]}/条例.md"
    assert locations(data) == [place]
    assert (publish(FILE).unchanged, locations(data)) == (1, [place])
    verify_library(data)


def test_a_new_text_of_the_same_version_takes_the_place_of_the_old_one(data, publish):
    publish(FILE)
    changed = Upload("条例.md", LAW.replace("商业秘密，制定", "企业的商业秘密，制定").encode())
    assert publish(changed).updated == 1
    assert len(locations(data)) == 1
    with Catalogue(data) as catalogue:
        assert len(catalogue.versions()) == 1
        assert [path.name for path in (data / "originals").iterdir()] == [sha256(changed.content).hexdigest()]


def test_another_document_of_the_same_name_stands_beside_it(data, publish):
    publish(FILE, Upload("条例.md", LAW.replace("示例市", "模范市").encode()))
    publish(Upload("条例.md", LAW.replace("示例市", "样板市").encode()))
    with Catalogue(data) as catalogue:
        assert sorted(version.title[:3] for version in catalogue.versions()) == ["样板市", "模范市", "示例市"]


@pytest.mark.parametrize("name", [
    "../../../etc/条例.md", "..\\..\\条例.md", "/etc/passwd/条例.md", "条\x00例\n.md", "条\u202e例.md", "长" * 300 + ".md", ".md", "..", "", "a:b*?.md",
    "CON", "条例.md/"], ids=ascii)
def test_a_name_is_never_a_path(data, publish, tmp_path, name):
    report = publish(Upload(name, LAW.encode()))
    assert report.added + len(report.problems) == 1, "without an ending it is refused, with a remedy"
    outside = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(data)]
    assert outside == []


def test_an_archive_is_opened(data, publish):
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("甲/条例.md", LAW)
        archive.writestr("../乙.md", LAW.replace("示例市", "模范市"))
    report = publish(Upload("资料.zip", packed.getvalue()))
    assert report.added + len(report.problems) == 2
    assert all(location.startswith("upload:") for location in locations(data))


def test_no_manifest_that_was_uploaded_vouches_for_anything(data, publish, tmp_path):
    vouching = Upload("x/manifest.json", b'{"documents": [{"file": "a.md", "title": "a", "sha256": "%s"}]}'
                      % sha256(FILE.content).hexdigest().encode())
    report = publish(vouching, FILE)
    assert [problem.file for problem in report.problems] == ["manifest.json"]
    with Catalogue(data) as catalogue:
        assert [version.tier.value for version in catalogue.versions()] == ["user"]


def test_while_another_writes_nothing_is_published_and_it_is_named(data, publish, clock):
    with writer_lock(data, clock=clock), pytest.raises(LibraryBusy, match=r"正在入库（进程 \d+"):
        publish(FILE)
    assert not (data / "originals").exists()
