"""A quotation is found on the printed page and marked there."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kb.errors import SourceError
from kb.facsimile import page_image, runs

CORPUS = os.environ.get("ZHIWEN_TEST_CORPUS", "")
PRINTED = "formats/01_反不正当竞争法2025_多页_页眉页脚页码.pdf"


def small_pdf(*lines: str) -> bytes:
    """One A4 page of Helvetica, written by hand, so that no writer of PDFs is needed."""
    shown = "\n".join(f"1 0 0 1 72 {760 - 40 * i} Tm ({line}) Tj" for i, line in enumerate(lines))
    stream = f"BT /F1 18 Tf {shown} ET".encode("latin-1")
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
               b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
               b"<< /Length %d >> stream\n%s\nendstream" % (len(stream), stream)]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj %s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 5\n0000000000 65535 f \n" + table + (
        b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(out))


PDF = small_pdf("Article 10 secrets stay secret", "Article 11 nothing else", "and the second line of it")


def test_the_quoted_line_is_marked_and_no_other():
    facsimile = page_image(PDF, 1, "secrets stay secret", scale=1.0)
    (left, top, right, bottom), = facsimile.boxes
    assert 760 - 20 < 842 - top < 760 + 20          # on the first line, counted from the foot of the page
    assert 150 < left < right < 400
    image = Image.open(BytesIO(facsimile.png))
    assert image.size == (595, 842)
    assert image.getpixel((left, top)) == (255, 233, 100)
    assert image.getpixel((72, bottom + 40)) != (255, 233, 100)


def test_a_quotation_over_two_lines_gets_a_box_for_each():
    assert len(page_image(PDF, 1, "Article 11 nothing else and the second line of it").boxes) == 2


def test_a_page_without_the_quotation_is_shown_unmarked():
    assert page_image(PDF, 1, "不在这一页上的一句话").boxes == ()
    assert page_image(PDF, 1, "").boxes == ()


@pytest.mark.parametrize("page", [0, -1, 2, 10_000])
def test_a_page_that_does_not_exist_is_an_error_with_a_remedy(page):
    with pytest.raises(SourceError, match="原件没有第"):
        page_image(PDF, page, "")


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4 broken", b"PK\x03\x04"], ids=["empty", "broken", "zip"])
def test_what_is_no_pdf_is_an_error_with_a_remedy(data):
    with pytest.raises(SourceError, match="无法作为 PDF 打开"):
        page_image(data, 1, "")


def test_a_large_scale_cannot_make_a_huge_image():
    assert max(Image.open(BytesIO(page_image(PDF, 1, "", scale=500.0).png)).size) <= 2401


def test_spaces_line_ends_width_and_radicals_do_not_hide_a_quotation():
    assert runs(list("第十条　本法所\r\n称的商业秘密（⽤）"), "本法所称的商业秘密(用)") == [(4, 18)]


def test_a_quotation_that_continues_on_the_next_page_is_marked_on_both():
    quote = "经营者违反本法规定给他人造成损害的应当依法承担民事责任"
    first, second = "页眉一二三经营者违反本法规定给他人造成", "页眉四五六损害的应当依法承担民事责任页脚"
    assert runs(list(first), quote) == [(5, len(first))]
    assert runs(list(second), quote) == [(5, len(second) - 2)]


def test_a_footer_in_the_middle_splits_the_marking():
    quote = "经营者违反本法规定给他人造成损害的应当依法承担民事责任"
    page = f"{quote[:13]}第1页共13页{quote[13:]}"
    assert runs(list(page), quote) == [(0, 13), (20, len(page))]


def test_a_phrase_that_merely_recurs_is_not_marked():
    assert runs(list("本法所称的商业秘密是指"), "侵犯商业秘密罪的立案标准另有规定") == []


@given(st.lists(st.text(max_size=3)), st.text())
def test_marked_ranges_lie_within_the_page(characters, quote):
    assert all(0 <= start < end <= len(characters) for start, end in runs(characters, quote))


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="ZHIWEN_TEST_CORPUS is not set")
@pytest.mark.parametrize(("page", "quote", "lines"), [
    (9, "经营者违反本法规定，给他人造成损害的，应当依法承担民事责任。", 2),
    (4, "（一）以盗窃、贿赂、欺诈、胁迫、电子侵入或者其他不正当手段获取权利人的商业秘密；", 2),
    (8, "明确平台内公平竞争规则，建立不正当竞争举报投诉和纠纷处置机制，引导、规范平台内经营者依法", 2),
    (9, "明确平台内公平竞争规则，建立不正当竞争举报投诉和纠纷处置机制，引导、规范平台内经营者依法", 1),
])
def test_the_act_as_printed_is_marked_line_by_line(page, quote, lines):
    facsimile = page_image((Path(CORPUS) / PRINTED).read_bytes(), page, quote)
    assert len(facsimile.boxes) == lines
    assert facsimile.pages == 13
