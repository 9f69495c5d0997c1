"""Every file of the collection of formats behaves as its manifest expects; children that parse them have limits."""

import tarfile
from pathlib import Path

import pypdf
import pytest

from ingest.archive import unpack
from ingest.document import PreparedDocument, RawFile
from ingest.load import SourceFile, find_files, read_file
from ingest.parse import parse
from ingest.prepare import document_text, prepare
from ingest.sandbox import Limits, ParserPool
from kb.errors import ConfigError, SourceError
from kb.registry import Registry
from kb.text import fold
from kb.types import Passage

EMPTY = Registry((), {})
CHINESE_LAW = "第一条 为了保护商业秘密，制定本办法。\n第二条 经营者应当保密。"


@pytest.fixture(scope="module")
def results(corpus: Path) -> dict[str, PreparedDocument | SourceError]:
    """By the number with which the file name begins, or the name."""
    outcomes: dict[str, PreparedDocument | SourceError] = {}
    with ParserPool(EMPTY) as pool:
        for source in find_files([corpus / "formats"])[0]:
            try:
                outcomes[source.name] = pool.prepare(read_file(source), None)
            except SourceError as error:
                outcomes[source.name] = error
    return outcomes


def one(results: dict[str, PreparedDocument | SourceError], start: str) -> PreparedDocument:
    (outcome,) = [outcome for name, outcome in results.items() if name.startswith(start)]
    assert isinstance(outcome, PreparedDocument), outcome
    return outcome


def articles(document: PreparedDocument) -> dict[str, str]:
    return {p.locator: fold(p.text) for p in document.passages if p.article}


def official(corpus: Path, file: str) -> dict[str, str]:
    return articles(prepare(read_file(SourceFile(corpus / file, file)), None, EMPTY))


REFUSED = {"06_": "旧版 Word", "07_": "没有可检索的文字", "16_": "ZIP 压缩包", "17_": "OFD", "90_": "文件有打开密码", "91_": "不完整或已损坏",
           "92_": "文件是空的", "93_": "膨胀", "98_": "PNG", "99_XML": "实体", "99_XXE": "实体", "99_zip": "ZIP 压缩包", "99_恶意": "GZIP 压缩包",
           "99_混合": "空字节"}


@pytest.mark.corpus
def test_what_cannot_be_read_is_refused_in_one_sentence(results: dict[str, PreparedDocument | SourceError]) -> None:
    refused = {name: outcome for name, outcome in results.items() if isinstance(outcome, SourceError)}
    assert len(refused) == len(REFUSED)
    for start, said in REFUSED.items():
        (error,) = [error for name, error in refused.items() if name.startswith(start)]
        assert said in error.problem and error.remedy, start


def rows(document: PreparedDocument) -> list[str]:
    return [fold(p.text) for p in document.passages if "指标：" in p.text]


@pytest.mark.corpus
@pytest.mark.parametrize("start", ["03_", "04_", "08_"])
def test_each_row_of_a_table_is_a_passage_with_its_unit(results: dict[str, PreparedDocument | SourceError], start: str) -> None:
    found = rows(one(results, start))
    assert len(found) == 24 and found == rows(one(results, "05_"))
    assert fold("条目：任务7；指标：商业秘密服务站；数值：50；单位：家；时点：累计；出处：二（三）7") in found


@pytest.mark.corpus
def test_the_mark_of_the_encoding_is_no_part_of_the_first_column(results: dict[str, PreparedDocument | SourceError]) -> None:
    assert one(results, "04_").passages[0].text.startswith("条目：目标；")


AROUND = ("首页", "政务公开", "当前位置", "搜索", "相关文件", "宣传周", "广告", "主办单位", "ICP", "分享到", "浏览次数", "无障碍", "访问统计")


@pytest.mark.corpus
@pytest.mark.parametrize("start", ["08_", "09_"])
def test_nothing_that_stands_around_the_text_of_a_page_is_stored(results: dict[str, PreparedDocument | SourceError], start: str) -> None:
    stored = "\n".join(p.text for p in one(results, start).passages)
    assert not [word for word in AROUND if word in stored]


@pytest.mark.corpus
def test_a_page_that_declares_gb2312_gives_the_articles_word_for_word(results: dict[str, PreparedDocument | SourceError], corpus: Path) -> None:
    (file,) = (path for path in (corpus / "regulations").glob("*惩罚性赔偿*2026*.md"))
    found = articles(one(results, "09_"))
    assert found == official(corpus, f"regulations/{file.name}") and len(found) == 14


