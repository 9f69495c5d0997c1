"""Getting official texts: what is missing, what is accepted as the text, and that everything else is reported.

The documents and their words are made up; the sites are played on loopback under the names of official ones.
"""

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from page_server import Certificate, Reply, html, make_certificate, page_server, played

import ingest.fetch
from ingest.document import RawFile
from ingest.download import Page
from ingest.fetch import Fetched, Fetcher, Wanted, named, official_policy, wanted
from ingest.identify import listed
from ingest.manifest import ManifestEntry, find_manifest
from ingest.official_page import attachment, doubts_about
from ingest.pipeline import ingest_paths
from ingest.prepare import prepare
from kb import cli
from kb.catalogue import Catalogue
from kb.errors import SourceError
from kb.registry import Registry, bundled_registry
from kb.store import remove_versions, verify_library
from kb.types import Kind, Status, Tier, Version

SITE = "https://www.cnipa.gov.cn"
CANARY = "紫金石斛的保管人"
ARTICLES = [f"第一条 为了说明下载，制定本办法。{CANARY}应当登记。", "第二条 登记簿由专人保存，保存期为五年。",
            "第三条 违反本办法规定的，由示例部门责令改正。", "第四条 本办法自2026年3月1日起施行。"]
TITLE = "示例登记管理办法"
REGISTER = f'''
[[version]]
document = "{TITLE}"
title = "{TITLE}"
label = "2026"
kind = "departmental_rule"
number = "国家知识产权局令第990号"
number_basis = "secondary"
issuer = "国家知识产权局"
issued = 2026-01-20
in_force_from = 2026-03-01
status = "current"
source_url = "http://www.cnipa.gov.cn/art/1.html"
held = false
aliases = ["示例登记办法"]

[[version]]
document = "{TITLE}"
title = "{TITLE}"
label = "2019"
kind = "departmental_rule"
issuer = "国家知识产权局"
issued = 2019-01-20
in_force_to = 2026-02-28
status = "repealed"
held = false

[[version]]
document = "示例发展规划"
title = "示例发展规划"
label = "2026"
kind = "policy_plan"
status = "unknown"
source_url = "{SITE}/art/plan.html"
held = false
'''


def page(*lines: str, title: str = TITLE, number: str = "国家知识产权局令第990号") -> str:
    """A page as official sites make them: navigation, heading, text, footer."""
    text = "".join(f"<p>{line}</p>" for line in (number, *lines))
    return (f"<html><head><meta charset='utf-8'><title>{title}</title></head><body><ul><li><a href='/'>首页</a></li>"
            f"<li><a href='/zw'>政务公开</a></li></ul><div class='content'><h1>{title}</h1>{text}</div></body></html>")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="session")
def register() -> Registry:
    return Registry.load(REGISTER)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def fetch(certificate, register, data, embedder, clock):
    """The wanted text of a document, from a site with these pages."""
    def run(pages: dict[str, Reply] | Reply, title: str = TITLE) -> Fetched:
        script = pages if isinstance(pages, dict) else {"/art/1.html": pages}
        with page_server(script, certificate) as site:
            policy = played(official_policy(register), site)
            wish = next(w for w in wanted(register, []) if w.entry.title == title and w.page)
            return Fetcher(data, policy, registry=register, embedder=embedder, clock=clock).fetch(wish)
    return run


def official(data: Path) -> list[Version]:
    with Catalogue(data) as catalogue:
        return catalogue.versions()


# -- what is missing -----------------------------------------------------------------------------------------------

def test_the_texts_most_needed_come_first():
    titles = [each.entry.title for each in wanted(bundled_registry(), [])]
    assert titles[0] == "商业秘密保护规定"
    assert {titles[1], titles[2]} == {"湖北省知识产权促进和保护条例", "武汉市知识产权促进和保护条例"}
    assert titles.index("中华人民共和国反不正当竞争法") < titles.index("中华人民共和国专利法")
    assert titles.index("中华人民共和国专利法") < titles.index("专利优先审查管理办法")


def version(entry, tier: Tier = Tier.OFFICIAL) -> Version:
    return Version(id=f"{entry.title}@{entry.label}", document=entry.document, title=entry.title, label=entry.label,
                   kind=entry.kind, tier=tier)


def test_a_text_is_missing_until_the_library_has_it_officially(register):
    newest = register.versions(TITLE)[0]
    assert newest in [w.entry for w in wanted(register, [])]
    assert newest not in [w.entry for w in wanted(register, [version(newest)])]
    for tier in (Tier.USER, Tier.DIGEST):
        assert newest in [w.entry for w in wanted(register, [version(newest, tier)])]
    assert [w.own_copy for w in wanted(register, [version(newest, Tier.USER)]) if w.entry == newest] == [True]


