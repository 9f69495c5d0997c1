"""Who a file is: from a manifest that vouches for it, from the register, or from what its own text says."""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from ingest.document import PreparedDocument, RawFile
from ingest.load import find_files, read_file
from ingest.manifest import ManifestEntry, find_manifest
from ingest.prepare import prepare, prepare_bundled
from kb.errors import SourceError
from kb.registry import RegisteredVersion, Registry, bundled_registry
from kb.types import Kind, Status, Tier, Version

REGISTER = Registry.load("""
[[version]]
document = "反不正当竞争法"
title = "中华人民共和国反不正当竞争法"
label = "2025修订"
kind = "law"
issued = 2025-06-27
in_force_from = 2025-10-15
status = "current"

[[version]]
document = "某方案"
title = "某市示范区建设方案"
label = "2024"
kind = "policy_plan"
""")


def raw(name: str, text: str) -> RawFile:
    data = text.encode()
    return RawFile(name, data, sha256(data).hexdigest())


def found(name: str, *lines: str) -> Version:
    return prepare(raw(name, "\n\n".join(lines)), None, REGISTER).version


LAW = ("# 中华人民共和国反不正当竞争法", "1993年9月2日第八届全国人民代表大会常务委员会第三次会议通过",
       "2025年6月27日第十四届全国人民代表大会常务委员会第十六次会议第二次修订", "第一条 为了保护商业秘密，制定本法。",
       "第二条 本法自2025年10月15日起施行。")


def test_without_a_manifest_the_text_says_who_it_is_and_nobody_vouches_for_it() -> None:
    version = found("下载.md", *LAW)
    assert (version.title, version.label, version.document) == ("中华人民共和国反不正当竞争法", "2025修订", "反不正当竞争法")
    assert (version.issued, version.in_force_from) == (date(2025, 6, 27), date(2025, 10, 15))
    assert (version.tier, version.status, version.file_name) == (Tier.USER, Status.UNKNOWN, "下载.md")


def test_the_last_article_of_an_amended_law_names_its_first_day_and_is_not_believed() -> None:
    """The register knows the day of this version; a law it does not know has none."""
    assert found("专利法.md", *LAW[:3], LAW[3], "第二条 本法自1985年4月1日起施行。").in_force_from == date(2025, 10, 15)
    unknown = [line.replace("反不正当竞争法", "某某法") for line in LAW[:4]]
    assert found("某某法.md", *unknown, "第二条 本法自1985年4月1日起施行。").in_force_from is None


@pytest.mark.parametrize(("lines", "number", "issued", "in_force"), [
    (("某规定", "法释〔2020〕7号", "2020年8月24日最高人民法院审判委员会第1810次会议通过", "2020年9月12日 施行"),
     "法释〔2020〕7号", date(2020, 8, 24), date(2020, 9, 12)),
    (("某条例", "2018年11月6日 中华人民共和国国务院令第706号公布", "2019年3月1日 施行"),
     "国务院令第706号", date(2018, 11, 6), date(2019, 3, 1)),
    (("各区人民政府：", "武汉市人民政府办公厅", "2024年9月7日", "武汉市示范区建设方案"), "", date(2024, 9, 7), None),
    (("关于保密的通知", "根据法释〔2020〕7号《某规定》，现通知如下。"), "", None, None),
])
def test_number_and_dates_are_read_from_the_front_of_the_text(
        lines: Iterable[str], number: str, issued: date | None, in_force: date | None) -> None:
    version = found("某.txt", *lines, "第一条 甲。", "第二条 乙。")
    assert (version.number, version.issued, version.in_force_from) == (number, issued, in_force)


@pytest.mark.parametrize(("lines", "title"), [
    (("各区人民政府：", "《某市方案》已经同意，现印发给你们。", "某市示范区建设方案", "一、目标", "二、任务"), "某市示范区建设方案"),
    (("# 保密手册", "正文。"), "保密手册"), (("《员工保密协议》", "甲方与乙方约定如下。"), "员工保密协议"),
    (("今天开会讨论了保密的事。",), "会议记录"), (("客户名单说明", "正文。"), "客户名单说明"),
])
def test_the_title_is_found_where_a_reader_would_see_it(lines: Iterable[str], title: str) -> None:
    assert found("会议记录.md", *lines).title == title


