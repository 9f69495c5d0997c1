"""`zhiwen eval retrieval --statutes`: a small file of statutes, its questions, and what the measurement says of them."""

import gzip
import importlib.util
import json

import numpy as np
import pytest

from eval.metrics import ndcg_at_k
from eval.peers import SYSTEMS, compare
from eval.statutes import METRICS, VARIANTS, Measured, documents_of, interval, measure, read_asked, record, table
from kb.errors import ConfigError
from kb.registry import bundled_registry
from kb.types import Kind, Tier

ROWS = [
    {"id": 0, "law": "样品保管法", "article": "第一条", "heading": "第一章 总则", "kind": "经济法", "date": "2020-01-01", "text": "样品由领用人保管。"},
    {"id": 1, "law": "样品保管法", "article": "第二条", "heading": "第一章", "kind": "经济法", "date": "2020-01-01", "text": "样品丢失的，领用人应当赔偿。"},
    {"id": 2, "law": "样品保管条例", "article": "第一条", "heading": "", "kind": "行政法规", "date": "2021-01-01", "text": "样品由领用人保管。"},
    {"id": 3, "law": "反不正当竞争法", "article": "第九条", "heading": "第二章", "kind": "经济法", "date": "2019-04-23", "text": "不得侵犯商业秘密。"},
]
ASKED = [{"id": 0, "question": "样品弄丢了要不要赔", "articles": [1]}, {"id": 1, "question": "样品由谁保管", "articles": [2]}]

_JIEBA_IS_OLD = pytest.mark.filterwarnings("ignore:invalid escape sequence", "ignore:pkg_resources is deprecated")


@pytest.fixture
def files(tmp_path):
    with gzip.open(tmp_path / "statutes.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
    (tmp_path / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ASKED), encoding="utf-8")
    return tmp_path / "statutes.jsonl.gz", tmp_path / "questions.jsonl"


def test_every_law_becomes_an_official_version_with_its_articles(files):
    documents = documents_of(files[0], bundled_registry())
    assert [(v.title, v.kind, v.tier, [p.id for p in passages]) for v, passages in documents] == [
        ("样品保管法", Kind.LAW, Tier.OFFICIAL, ["0", "1"]), ("样品保管条例", Kind.ADMINISTRATIVE_REGULATION, Tier.OFFICIAL, ["2"]),
        ("反不正当竞争法", Kind.LAW, Tier.OFFICIAL, ["3"])]
    version, (article,) = documents[2]
    assert (version.label, article.article, article.heading_path) == ("2019修正", 9, ("第二章",))


def test_the_right_article_is_found_and_the_same_words_in_two_laws_count_for_the_one_meant(files):
    for found in measure(files[0], read_asked(files[1]), lambda step: None, {"全部": VARIANTS["＋近似问法（全部）"]}):
        assert found.values.shape == (2, len(METRICS))
        assert np.all(found.values == 1)


@pytest.mark.parametrize("content", ["", "{}", '{"question": "x"}', "["])
def test_a_file_of_something_else_is_refused(tmp_path, content):
    (tmp_path / "q.jsonl").write_text(content + "\n", encoding="utf-8")
    with gzip.open(tmp_path / "s.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.write(content + "\n")
    if content:
        with pytest.raises(ConfigError, match="问题集"):
            read_asked(tmp_path / "q.jsonl")
    with pytest.raises(ConfigError, match="法规集"):
        documents_of(tmp_path / "s.jsonl.gz", bundled_registry())


def test_an_interval_holds_the_mean_and_shrinks_to_it_where_all_are_alike():
    values = np.array([0.0, 1.0] * 50)
    low, high = interval(values)
    assert low < values.mean() < high
    assert interval(np.ones(9)) == (1.0, 1.0)


def test_the_table_shows_means_gain_and_times():
    worse, better = (Measured(name, np.full((4, len(METRICS)), value), (1.0, 2.0, 3.0)) for name, value in (("甲", 0.25), ("乙", 0.5)))
    first, second = table([worse, better]).splitlines()[1:]
    assert "25.0% [25.0%, 25.0%]" in first and "·" in first
    assert "+25.0% [+25.0%, +25.0%]" in second and "2.0 / 2.9" in second
    assert record([better])[0]["metrics"]["MRR"] == {"mean": 0.5, "interval": [0.5, 0.5]}


@pytest.mark.parametrize(("ranking", "gold", "value"), [
    ("abc", "a", 1.0), ("bac", "a", 1 / np.log2(3)), ("abc", "ac", (1 + 1 / 2) / (1 + 1 / np.log2(3))), ("abc", "x", 0.0), ("abc", "", None)])
def test_discounted_gain_is_a_share_of_the_best_order(ranking, gold, value):
    assert ndcg_at_k(ranking, gold, 3) == (None if value is None else pytest.approx(value))


@_JIEBA_IS_OLD
def test_other_systems_are_asked_the_same_questions_of_the_same_articles(files):
    """Without blanks between words, LangChain's default finds nothing in Chinese."""
    said: list[str] = []
    found = {measured.name: measured for measured in compare(files[0], read_asked(files[1]), said.append)}
    assert list(found) == [system.name for system in SYSTEMS if not system.missing] + ["知问"]
    assert all(measured.values.shape == (2, len(METRICS)) and len(measured.times) == 2 for measured in found.values())
    assert np.all(found["知问"].values == 1)
    assert np.all(found["LangChain BM25Retriever（按空格切分，默认）"].values == 0)
    for name in ("LangChain Chroma（本库的向量）", "LangChain（切分＋Chroma＋BM25）", "LlamaIndex（向量）", "bm25s（jieba 分词）"):
        assert name not in found or found[name].values[:, 2].mean() == 1, name


@_JIEBA_IS_OLD
def test_a_system_that_is_not_installed_is_left_out_and_named(files, monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda package: None if package == "bm25s" else real(package))
    said: list[str] = []
    names = [measured.name for measured in compare(files[0], read_asked(files[1]), said.append)]
    assert "bm25s（默认）" not in names
    assert "bm25s（默认）：没有安装 bm25s，略过" in said
