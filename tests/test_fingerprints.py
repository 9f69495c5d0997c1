"""The digests that vouch for copies of official texts: theirs alone, complete, and without a word of the texts."""

import json
import re
from pathlib import Path

import pytest

from kb.errors import SourceError
from kb.fingerprints import Agreement, Fingerprints, KnownText, Outline, bundled_fingerprints, digest
from kb.registry import bundled_registry

KNOWN = KnownText("某法", "2025", Outline({f"第{n}条": digest(f"正文{n}") for n in "一二三四五"}, frozenset({digest("第一章")})))


def text(*articles: str, heading: str = "第一章", **changed: str) -> Outline:
    return Outline({f"第{n}条": digest(changed.get(n, f"正文{n}")) for n in articles}, frozenset({digest(heading)}))


@pytest.mark.parametrize(("found", "excerpt", "agreement"), [
    (text(*"一二三四五"), False, Agreement.WHOLE), (text(*"二三四"), False, Agreement.EXCERPT),
    (text(*"一三"), True, Agreement.EXCERPT), (text(*"一三"), False, Agreement.ALTERED),
    (text(*"一二三四五", 三="改过"), False, Agreement.ALTERED), (text(*"一二三四五六"), False, Agreement.ALTERED),
    (text(*"一二三四五", heading="第二章"), False, Agreement.ALTERED), (text("三", 三="改过"), True, Agreement.ALTERED),
])
def test_a_copy_is_whole_a_part_or_altered(found: Outline, excerpt: bool, agreement: Agreement):
    (likeness,) = Fingerprints((KNOWN,)).likenesses(found, ["某法"])
    assert likeness.agreement(excerpt) is agreement


def test_what_differs_is_named():
    (likeness,) = Fingerprints((KNOWN,)).likenesses(text(*"一二四五六", 四="改过"), ["某法"])
    assert (likeness.different, likeness.missing, likeness.additional) == (("第四条",), ("第三条",), ("第六条",))


def test_a_copy_under_another_title_is_found_by_its_articles_and_a_stranger_by_none():
    known = Fingerprints((KNOWN,))
    assert [k.known for k in known.likenesses(text(*"一二三四"), ["别的标题"])] == [KNOWN]
    assert known.likenesses(text(*"一二三四", 一="甲", 二="乙", 三="丙"), ["别的标题"]) == []


@pytest.mark.parametrize("same", ["不得 披露，使用", "不得披露,使用", "不得披露，\n使用"])
def test_setting_does_not_change_a_digest_and_one_character_does(same: str):
    assert digest(same) == digest("不得披露，使用") != digest("不得披露、使用")


def test_they_are_written_and_read_back():
    made = Fingerprints((KNOWN,))
    assert Fingerprints.load(made.dump()) == made


@pytest.mark.parametrize("content", ["", "[]", '{"texts": [{"title": "某法"}]}', '{"texts": [{"title": "某法", "label": "", '
                                     '"headings": [], "pieces": ["第一条"]}]}'])
def test_a_damaged_file_is_refused(content: str):
    with pytest.raises(SourceError):
        Fingerprints.load(content)


def test_every_text_is_registered_and_nothing_but_locators_and_digests_ships():
    registry = bundled_registry()
    place = Path(__file__).parents[1] / "kb" / "library" / "fingerprints.json"
    for row in json.loads(place.read_text(encoding="utf-8"))["texts"]:
        assert registry.version_of(row["title"], label=row["label"]) is not None
        assert all(re.fullmatch(r"[\w-]{12}", mark) for mark in row["headings"])
        assert all(re.fullmatch(r".{1,60} [\w-]{12}", piece) for piece in row["pieces"])


@pytest.mark.corpus
def test_they_are_those_of_every_official_text(corpus: Path):
    from train.fingerprints import fingerprints, official_documents

    registry = bundled_registry()
    made = fingerprints(official_documents(corpus, registry), registry)
    assert len(made.texts) == sum(entry.held for entry in registry.entries)
    assert made.texts == bundled_fingerprints().texts
