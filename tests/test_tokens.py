"""Tokens are counted offline, from above, with an encoding made for Chinese statutes."""

import base64
import gzip
import hashlib
import json
import os
import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import tokens
from kb.assemble import open_library
from kb.errors import ConfigError
from kb.settings import Settings
from kb.tokens import RANKS_FILE, SAFETY, LegalTokenCounter, read_ranks

ARTICLE = ("经营者不得实施下列侵犯商业秘密的行为：（一）以盗窃、贿赂、欺诈、胁迫、电子侵入或者其他不正当手段获取权利人的商业秘密；"
           "（二）披露、使用或者允许他人使用以前项手段获取的权利人的商业秘密。")


@pytest.fixture(scope="module")
def counter():
    return LegalTokenCounter()


def test_the_shipped_encoding_covers_every_byte_and_each_rank_once():
    ranks = read_ranks(RANKS_FILE.read_bytes())
    assert len(ranks) == 8192
    assert sorted(ranks.values()) == list(range(8192))
    assert all(bytes([byte]) in ranks for byte in range(256))


def test_legal_chinese_takes_about_half_a_token_a_character_before_the_safety_factor(counter):
    assert 0.2 < len(counter.ids(ARTICLE)) / len(ARTICLE) < 0.6


def test_the_count_is_never_below_what_a_general_vocabulary_would_need(counter):
    # cl100k_base needs up to 1.3 tokens for a Chinese character (general knowledge: its file cannot be had offline).
    assert counter.count(ARTICLE) >= len(ARTICLE)
    assert counter.count(ARTICLE) == SAFETY * len(counter.ids(ARTICLE))
    assert counter.count("trade secret non-disclosure agreement") >= 7


@cache
def read_back():
    return {rank: token for token, rank in read_ranks(RANKS_FILE.read_bytes()).items()}


@given(text=st.text(max_size=200))
def test_any_text_can_be_counted_and_read_back(counter, text):
    inverse = read_back()
    assert b"".join(inverse[i] for i in counter.ids(text)).decode("utf-8") == text


@pytest.mark.parametrize(("text", "least"), [("", 0), ("法", 1), ("<|endoftext|>", 3), ("𠮷" * 10, 10)])
def test_odd_texts_count_too(counter, text, least):
    assert counter.count(text) >= least
    assert (counter.count(text) == 0) == (text == "")


@pytest.mark.parametrize("run", ["法", "a", " ", "1", "，", "𠮷"])
def test_a_hundred_thousand_characters_without_a_break_are_counted(counter, run):
    assert counter.count(run * 100_000) > 0


def genuine_name():
    address = "https://openaipublic.blob.core.windows.net/encodings/cl100k_base.tiktoken"
    return hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest()


@pytest.fixture
def genuine(tmp_path, monkeypatch):
    """A folder as tiktoken fills it, with an encoding of single bytes in the place of the real one."""
    single_bytes = b"".join(base64.b64encode(bytes([b])) + f" {b}\n".encode() for b in range(256))
    (tmp_path / genuine_name()).write_bytes(single_bytes)
    monkeypatch.setattr(tokens, "_GENUINE_SHA256", hashlib.sha256(single_bytes).hexdigest())
    return tmp_path


@pytest.mark.parametrize("model", ["gpt-4", "gpt-3.5-turbo-0125", "gpt-4o", "gpt-4.1-mini", "gpt-5"])
def test_the_genuine_encoding_counts_for_the_models_that_use_it_or_a_denser_one(genuine, model):
    assert LegalTokenCounter(genuine, model).count("商业秘密") == len("商业秘密".encode())


@pytest.mark.parametrize("model", ["qwen-plus", "deepseek-v4-flash", "glm-4.7", "kimi-k2.6", "qwen3:8b", "gpt-oss:20b", ""])
def test_where_the_models_own_encoding_is_not_known_the_count_carries_the_safety_factor(genuine, counter, model):
    assert LegalTokenCounter(genuine, model).count(ARTICLE) == counter.count(ARTICLE) == SAFETY * len(counter.ids(ARTICLE))


@pytest.mark.parametrize("content", ["", "tampered\n", None], ids=["empty", "tampered", "absent"])
def test_a_file_that_is_not_genuine_is_said_so_not_used_and_left_alone(tmp_path, counter, caplog, content):
    if content is not None:
        (tmp_path / genuine_name()).write_text(content, encoding="ascii")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert LegalTokenCounter(tmp_path, "gpt-4").count(ARTICLE) == counter.count(ARTICLE)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
    assert ("not the genuine" in caplog.text) == (content is not None)


def test_the_operators_folder_of_encodings_is_the_one_tiktoken_itself_uses(genuine, monkeypatch, library_data, clock):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(genuine))
    opened = open_library(Settings(data=library_data, model="gpt-4", base_url="http://127.0.0.1:1/v1"), clock)
    assert opened.assistant.counter.count("商业秘密") == len("商业秘密".encode())


def test_a_damaged_installation_says_what_to_do(tmp_path, monkeypatch):
    (tmp_path / "broken").write_bytes(b"not a ranks file\n")
    monkeypatch.setattr(tokens, "RANKS_FILE", tmp_path / "broken")
    with pytest.raises(ConfigError, match="重新安装"):
        LegalTokenCounter().count("法")


def test_the_recipe_makes_the_same_encoding_from_the_same_texts(tmp_path, monkeypatch):
    spec = spec_from_file_location("train_tokens", Path(__file__).parents[1] / "train" / "tokens.py")
    recipe = module_from_spec(spec)
    spec.loader.exec_module(recipe)
    source = tmp_path / "statutes.jsonl.gz"
    with gzip.open(source, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps({"text": ARTICLE[i:] + ARTICLE[:i]}, ensure_ascii=False) + "\n" for i in range(20))
    made = []
    for name in ("one", "two"):
        monkeypatch.setattr(sys, "argv", ["tokens.py", str(source), "--out", str(tmp_path / name)])
        recipe.main()
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    ranks = read_ranks(made[0])
    assert "商业秘密".encode() in ranks
    assert all(bytes([byte]) in ranks for byte in range(256))


@pytest.mark.corpus
def test_the_real_statutes_stay_within_the_measured_density(counter):
    if not os.environ.get("ZHIWEN_TEST_CORPUS"):
        pytest.skip("ZHIWEN_TEST_CORPUS names no corpus")
    folder = Path(os.environ["ZHIWEN_TEST_CORPUS"]) / "regulations"
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))[:10])
    assert len(counter.ids(text)) / len(text) < 0.6
