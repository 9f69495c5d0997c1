"""The bench measures what it says it measures. No time is asserted: machines differ, the order of events does not."""

import gzip
import json
import os

import pypdf
import pytest
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from eval import bench, bench_ingest
from eval.bench import measure, percentile, times
from eval.bench_ingest import write_laws, write_pdfs
from eval.cases import TODAY, load_cases
from eval.figure import Figure, table
from eval.process import environment, run, zhiwen
from kb.errors import ConfigError
from kb.types import Question

TARGETS = {"zhiwen --help": 0.5, "启动网页到第一个答案": 8.0, "网页进程常驻内存": 600.0, "不用模型的回答 p95": 150.0}


@pytest.mark.parametrize(("values", "share", "rank"), [
    ([30.0, 10.0, 20.0], 0.5, 20.0),
    ([float(n) for n in range(1, 101)], 0.95, 95.0),
    ([float(n) for n in range(1, 11)], 0.95, 10.0),
    ([7.0], 0.5, 7.0),
])
def test_a_percentile_is_a_value_that_was_measured(values, share, rank):
    assert percentile(values, share) == rank


@pytest.mark.parametrize(("figure", "met", "line"), [
    (Figure("入库", 60.0, "秒", 60.0, "120 份"), True, "入库：60 秒  目标 ≤ 60 秒，达到  （120 份）"),
    (Figure("内存", 612.3, "MB", 600.0), False, "内存：612 MB  目标 ≤ 600 MB，未达到"),
    (Figure("回答 p50", 44.4, "毫秒"), None, "回答 p50：44 毫秒"),
    (Figure("Python", "3.11.7"), None, "Python：3.11.7"),
    (Figure("PDF", 162.4, "页/秒", 150.0, at_least=True), True, "PDF：162 页/秒  目标 ≥ 150 页/秒，达到"),
    (Figure("PDF", 149.0, "页/秒", 150.0, at_least=True), False, "PDF：149 页/秒  目标 ≥ 150 页/秒，未达到"),
    (Figure("入库", 120.0, "秒", 1500.0), True, "入库：120 秒  目标 ≤ 1500 秒，达到"),
])
def test_a_figure_stands_beside_its_target(figure, met, line):
    assert table([figure]) == line
    assert figure.as_json() == {"name": figure.name, "value": figure.value, "unit": figure.unit, "target": figure.target,
                                "how": figure.how, "at_least": figure.at_least, "met": met}


def test_every_question_is_timed_once_after_all_were_asked():
    asked = []
    questions = [Question(text, TODAY) for text in "甲乙丙"]
    assert len(times(asked.append, questions)) == 3
    assert asked == questions + questions


def test_a_folder_without_official_documents_is_refused_before_anything_runs(tmp_path):
    said = []
    with pytest.raises(ConfigError, match="regulations"):
        measure(tmp_path, said.append)
    assert said == []


def test_settings_of_the_person_measuring_do_not_count(tmp_path, monkeypatch):
    monkeypatch.setenv("ZHIWEN_MODEL", "some-model")
    monkeypatch.setenv("ZHIWEN_DATA", "/elsewhere")
    settings = {name: value for name, value in environment(tmp_path).items() if name.startswith("ZHIWEN_")}
    assert settings == {"ZHIWEN_DATA": str(tmp_path)}


def test_a_command_that_fails_is_reported_with_its_words(tmp_path):
    with pytest.raises(ConfigError, match="退出码 2"):
        zhiwen(["no-such-command"], tmp_path / "data")


def test_a_process_that_breaks_is_not_a_measurement(tmp_path):
    with pytest.raises(ConfigError, match=r"比较 没有成功（退出码 1）.*not to be had"):
        run("raise SystemExit('not to be had')", [], tmp_path / "data", name="比较")


@pytest.mark.skipif(not os.path.exists("/proc/self/smaps_rollup"), reason="the system does not tell")
def test_memory_and_processor_time_of_child_processes_count(tmp_path):
    """The parent holds and does nothing, its child fills 300 MB, which takes some hundredths of a second."""
    child = "import time; held = bytearray(b'x') * 300_000_000; time.sleep(0.6)"
    done = run(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True)", [],
               tmp_path / "data", name="比较")
    assert 300_000_000 / 1024**2 <= done.peak_mb < 500
    assert done.busy_s > 0


def test_everything_is_measured_without_a_browser(monkeypatch, tmp_path):
    monkeypatch.setattr(bench, "browser", lambda: None)
    monkeypatch.setattr(bench, "_STARTS", 1)
    monkeypatch.setattr(bench, "load_cases", lambda: load_cases()[:3])
    monkeypatch.chdir(tmp_path)
    figures = {figure.name: figure for figure in measure(None, lambda step: None)}
    expected = TARGETS if os.path.exists("/proc/self/status") else TARGETS.keys() - {"网页进程常驻内存"}
    assert set(expected) <= figures.keys()
    for name in expected:
        assert figures[name].target == TARGETS[name]
        assert isinstance(figures[name].value, float) and figures[name].value > 0
    assert "没有浏览器" in figures["启动网页到第一个答案"].how
    assert {"检索 p50", "检索 p95", "日期"} <= figures.keys()
    assert "官方文件入库" not in figures


# -- ingestion at size -----------------------------------------------------------------------------------------------


