"""Characters and numerals: what a reader would call the same compares as the same; what is stored stays as it came."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text import clean, fold, grams, held, parse_numeral, repair_radicals, sentences, strip_controls
from kb.types import ordinal_numeral


@pytest.mark.parametrize(("written", "number"), [
    ("十", 10), ("十二", 12), ("二十", 20), ("一百零五", 105), ("二百一十九", 219), ("一千一百八十五", 1185), ("一千零五", 1005),
    ("两千", 2000), ("五百万", 5_000_000), ("三十万", 300_000), ("一亿二千万", 120_000_000), ("22", 22), ("２２", 22),
    ("500万", 5_000_000), ("2,000", 2000), ("二〇二五", 2025), ("二○二五", 2025), ("零", 0), ("叁拾", 30), (" 十 ", 10),
])
def test_numbers_are_read_in_every_script(written, number):
    assert parse_numeral(written) == number


@pytest.mark.parametrize("written", ["", "条", "十条", "abc", "1.5", "第十", "-3"])
def test_what_is_not_a_whole_number_is_none(written):
    assert parse_numeral(written) is None


@given(st.integers(1, 9999))
def test_any_article_number_written_as_statutes_do_is_read_back(number):
    assert parse_numeral(ordinal_numeral(number)) == number


@pytest.mark.parametrize(("one", "other"), [
    ("《反不正当竞争法》 第十条", "《反不正当竞争法》第十条"), ("第２２条", "第22条"), ("法释〔2025〕5号", "法释[2025]5号"),
    ("（一）", "(一)"), ("ＡＢＣ", "abc"), ("二〇二五", "二零二五"), ("是⾮", "是非"), ("商\u200b业秘密", "商业秘密"),
])
def test_texts_that_read_alike_fold_alike(one, other):
    assert fold(one) == fold(other)


@given(st.text())
def test_folding_twice_changes_nothing_and_leaves_no_blanks(text):
    assert fold(fold(text)) == fold(text)
    assert not any(c.isspace() for c in fold(text))


def test_radical_code_points_become_ordinary_characters():
    assert repair_radicals("⼯⽅⻅⻋") == "工方见车"


def test_controls_and_invisible_characters_go_line_breaks_stay():
    assert strip_controls("商\u200b业\u202e秘\x00密\n第\t一") == "商业秘密\n第\t一"


@given(st.text())
def test_nothing_but_controls_and_invisible_characters_goes(text):
    assert strip_controls(text) == "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf"))


@given(st.text())
def test_clean_text_is_stable_and_has_no_controls(text):
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not any(unicodedata.category(c) in ("Cc", "Cf") for c in cleaned if c != "\n")


def test_cleaning_keeps_width_and_punctuation():
    assert clean("第十条　经营者，\r\n\r\n不得…  ２倍 ") == "第十条 经营者，\n不得… ２倍"


def test_a_sentence_ends_at_its_mark_or_the_line_end():
    text = "第一句。第二句；\n（一）第一项\n问什么？"
    assert [text[a:b] for a, b in sentences(text)] == ["第一句。", "第二句；", "（一）第一项", "问什么？"]


@given(st.text(alphabet="甲乙。；！？\n ”』", max_size=60))
def test_sentences_are_in_order_apart_and_lose_only_blanks(text):
    spans = sentences(text)
    assert all(a < b for a, b in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    kept = "".join(text[a:b] for a, b in spans)
    assert "".join(kept.split()) == "".join(text.split())


def test_search_terms_are_characters_pairs_and_whole_latin_or_digit_runs():
    assert grams("RCEP商业83.5%") == ("rcep", "商", "业", "商业", "83.5%")


@given(st.text("商业秘密RCEPrcep83.5% ，、Ａ", max_size=30), st.text("商业秘密RCEPrcep83.5% ，、", max_size=12))
def test_what_a_text_holds_of_a_question_are_the_terms_they_share(text, question):
    asked = [term for term in dict.fromkeys(grams(question)) if len(term) > 1 or term.isascii()]
    assert held(text, asked) == [term for term in asked if term in set(grams(text))]
