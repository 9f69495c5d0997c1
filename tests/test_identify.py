"""Who a file is: from a manifest that vouches for it, from the register, or from what its own text says."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from ingest.document import PageReading, ParsedDocument, PreparedDocument, RawFile, ReadOptions
from ingest.load import find_files, read_file
from ingest.manifest import ManifestEntry, find_manifest
from ingest.parse import parse
from ingest.pipeline import searched_pages
from ingest.prepare import prepare, prepare_bundled
from kb.errors import SourceError
from kb.fingerprints import Fingerprints, KnownText, outline
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
     "法释〔2020〕7号", None, date(2020, 9, 12)),           # adopted by the court, published on a day it does not say
    (("某条例", "2018年11月6日 中华人民共和国国务院令第706号公布", "2019年3月1日 施行"),
     "国务院令第706号", date(2018, 11, 6), date(2019, 3, 1)),
    (("各区人民政府：", "武汉市人民政府办公厅", "2024年9月7日", "武汉市示范区建设方案"), "", date(2024, 9, 7), None),
    (("某规定", "法释 [2026] 7 号", "（2026年4月7日最高人民法院审判委员会第1972次会议通过，自2026年5月1日起施行）"),
     "法释〔2026〕7号", None, date(2026, 5, 1)),
    (("某条例", "1997年3月20日 国务院令第213号公布", "2014年7月29日 《国务院关于修改部分行政法规的决定》第二次修订"),
     "", date(2014, 7, 29), None),                     # 第213号 is the number of the original
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
    for path in searched_pages(library):
        document = prepare_bundled(read_file(find_files([path])[0][0]), bundled_registry())
        assert document.passages and not document.warnings
        ids.add(document.version.id)
    assert len(ids) == len(searched_pages(library))


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
    text = "中华人民共和国专利法\n（根据2008年12月27日第十一届全国人民代表大会常务委员会第六次会议《关于修改〈中华人民共和国专利法〉的决定》第三次修正）\n" \
           "第一条 为了保护专利权人的合法权益，制定本法。\n第二条 本法所称的发明创造是指发明、实用新型和外观设计。\n"
    version = prepare(raw("专利法.txt", text), None, bundled_registry()).version
    assert (version.label, version.tier) == ("2008修正", Tier.USER)
    assert not version.in_force_on(date(2026, 11, 22))


# A file dropped in by hand: recognised by its words, or by what it says of itself

KNOWN_LAW = ("# 中华人民共和国反不正当竞争法", "2025年6月27日第十四届全国人民代表大会常务委员会第十六次会议第二次修订",
             "## 第一章 总则", "第一条 为了保护商业秘密，制定本法。", "第二条 经营者应当遵循诚信的原则。", "第三条 各级人民政府应当采取措施。",
             "## 第二章 附则", "第四条 商业秘密的保护，适用本法。", "第五条 本法自2025年10月15日起施行。")


def vouching(*lines: str) -> Fingerprints:
    """As if this made-up text were the registered 2025 version."""
    passages = prepare(raw("x.md", "\n\n".join(lines)), None, None).passages
    return Fingerprints((KnownText("中华人民共和国反不正当竞争法", "2025修订", outline(passages)),))


def dropped(name: str, *lines: str) -> PreparedDocument:
    return prepare(raw(name, "\n\n".join(lines)), None, REGISTER, known=vouching(*KNOWN_LAW))


def test_a_bare_copy_is_vouched_for_by_its_words_whatever_the_file_is_called_and_however_it_is_set() -> None:
    reset = [line.lstrip("# ").replace("，", ",").replace("第一条 ", "第一条　　") for line in KNOWN_LAW]
    for name, lines in (("a.md", KNOWN_LAW), ("扫描0001.txt", reset), ("b.md", KNOWN_LAW[3:])):
        document = dropped(name, *lines)
        assert (document.version.tier, document.version.label, document.version.status) == (
            Tier.OFFICIAL, "2025修订", Status.CURRENT)
        assert "《反不正当竞争法》（2025修订）逐条相同" in document.warnings[0].problem
        assert {p.version for p in document.passages} == {document.version}


@pytest.mark.parametrize(("change", "told"), [
    ({4: "第二条 经营者不必遵循诚信的原则。"}, "第二条与登记的文本不同"),
    ({4: "", 7: "第四条 商业秘密不受保护。"}, "第四条与登记的文本不同；缺少第二条"),
    ({5: ""}, "缺少第三条"), ({8: KNOWN_LAW[8] + "\n\n第六条 本法不适用于本公司。"}, "第六条是登记的文本没有的"),
    ({2: "## 第一章 商业秘密不受保护"}, "章节标题与登记的文本不同"),
])
def test_one_changed_missing_or_added_article_and_nobody_vouches_for_the_copy(change: dict[int, str], told: str) -> None:
    document = dropped("法.md", *(change.get(i, line) for i, line in enumerate(KNOWN_LAW)))
    assert document.version.tier is Tier.USER and document.version.status is Status.UNKNOWN
    assert f"不一致：{told}。按自行添加的资料收录" in document.warnings[0].problem


def test_an_unbroken_part_of_a_known_text_is_official_and_marked_as_an_excerpt() -> None:
    version = dropped("c.md", *KNOWN_LAW[:6]).version
    assert (version.tier, version.title) == (Tier.OFFICIAL, "中华人民共和国反不正当竞争法（节选）")


def test_articles_that_stand_in_two_versions_alike_are_not_ascribed_to_either() -> None:
    old = Registry.load('[[version]]\ndocument = "某法"\ntitle = "中华人民共和国某法"\nlabel = "2010"\nkind = "law"\n'
                        '[[version]]\ndocument = "某法"\ntitle = "中华人民共和国某法"\nlabel = "2020修订"\nkind = "law"\n')
    same = vouching(*KNOWN_LAW).texts[0].outline
    both = Fingerprints((KnownText("中华人民共和国某法", "2010", same), KnownText("中华人民共和国某法", "2020修订", same)))
    text = "\n\n".join(["# 中华人民共和国某法", *KNOWN_LAW[3:6]])
    assert prepare(raw("a.md", text), None, old, known=both).version.tier is Tier.USER
    named = text.replace("法\n", "法\n\n2020年1月1日第十三届全国人民代表大会第一次会议修订\n", 1)
    assert prepare(raw("a.md", named), None, old, known=both).version.label == "2020修订"


@pytest.mark.parametrize(("title", "said", "label", "number", "begins"), [
    ("商业秘密保护规定", "本规定自2026年6月1日起施行。", "2026", "", date(2026, 6, 1)),
    ("专利优先审查管理办法", "国家知识产权局令第85号", "2026", "国家知识产权局令第85号", date(2026, 9, 1)),
    ("集成电路布图设计保护条例", "2026年7月23日 中华人民共和国国务院令第842号公布", "2026修订", "国务院令第842号", date(2026, 10, 15)),
])
def test_a_text_the_register_knows_and_the_library_lacks_is_attached_to_its_entry(
        title: str, said: str, label: str, number: str, begins: date) -> None:
    """The bodies are made up; titles, numbers and days are those of the register."""
    at_the_end = said.endswith("施行。")
    lines = [f"# {title}", *([] if at_the_end else [said]), "第一条 这是测试用的编造正文。", "第二条 " + (said if at_the_end else "编造。")]
    document = prepare(raw("下载 (3).md", "\n\n".join(lines)), None, bundled_registry())
    version, entry = document.version, bundled_registry().version_of(title, label=label)
    assert entry is not None and not entry.held
    assert (version.document, version.label, version.number, version.in_force_from) == (entry.document, label, number, begins)
    assert (version.kind, version.issuer, version.issued, version.status, version.supersedes, version.place) == (
        entry.kind, entry.issuer, entry.issued, entry.status, entry.supersedes, entry.place)
    assert version.tier is Tier.USER and f"《{title}》（{label}）" in document.warnings[0].problem


def test_a_company_rule_that_merely_shares_a_title_is_not_taken_for_the_regulation() -> None:
    document = prepare(raw("制度.md", "# 商业秘密保护规定\n\n第一条 本公司员工应当保密。\n\n第二条 由人事部解释。"), None, bundled_registry())
    assert (document.version.in_force_from, document.version.number, document.version.tier) == (None, "", Tier.USER)
    assert "没有文号、日期或发布机关可以确认" in document.warnings[0].problem


def test_a_version_nobody_registered_supersedes_the_last_one_of_its_title() -> None:
    document = dropped("新法.md", "# 中华人民共和国反不正当竞争法", "2029年3月1日第十五届全国人民代表大会第二次会议修订",
                       "第一条 编造的新条文甲。", "第二条 本法自2030年1月1日起施行。")
    version = document.version
    assert (version.document, version.label, version.supersedes) == ("反不正当竞争法", "2029修订", "2025修订")
    assert (version.in_force_from, version.tier) == (date(2030, 1, 1), Tier.USER)
    assert not version.in_force_on(date(2026, 11, 22))
    assert "2029修订" in document.warnings[0].problem


def test_what_a_program_read_from_a_picture_is_marked_in_every_citation_and_never_official(monkeypatch) -> None:
    text = "\n\n".join(KNOWN_LAW)

    def read_by_ocr(file: RawFile, options: ReadOptions) -> ParsedDocument:
        return replace(parse(file, options), pages=(PageReading(1, 40, 1.0), PageReading(2, 40, 1.0, "rapidocr")))

    monkeypatch.setattr("ingest.prepare.parse", read_by_ocr)
    for listed in (None, entry(text)):
        version = prepare(raw("某法(2025修订).md", text), listed, REGISTER, known=vouching(*KNOWN_LAW)).version
        assert (version.tier, version.read_by, version.label) == (Tier.USER, "rapidocr", "2025修订·文字识别稿")


@pytest.mark.corpus
def test_a_bare_copy_of_any_official_text_has_the_identity_the_manifest_gives_it(
        official: list[tuple[ManifestEntry, PreparedDocument]], corpus: Path) -> None:
    for listed, document in official:
        path = corpus / listed.file
        bare = prepare(RawFile(f"a{path.suffix}", path.read_bytes(), listed.sha256), None, bundled_registry()).version
        told = replace(document.version, id=bare.id, file_name=bare.file_name, source_url=bare.source_url)
        if told.issued and told.in_force_from and told.in_force_from < told.issued:
            told = replace(told, in_force_from=None)        # the first day of the original text, not of this one
        assert bare == told


@pytest.mark.corpus
def test_on_its_own_word_alone_a_text_is_dated_right_or_not_at_all(
        official: list[tuple[ManifestEntry, PreparedDocument]], corpus: Path) -> None:
    """Without register and manifest. Nine files of the collection leave their last amendment out of their history; no
    reader of the page alone could know better, and what they say is at least earlier."""
    outdated = set()
    for listed, document in official:
        path, told = corpus / listed.file, document.version
        alone = prepare(RawFile(f"a{path.suffix}", path.read_bytes(), listed.sha256), None, None).version
        for found, right in ((alone.in_force_from, told.in_force_from), (alone.issued, told.issued)):
            if found and right and found != right:
                assert found < right, listed.file
                outdated.add(listed.file)
    assert len(outdated) == 9, outdated


@pytest.mark.corpus
@pytest.mark.parametrize(("file", "label"), [
    ("01_反不正当竞争法2025_多页_页眉页脚页码.pdf", "2025修订"), ("02_商业秘密民事规定_双栏.pdf", "法释〔2020〕7号"),
    ("10_反不正当竞争法2025_GBK.txt", "2025修订"), ("11_示范区建设方案_全角字符.txt", "2024"),
    ("12_商业秘密民事规定_UTF16.txt", "法释〔2020〕7号"), ("94_含JavaScript.pdf", "2025修订"),
])
def test_copies_in_other_formats_and_encodings_are_vouched_for(corpus: Path, file: str, label: str) -> None:
    content = (corpus / "formats" / file).read_bytes()
    document = prepare(RawFile(file, content, sha256(content).hexdigest()), None, bundled_registry())
    assert (document.version.tier, document.version.label) == (Tier.OFFICIAL, label)


@pytest.mark.corpus
@pytest.mark.parametrize("file", ["14_专利法_官方排版.docx", "15_专利法_官方排版.pdf"])
def test_a_real_download_of_an_older_law_is_dated_by_the_register(corpus: Path, file: str) -> None:
    content = (corpus / "formats" / file).read_bytes()
    version = prepare(RawFile(file, content, sha256(content).hexdigest()), None, bundled_registry()).version
    assert (version.document, version.label, version.tier) == ("专利法", "2008修正", Tier.USER)
    assert version.status is Status.AMENDED and not version.in_force_on(date(2026, 11, 22))
