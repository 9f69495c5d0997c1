"""The character n-gram embedder: the same vector everywhere, unit length, shared wording close together."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.embedding import CharNgramEmbedder

EMBEDDER = CharNgramEmbedder()


def test_the_name_says_what_it_is():
    assert (EMBEDDER.name, EMBEDDER.dimension) == ("char-ngram-256", 256)


def test_another_process_makes_the_same_vector():
    script = "from kb.embedding import CharNgramEmbedder as E; print(E().embed(['侵犯商业秘密']).tobytes().hex())"
    made = [subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True,
                           env={"PYTHONHASHSEED": seed}).stdout.strip() for seed in ("1", "2")]
    assert made[0] == made[1] == EMBEDDER.embed(["侵犯商业秘密"]).tobytes().hex()


@given(st.lists(st.text(alphabet="商业秘密保护a1，。 \u200b", max_size=30), max_size=6))
def test_rows_have_length_one_or_none_at_all(texts):
    rows = EMBEDDER.embed(texts)
    assert rows.shape == (len(texts), 256)
    assert rows.dtype == np.float32
    lengths = np.linalg.norm(rows, axis=1)
    assert np.all(np.isclose(lengths, 1, atol=1e-5) | (lengths == 0))


@given(st.lists(st.text(alphabet="客户名单是商业秘密", min_size=1, max_size=12), min_size=1, max_size=5))
def test_a_text_has_the_same_vector_alone_and_in_company(texts):
    together = EMBEDDER.embed(texts)
    assert np.array_equal(together, np.concatenate([EMBEDDER.embed([text]) for text in texts]))


@pytest.mark.parametrize("empty", ["", "，。！", " \n\t"])
def test_a_text_without_characters_has_a_zero_row(empty):
    assert not EMBEDDER.embed([empty]).any()


def test_a_question_is_nearer_to_the_article_that_shares_its_words():
    question, near, far = EMBEDDER.embed(["客户名单算商业秘密吗", "客户名单等经营信息属于商业秘密", "专利权的期限自申请日起计算"])
    assert question @ near > question @ far