def test_a_text_of_which_only_an_older_version_is_held_is_missing_and_says_so(register):
    newest, older = register.versions(TITLE)
    assert [w.older for w in wanted(register, [version(older)]) if w.entry == newest] == [("2019",)]


def test_a_part_of_a_code_does_not_stand_for_another_part():
    parts = [e for e in bundled_registry().entries if e.document == "民法典"]
    missing = [w.entry for w in wanted(bundled_registry(), [version(parts[0])])]
    assert parts[0] not in missing
    assert set(parts[1:]) <= set(missing)


@pytest.mark.corpus
def test_with_all_collected_documents_exactly_the_registered_gaps_are_missing(corpus):
    entries = [e for e in find_manifest(corpus).entries if not e.file.startswith("formats/")]
    library = [listed(_raw(e), e, bundled_registry()) for e in entries]
    assert {w.entry for w in wanted(bundled_registry(), library)} == set(bundled_registry().missing())


def _raw(entry: ManifestEntry) -> RawFile:
    return RawFile(entry.file, b"", entry.sha256)


def test_only_recorded_addresses_are_shown_and_always_as_https():
    recorded = {e.source_url.replace("http://", "https://") for e in bundled_registry().entries}
    pages = {w.page for w in wanted(bundled_registry(), [])}
    assert pages <= recorded
    assert all(not address or address.startswith("https://") for address in pages)


def test_every_missing_text_has_a_page_a_site_or_a_note_to_start_from():
    lost = [w.name for w in wanted(bundled_registry(), []) if w.entry in bundled_registry().missing()
            and not (w.page or w.site or w.entry.note)]
    assert lost == []


@pytest.mark.parametrize(("kind", "issuer", "place", "site"), [
    (Kind.LAW, "全国人民代表大会常务委员会", "", "https://flk.npc.gov.cn"), (Kind.LOCAL_REGULATION, "", "湖北省", "https://zscqj.hubei.gov.cn"),
    (Kind.LOCAL_REGULATION, "", "宁波市", "https://flk.npc.gov.cn"), (Kind.DEPARTMENTAL_RULE, "国家版权局", "", "https://www.ncac.gov.cn"),
    (Kind.JUDICIAL_INTERPRETATION, "最高人民法院、最高人民检察院", "", "https://www.court.gov.cn"), (Kind.POLICY_PLAN, "", "", "")])
def test_without_an_address_the_site_of_the_issuer_is_named(register, kind, issuer, place, site):
    entry = replace(register.entries[0], kind=kind, issuer=issuer, place=place, source_url="")
    assert Wanted(entry).site == site


def test_only_sites_of_the_state_may_be_contacted():
    hosts = official_policy(bundled_registry()).hosts
    assert {"www.cnipa.gov.cn", "gongbao.court.gov.cn", "www.samr.gov.cn"} <= hosts
    assert all(host.endswith(".gov.cn") for host in hosts)
    stranger = Registry.load(REGISTER.replace("www.cnipa.gov.cn", "www.example.com"))
    assert "www.example.com" not in official_policy(stranger).hosts


def test_a_title_stands_for_every_version_and_a_title_with_its_year_for_one(register):
    assert [e.label for e in named(TITLE, register)] == ["2026", "2019"]
    assert [e.label for e in named("示例登记办法", register)] == ["2026", "2019"]
    assert [e.label for e in named(f"{TITLE}（2019）", register)] == ["2019"]
    assert named("没有这个文件", register) == ()


# -- what is taken in ----------------------------------------------------------------------------------------------

def test_a_page_with_the_text_becomes_an_official_document(fetch, data):
    result = fetch(html(page(*ARTICLES)))
    assert result.problem == ""
    assert result.passages >= len(ARTICLES)
    (stored,) = official(data)
    assert (stored.tier, stored.title, stored.label) == (Tier.OFFICIAL, TITLE, "2026")
    assert (stored.issued, stored.in_force_from, stored.status) == (date(2026, 1, 20), date(2026, 3, 1), Status.CURRENT)
    assert stored.source_url == f"{SITE}/art/1.html"
    with Catalogue(data) as catalogue:
        assert catalogue.original(stored.sha256).read_bytes() == page(*ARTICLES).encode()
        assert [p.locator for p in catalogue.passages_of(stored.id) if p.article] == ["第一条", "第二条", "第三条", "第四条"]
    verify_library(data)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_a_page_whose_declared_encoding_is_wrong_is_read_all_the_same(fetch, data, encoding):
    wrong = "utf-8" if encoding == "gb18030" else "gb2312"
    body = page(*ARTICLES).replace("<meta charset='utf-8'>", f"<meta charset='{wrong}'>")
    assert fetch(html(body, encoding, headers={"Content-Type": f"text/html; charset={wrong}"})).problem == ""
    with Catalogue(data) as catalogue:
        assert any(CANARY in p.text for p in catalogue.all_passages())


