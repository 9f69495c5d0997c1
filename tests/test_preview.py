"""A rehearsal shows what an ingestion would do, file by file, and writes nothing at all."""

import json
import shutil
import zipfile

import pytest

from ingest.document import PageReading
from ingest.preview import FilePreview, Preview, branches, preview_paths
from ingest.run import Outcome
from kb.registry import Registry, bundled_registry
from kb.types import Kind, Passage, Tier, Version

LAW = """# 示例市商业秘密保护条例

## 第一章 总则

第一条 为了保护商业秘密，制定本条例。

第二条 本条例所称客户名单，是指经营者整理的客户资料。

## 第二章 附则

第三条 本条例自2024年1月1日起施行。
"""
REGISTER = Registry((), {})


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "资料"
    path.mkdir()
    (path / "条例.md").write_text(LAW, encoding="utf-8")
    return path


@pytest.fixture
def preview(tmp_path):
    return lambda *paths, **more: preview_paths(list(paths), tmp_path / "library", registry=REGISTER, **more)


@pytest.fixture
def ingest(tmp_path, embedder, clock):
    from ingest.pipeline import ingest_paths

    return lambda *paths: ingest_paths(list(paths), tmp_path / "library", registry=REGISTER, embedder=embedder, clock=clock)


def outcomes(found: Preview) -> dict[str, str]:
    return {file.name: file.outcome.value for file in found.files}


def shown(found: Preview, *, whole_tree: bool = False) -> str:
    return "\n".join(found.lines(whole_tree=whole_tree))


def test_nothing_is_written_not_even_the_data_folder(tmp_path, folder, preview):
    assert outcomes(preview(folder)) == {"条例.md": "新增"}
    assert not (tmp_path / "library").exists()


def test_a_library_that_is_there_stays_as_it_is(tmp_path, folder, preview, ingest):
    ingest(folder)
    (folder / "条例.md").write_text(LAW.replace("客户资料", "客户信息"), encoding="utf-8")
    before = {p: p.read_bytes() for p in (tmp_path / "library").rglob("*") if p.is_file() and "sqlite3-" not in p.name}
    assert outcomes(preview(folder)) == {"条例.md": "更新"}
    assert {p: p.read_bytes() for p in (tmp_path / "library").rglob("*") if p.is_file() and "sqlite3-" not in p.name} == before


def test_each_file_says_what_it_would_be(folder, preview, ingest):
    ingest(folder)
    (folder / "新.md").write_text(LAW.replace("示例市", "样本市"), encoding="utf-8")
    (folder / "副本.md").write_bytes((folder / "条例.md").read_bytes())
    (folder / "空.md").write_bytes(b"")
    shutil.copy(folder / "新.md", folder / "新的副本.md")
    assert outcomes(preview(folder)) == {"副本.md": "未变", "新.md": "新增", "新的副本.md": "重复", "条例.md": "未变", "空.md": "未入库"}


def test_who_the_file_is_and_its_articles_can_be_read_at_a_glance(folder, preview):
    text = shown(preview(folder))
    assert "《示例市商业秘密保护条例》（2024）" in text
    assert "3 条，3 段" in text
    assert "第一章 总则  第一条 至 第二条（2 处）" in text
    assert "第二章 附则  第三条" in text
    assert "登记表：没有这一版本" in text
    assert text.endswith("预览：新增 1。没有写入任何内容")


def test_an_unchanged_file_is_shown_as_the_library_has_it(folder, preview, ingest):
    ingest(folder)
    (file,) = preview(folder).files
    assert (file.outcome, file.articles, file.passages) == (Outcome.UNCHANGED, 3, 3)


def test_a_refused_file_says_why_and_what_to_do(folder, preview):
    (folder / "坏.pdf").write_bytes(b"%PDF-1.7 broken")
    found = preview(folder / "坏.pdf")
    (file,) = found.files
    assert file.problem and file.problem.problem in shown(found) and file.problem.remedy in shown(found)


def test_members_of_an_archive_are_shown_like_files(folder, preview):
    with zipfile.ZipFile(folder / "附件.zip", "w") as archive:
        archive.writestr("里/另一.md", LAW.replace("示例市", "样本市"))
    assert outcomes(preview(folder)) == {"条例.md": "新增", "附件.zip/里/另一.md": "新增"}


def test_what_pruning_would_remove_is_listed(folder, preview, ingest):
    (folder / "旧.md").write_text(LAW.replace("示例市", "样本市"), encoding="utf-8")
    ingest(folder)
    (folder / "旧.md").unlink()
    assert (preview(folder).missing, preview(folder).removals) == (("旧.md",), ())
    assert (preview(folder, prune=True).missing, preview(folder, prune=True).removals) == ((), ("旧.md",))


def test_a_path_that_is_not_there_is_a_problem_without_a_file(tmp_path, preview):
    found = preview(tmp_path / "没有")
    assert found.files == () and len(found.problems) == 1
    assert "路径不存在" in shown(found)


def test_the_json_is_one_document_with_plain_values(folder, preview):
    said = json.loads(json.dumps(preview(folder).as_json()))
    assert list(said) == ["files", "removals", "missing", "problems"]
    file = said["files"][0]
    assert (file["outcome"], file["articles"], file["version"]["in_force_from"]) == ("新增", 3, "2024-01-01")
    assert file["branches"][0] == {"headings": ["第一章 总则"], "places": ["第一条", "第二条"]}


V = Version("v", "某法", "某法", "2024", Kind.LAW, Tier.USER)


def passage(article, *headings):
    return Passage(f"p{article}", V, f"第{article}条", "文", headings, article=1)


def test_the_whole_tree_names_every_heading_once_and_the_short_one_the_outermost():
    found = branches([passage("一", "第一编", "第一章"), passage("二", "第一编", "第一章"), passage("三", "第一编", "第二章"),
                      passage("四", "第二编")])
    file = FilePreview("/x", "x.md", Outcome.ADDED, version=V, articles=4, passages=4, branches=found)
    assert [line.strip() for line in file.lines(whole_tree=True)][5:] == [
        "第一编", "第一章  第一条 至 第二条（2 处）", "第二章  第三条", "第二编  第四条"]
    assert [line.strip() for line in file.lines(whole_tree=False)][5:] == ["第一编  第一条 至 第三条（3 处）", "第二编  第四条"]


def test_pages_that_read_badly_are_named():
    file = FilePreview("/x", "x.pdf", Outcome.ADDED, doubtful_pages=(PageReading(3, 120, 0.42),))
    assert "      第 3 页：120 字，清晰度 42%" in list(file.lines(whole_tree=False))


@pytest.mark.corpus
def test_an_official_text_shows_its_register_entry_and_all_its_articles(corpus, tmp_path):
    found = preview_paths([corpus / "formats" / "01_反不正当竞争法2025_多页_页眉页脚页码.pdf"], tmp_path / "library",
                          registry=bundled_registry())
    (file,) = found.files
    assert (file.format, file.articles) == ("PDF", 41)
    assert file.registered == "《中华人民共和国反不正当竞争法》（2025修订）"
