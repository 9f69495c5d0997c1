"""What of a hit is shown, and what in it is marked."""

import pytest

from kb.snippet import marked, stretch

TEXT = "经营者不得实施侵犯商业秘密的行为。商业秘密，是指不为公众所知悉的技术信息、经营信息。监督检查部门应当责令停止。"


def hits(text: str, query: str) -> list[str]:
    return [run.text for run in marked(text, query) if run.hit]


@pytest.mark.parametrize(("query", "found"), [
    ("商业秘密", ["商业秘密", "商业秘密"]),
    ("什么是监督检查", ["监督检查"]),          # words of asking are not looked for
    ("量子计算机", []),
    ("", []),
])
def test_the_words_that_were_searched_for_are_marked_wherever_they_stand(query, found):
    assert hits(TEXT, query) == found


def test_the_runs_are_the_text_and_nothing_else():
    assert "".join(run.text for run in marked(TEXT, "商业秘密 停止")) == TEXT
    assert marked("", "商业秘密") == ()


def test_latin_words_are_found_in_either_case():
    assert hits("应当遵守RCEP的规定", "rcep") == ["RCEP"]


def test_of_a_long_text_whole_sentences_with_most_of_the_words_are_shown():
    shown = stretch("总则没有关系。" * 30 + TEXT + "附则也没有。" * 30, "商业秘密", length=60)
    assert "商业秘密，是指不为公众所知悉的技术信息、经营信息。" in shown
    assert shown.startswith("…") and shown.endswith("…") and len(shown) < 130


def test_a_short_text_is_shown_whole_and_one_endless_sentence_is_cut():
    assert stretch(TEXT, "商业秘密") == TEXT
    assert len(stretch("甲" * 5000, "甲乙")) < 200