@pytest.fixture
def statutes(tmp_path):
    """Two laws in the form of the statutes file, the second with a name no file can have."""
    rows = [{"law": "灯塔法", "article": "第一条", "heading": "第一编 总则 > 第一章 目的", "text": "为了看护灯塔，制定本法。"},
            {"law": "灯塔法", "article": "第二条", "heading": "第一编 总则 > 第一章 目的", "text": "灯塔由登记人看护。"},
            {"law": "灯塔法", "article": "第三条", "heading": "第一编 总则 > 第二章 看护", "text": "看护人\n（一）点灯；\n（二）记录。"},
            {"law": "关于“浮标/航标”的规定", "article": "第一条", "heading": "", "text": "浮标由港口设置。"}]
    path = tmp_path / "statutes.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return path


@pytest.fixture
def text_pdf(tmp_path):
    """Three pages that say Page 1 to Page 3."""
    writer = pypdf.PdfWriter()
    font = DictionaryObject({NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
                             NameObject("/BaseFont"): NameObject("/Helvetica")})
    for number in (1, 2, 3):
        page = writer.add_blank_page(595, 842)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})})
        said = DecodedStreamObject()
        said.set_data(f"BT /F1 24 Tf 72 700 Td (Page {number} of the rules of the lighthouse) Tj ET".encode())
        page[NameObject("/Contents")] = said
    path = tmp_path / "lighthouse.pdf"
    writer.write(path)
    return path


def test_a_law_becomes_one_file_with_each_heading_where_it_begins(statutes, tmp_path):
    assert write_laws(statutes, tmp_path / "laws") == (2, 4)
    first, second = sorted((tmp_path / "laws").iterdir())
    assert (first.name, second.name) == ("0000_灯塔法.md", "0001_关于“浮标_航标”的规定.md")
    assert [line for line in first.read_text(encoding="utf-8").splitlines() if line] == [
        "# 灯塔法", "## 第一编 总则", "### 第一章 目的", "第一条　为了看护灯塔，制定本法。", "第二条　灯塔由登记人看护。",
        "### 第二章 看护", "第三条　看护人", "（一）点灯；", "（二）记录。"]


def test_a_sample_is_the_first_laws_whole(statutes, tmp_path):
    assert write_laws(statutes, tmp_path / "laws", sample=1) == (1, 3)
    assert [path.name for path in (tmp_path / "laws").iterdir()] == ["0000_灯塔法.md"]


def test_pages_are_repeated_until_there_are_enough_and_no_two_files_are_alike(text_pdf, tmp_path):
    assert write_pdfs([text_pdf], tmp_path / "pdf", files=2, pages=5) == 10
    said = [[page.extract_text().split(" of")[0] for page in pypdf.PdfReader(path).pages]
            for path in sorted((tmp_path / "pdf").iterdir())]
    assert said == [["Page 1", "Page 2", "Page 3", "Page 1", "Page 2"], ["Page 2", "Page 3", "Page 1", "Page 2", "Page 3"]]


@pytest.mark.parametrize("content", [None, b"not compressed", gzip.compress(b'{"law": "A"}\n'), gzip.compress(b"[]\n")],
                         ids=["missing", "not gzip", "a field is missing", "not an object"])
def test_a_statutes_file_that_is_something_else_is_refused(content, tmp_path):
    path = tmp_path / "statutes.jsonl.gz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"statutes\.jsonl\.gz"):
        write_laws(path, tmp_path / "laws")


def test_a_pdf_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "empty.pdf").write_bytes(b"")
    with pytest.raises(ConfigError, match=r"empty\.pdf"):
        write_pdfs([tmp_path / "empty.pdf"], tmp_path / "pdf", files=1, pages=1)


@pytest.mark.parametrize(("arguments", "remedy"), [
    (["bench", "ingest"], "用 --statutes 指出"), (["bench", "--corpus", "."], "用 --corpus 指出")])
def test_without_material_the_command_says_what_to_name(arguments, remedy, tmp_path):
    with pytest.raises(ConfigError, match=f"退出码 2(?s:.*){remedy}"):
        zhiwen(arguments, tmp_path / "data")


def test_ingestion_is_measured_beside_langchains_default_path(statutes):
    pytest.importorskip("langchain_chroma")
    pytest.importorskip("langchain_text_splitters")
    figures = {figure.name: figure for figure in bench_ingest.measure(statutes, [], None, lambda step: None)}
    for name in ("法规入库", "原样再入库", "加入一份文件", "加入的文件在运行中的程序里可以查到", "重建索引", "法规用时之比",
                 "法规磁盘之比"):
        assert isinstance(figures[name].value, float) and figures[name].value > 0
    assert "2 部 4 条，4 段" in figures["法规入库"].how
    assert figures["法规（LangChain 默认路径）用时"].how.endswith("2 段")
    assert figures["法规入库"].target is None, "two laws are not what the target was set for"


def test_without_langchains_packages_the_rest_is_measured_and_it_is_said(text_pdf, monkeypatch):
    said = []
    monkeypatch.setattr(bench_ingest, "_comparable", lambda: False)
    monkeypatch.setattr(bench_ingest, "_PDF_PAGES", 4)
    figures = {figure.name: figure for figure in bench_ingest.measure(None, [text_pdf], None, said.append)}
    for name in ("文字 PDF 读取", "文字 PDF 入库"):
        assert figures[name].value > 0
        assert figures[name].at_least
    assert not any("LangChain" in name for name in figures)
    assert said[-1] == bench_ingest.MISSING
