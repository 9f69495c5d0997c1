"""References to laws, articles and document numbers are read however people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.statute import find_documents, find_numbers, find_refs, parse_ref, short_title
from kb.text import fold
from kb.types import StatuteRef

NAMES = {fold(name): document for name, document in {
    "专利法": "专利法", "专利法实施细则": "专利法实施细则", "反不正当竞争法": "反不正当竞争法", "反法": "反不正当竞争法",
    "刑法": "刑法", "仲裁法": "仲裁法", "劳动合同法": "劳动合同法", "民法典": "民法典", "法释〔2020〕7号": "商业秘密规定",
    "最高人民法院关于适用《反不正当竞争法》若干问题的解释": "反法解释", "劳动争议解释（一）": "劳动争议解释一",
}.items()}
AUCL = "反不正当竞争法"


@pytest.mark.parametrize(("written", "ref"), [
    ("专利法22条3款", StatuteRef("专利法", 22, paragraph=3)),
    ("专利法第22条第3款", StatuteRef("专利法", 22, paragraph=3)),
    ("专利法第二十二条第三款", StatuteRef("专利法", 22, paragraph=3)),
    ("《专利法》第二十二条第三款", StatuteRef("专利法", 22, paragraph=3)),
    ("专利法第２２条", StatuteRef("专利法", 22)),                               # 全角数字
    ("专利法 第 二十二 条", StatuteRef("专利法", 22)),                          # 夹空格
    ("专利法第二十二條第三款", StatuteRef("专利法", 22, paragraph=3)),            # 繁体
    ("反不正当竞争法10条", StatuteRef(AUCL, 10)),
    ("《反不正当竞争法》第十条", StatuteRef(AUCL, 10)),
    ("反不正当竞争法的第十条", StatuteRef(AUCL, 10)),
    ("《反不正当竞争法》（2025修订）第十条第二款第（三）项", StatuteRef(AUCL, 10, paragraph=2, item=3)),
    ("反不正当竞争法(2019)第九条", StatuteRef(AUCL, 9)),
    ("刑法219条之一", StatuteRef("刑法", 219, 1)),
    ("刑法第二百一十九条之一", StatuteRef("刑法", 219, 1)),
    ("刑法第219条之1", StatuteRef("刑法", 219, 1)),
    ("刑法219-1", StatuteRef("刑法", 219, 1)),
    ("民法典第一千一百八十五条", StatuteRef("民法典", 1185)),
    ("民法典一千零五条", StatuteRef("民法典", 1005)),
    ("劳动争议解释（一）第三十六条", StatuteRef("劳动争议解释（一）", 36)),
    ("法释〔2020〕7号第十条", StatuteRef("法释〔2020〕7号", 10)),
    ("第十条", StatuteRef("", 10)),
    ("本法第十条", StatuteRef("", 10)),
    ("《最高人民法院关于适用《反不正当竞争法》若干问题的解释》第一条",
     StatuteRef("最高人民法院关于适用《反不正当竞争法》若干问题的解释", 1)),
])
def test_a_reference_is_read_however_it_is_written(written, ref):
    assert parse_ref(written) == ref


@pytest.mark.parametrize("written", [
    "", "专利法", "《专利法》", "第十条规定了什么", "条", "第零条", "第10000条", "2025年10月15日", "专利法第二十二条和第二十三条",
    "《专利法第十条", "三十六至四十", "第三条例",
])
def test_what_is_not_one_whole_reference_is_none(written):
    assert parse_ref(written) is None


def test_with_the_known_names_a_reference_leads_to_its_document():
    assert parse_ref("反法第十条", NAMES) == StatuteRef(AUCL, 10)
    assert parse_ref("《中华人民共和国专利法》第二条", NAMES) == StatuteRef("专利法", 2)
    assert parse_ref("《海商法》第四条", NAMES) == StatuteRef("海商法", 4)


refs = st.builds(
    StatuteRef,
    document=st.one_of(
        st.sampled_from(["", "中华人民共和国刑法修正案（十一）", "最高人民法院关于适用《反不正当竞争法》若干问题的解释"]),
        st.text(st.characters(min_codepoint=0x4e00, max_codepoint=0x9fa5), min_size=1, max_size=24)),
    article=st.integers(1, 9999), sub=st.integers(0, 20),
    paragraph=st.none() | st.integers(1, 30), item=st.none() | st.integers(1, 30))


@given(refs)
def test_any_reference_printed_and_read_again_is_itself(ref):
    assert parse_ref(str(ref)) == ref


@given(refs)
def test_a_printed_reference_is_found_in_running_text(ref):
    text = f"请看{ref}，谢谢"
    [found] = find_refs(text, NAMES)
    assert (found.ref.article, found.ref.sub, found.ref.paragraph, found.ref.item) == (
        ref.article, ref.sub, ref.paragraph, ref.item)
    assert text[found.start:found.end] == str(ref)


@pytest.mark.parametrize(("text", "expected"), [
    ("反不正当竞争法第十条、第二十二条和第三十九条", [(AUCL, 10), (AUCL, 22), (AUCL, 39)]),
    ("劳动合同法第23、24条怎么说", [("劳动合同法", 23), ("劳动合同法", 24)]),
    ("依照《刑法》第二百一十九条以及反法第十条处理", [("刑法", 219), (AUCL, 10)]),
    ("专利法实施细则第九十三条", [("专利法实施细则", 93)]),
    ("专利法实施细则第九十三条和专利法第二条", [("专利法实施细则", 93), ("专利法", 2)]),
    ("本法第十条规定的商业秘密", [("", 10)]),
    ("专利法的事，第十条另说", [("", 10)]),
    ("根据海商法第四条", [("海商法", 4)]),
    ("《海商法》第四条", [("海商法", 4)]),
    ("反不正当竞争法现第十条第四款", [(AUCL, 10)]),
    ("违反法律第三条", [("", 3)]),
    ("我们提了三十条建议，又加了5条措施", []),
    ("专利法第三条例外", []),
    ("法释2020年7号第十条", [("商业秘密规定", 10)]),
])
def test_articles_are_found_in_running_text_with_their_document(text, expected):
    assert [(m.ref.document, m.ref.article) for m in find_refs(text, NAMES)] == expected


def test_a_range_gives_both_ends():
    first, last = find_refs("见劳动合同法第三十六条至第四十条", NAMES)
    assert (first.ref.article, first.range_to, last.ref.article) == (36, 40, 40)
    assert last.ref.document == "劳动合同法"
    assert [(m.ref.article, m.range_to) for m in find_refs("专利法第36-40条", NAMES)] == [(36, 40), (40, None)]


def test_paragraphs_and_items_in_a_list_belong_to_the_article_before():
    found = find_refs("反法第十条第一款、第三款和专利法第二条第一款第（一）项、第（三）项", NAMES)
    assert [(m.ref.article, m.ref.paragraph, m.ref.item) for m in found] == [
        (10, 1, None), (10, 3, None), (2, 1, 1), (2, 1, 3)]


@pytest.mark.parametrize(("text", "label"), [
    ("《反不正当竞争法》（2019修正）第九条", "2019修正"),
    ("《反不正当竞争法（2019年修正）》第九条", "2019修正"),
    ("反不正当竞争法2019第九条", "2019"),
    ("反不正当竞争法第九条", ""),
])
def test_a_version_named_with_the_reference_is_kept(text, label):
    assert [m.label for m in find_refs(text, NAMES)] == [label]


@pytest.mark.parametrize(("text", "documents"), [
    ("反不正当竞争法管不管？", [AUCL]),
    ("按照反法怎么罚", [AUCL]),
    ("违反法律规定", []),
    ("违反法定程序，找仲裁法庭", []),
    ("劳动争议调解仲裁法", []),
    ("专利法实施细则怎么说", ["专利法实施细则"]),
    ("专利法实施办法怎么说", []),
    ("专利法规定了什么", ["专利法"]),
    ("专利法律师", []),
    ("美国专利法", []),
    ("我国专利法", ["专利法"]),
    ("《中华人民共和国专利法》", ["专利法"]),
    ("《专利法详解》这本书", []),
    ("《最高人民法院关于适用《反不正当竞争法》若干问题的解释》", ["反法解释"]),
    ("法释[2020]7号还有效吗", ["商业秘密规定"]),
    ("專利法", ["专利法"]),
])
def test_documents_are_found_by_their_longest_name_and_not_inside_other_words(text, documents):
    assert [m.document for m in find_documents(text, NAMES)] == documents


def test_a_span_points_into_the_text_as_given():
    text = "请问 《反不正当竞争法》 第 十 条 说什么"
    [mention] = find_refs(text, NAMES)
    assert text[mention.start:mention.end] == "《反不正当竞争法》 第 十 条"


@pytest.mark.parametrize(("written", "number"), [
    ("法释〔2025〕5号", "法释〔2025〕5号"),
    ("法释[2025]5号", "法释〔2025〕5号"),
    ("法释（2025）5号", "法释〔2025〕5号"),
    ("法释2025年5号", "法释〔2025〕5号"),
    ("法释〔２０２５〕第５号", "法释〔2025〕5号"),
    ("根据法释【2025】5号第十七条", "法释〔2025〕5号"),
    ("国务院令第706号", "国务院令第706号"),
    ("国务院令706号", "国务院令第706号"),
    ("中华人民共和国国务院第706号令", "国务院令第706号"),
    ("国知发保字〔2020〕23号", "国知发保字〔2020〕23号"),
    ("国发〔2026〕30号", "国发〔2026〕30号"),
])
def test_a_document_number_has_one_spelling(written, number):
    assert [m.number for m in find_numbers(written)] == [number]


@pytest.mark.parametrize("text", ["2025年5月5号", "路灯12号", "第706号", "法释"])
def test_other_numbers_are_not_document_numbers(text):
    assert find_numbers(text) == []


@given(st.text(max_size=200))
def test_no_text_stops_the_reading(text):
    for mention in find_refs(text, NAMES):
        assert 0 <= mention.start < mention.end <= len(text)
    find_documents(text, NAMES)
    find_numbers(text)
    parse_ref(text)


def test_the_short_title_leaves_out_the_state_and_the_brackets():
    assert short_title("《中华人民共和国专利法》") == "专利法"
    assert short_title("最高人民法院关于适用《反不正当竞争法》若干问题的解释").startswith("最高人民法院")


def test_a_heading_on_the_line_above_is_not_the_name_of_a_law():
    assert [m.ref.document for m in find_refs("第一节　一般规定\n第十条 经营者", NAMES)] == [""]
