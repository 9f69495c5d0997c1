"""The lay questions of the library: each leads to one article that exists, in words that are not the law's."""

import json

import pytest

from kb.errors import SourceError
from kb.questions import QUESTIONS_FOLDER, bundled_questions, read_questions, with_questions
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


def test_the_shipped_questions_are_those_of_the_files():
    assert sum(map(len, bundled_questions().values())) == sum(
        len(asked.questions) for path in QUESTIONS_FOLDER.glob("*.jsonl") for asked in read_questions(path))