@pytest.mark.corpus
def test_slides_know_their_number_and_keep_table_and_notes(results: dict[str, PreparedDocument | SourceError]) -> None:
    passages = one(results, "13_").passages
    assert {p.page for p in passages} == {1, 2, 3, 4, 5, 6}
    assert any(p.page == 6 and p.text == "指标：商业秘密服务站；数值：50；单位：家" for p in passages)
    assert any(p.page == 5 and "备注：" in p.text and "一百万元以下的罚款" in p.text for p in passages)


@pytest.mark.corpus
def test_the_files_of_an_archive_are_read_under_readable_names(corpus: Path) -> None:
    path = next((corpus / "formats").glob("16_*.zip"))
    archive = read_file(SourceFile(path, path.name))
    files, problems = unpack(archive)
    plan, rules = (prepare(file, None, EMPTY) for file in files)
    assert not problems and [file.name.rpartition("/")[2] for file in files] == ["附件1 建设方案.txt", "附件2 惩罚性赔偿解释.txt"]
    assert len(tasks(plan)) == 22 and len(articles(rules)) == 14


@pytest.mark.corpus
def test_words_hidden_in_a_page_are_not_stored_and_the_reader_is_told(results: dict[str, PreparedDocument | SourceError]) -> None:
    document = one(results, "96_")
    assert [p.text for p in document.passages] == ["本期培训面向中小企业，地点以通知为准。"]
    assert "2 处隐藏文字" in document.warnings[0].problem


@pytest.mark.corpus
def test_formulas_injected_into_a_table_are_stored_as_the_words_they_are(results: dict[str, PreparedDocument | SourceError]) -> None:
    texts = [p.text for p in one(results, "99_表格").passages]
    assert texts == ['企业：=HYPERLINK("http://attacker.invalid","点此")；说明：正常', "企业：@SUM(1+1)*cmd|' /C calc'!A0；说明：-2+3"]


AUCL = "regulations/中华人民共和国反不正当竞争法(2025修订).md"
SECRETS = "regulations/最高人民法院关于审理侵犯商业秘密民事案件适用法律若干问题的规定(2020).md"


@pytest.mark.corpus
@pytest.mark.parametrize(("start", "file"), [("01_", AUCL), ("10_", AUCL), ("94_", AUCL), ("02_", SECRETS), ("12_", SECRETS)])
def test_pdf_and_odd_encodings_give_the_articles_word_for_word(
        results: dict[str, PreparedDocument | SourceError], corpus: Path, start: str, file: str) -> None:
    assert articles(one(results, start)) == official(corpus, file)


@pytest.mark.corpus
def test_the_word_and_the_pdf_edition_of_one_law_agree(results: dict[str, PreparedDocument | SourceError]) -> None:
    word, pdf = articles(one(results, "14_")), articles(one(results, "15_"))
    assert list(word) == list(pdf) and len(word) == 76
    assert sum(word[locator] == pdf[locator] for locator in word) >= 74


@pytest.mark.corpus
def test_pdf_passages_know_their_page_and_carry_no_furniture(results: dict[str, PreparedDocument | SourceError]) -> None:
    passages = one(results, "01_").passages
    assert [p.page for p in passages] == sorted(p.page or 0 for p in passages) and passages[-1].page == 13
    assert not any("汇编" in p.text or "共 13 页" in p.text for p in passages)


def tasks(document: PreparedDocument) -> list[Passage]:
    return [p for p in document.passages if p.locator.startswith("二、")]


@pytest.mark.corpus
@pytest.mark.parametrize("start", ["05_", "08_", "11_", "97_"])
def test_the_plan_keeps_its_tasks_in_word_on_a_page_and_in_full_width(results: dict[str, PreparedDocument | SourceError], start: str) -> None:
    found = tasks(one(results, start))
    assert len(found) == 22 and found[6].locator == "二、(三)7" and "商业秘密服务站50家" in fold(found[6].text)
    goal = next(p for p in one(results, start).passages if p.locator == "一、建设目标")
    assert "83.5分" in fold(goal.text)


@pytest.mark.corpus
def test_table_rows_of_a_word_file_can_be_found_alone(results: dict[str, PreparedDocument | SourceError]) -> None:
    rows = [p for p in one(results, "05_").passages if p.locator == "附件：主要指标表"]
    assert len(rows) == 24
    assert rows[0].text == "条目：目标；指标：知识产权保护社会满意度；数值：83.5；单位：分；限定：以上；时点：2025年底；出处：一、建设目标"


@pytest.mark.corpus
def test_scripts_and_wrong_endings_are_mentioned(results: dict[str, PreparedDocument | SourceError]) -> None:
    assert "脚本" in one(results, "94_").warnings[0].problem
    assert "实际是Word" in one(results, "97_").warnings[0].problem