def test_what_was_fetched_is_no_longer_missing(fetch, data, register):
    fetch(html(page(*ARTICLES)))
    assert [w.entry.label for w in wanted(register, official(data)) if w.entry.title == TITLE] == ["2019"]


def test_fetching_the_same_page_again_changes_nothing(fetch, data):
    fetch(html(page(*ARTICLES)))
    before = official(data)
    assert fetch(html(page(*ARTICLES))).problem == ""
    assert official(data) == before


def test_a_page_that_changed_takes_the_place_of_the_older_one(fetch, data):
    fetch(html(page(*ARTICLES)))
    fetch(html(page(*ARTICLES[:3], "第四条 本办法自2026年3月1日起施行，由示例部门解释。")))
    with Catalogue(data) as catalogue:
        assert len(catalogue.versions()) == 1
        assert any("由示例部门解释" in p.text for p in catalogue.all_passages())
        assert len(list((data / "originals").iterdir())) == 1
        assert len(catalogue.files()) == 1


def test_a_removed_text_leaves_nothing_and_does_not_come_back(fetch, data, register, embedder, clock, tmp_path):
    fetch(html(page(*ARTICLES)))
    remove_versions(data, [official(data)[0].id], embedder, clock)
    other = tmp_path / "资料"
    other.mkdir()
    (other / "说明.md").write_text("# 说明\n\n这里没有别的内容，只有一句话。\n", encoding="utf-8")
    ingest_paths([other, data], data, registry=register, embedder=embedder, clock=clock)
    assert [v for v in official(data) if v.tier is Tier.OFFICIAL] == []
    assert not [path for path in data.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]


def test_a_fetched_text_is_never_counted_as_a_vanished_file(fetch, data, register, embedder, clock, tmp_path):
    fetch(html(page(*ARTICLES)))
    report = ingest_paths([data, tmp_path], data, registry=register, embedder=embedder, clock=clock, prune=True)
    with Catalogue(data) as catalogue:
        assert f"fetched:{TITLE}@2026" in [record.location for record in catalogue.files()]
    assert (report.missing, report.removed) == (0, 0)
    assert TITLE in [v.title for v in official(data)]


def test_every_registered_address_leads_back_to_its_own_entry():
    """The manifest written for a download names exactly the entry that was wanted."""
    for entry in bundled_registry().entries:
        if entry.source_url:
            name = ingest.fetch.file_name(entry, Page(entry.source_url, b"<html>", "text/html"))
            row = ingest.fetch._row(entry, name, "0" * 64, entry.source_url)
            said = ManifestEntry(file=name, sha256="0" * 64, title=entry.title, kind=entry.kind, issuer=entry.issuer,
                                 number=entry.number if row["document_number_basis"] == "read" else "",
                                 issued=entry.issued, in_force_from=entry.in_force_from, in_force_to=entry.in_force_to,
                                 status=entry.status, group=entry.document, source_url=entry.source_url)
            found = listed(_raw(said), said, bundled_registry())
            assert (found.document, found.label) == (entry.document, entry.label)


# -- what is not taken for the text --------------------------------------------------------------------------------

NEWS = "据悉，示例登记管理办法已于近日公布，各地正在组织学习。" * 60


@pytest.mark.parametrize(("body", "why"), [
    (page("您访问的页面不存在", title="404"), "没有这个标题"),
    (page("请先登录后查看", "用户名", "密码", title="统一身份认证"), "没有这个标题"),
    (page(NEWS, title=f"{TITLE}公布"), "没有条文"),
    (page("现将《示例登记管理办法》印发给你们，请遵照执行。", title=f"关于印发《{TITLE}》的通知"), "没有条文"),
    (page(*ARTICLES, title=f"{TITLE}（征求意见稿）"), "征求意见"),
    (page(*ARTICLES, title=f"《{TITLE}》解读"), "解读"),
    (page(*ARTICLES, title="另一个管理办法"), "没有这个标题"),
    (page(ARTICLES[0], *ARTICLES[2:]), "缺第 2 条"),
    (page(*ARTICLES[:3], "第四条 本办法自2019年3月1日起施行。", number="国家知识产权局令第880号"), "另一版本"),
    ("<html><body></body></html>", ""), ("<script>location='/x'</script>", "")],
    ids=["404 as 200", "login", "news", "notice", "draft", "commentary", "other document", "gap", "other version",
         "empty", "script"])