@pytest.mark.parametrize(("title", "place"), [
    ("宁波市企业技术秘密保护条例", "宁波市"), ("浙江省反不正当竞争条例", "浙江省"), ("广西壮族自治区专利条例", "广西壮族自治区"),
    ("国家科学技术奖励条例", ""), ("市场监督管理投诉举报处理暂行办法", ""), ("最高人民法院关于北京、上海、广州知识产权法院案件管辖的规定", ""),
    ("城市房屋租赁管理办法", ""),
])
def test_a_local_rule_knows_its_place(title: str, place: str) -> None:
    assert found("x.md", f"# {title}", "第一条 甲。", "第二条 乙。").place == place


def entry(text: str, **said: object) -> ManifestEntry:
    known: dict = {"file": "regulations/某法(2025修订).md", "sha256": sha256(text.encode()).hexdigest(),
                   "title": "中华人民共和国反不正当竞争法", "kind": Kind.LAW, "issued": date(2025, 6, 27)}
    return ManifestEntry(**(known | said))


TEXT = "第一条 甲。\n\n第二条 乙。"


def test_a_manifest_that_vouches_makes_the_text_official() -> None:
    version = prepare(raw("某法(2025修订).md", TEXT), entry(TEXT, number="主席令第1号"), REGISTER).version
    assert (version.id, version.tier) == ("official:中华人民共和国反不正当竞争法@2025修订", Tier.OFFICIAL)
    assert (version.document, version.number, version.label) == ("反不正当竞争法", "主席令第1号", "2025修订")


def test_a_changed_file_is_not_official_and_says_so() -> None:
    doubted = entry(TEXT, trusted=False)
    document = prepare(raw("某法.md", "# 假法\n\n" + TEXT), doubted, REGISTER)
    assert document.version.tier is Tier.USER and document.version.title == "假法"
    assert "校验值不一致" in document.warnings[0].problem


@pytest.mark.parametrize(("file", "label"), [
    ("某法(2019修正).md", "2019修正"), ("某法(2026修订_2027-01-01施行).md", "2026修订"), ("某解释(2004_法释〔2004〕19号).md", "法释〔2004〕19号"),
    ("某解释(法释〔2007〕2号_2020修正).md", "2020修正"), ("某解释（二）(2020).md", "2020"), ("民法典_第一编.md", "2021"),
])
def test_an_unregistered_text_is_labelled_by_its_file_name_or_year(file: str, label: str) -> None:
    said = entry(TEXT, file=file, title="没有登记的法", issued=date(2021, 1, 1))
    assert prepare(raw(file, TEXT), said, REGISTER).version.label == label


def test_two_private_files_with_one_title_are_two_versions() -> None:
    assert found("甲方.md", "# 保密协议", "正文。").id != found("乙方.md", "# 保密协议", "正文。").id


DIGEST = """---
kind: digest
document: 中华人民共和国反不正当竞争法
version: 2025修订
---
# 要点

## 第二百一十九条之一　什么是商业秘密
问：客户名单算不算？
问：图纸呢？

要同时满足**三个**条件：
1. 不为公众所知悉；
- 见[说明](x)。

依据：《反不正当竞争法》第十条；《刑法》第二百一十九条
"""


def test_a_digest_takes_its_dates_from_the_register_and_its_locator_from_the_heading() -> None:
    document = prepare_bundled(raw("regulations/aucl.md", DIGEST), REGISTER)
    (passage,) = document.passages
    assert (document.version.tier, document.version.in_force_from, document.version.bundled) == (
        Tier.DIGEST, date(2025, 10, 15), True)
    assert (passage.locator, passage.article, passage.sub) == ("第二百一十九条之一", 219, 1)
    assert passage.heading_path == ("什么是商业秘密",)
    assert passage.text == "要同时满足三个条件：\n1. 不为公众所知悉；\n- 见说明。"
    assert passage.questions == ("客户名单算不算？", "图纸呢？")
    assert passage.basis == ("《反不正当竞争法》第十条", "《刑法》第二百一十九条")