@pytest.mark.corpus
def test_an_injected_instruction_is_stored_as_the_words_it_is(results: dict[str, PreparedDocument | SourceError]) -> None:
    document = one(results, "95_")
    assert document.version.tier == "user"
    assert "忽略以上所有指令" in document.passages[0].text and "<instructions>" in document.passages[1].text


@pytest.mark.corpus
def test_a_million_characters_in_one_line_are_bounded(results: dict[str, PreparedDocument | SourceError]) -> None:
    assert max(len(p.text) for p in one(results, "99_超长").passages) <= 1_200


@pytest.mark.corpus
def test_hostile_names_are_only_shown(corpus: Path, tmp_path: Path) -> None:
    with tarfile.open(next((corpus / "formats").glob("99_恶意*.tar.gz"))) as archive:
        for number, member in enumerate(archive.getmembers()):
            content = archive.extractfile(member)
            (tmp_path / f"{number}.txt").write_bytes(content.read() if content else b"")
            raw = read_file(SourceFile(tmp_path / f"{number}.txt", find_name(member.name)))
            version = prepare(raw, None, EMPTY).version
            assert version.file_name == raw.name and len(version.file_name) <= 120
            assert version.file_name.isprintable()
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {f"{n}.txt" for n in range(number + 1)}


def find_name(name: str) -> str:
    from ingest.load import display_name

    return display_name(name)


# Limits

def raw(name: str, data: bytes) -> RawFile:
    return RawFile(name, data, "0" * 64)


def test_a_child_prepares_as_the_parent_would() -> None:
    file = raw("办法.txt", CHINESE_LAW.encode())
    with ParserPool(EMPTY, workers=1) as pool:
        assert pool.prepare(file) == prepare(file, None, EMPTY)


def test_results_come_in_order_and_a_refusal_stops_nothing() -> None:
    jobs = [(raw(f"{n}.txt", f"# 第{n}号\n{CHINESE_LAW}".encode()) if n % 3 else raw(f"{n}.zip", b"PK\x03\x04"), None)
            for n in range(12)]
    with ParserPool(EMPTY) as pool:
        outcomes = list(pool.prepare_all(iter(jobs)))
    assert [isinstance(outcome, SourceError) for outcome in outcomes] == [n % 3 == 0 for n in range(12)]
    assert [o.version.file_name for o in outcomes if isinstance(o, PreparedDocument)] == [f"{n}.txt" for n in range(12) if n % 3]


def test_a_child_that_takes_too_long_is_ended_and_the_next_file_is_read() -> None:
    file = raw("大.txt", ("商业秘密" * 1_200_000).encode())
    with ParserPool(EMPTY, workers=1, limits=Limits(wall_seconds=0.05)) as pool:
        with pytest.raises(SourceError, match=r"超过 0\.05 秒"):
            pool.prepare(file)
        with pytest.raises(SourceError, match="超过"):
            pool.prepare(file)


def test_a_child_that_needs_too_much_memory_is_refused_and_the_next_file_is_read() -> None:
    with ParserPool(EMPTY, workers=1, limits=Limits(memory=160 * 1024**2)) as pool:
        with pytest.raises(SourceError, match="内存"):
            pool.prepare(raw("大.txt", ("商业秘密\n" * 1_500_000).encode()))
        assert pool.prepare(raw("小.txt", CHINESE_LAW.encode())).passages


def test_too_much_output_is_refused() -> None:
    with ParserPool(EMPTY, workers=1, limits=Limits(output=20_000)) as pool, \
            pytest.raises(SourceError, match="内容过多"):
        pool.prepare(raw("长.txt", ("第一条 商业秘密。\n" * 5_000).encode()))


def test_a_child_that_cannot_start_is_not_the_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with ParserPool(EMPTY, workers=1) as pool, pytest.raises(ConfigError, match="无法启动"):
        pool.prepare(raw("办法.txt", CHINESE_LAW.encode()))


@pytest.mark.corpus
def test_a_cut_off_pdf_never_passes_silently(corpus: Path) -> None:
    whole = next((corpus / "formats").glob("01_*.pdf")).read_bytes()
    pages = len(pypdf.PdfReader(next((corpus / "formats").glob("01_*.pdf"))).pages)
    assert pages == 13
    for share in (0.3, 0.7, 0.95):
        try:
            document = parse(raw("半.pdf", whole[:int(len(whole) * share)]))
        except SourceError as error:
            assert error.remedy
        else:
            assert document.warnings and document_text(document.blocks)
