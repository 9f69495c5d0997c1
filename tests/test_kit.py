"""The station kit: what it holds, where its sources lead, and what a code on paper can carry.

Its references, figures and words are checked with the other pages of the library: test_library_references.
"""

import json
from collections import Counter
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from ingest.pipeline import searched_pages
from kb.cli import main
from kb.errors import SourceError
from kb.kit import Form, bundled_kit, piece_named, read_piece, sources_of, to_text
from kb.qr_code import QR_BYTES, code_png, code_text
from kb.registry import Registry, bundled_registry
from tests.library_pages import LIBRARY
from views.handout import sheet_of_piece

TODAY = date(2026, 11, 22)
PIECE = """---
kind: kit
form: poster
title: 海报：看灯塔
topic: 认定
audience: station
version: 2026-11
valid_from: 2026-05-01
---
# 海报：看灯塔

## 谁看
灯塔由登记人看护。
- 夜里点灯。

依据：《灯塔法》第一条；《灯塔法》（2010）第三条第二款

## 再看
灯塔由登记人看护。

依据：《灯塔法》第一条；《港口方案》二、(三)7
"""
REGISTRY = Registry.load("""
[[version]]
document = "灯塔法"
title = "中华人民共和国灯塔法"
label = "2010"
kind = "law"
in_force_from = 2010-01-01
in_force_to = 2024-12-31
status = "amended"

[[version]]
document = "灯塔法"
title = "中华人民共和国灯塔法"
label = "2024修订"
kind = "law"
in_force_from = 2025-01-01
status = "current"
supersedes = "2010"
source_url = "https://law.example/lighthouse"

[[version]]
document = "港口方案"
title = "港口方案"
label = "2024"
kind = "policy_plan"
in_force_from = 2024-01-01
status = "current"
""")
every_piece = pytest.mark.parametrize("piece", bundled_kit(), ids=lambda piece: piece.name)


def test_a_station_finds_every_form_of_piece_and_fifteen_at_least():
    forms = Counter(piece.form for piece in bundled_kit())
    assert set(forms) == set(Form)
    assert sum(forms.values()) >= 15
    assert forms[Form.HANDOUT] >= 5
    titles = [piece.title for piece in bundled_kit()]
    assert len(set(titles)) == len(titles)
    assert any("员工离职带走客户名单怎么办" in title for title in titles)


def test_a_piece_is_read_with_its_sections_and_what_each_rests_on():
    piece = read_piece("poster", PIECE)
    assert (piece.form, piece.title, piece.valid_from) == (Form.POSTER, "海报：看灯塔", date(2026, 5, 1))
    assert piece.parts[0].lines == ("灯塔由登记人看护。", "- 夜里点灯。")
    assert piece.parts[0].basis == ("《灯塔法》第一条", "《灯塔法》（2010）第三条第二款")
    assert piece.basis == ("《灯塔法》第一条", "《灯塔法》（2010）第三条第二款", "《港口方案》二、(三)7")


def test_each_source_is_named_once_with_the_version_meant_and_its_recorded_address():
    found = sources_of(read_piece("poster", PIECE), REGISTRY, TODAY)
    assert [(str(source), source.url) for source in found] == [
        ("《灯塔法》（2024修订）第一条", "https://law.example/lighthouse"), ("《灯塔法》（2010）第三条第二款", ""), ("《港口方案》（2024）二、(三)7", "")]


@pytest.mark.parametrize(("right", "wrong"), [("form: poster", "form: banner"), ("---\nkind", "kind"), ("valid_from: 2026-05-01", "valid_from: 明年"),
                                              ("title: 海报：看灯塔\n", "")])
def test_a_piece_that_is_not_written_as_the_kit_is_is_refused_by_name(right, wrong):
    assert right in PIECE
    with pytest.raises(SourceError, match="poster"):
        read_piece("poster", PIECE.replace(right, wrong, 1))


