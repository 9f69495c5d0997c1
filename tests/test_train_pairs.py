"""What the embedding is trained on: pairs from the laws, and questions with the text that answers them."""

import gzip
import json

import numpy as np

from eval.statutes import Asked as Question
from kb.questions import AskedArticle
from kb.registry import bundled_registry
from tests.library_pages import LIBRARY
from train.pairs import Article, Asked, LawPairs, Vocabulary, asked_pages, asked_statutes, read_statutes
from train.splits import folds, halves

ARTICLES = [
    Article("样品法", "第一条", "第一章 总则", "样品由领用人保管，领用人应当登记；丢失的，应当赔偿。", "2020-01-01"),
    Article("样品法", "第二条", "第一章 总则", "违反本法第一条的，处以罚款。", "2020-01-01"),
    Article("样品条例", "第一条", "", "依照《样品法》第二条处罚的，可以从轻。", "2021-01-01"),
    Article("反不正当竞争法", "第九条", "第二章", "不得侵犯商业秘密。", "2019-04-23"),
]


def vocabulary():
    return Vocabulary([article.whole for article in ARTICLES] * 3, ["样品丢了咋整", "样品坏了咋整"])


def test_a_file_of_statutes_is_read_line_by_line(tmp_path):
    with gzip.open(tmp_path / "s.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.write(json.dumps({"law": "样品法", "article": "第一条", "heading": "总则", "text": "甲。", "date": "2020-01-01"}) + "\n")
    assert read_statutes(tmp_path / "s.jsonl.gz") == [Article("样品法", "第一条", "总则", "甲。", "2020-01-01")]


def test_terms_of_enough_articles_or_questions_get_a_number_the_frequent_first():
    words = vocabulary()
    assert {"样品", "咋整", "领用"} <= set(words.tokens)
    assert "赔赔" not in words.tokens
    assert words.tokens.index("样") < words.tokens.index("咋整")
    assert len(words) == len(words.rarity) == len(set(words.tokens))
    assert [words.tokens[n] for n in words.numbers("样品")] == ["样", "品", "样品"]


def test_the_two_texts_of_a_pair_come_from_one_rule():
    words = vocabulary()
    known = [set(words.numbers(article.whole).tolist()) for article in ARTICLES]
    pairs = LawPairs(ARTICLES, words, seed=1)
    for _ in range(200):
        left, right = pairs.pair(0)
        # The first article alone, or an article and one that it cites.
        assert any(set(left.tolist()) <= a and set(right.tolist()) <= b
                   for a, b in ((known[0], known[0]), (known[1], known[0]), (known[2], known[1])))


def test_the_same_seed_draws_the_same_pairs():
    first, second = (LawPairs(ARTICLES, vocabulary(), seed=3) for _ in range(2))
    for _ in range(20):
        for a, b in zip(first.pair(0), second.pair(0), strict=True):
            assert np.array_equal(a, b)


def test_a_question_goes_to_the_statute_of_its_own_version_only():
    asked = [AskedArticle("反不正当竞争法", "2019修正", "第九条", ("带走客户违法吗",)),
             AskedArticle("反不正当竞争法", "2025修订", "第九条", ("刷单违法吗",))]
    assert asked_statutes(ARTICLES, asked, bundled_registry()) == [Asked("带走客户违法吗", 3)]


def test_our_pages_give_their_sections_with_the_questions_that_lead_there():
    pages = asked_pages(LIBRARY, bundled_registry())
    assert len(pages) > 1500
    assert all(text and questions for text, questions in pages)
    assert any("跳槽" in question for _, questions in pages for question in questions)


# --- what is left out

def test_the_laws_are_halved_by_their_questions():
    left, right = halves({"商标法": 200, "著作权法": 120, "专利法": 100, "软件条例": 30})
    assert left | right == {"商标法", "著作权法", "专利法", "软件条例"} and not left & right
    assert left == {"商标法", "软件条例"}


def test_no_question_is_taught_that_leads_to_an_article_a_question_of_the_fold_leads_to():
    asked = [Question(f"问{i}", frozenset({str(i // 3), str(i // 5 + 100)})) for i in range(60)]
    found = folds(asked, 5, seed=1)
    assert sorted(a.text for _, part in found for a in part) == sorted(a.text for a in asked)
    for taught, part in found:
        assert taught
        assert not frozenset().union(*(a.gold for a in taught)) & frozenset().union(*(a.gold for a in part))
