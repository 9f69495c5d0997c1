"""The question bank read, drawn from and marked."""

from collections import Counter

import pytest

from kb.courses import read_course
from kb.errors import SourceError
from kb.exercises import read_exercise
from kb.quiz import (
    Form,
    Response,
    Score,
    Topic,
    bundled_items,
    chosen,
    drawn,
    item_record,
    mark,
    read_items,
    scores,
)

FILE = """topic = "damages"

[[item]]
id = "damages-01"
level = 2
ask = "赔多少？"
right = ["五百万元以下"]
wrong = ["不赔", "一百万元以下", "一千万元以下"]
why = "法律写明了上限。"
basis = ["《反不正当竞争法》第二十二条第四款"]

[[item]]
id = "damages-02"
level = 1
ask = "赔偿包括合理开支。"
holds = true
why = "法律写明包括。"
basis = ["《反不正当竞争法》第二十二条第三款"]
"""


def test_a_file_is_read_as_items_whose_options_always_stand_in_one_order():
    first, second = read_items(FILE, "damages.toml")
    assert (first.topic, first.level, first.form, second.form) == (Topic.DAMAGES, 2, Form.SINGLE, Form.TRUE_FALSE)
    assert [option.letter for option in first.options] == ["A", "B", "C", "D"]
    assert [option.text for option in first.options if option.right] == ["五百万元以下"]
    assert [(option.text, option.right) for option in second.options] == [("对", True), ("错", False)]
    assert second.key == "A"
    turned = FILE.replace('wrong = ["不赔", "一百万元以下", "一千万元以下"]', 'wrong = ["一千万元以下", "不赔", "一百万元以下"]')
    assert read_items(turned, "damages.toml") == (first, second)


@pytest.mark.parametrize(("right", "wrong", "said"), [
    ('level = 2\n', 'level = 2\nhint = "想一想"\n', "damages.toml 第 3 行有误：不认识的键 hint"),
    ('why = "法律写明了上限。"\n', "", "第 3 行有误：缺少 why"),
    ("level = 2", "level = 7", "第 3 行有误：level 应是 1、2 或 3"),
    ("level = 1", 'level = "1"', "第 12 行有误：level 的值不对"),
    ("holds = true", 'holds = "true"', "第 12 行有误：holds 的值不对"),
    ("holds = true", "", "第 12 行有误：缺少 right、wrong"),
    ('right = ["五百万元以下"]', "right = []", "right 的值不对"),
    ('"不赔", ', '"五百万元以下", ', "选项重复或者太多"),
    ("《反不正当竞争法》第二十二条第四款", "反不正当竞争法有关规定", "依据“反不正当竞争法有关规定”读不成条文"),
    ('topic = "damages"', 'topic = "money"', "第 1 行有误：没有 money 这个主题"),
    ('topic = "damages"', 'topic = "damages"\nauthor = "我"', "第 1 行有误：不认识的键 author"),
    ("[[item]]\nid = \"damages-01\"", "[item]\nid = \"damages-01\"", "不是有效的 TOML"),
])
def test_a_file_that_is_wrong_is_refused_with_the_place_and_what_to_do(right, wrong, said):
    assert right in FILE
    with pytest.raises(SourceError) as refused:
        read_items(FILE.replace(right, wrong, 1), "damages.toml")
    assert said in str(refused.value)


def test_outlines_and_cases_are_refused_alike():
    course = 'title = "课"\naudience = "谁"\naims = ["懂"]\nbring = ["笔"]\n\n[[block]]\ntitle = "讲"\nminutes = 10\npoints = ["一点"]\ntopics = ["money"]\n'
    with pytest.raises(SourceError, match=r"课程 x\.toml 第 6 行有误：题库没有 money"):
        read_course(course, "x")
    case = 'title = "案"\ntopic = "damages"\nminutes = 10\nstory = ["假设"]\n\n[[task]]\nask = "赔吗？"\nanswer = ["赔"]\n'
    with pytest.raises(SourceError, match=r"案例 x\.toml 第 6 行有误：缺少 basis"):
        read_exercise(case, "x")


def test_an_answer_is_right_only_with_every_right_option_and_no_other():
    item = next(item for item in bundled_items() if item.form is Form.MULTIPLE and len(item.key) == 2)
    other = next(option.letter for option in item.options if not option.right)
    assert mark(item, item.key) == Response(item.id, item.key, True)
    assert mark(item, reversed(item.key)).right
    assert not mark(item, item.key[0]).right
    assert not mark(item, item.key + other).right
    assert not mark(item, "").right


def test_topics_and_levels_choose_and_nothing_named_means_everything():
    bank = bundled_items()
    assert chosen(bank) == bank
    some = chosen(bank, [Topic.DAMAGES, Topic.STAFF], [3])
    assert {(item.topic, item.level) for item in some} == {(Topic.DAMAGES, 3), (Topic.STAFF, 3)}
    assert chosen(bank, levels=[1]) == tuple(item for item in bank if item.level == 1)


def test_one_seed_draws_one_paper_from_all_topics_alike_and_nothing_twice():
    bank = bundled_items()
    paper = drawn(bank, 26, seed=7)
    assert paper == drawn(bank, 26, seed=7)
    assert paper != drawn(bank, 26, seed=8)
    assert set(Counter(item.topic for item in paper).values()) == {2}
    assert len({item.id for item in drawn(bank, 10_000, seed=1)}) == len(bank)


def test_the_score_of_a_topic_counts_what_was_answered():
    bank = bundled_items()
    first, second = chosen(bank, [Topic.STAFF])[:2]
    third = chosen(bank, [Topic.SECRET])[0]
    given = [mark(first, first.key), mark(second, ""), mark(third, third.key)]
    assert scores(bank, given) == (Score(Topic.SECRET, 1, 1), Score(Topic.STAFF, 1, 2))


def test_the_record_of_an_item_has_what_other_programs_rely_on():
    record = item_record(bundled_items()[0])
    assert set(record) == {"id", "topic", "topic_label", "level", "form", "question", "options", "key", "explanation", "basis"}
    assert [option["letter"] for option in record["options"] if option["right"]] == record["key"]