@every_piece
def test_every_reference_of_a_piece_leads_to_a_registered_text_and_fits_into_its_code(piece):
    sources = sources_of(piece, bundled_registry(), TODAY)
    assert sum(len(source.locators) for source in sources) == len(piece.basis) > 0
    text = code_text(piece.title, map(str, sources), (source.url for source in sources if source.url))
    assert len(text.encode()) <= QR_BYTES
    assert text.splitlines()[:len(sources) + 1] == [piece.title, *map(str, sources)]


@every_piece
def test_a_printed_piece_says_what_it_is_from_when_and_that_it_is_no_advice(piece):
    sheet = sheet_of_piece(piece, sources_of(piece, bundled_registry(), TODAY), TODAY)
    assert piece.form.label in sheet.label and "非法条原文" in sheet.label
    assert any("2026-11-22" in line for line in sheet.closing) and any("不是法律意见" in line for line in sheet.closing)
    assert sheet.blocks and sheet.sources and sheet.code.startswith(b"\x89PNG")


def test_what_is_invented_says_so():
    for piece in bundled_kit():
        for part in piece.parts:
            if any(name in line for line in part.lines for name in ("老周", "小熊", "狐狸", "小明", "小红", "徒弟把")):
                said = piece.form in (Form.CHILDREN, Form.PLAN) or "编的" in part.heading
                assert said, f"{piece.name} > {part.heading}"


def test_the_kit_is_not_searched_so_that_answers_stay_as_they_are():
    searched = searched_pages(LIBRARY)
    assert not [path for path in searched if path.parent.name == "kit"]
    assert {path.parent.name for path in searched} == {"guides", "station", "trainee", "plan", "regulations"}


def test_a_code_holds_references_before_addresses_and_never_more_than_a_phone_reads():
    assert code_text("甲", ["乙", "丙", "乙"], ["https://a.example"]) == "甲\n乙\n丙\nhttps://a.example"
    long = code_text("甲", ["乙" * 200], ["https://" + "a" * 400, "https://b.example"])
    assert long == "甲\n" + "乙" * 200 + "\nhttps://b.example"
    assert len(long.encode()) <= QR_BYTES


def test_a_code_is_a_square_black_and_white_picture_with_a_quiet_margin():
    picture = Image.open(BytesIO(code_png("《反不正当竞争法》（2025修订）第十条"))).convert("L")
    assert picture.width == picture.height
    assert set(picture.tobytes()) == {0, 255}
    assert {picture.getpixel((n, 8)) for n in range(picture.width)} == {255}
    with pytest.raises(ValueError, match="too many"):
        code_png("商" * 1100)


def zhiwen(monkeypatch, capsys, *arguments: str) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["zhiwen", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    printed = capsys.readouterr()
    return int(left.value.code or 0), printed.out, printed.err


def test_the_command_lists_the_kit_prints_one_piece_and_says_which_name_it_does_not_know(monkeypatch, capsys):
    code, listed, _ = zhiwen(monkeypatch, capsys, "kit")
    assert code == 0 and len(listed.splitlines()) == len(bundled_kit())
    code, printed, _ = zhiwen(monkeypatch, capsys, "kit", "handout-noncompete")
    assert code == 0 and "二年是上限" in printed and "《劳动合同法》（2012修正）第二十四条第一款" in printed
    code, record, _ = zhiwen(monkeypatch, capsys, "kit", "折页：竞业限制看四处", "--json")
    assert code == 0 and [piece["name"] for piece in json.loads(record)] == ["handout-noncompete"]
    code, _, problem = zhiwen(monkeypatch, capsys, "kit", "没有这一件")
    assert code == 2 and "请用 zhiwen kit 查看" in problem


def test_a_checklist_is_printed_with_boxes_to_tick():
    piece = piece_named("checklist-volunteer")
    assert piece is not None
    assert "☐ 打印机有纸" in to_text(piece, ())


def test_every_file_of_the_kit_is_in_it():
    assert {piece.name for piece in bundled_kit()} == {path.stem for path in Path(LIBRARY, "kit").iterdir()}
