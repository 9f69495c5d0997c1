"""Scans are read only when asked, by a program that is named on every page it read."""

import io
import random
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pypdf
import pytest

from ingest.document import RawFile, ReadOptions
from ingest.parse import ocr, parse
from ingest.parse.layout import Line, in_reading_order
from ingest.sandbox import ParserPool
from kb.errors import ConfigError, SourceError
from kb.registry import Registry
from kb.text import fold
from tests.pdf_bytes import chinese, document

needs_tesseract = pytest.mark.skipif("tesseract" not in ocr.available_engines(), reason="tesseract with chi_sim is not installed")
EMPTY = Registry((), {})
PAGE = (595.0, 842.0)


def piece(text: str, left: float, top: float, *, height: float = 12) -> Line:
    return Line(text, 1, *PAGE, left, left + height * len(text), top, top - height)


def shuffled(lines: Sequence[Line]) -> list[Line]:
    return random.Random(7).sample(lines, len(lines))


def test_lines_found_in_any_order_are_read_from_the_top() -> None:
    lines = [piece(f"第{n}行文字", 90, 800 - 20 * n) for n in range(30)]
    assert in_reading_order(shuffled(lines)) == lines


def test_two_columns_are_read_one_after_the_other() -> None:
    lines = [piece(f"{side}栏{n}", left, 800 - 20 * n) for side, left in (("左", 60), ("右", 320)) for n in range(10)]
    assert in_reading_order(shuffled(lines)) == lines


def test_pieces_of_one_row_become_one_line_although_they_are_not_quite_level() -> None:
    row = [piece("第一条", 90, 700), piece("为了保护商业秘密", 150, 702), piece("（节选）", 400, 697)]
    (line,) = in_reading_order([row[1], row[2], row[0]])
    assert line.text == "第一条 为了保护商业秘密 （节选）"
    assert (line.left, line.right, line.top) == (90, row[2].right, 702)


TABLE = """level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext
1\t1\t0\t0\t0\t0\t0\t0\t1000\t1000\t-1\t
5\t1\t1\t1\t1\t1\t100\t100\t90\t30\t96.0\t第一条
5\t1\t1\t1\t1\t2\t230\t100\t60\t30\t90.0\t为了
5\t1\t1\t1\t1\t3\t295\t101\t60\t30\t90.0\t保护
5\t1\t1\t1\t1\t4\t360\t101\t60\t30\t96.0\tTrade
5\t1\t1\t1\t1\t5\t425\t101\t60\t30\t96.0\tSecrets
5\t1\t1\t1\t2\t1\t100\t150\t60\t30\t50.0\t秘密
"""


def test_a_blank_between_chinese_words_is_kept_only_where_the_paper_shows_one() -> None:
    first, second = ocr._lines_of_table(TABLE)
    assert (first.text, second.text) == ("第一条 为了保护Trade Secrets", "秘密")
    assert (first.left, first.right, second.confidence) == (100, 485, 0.5)


def test_a_program_that_is_unknown_or_missing_is_named_with_the_way_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="没有名为 reader"):
        ocr.choose_engine("reader")
    monkeypatch.setattr(ocr, "available_engines", lambda: ())
    for asked in ("auto", "tesseract", "rapidocr"):
        with pytest.raises(ConfigError) as caught:
            ocr.choose_engine(asked)
        assert "tesseract-ocr-chi-sim" in caught.value.remedy and "zhiwen[ocr]" in caught.value.remedy


def test_the_first_installed_program_is_taken_where_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available_engines", lambda: ("tesseract",))
    assert ocr.choose_engine("auto") == ocr.choose_engine("tesseract") == "tesseract"
    with pytest.raises(ConfigError, match="rapidocr"):
        ocr.choose_engine("rapidocr")


def test_a_refused_scan_says_how_it_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    scan = RawFile("扫描.pdf", document([b""]), "0" * 64)
    for installed in (("tesseract",), ()):
        monkeypatch.setattr("ingest.parse.pdf.available_engines", lambda: installed)  # noqa: B023
        with pytest.raises(SourceError) as caught:
            parse(scan)
        assert "zhiwen ingest --ocr 扫描.pdf" in caught.value.remedy
        assert ("pip install" in caught.value.remedy) == (not installed)


def test_a_missing_program_stops_the_whole_run_for_no_file_is_at_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    jobs = [(RawFile("扫描.pdf", document([b""]), "0" * 64), None)]
    with ParserPool(EMPTY, workers=1, options=ReadOptions(ocr="tesseract")) as pool, \
            pytest.raises(ConfigError, match="没有安装"):
        list(pool.prepare_all(jobs))


def test_pages_with_good_text_are_never_sent_to_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []

    def note(picture: ocr.Picture, engine: str) -> ocr.Reading:
        sent.append(picture.page)
        return ocr.Reading((piece("扫描出来的一行文字", 90, 700),), 0.97)

    monkeypatch.setattr("ingest.parse.pdf.choose_engine", lambda asked: "tesseract")
    monkeypatch.setattr("ingest.parse.pdf.read_picture", note)
    mixed = RawFile("混合.pdf", document([chinese("第一条 为了保护商业秘密，制定本办法。"), b""]), "0" * 64)
    parsed = parse(mixed, ReadOptions(ocr="auto"))
    assert sent == [2]
    assert [(p.page, p.read_by) for p in parsed.pages] == [(1, "text"), (2, "tesseract")]
    assert [(w.problem, w.remedy) for w in parsed.warnings] == [("第 2 页由文字识别得到", "引用前请核对原件")]


@needs_tesseract
def test_an_empty_picture_gives_no_lines() -> None:
    white = np.full((400, 300), 255, np.uint8)
    assert ocr.read_picture(ocr.Picture(1, *PAGE, white), "tesseract") == ocr.Reading((), 0.0)


@needs_tesseract
def test_a_program_that_fails_is_the_reason_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", "/nowhere")
    with pytest.raises(SourceError, match="第 1 页文字识别失败"):
        ocr.read_picture(ocr.Picture(1, *PAGE, np.full((40, 30), 255, np.uint8)), "tesseract")


@needs_tesseract
@pytest.mark.corpus
def test_the_scanned_plan_is_read_word_for_word_inside_the_limits_of_a_child(corpus: Path) -> None:
    scan = pypdf.PdfReader(next((corpus / "formats").glob("07_*.pdf")))
    sheet = pypdf.PdfWriter()
    sheet.add_page(scan.pages[0])
    first_page = io.BytesIO()
    sheet.write(first_page)
    with ParserPool(EMPTY, workers=1, options=ReadOptions(ocr="tesseract")) as pool:
        read = pool.prepare(RawFile("07.pdf", first_page.getvalue(), "0" * 64))
    assert read.version.title == "武汉市国家知识产权保护示范区建设方案"
    assert [(p.page, p.read_by) for p in read.pages] == [(1, "tesseract")] and read.pages[0].quality > 0.9
    assert "第 1 页由文字识别得到" in [w.problem for w in read.warnings]
    plan = _characters(next((corpus / "plan").glob("*示范区建设方案.txt")).read_text("utf-8"))
    goal = next(p for p in read.passages if p.locator == "一、建设目标")
    assert len(goal.text) > 250 and _characters(goal.text) in plan


def _characters(text: str) -> str:
    """Without punctuation, in which the scan and the text of the plan differ."""
    return re.sub(r"\W", "", fold(text))