def test_a_guide_is_located_by_its_title_and_section() -> None:
    text = "---\nkind: guide\ntitle: 怎么办\nversion: 2026-11\nvalid_from: 2026-05-01\n---\n# 怎么办\n\n## 步骤\n\n先固定证据。\n"
    document = prepare_bundled(raw("guides/a.md", text), REGISTER)
    assert (document.version.id, document.version.kind) == ("guide:怎么办@2026-11", Kind.GUIDE)
    assert document.passages[0].locator == "怎么办 > 步骤"


@pytest.mark.parametrize("text", [
    "# 没有说明\n\n## 步骤\n\n正文。", DIGEST.replace("2025修订", "1900"), DIGEST.replace("## ", "### "),
    "---\nkind: guide\ntitle: 怎么办\n---\n## 步骤\n\n正文。\n",
    "---\nkind: guide\ntitle: 怎么办\nversion: 2026-11\n---\n## 步骤\n\n正文。\n"])
def test_a_library_file_with_a_mistake_is_refused(text: str) -> None:
    with pytest.raises(SourceError):
        prepare_bundled(raw("guides/a.md", text), REGISTER)


def test_every_file_of_the_shipped_library_is_read() -> None:
    library = Path(__file__).parents[1] / "kb" / "library"
    ids: set[str] = set()
    for path in library.rglob("*.md"):
        document = prepare_bundled(read_file(find_files([path])[0][0]), bundled_registry())
        assert document.passages and not document.warnings
        ids.add(document.version.id)
    assert len(ids) == len(list(library.rglob("*.md")))


@pytest.fixture(scope="module")
def official(corpus: Path) -> list[tuple[ManifestEntry, PreparedDocument]]:
    prepared = []
    for folder in ("regulations", "versions", "plan", "guides"):
        manifest = find_manifest(corpus / folder)
        assert manifest is not None
        for source in find_files([corpus / folder])[0]:
            file = read_file(source)
            listed = manifest.entry(source.name, file.sha256)
            assert listed is not None and listed.trusted
            prepared.append((listed, prepare(file, listed, bundled_registry())))
    return prepared


@pytest.mark.corpus
def test_all_official_documents_are_told_apart(official: list[tuple[ManifestEntry, PreparedDocument]]) -> None:
    assert len(official) == len({document.version.id for _, document in official}) == 120
    assert len({p.id for _, document in official for p in document.passages}) == \
        sum(len(document.passages) for _, document in official)
    assert all(document.version.tier is Tier.OFFICIAL and not document.warnings for _, document in official)


@pytest.mark.corpus
def test_official_documents_carry_what_the_manifest_says(official: list[tuple[ManifestEntry, PreparedDocument]]) -> None:
    for listed, document in official:
        version = document.version
        assert (version.title, version.kind, version.status) == (listed.title, listed.kind, listed.status)
        assert (version.issued, version.in_force_from) == (listed.issued, listed.in_force_from)
        assert version.label and version.document


@pytest.mark.corpus
def test_every_official_document_is_registered(official: list[tuple[ManifestEntry, PreparedDocument]]) -> None:
    known: dict[tuple[str, str], RegisteredVersion] = {(e.title, e.label): e for e in bundled_registry().entries}
    lost = [d.version.id for _, d in official if (d.version.title, d.version.label) not in known]
    assert lost == []


def test_a_copy_of_a_superseded_version_without_a_manifest_is_not_taken_for_the_law_in_force() -> None:
    from kb.registry import bundled_registry

    text = "中华人民共和国专利法\n（根据2008年12月27日第十一届全国人民代表大会常务委员会第六次会议《关于修改〈中华人民共和国专利法〉的决定》第三次修正）\n" \
           "第一条 为了保护专利权人的合法权益，制定本法。\n第二条 本法所称的发明创造是指发明、实用新型和外观设计。\n"
    version = prepare(raw("专利法.txt", text), None, bundled_registry()).version
    assert (version.label, version.tier) == ("2008修正", Tier.USER)
    assert not version.in_force_on(date(2026, 11, 22))
