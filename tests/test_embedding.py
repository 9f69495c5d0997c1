"""The bundled embedding: the same vector everywhere, unit length, meaning close together; a model folder that is whole."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.embedding import MODEL_FOLDER, StaticEmbedder, StaticModel, write_model
from kb.errors import ConfigError

EMBEDDER = StaticEmbedder()


def test_the_name_says_dimension_and_content():
    assert EMBEDDER.name.startswith(f"zhiwen-static-{EMBEDDER.dimension}-")
    assert EMBEDDER.name == StaticModel.load(MODEL_FOLDER).name


def test_the_model_is_small_enough_to_ship():
    assert 64 <= EMBEDDER.dimension <= 256
    assert sum(path.stat().st_size for path in MODEL_FOLDER.iterdir()) <= 25_000_000


def test_another_process_makes_the_same_vector():
    script = "from kb.embedding import StaticEmbedder as E; print(E().embed(['侵犯商业秘密']).tobytes().hex())"
    made = [subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True,
                           env={"PYTHONHASHSEED": seed}).stdout.strip() for seed in ("1", "2")]
    assert made[0] == made[1] == EMBEDDER.embed(["侵犯商业秘密"]).tobytes().hex()


@given(st.lists(st.text(alphabet="商业秘密保护a1，。 \u200b\u3400", max_size=30), max_size=6))
def test_rows_have_length_one_or_none_at_all(texts):
    rows = EMBEDDER.embed(texts)
    assert rows.shape == (len(texts), EMBEDDER.dimension)
    assert rows.dtype == np.float32
    lengths = np.linalg.norm(rows, axis=1)
    assert np.all(np.isclose(lengths, 1, atol=1e-5) | (lengths == 0))


@given(st.lists(st.text(alphabet="客户名单是商业秘密", min_size=1, max_size=12), min_size=1, max_size=5))
def test_a_text_has_the_same_vector_alone_and_in_company(texts):
    together = EMBEDDER.embed(texts)
    assert np.allclose(together, np.concatenate([EMBEDDER.embed([text]) for text in texts]), atol=1e-6)


def test_more_text_than_is_added_up_at_once_keeps_every_row():
    texts = ["侵犯商业秘密的赔偿数额" * 40] * 300 + ["", "专利权的期限"]
    rows = EMBEDDER.embed(texts)
    assert np.allclose(rows[:300], rows[0], atol=1e-6)
    assert not rows[300].any()
    assert np.allclose(rows[301], EMBEDDER.embed(["专利权的期限"])[0], atol=1e-6)


@pytest.mark.parametrize("empty", ["", "，。！", " \n\t"])
def test_a_text_without_characters_has_a_zero_row(empty):
    assert not EMBEDDER.embed([empty]).any()


@pytest.mark.parametrize(("question", "near", "far"), [
    ("客户名单算商业秘密吗", "客户名单等经营信息属于商业秘密", "专利权的期限自申请日起计算"),
    ("老板挖人带走资料咋整", "员工违反保密义务披露、使用其所掌握的商业秘密", "申请商标注册应当按规定的商品分类表填报"),
    ("牌子被别人抢先注册了怎么办", "以不正当手段抢先注册他人已经使用并有一定影响的商标", "植物新品种权的保护期限自授权之日起"),
])
def test_a_question_is_nearer_to_what_it_means(question, near, far):
    asked, right, wrong = EMBEDDER.embed([question, near, far])
    assert asked @ right > asked @ wrong


# --- the files

TOKENS = ["商", "业", "商业"]
VECTORS = np.array([[1.0, 0.0], [0.0, -0.5], [0.25, 0.25]], dtype=np.float32)


def test_what_is_written_is_read_back_to_a_hundredth(tmp_path):
    write_model(tmp_path, TOKENS, VECTORS)
    model = StaticModel.load(tmp_path)
    assert list(model.tokens) == TOKENS
    assert np.allclose(model.vectors * model.scales[:, None], VECTORS, atol=0.01)
    summed = VECTORS.sum(axis=0)
    assert np.allclose(StaticEmbedder(tmp_path).embed(["商业"])[0], summed / np.linalg.norm(summed), atol=0.01)


def test_another_content_has_another_name(tmp_path):
    write_model(tmp_path / "a", TOKENS, VECTORS)
    write_model(tmp_path / "b", TOKENS, -VECTORS)
    assert StaticModel.load(tmp_path / "a").name != StaticModel.load(tmp_path / "b").name


@pytest.mark.parametrize("name", ["tokens.txt", "vectors.npy", "scales.npy"])
def test_a_missing_or_foreign_file_is_named_as_a_broken_installation(tmp_path, name):
    write_model(tmp_path, TOKENS, VECTORS)
    (tmp_path / name).unlink()
    with pytest.raises(ConfigError, match="语义模型"):
        StaticModel.load(tmp_path)
    write_model(tmp_path, TOKENS, VECTORS)
    (tmp_path / "tokens.txt").write_text("商\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="不是一套"):
        StaticModel.load(tmp_path)