def test_a_page_that_is_not_the_text_is_reported_and_not_stored(fetch, data, body, why):
    result = fetch(html(body))
    assert why in result.problem
    assert result.problem
    assert "zhiwen ingest" in result.remedy or not why
    assert not data.exists() or official(data) == []


@pytest.mark.corpus
def test_no_version_of_a_real_document_is_taken_for_another(corpus):
    """The exceptions tell nothing of their own version: an excerpt, and two whose history stops at an older one."""
    register, not_taken, mistaken = bundled_registry(), set(), []
    for said in find_manifest(corpus).entries:
        own = listed(_raw(said), said, register)
        versions = register.versions(own.document)
        if said.file.startswith("formats/") or own.document == "民法典" or len(versions) < 2:
            continue
        lines = (corpus / said.file).read_text(encoding="utf-8").split("\n")
        content = "".join(f"<h1>{line[2:]}</h1>" if line.startswith("# ") else f"<p>{line}</p>" for line in lines).encode()
        document = prepare(RawFile("页面.html", content, said.sha256), None, Registry((), {}))
        taken = {entry.label for entry in versions if _passes(entry, Page(SITE, content), document)}
        not_taken |= set() if own.label in taken else {Path(said.file).stem}
        mistaken += [(said.file, label) for label in taken - {own.label}]
    assert mistaken == []
    assert not_taken == {"中华人民共和国专利法实施细则(2010修订)", "中华人民共和国植物新品种保护条例(2014修订)"}


def _passes(entry, site, document) -> bool:
    try:
        doubts_about(entry, site, document)
    except SourceError:
        return False
    return True


def test_a_plan_needs_a_body_and_a_plan_without_known_date_or_number_is_marked(fetch):
    lines = [f"{n}、加强第{n}项示例工作。" + "各有关单位按照职责分工推进落实。" * 12 for n in "一二三四五六七八九十"]
    assert "正文只有" in fetch({"/art/plan.html": html(page(lines[0], title="示例发展规划"))}, "示例发展规划").problem
    result = fetch({"/art/plan.html": html(page(*lines, title="示例发展规划"))}, "示例发展规划")
    assert result.problem == ""
    assert any("无法确认是不是这一版本" in warning.problem for warning in result.warnings)


@pytest.mark.parametrize("reply", [Reply(b"gone", 404), Reply(b"oops", 500), Reply(status=302, headers={"Location": "http://10.0.0.1/"}),
                                   Reply(b"MZ\x90\0" * 50), Reply("短".encode())])
def test_what_could_not_be_had_is_a_result_and_no_exception(fetch, data, reply):
    result = fetch(reply)
    assert result.problem
    assert result.remedy
    assert not data.exists() or official(data) == []


# -- texts in attachments ------------------------------------------------------------------------------------------

def with_link(href: str, words: str) -> str:
    return page("现将办法予以公布。", f"附件：<a target='_blank' href='{href}'><span>{words}</span></a>")


@pytest.fixture
def as_docx(tmp_path) -> bytes:
    from docx import Document

    document = Document()
    document.add_heading(TITLE, 1)
    for line in ("国家知识产权局令第990号", *ARTICLES):
        document.add_paragraph(line)
    document.save(str(tmp_path / "made.docx"))
    return (tmp_path / "made.docx").read_bytes()


def test_the_text_in_an_attachment_named_after_the_document_is_taken_from_there(fetch, data, as_docx):
    result = fetch({"/art/1.html": html(with_link("/files/a.docx?v=1&amp;x=2", f"《{TITLE}》")), "/files/a.docx?v=1&x=2": Reply(as_docx)})
    assert result.problem == ""
    (stored,) = official(data)
    assert stored.source_url == f"{SITE}/files/a.docx?v=1&x=2"
    assert stored.file_name.endswith(".docx")


def test_an_attachment_is_checked_like_a_page(fetch, data):
    result = fetch({"/art/1.html": html(with_link("/files/a.docx", TITLE)), "/files/a.docx": html(page("另一份文件", title="别的"))})
    assert "没有这个标题" in result.problem
    assert not data.exists() or official(data) == []


