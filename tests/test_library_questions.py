"""The lay questions of the library: each leads to one article that exists, in words that are not the law's."""

import json

import pytest

from kb.errors import SourceError
from kb.questions import QUESTIONS_FOLDER, bundled_questions, moved_questions, read_questions, with_questions
from kb.registry import bundled_registry
from kb.types import Kind, Passage, Tier, Version
from tests.library_pages import official_texts
from tests.question_checks import QUESTION_FILES, faults

REGISTRY = bundled_registry()


def test_every_question_is_well_formed_and_leads_to_one_place():
    assert faults(QUESTION_FILES, REGISTRY) == []


@pytest.mark.corpus
def test_every_article_exists_and_no_question_speaks_its_words(corpus):
    assert faults(QUESTION_FILES, REGISTRY, official_texts(corpus, REGISTRY)) == []


def test_a_file_digests_one_document():
    for path in QUESTION_FILES:
        assert len({(asked.document, asked.version) for asked in read_questions(path)}) == 1, path.name


GOOD = {"document": "反不正当竞争法", "version": "2025修订", "article": "第十条", "questions": ["跳槽带走客户违法吗"]}


@pytest.mark.parametrize("line", [
    "不是JSON", "[]", json.dumps(GOOD | {"questions": []}), json.dumps(GOOD | {"questions": [""]}), json.dumps(GOOD | {"more": 1}),
    json.dumps(GOOD | {"article": ""}), json.dumps({k: v for k, v in GOOD.items() if k != "version"})])
def test_a_damaged_line_is_refused_with_file_and_line(tmp_path, line):
    (tmp_path / "样品.jsonl").write_text(json.dumps(GOOD) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"样品\.jsonl 第 2 行"):
        read_questions(tmp_path / "样品.jsonl")


@pytest.mark.parametrize(("change", "what"), [
    ({"version": "1999"}, "not registered"),
    ({"questions": ["短吗"]}, "too short"),
    ({"questions": ["经营者不得实施下列侵犯商业秘密的行为是什么意思"]}, "words of the law"),
    ({"questions": ["跳槽带走客户违法吗", "跳槽带走客户，违法吗？"]}, "two places"),
    ({"article": "第九百条"}, "no such article"),
])
def test_each_check_finds_its_fault(tmp_path, change, what):
    path = tmp_path / "样品.jsonl"
    path.write_text(json.dumps(GOOD | change, ensure_ascii=False) + "\n", encoding="utf-8")
    texts = {("反不正当竞争法", "2025修订"): {"第十条": "经营者不得实施下列侵犯商业秘密的行为：盗窃。"}}
    found = faults([path], REGISTRY, texts, all_paths=[path])
    assert any(what in fault for fault in found)


def test_one_frame_all_over_the_questions_is_a_fault(tmp_path):
    path = tmp_path / "样品.jsonl"
    asked = [f"请问一下各位{word}能用多久" for word in ("配方", "图纸", "名单", "软件")]
    path.write_text(json.dumps(GOOD | {"questions": asked}, ensure_ascii=False) + "\n", encoding="utf-8")
    assert any("begin with 请问一下各位" in fault for fault in faults([path], REGISTRY, all_paths=[path]))


# --- joined to passages

VERSION = Version("v", "反不正当竞争法", "中华人民共和国反不正当竞争法", "2025修订", Kind.LAW, Tier.OFFICIAL)


def test_a_passage_gets_the_questions_of_its_article_after_its_own():
    tenth = Passage("10", VERSION, "第十条", "…", article=10, questions=("自己的",))
    other = Passage("11", VERSION, "第十一条", "…", article=11)
    key = ("反不正当竞争法", "2025修订", "第十条")
    assert with_questions([tenth, other], {key: ("自己的", "别的")}) == (
        Passage("10", VERSION, "第十条", "…", article=10, questions=("自己的", "别的")), other)


def test_every_question_of_the_files_is_shipped_under_its_article():
    shipped = bundled_questions()
    assert all(shipped[asked.document, asked.version, asked.locator] == asked.questions
               for path in QUESTIONS_FOLDER.glob("*.jsonl") for asked in read_questions(path))


def test_questions_follow_an_article_to_the_number_it_has_in_another_version():
    """商业秘密 was 第九条 of the law of 2019 and is 第十条 since 2025-10-15; 第十四条 of 2025 is new."""
    own = {("反不正当竞争法", "2025修订", "第十条"): ("配方被人偷了",), ("反不正当竞争法", "2025修订", "第十四条"): ("平台逼我低价卖",)}
    assert moved_questions(own, REGISTRY) == {("反不正当竞争法", "2019修正", "第九条"): ("配方被人偷了",)}


def test_a_version_with_questions_of_its_own_keeps_them():
    shipped = bundled_questions()
    assert shipped["反不正当竞争法", "2019修正", "第九条"] == shipped["反不正当竞争法", "2025修订", "第十条"]
    assert not set(moved_questions(shipped, REGISTRY).values()) - set(shipped.values())
