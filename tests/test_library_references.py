"""What the bundled library rests on: every reference leads to a registered text, every figure stands in it, nothing is copied.

The checks themselves are held to a made-up law: each fault below is put into a page that has none.
"""

from datetime import date
from pathlib import Path

import pytest

from kb.registry import Registry, bundled_registry
from tests.library_checks import Checks, repeated_questions
from tests.library_pages import LIBRARY, LIBRARY_FILES, copied_runs, figures, official_texts, runs_of, words_of

TODAY = date(2026, 11, 22)
every_file = pytest.mark.parametrize("path", LIBRARY_FILES, ids=lambda path: path.relative_to(LIBRARY).as_posix())

REGISTRY = """
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

[[version]]
document = "航标条例"
title = "航标条例"
label = "2019"
kind = "administrative_regulation"
number = "国务院令第999号"
in_force_from = 2019-01-01
status = "current"

[[version]]
document = "浮标办法"
title = "浮标办法"
label = "1999"
kind = "departmental_rule"
in_force_from = 1999-01-01
in_force_to = 2015-01-01
status = "repealed"
"""
TEXTS = {
    ("灯塔法", "2024修订"): {
        "第一条": "灯塔由登记人看护。\n违反前款规定不看护的，处五万元以上十万元以下的罚款。",
        "第二条": "看护人应当：\n（一）每三日点灯一次；\n（二）按《港口法》报告。", "第二条之一": "登记有效期为二年。"},
    ("灯塔法", "2010"): {"第三条": "灯塔不看护的，处一万元以下的罚款。"},
    ("航标条例", "2019"): {"第四条": "航标的登记费为百分之二十。本条例自2019年1月1日起施行，国务院令第12号同时废止。"},
}
GUIDE = """---
kind: guide
title: 看护灯塔
topic: 认定
audience: trainee
version: 2026-11
valid_from: 2025-01-01
---
# 看护灯塔

## 一句话
问：罚50万元吗？
问：几天点一次灯？
问：以前罚多少？

不看护的，处五万元以上10万元以下的罚款，每3日点灯一次。
登记两年内有效，登记费20%，自2019年1月1日起算，国务院令第12号废止，另见《港口法》。
按《灯塔法》（2010）第三条，灯塔不看护的罚1万元以下，2024年12月31日为止。

依据：《灯塔法》第一条第二款；《灯塔法》第二条第一款第（一）项；《灯塔法》第二条之一；《灯塔法》第二条；《航标条例》第四条；《灯塔法》（2010）第三条

## 概念与要件
问：谁来看护灯塔？
问：灯塔谁负责？
问：没登记谁看护？

灯塔由登记人看护。

依据：《灯塔法》第一条第一款

## 举例
问：举个看护的例子？
问：登记人是谁？
问：看护有什么例子？

假设甲登记了灯塔，由登记人甲看护。

依据：《灯塔法》第一条第一款

## 自测
问：考考我看护？
问：看护有没有练习题？
问：登记人的练习题？

灯塔由登记人看护，对吗？对。

依据：《灯塔法》第一条第一款

## 常见误区
问：看护有哪些误解？
问：登记人以外的人要看护吗？
问：看护是不是人人有责？

- 不是人人要看护，灯塔由登记人看护。

依据：《灯塔法》第一条第一款
"""
DIGEST = """---
kind: digest
document: 中华人民共和国灯塔法
topic: 认定
version: 2024修订
---
# 灯塔法要点

## 第一条　罚款
问：罚50万元吗？
问：不管灯塔要挨罚吗？

不看护的，处五万元以上10万元以下的罚款。
点灯依照灯塔法第二条第一款，每3日一次。

依据：《灯塔法》第一条；《灯塔法》第二条；《航标条例》第四条
"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load(REGISTRY)


@pytest.fixture(scope="module")
def without_texts(registry: Registry) -> Checks:
    return Checks(registry, TODAY)


@pytest.fixture(scope="module")
def beside_texts(registry: Registry) -> Checks:
    return Checks(registry, TODAY, TEXTS, [text for articles in TEXTS.values() for text in articles.values()])


def page(folder: Path, kind: str, text: str) -> Path:
    path = folder / kind / "page.md"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


def replaced(text: str, right: str, wrong: str) -> str:
    assert right in text
    return text.replace(right, wrong, 1)


@pytest.mark.parametrize(("kind", "text"), [("guides", GUIDE), ("regulations", DIGEST)])
def test_a_page_that_is_right_has_no_fault(kind, text, without_texts, beside_texts, tmp_path):
    path = page(tmp_path, kind, text)
    assert without_texts.faults(path) == []
    assert beside_texts.faults(path) == []


@pytest.mark.parametrize(("right", "wrong", "fault"), [
    ("依据：《灯塔法》第一条第二款；", "依据：《灯塔法》罚款条；", "'《灯塔法》罚款条' does not read"),
    ("《航标条例》第四条", "《航道条例》第四条", "《航道条例》 is not registered"),
    ("《航标条例》第四条", "《浮标办法》第四条", "《浮标办法》 is not in force on 2026-11-22"),
    ("；《灯塔法》（2010）第三条", "；《灯塔法》（2011）第三条", "no text '2011' of 《灯塔法》 is held"),
    ("《航标条例》第四条", "《航标条例》第4条", "is not written as 《航标条例》第四条"),
    ("登记两年内有效", "按灯塔法第三条，登记两年内有效", "names 《灯塔法》第三条, the 依据 line does not"),
    ("登记两年内有效", "按航标条例第一条，登记两年内有效", "names 《航标条例》第一条, the 依据 line does not"),
    ("按《灯塔法》（2010）第三条", "按《灯塔法》第三条", "names 《灯塔法》第三条, the 依据 line does not"),
])
def test_a_reference_that_leads_nowhere_is_named_without_the_official_texts(right, wrong, fault, without_texts, tmp_path):
    found = without_texts.faults(page(tmp_path, "guides", replaced(GUIDE, right, wrong)))
    assert any(fault in line for line in found), found
    assert all(line.startswith("page.md > 一句话: ") for line in found)


@pytest.mark.parametrize(("right", "wrong", "fault"), [
    ("valid_from: 2025-01-01", "valid_from: 2024-12-31", "valid_from 2024-12-31: 《灯塔法》 was then ['2010'], on 2026-11-22 it is ['2024修订']"),
    ("valid_from: 2025-01-01", "valid_from: 2026-12-01", "valid_from 2026-12-01 is still to come"),
    ("valid_from: 2025-01-01", "valid_from: 明年", "'明年' is not a day"),
    ("topic: 认定", "topic: 航海", "topic '航海' is none of"),
    ("audience: trainee", "audience: sailor", "audience 'sailor' is none of"),
    ("## 自测", "## 练习", "are not 一句话 … 概念与要件|对照 … 举例 … 自测 … 常见误区"),
])
def test_a_guide_says_for_whom_and_since_when_it_speaks_and_has_the_sections_of_its_kind(right, wrong, fault, without_texts, tmp_path):
    found = without_texts.faults(page(tmp_path, "guides", replaced(GUIDE, right, wrong)))
    assert any(fault in line for line in found), found


@pytest.mark.parametrize(("right", "wrong", "fault"), [
    ("version: 2024修订", "version: 2023修订", "2023修订） is not registered"),
    ("version: 2024修订", "version: 2010", "2010） is not held or no longer in force"),
    ("依据：《灯塔法》第一条；《灯塔法》第二条", "依据：《灯塔法》第二条；《灯塔法》第一条", "rests first on 《灯塔法》第二条"),
    ("点灯依照", "该点灯依照", "does not stand alone: 该点灯"),
    ("不看护的，处", "违反本法不看护的，处", "does not stand alone: 违反本法"),
    ("罚款。\n", "罚款\n", "line ends without 。"),
    ("问：不管灯塔要挨罚吗？\n", "", "1 questions, not 2 to 6"),
])
def test_a_digest_is_of_a_version_in_force_and_its_sentences_stand_alone(right, wrong, fault, without_texts, tmp_path):
    found = without_texts.faults(page(tmp_path, "regulations", replaced(DIGEST, right, wrong)))
    assert any(fault in line for line in found), found


@pytest.mark.parametrize(("right", "wrong", "fault"), [
    ("五万元", "六万元", "figure 60000元"),
    ("10万元以下", "10万元以上", "10万元以上 stands so in no article"),
    ("每3日", "每4日", "figure 4日"),
    ("两年", "三年", "figure 3年"),
    ("20%", "21%", "figure 21%"),
    ("2019年1月1日", "2019年2月1日", "2019年2月1日 stands so in no article"),
    ("2024年12月31日", "2024年11月30日", "2024年11月30日 stands so in no article"),
    ("国务院令第12号废止", "国务院令第13号废止", "number 国务院令第13号"),
    ("另见《港口法》", "另见《港务法》", "《港务法》 is neither registered nor named"),
    ("《航标条例》第四条", "《航标条例》第九条", "does not exist in the text in force"),
    ("；《灯塔法》（2010）第三条", "；《灯塔法》（2010）第四条", "does not exist in 2010"),
    ("第一条第二款", "第一条第三款", "does not exist in the text in force"),
    ("第（一）项", "第（三）项", "does not exist in the text in force"),
    ("登记两年", "按灯塔法第二条第二款，登记两年", "names 《灯塔法》第二条第二款, which does not exist"),
    ("依据：《灯塔法》第一条第一款\n", "依据：《灯塔法》第一条第一款；《航标条例》第四条\n", "supports nothing that is said here"),
    ("灯塔由登记人看护。\n", "看护人应当每三日点灯一次，并且按《港口法》的要求报告，违反前款规定不看护的，处五万元以上十万元以下的罚款。\n",
     "copied: 违反前款规定不看护的"),
])
def test_a_mistake_in_a_guide_is_found_beside_the_official_texts(right, wrong, fault, beside_texts, tmp_path):
    found = beside_texts.faults(page(tmp_path, "guides", replaced(GUIDE, right, wrong)))
    assert any(fault in line for line in found), found


def test_a_figure_of_another_paragraph_than_the_one_named_does_not_count(beside_texts, tmp_path):
    wrong = replaced(GUIDE, "《灯塔法》第一条第二款", "《灯塔法》第一条第一款")
    assert any("figure 50000元" in line for line in beside_texts.faults(page(tmp_path, "guides", wrong)))


@pytest.mark.parametrize(("right", "wrong", "fault"), [
    ("10万元以下", "20万元以下", "figure 200000元"),
    ("依照灯塔法第二条第一款，", "", "figure 3日"),
    ("每3日一次", "每3日一次，登记费20%", "figure 20%"),
    ("不看护的，处", "不看护的，不得登记，处", "says 不得, its article does not"),
    ("问：不管灯塔要挨罚吗？", "问：违反前款规定不看护的？", "question in the words of the law"),
])
def test_a_digest_says_what_its_own_article_or_one_it_names_says(right, wrong, fault, beside_texts, tmp_path):
    found = beside_texts.faults(page(tmp_path, "regulations", replaced(DIGEST, right, wrong)))
    assert any(fault in line for line in found), found
    assert all(line.startswith("page.md > 第一条: ") for line in found)


@pytest.mark.parametrize(("written", "folded"), [
    ("三十万元以上", {"300000元"}), ("30万元", {"300000元"}), ("300000元", {"300000元"}), ("三百万元", {"3000000元"}),
    ("百分之三十", {"30%"}), ("30%", {"30%"}), ("二年", {"2年"}), ("两年", {"2年"}), ("四十八小时", {"48小时"}),
    ("前十二个月", {"12个月"}), ("83.5分", {"83.5分"}), ("85,000件", {"85000件"}), ("一倍以上五倍以下", {"1倍", "5倍"}),
    ("2024年9月7日", {"2024年", "9月", "7日"}), ("第二十二条第三款", set()), ("十分充分", set()), ("另一家", set()),
])
def test_a_figure_is_one_figure_however_it_is_written(written, folded):
    assert figures(written) == folded


def test_a_run_of_25_characters_is_a_copy_and_one_of_24_is_not():
    official = "经营者应当遵循自愿、平等、公平、诚信的原则，遵守法律和商业道德。"
    runs = runs_of([official])
    assert copied_runs(official[:24] + "。", runs) == []
    assert copied_runs("所以" + official[:25], runs) == ["经营者应当遵循自愿、平等、公平、诚信的原则,遵守法律"[:25]]
    assert copied_runs("《" + official + "》", runs) == []


def test_one_question_in_two_sections_is_found_whatever_its_punctuation(tmp_path):
    paths = [page(tmp_path / name, "guides", GUIDE.replace("罚50万元吗？", question))
             for name, question in (("a", "罚多少，说说？"), ("b", "罚多少说说"))
             if not (tmp_path / name).mkdir()]
    assert repeated_questions(paths[:1]) == []
    assert "罚多少说说" in repeated_questions(paths)


# -- the library that ships --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> Checks:
    return Checks(bundled_registry(), TODAY)


@pytest.fixture(scope="module")
def shipped_beside_texts(corpus: Path) -> Checks:
    registry = bundled_registry()
    return Checks(registry, TODAY, official_texts(corpus, registry), words_of(corpus))


@every_file
def test_every_page_has_its_form_and_every_reference_is_registered_and_in_force(path, shipped):
    assert shipped.faults(path) == []


@pytest.mark.corpus
@pytest.mark.xdist_group("library beside the official texts")     # every run of 25 characters of 120 documents: read once
@every_file
def test_every_page_is_true_to_its_articles_and_in_our_own_words(path, shipped_beside_texts):
    assert shipped_beside_texts.faults(path) == []


def test_no_question_leads_to_two_places():
    assert repeated_questions(LIBRARY_FILES) == []