@pytest.mark.parametrize(("href", "words", "found"), [
    ("a.pdf", TITLE, f"{SITE}/art/a.pdf"), ("/x/a.PDF#p1", f"附件：{TITLE}.pdf", f"{SITE}/x/a.PDF#p1"),
    (f"/x/{TITLE}.docx", "下载", f"{SITE}/x/{TITLE}.docx"), ("a.doc", TITLE, ""), ("a.pdf", "申请表", ""),
    ("https://elsewhere.example/a.pdf", TITLE, ""), ("//www.samr.gov.cn/a.pdf", TITLE, ""), ("https://[/a.pdf", TITLE, ""),
    ("javascript:void(0)", TITLE, "")])
def test_only_a_readable_attachment_of_the_same_site_is_followed(href, words, found):
    body = f"<a class=x href=\"{href}\" title='t'>{words}</a>".encode()
    assert attachment(Page(f"{SITE}/art/1.html", body), TITLE) == found


# -- the command ---------------------------------------------------------------------------------------------------

@pytest.fixture
def zhiwen(monkeypatch, capsys, data):
    def run(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["zhiwen", *args, "--data", str(data)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err
    return run


def test_the_list_names_titles_numbers_and_where_to_look(zhiwen):
    code, out, err = zhiwen("fetch", "--list")
    assert code == 0
    first, second = out.split("\n\n")[1:3]
    assert first.startswith("1. 《商业秘密保护规定》（2026）")
    assert "2026-06-01（待核实）" in first
    assert "https://www.samr.gov.cn" in first
    assert second.startswith("2. 《湖北省") or second.startswith("2. 《武汉市")
    assert "国务院令第842号（待核实）" in out
    assert "https://www.cnipa.gov.cn/art/2026/8/3/art_106_207524.html" in out
    assert "zhiwen ingest" in out
    assert "将联系" not in err


def test_the_list_as_json_says_what_is_verified(zhiwen):
    code, out, _ = zhiwen("fetch", "--list", "--json")
    rows = {(row["title"], row["version"]): row for row in json.loads(out)}
    assert code == 0
    circuit = rows["集成电路布图设计保护条例", "2026修订"]
    assert (circuit["number"], circuit["number_verified"], circuit["dates_verified"]) == ("国务院令第842号", False, False)
    assert rows["专利代理条例", "2018修订"]["number_verified"]


@pytest.mark.parametrize("args", [[], ["--list", "--all"], ["--all", "商业秘密保护规定"], ["没有登记的文件"]])
def test_nothing_is_contacted_unless_it_is_said_what(zhiwen, args):
    code, _, err = zhiwen("fetch", *args)
    assert code == 2
    assert "将联系" not in err


def test_a_text_without_a_recorded_address_is_a_problem_with_the_way_to_do_it_by_hand(zhiwen):
    code, out, err = zhiwen("fetch", "商业秘密保护规定")
    assert code == 1
    assert "没有记录官方网址" in out
    assert "https://www.samr.gov.cn" in out
    assert "zhiwen ingest" in out
    assert "将联系" not in err


@pytest.fixture
def on_loopback(monkeypatch):
    """The official sites as the command knows them, played by a server."""
    def play(site) -> None:
        monkeypatch.setattr(ingest.fetch, "official_policy", lambda registry, proxy="": replace(
            played(official_policy(registry, proxy), site), attempts=1))
    return play


def test_the_command_says_whom_it_contacts_and_what_came_of_it(zhiwen, on_loopback, certificate):
    made_up = ["国务院令第842号", *ARTICLES[:3], "第四条 本条例自2026年10月15日起施行。"]
    body = page(*made_up, title="集成电路布图设计保护条例", number="中华人民共和国国务院令")
    with page_server({"/art/2026/8/3/art_106_207524.html": html(body)}, certificate) as site:
        on_loopback(site)
        code, out, err = zhiwen("fetch", "集成电路布图设计保护条例（2026修订）")
        assert "将联系：www.cnipa.gov.cn；" in err
        assert err.index("将联系") < err.index("1/1")
        assert (code, "已入库 《集成电路布图设计保护条例》（2026修订）" in out) == (0, True)
        code, _, err = zhiwen("fetch", "集成电路布图设计保护条例（2026修订）")
        assert (code, "已有" in err, len(site.requests)) == (0, True, 1)


def test_what_failed_is_listed_and_ends_with_one(zhiwen, on_loopback, certificate):
    with page_server({}, certificate) as site:
        on_loopback(site)
        code, out, _ = zhiwen("fetch", "专利优先审查管理办法", "示范区方案", "--json")
    result = json.loads(out)
    assert (code, result["stored"], result["failed"]) == (1, 0, 2)
    first = result["documents"][0]
    assert (first["outcome"], first["page"]) == ("failed", "https://www.cnipa.gov.cn/art/2026/7/30/art_99_207525.html")
    assert "404" in first["problem"]
    assert first["remedy"]
