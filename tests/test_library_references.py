"""What the bundled library rests on: every reference leads to a registered text in force, every figure stands in it.

The checks themselves are held to a made-up law: each fault below is put into a page that has none.
"""

from datetime import date
from pathlib import Path

import pytest

from kb.registry import Registry, bundled_registry
from tests.library_checks import LIBRARY, LIBRARY_FILES, faults, texts_in_force

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
    "灯塔法": {"第一条": "灯塔由登记人看护。\n违反前款规定的，处五万元以上十万元以下的罚款。",
               "第二条": "看护人应当：\n（一）每三日点灯一次；\n（二）按《港口法》报告。", "第二条之一": "登记有效期为二年。"},
    "航标条例": {"第四条": "航标的登记费为百分之二十。本条例自2019年1月1日起施行，国务院令第12号同时废止。"},
}
GUIDE = """---
kind: guide
title: 看护灯塔
audience: enterprise
version: 2026-11
valid_from: 2025-01-01
---
# 看护灯塔

## 罚多少
问：罚50万元吗？

不看护的，处五万元以上10万元以下的罚款，每3日点灯一次。
登记两年内有效，登记费20%，自2019年1月1日起算，国务院令第12号废止，另见《港口法》。

依据：《灯塔法》第一条第二款；《灯塔法》第二条第一款第（一）项；《灯塔法》第二条之一；《灯塔法》第二条；《航标条例》第四条
"""
DIGEST = """---
kind: digest
document: 中华人民共和国灯塔法
version: 2024修订
---
# 灯塔法要点

## 第一条　罚款
问：罚50万元吗？

不看护的，处五万元以上10万元以下的罚款。
点灯依照灯塔法第二条第一款，每3日一次。

依据：《灯塔法》第一条；《灯塔法》第二条；《航标条例》第四条
"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load(REGISTRY)


def page(folder: Path, kind: str, text: str) -> Path:
    path = folder / kind / "page.md"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("kind", "text"), [("guides", GUIDE), ("regulations", DIGEST)])
def test_a_page_that_is_right_has_no_fault(kind, text, registry, tmp_path):
    path = page(tmp_path, kind, text)
    assert faults(path, registry, TODAY) == []
    assert faults(path, registry, TODAY, TEXTS) == []


@pytest.mark.parametrize(("right", "wrong", "fault"), [
    ("依据：《灯塔法》第一条第二款；", "依据：《灯塔法》罚款条；", "'《灯塔法》罚款条' does not read"),
    ("《航标条例》第四条", "《航道条例》第四条", "《航道条例》 is not registered"),
    ("《航标条例》第四条", "《浮标办法》第四条", "《浮标办法》 is not in force on 2026-11-22"),
    ("登记两年内有效", "按灯塔法第三条，登记两年内有效", "names 《灯塔法》第三条, the 依据 line does not"),
    ("登记两年内有效", "按航标条例第一条，登记两年内有效", "names 《航标条例》第一条, the 依据 line does not"),
])
def test_a_reference_that_leads_nowhere_is_named_without_the_official_texts(right, wrong, fault, registry, tmp_path):
    found = faults(page(tmp_path, "guides", GUIDE.replace(right, wrong, 1)), registry, TODAY)
    assert len(found) == 1
    assert found[0].startswith("page.md > 罚多少: ")
    assert fault in found[0]


@pytest.mark.parametrize(("wrong", "fault"), [
    ("valid_from: 2024-12-31", "valid_from 2024-12-31: 《灯塔法》 was then ['2010'], on 2026-11-22 it is ['2024修订']"),
    ("valid_from: 2026-12-01", "valid_from 2026-12-01 is still to come"),
    ("valid_from: 明年", "'明年' is not a day"),
])
def test_a_guide_speaks_from_the_first_day_of_the_law_it_rests_on(wrong, fault, registry, tmp_path):
    found = faults(page(tmp_path, "guides", GUIDE.replace("valid_from: 2025-01-01", wrong)), registry, TODAY)
    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize(("right", "wrong", "fault"), [
    ("version: 2024修订", "version: 2023修订", "2023修订） is not registered"),
    ("version: 2024修订", "version: 2010", "2010） is not held or not in force"),
])
def test_a_digest_is_of_a_registered_version_in_force(right, wrong, fault, registry, tmp_path):
    found = faults(page(tmp_path, "regulations", DIGEST.replace(right, wrong)), registry, TODAY)
    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize(("right", "wrong", "fault"), [
    ("五万元", "六万元", "figure 60000元"),
    ("10万元以下", "10万元以上", "10万元以上 stands so in no article"),
    ("每3日", "每4日", "figure 4日"),
    ("两年", "三年", "figure 3年"),
    ("20%", "21%", "figure 21%"),
    ("2019年1月1日", "2019年2月1日", "2019年2月1日 stands so in no article"),
    ("罚多少\n", "罚60万元\n", "figure 600000元"),
    ("国务院令第12号废止", "国务院令第13号废止", "number 国务院令第13号"),
    ("另见《港口法》", "另见《港务法》", "《港务法》 is neither registered nor named"),
    ("《航标条例》第四条", "《航标条例》第九条", "依据 《航标条例》第九条 does not exist"),
    ("第一条第二款", "第一条第三款", "依据 《灯塔法》第一条第三款 does not exist"),
    ("第（一）项", "第（三）项", "依据 《灯塔法》第二条第一款第（三）项 does not exist"),
    ("登记两年", "按灯塔法第二条第二款，登记两年", "names 《灯塔法》第二条第二款, which does not exist"),
])
def test_a_mistake_in_a_guide_is_found_beside_the_official_texts(right, wrong, fault, registry, tmp_path):
    found = faults(page(tmp_path, "guides", GUIDE.replace(right, wrong, 1)), registry, TODAY, TEXTS)
    assert any(fault in line for line in found), found
    assert all(line.startswith("page.md > 罚") for line in found)


def test_a_figure_of_another_paragraph_than_the_one_named_does_not_count(registry, tmp_path):
    wrong = GUIDE.replace("《灯塔法》第一条第二款", "《灯塔法》第一条第一款")
    assert any("figure 50000元" in line
               for line in faults(page(tmp_path, "guides", wrong), registry, TODAY, TEXTS))


@pytest.mark.parametrize(("right", "wrong", "fault"), [
    ("10万元以下", "20万元以下", "figure 200000元"),
    ("依照灯塔法第二条第一款，", "", "figure 3日"),
    ("每3日一次", "每3日一次，登记费20%", "figure 20%"),
])
def test_a_figure_of_a_digest_stands_in_its_own_article_or_one_its_text_names(right, wrong, fault, registry, tmp_path):
    found = faults(page(tmp_path, "regulations", DIGEST.replace(right, wrong)), registry, TODAY, TEXTS)
    assert any(fault in line for line in found), found
    assert all(line.startswith("page.md > 第一条: ") for line in found)


# -- the library that ships --------------------------------------------------------------------------------------------


def test_no_kind_of_page_is_left_out():
    assert {path.parent.name for path in LIBRARY_FILES} == {"guides", "plan", "regulations"}


@every_file
def test_every_reference_reads_and_is_registered_and_in_force(path):
    assert faults(path, bundled_registry(), TODAY) == []


@pytest.mark.corpus
@every_file
def test_every_article_exists_and_carries_the_figures(path, corpus):
    registry = bundled_registry()
    assert faults(path, registry, TODAY, texts_in_force(corpus, registry)) == []
