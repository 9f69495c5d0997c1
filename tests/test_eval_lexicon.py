"""`zhiwen eval lexicon`: an entry is worth what the questions that use it gain."""

import json
from dataclasses import replace

import pytest

from eval import lexicon
from eval.lexicon import Entry
from kb.answer import Assistant
from kb.homophones import Homophones


@pytest.fixture(scope="module")
def entries(bundled: Assistant) -> dict[str, Entry]:
    few = replace(bundled.lexicon, expand={"版权": ("著作权",), "没人这么说": ("商业秘密",)}, misspelt={"保蜜": "保密"},
                  homophones=Homophones.of({}, (), ()))
    return {entry.term: entry for entry in lexicon.measure(replace(bundled, lexicon=few), lambda step: None)}


def test_a_misspelling_put_right_leads_closer_to_the_article(entries):
    assert entries["保蜜"].leads_to == "保密"
    assert entries["保蜜"].gain > 0


def test_an_entry_that_no_question_uses_is_not_judged(entries):
    assert set(entries) == {"版权", "保蜜"}


def test_the_most_useful_come_first_and_the_harmful_are_counted():
    found = [Entry("甲", "乙", 10, 0.2, 0.5), Entry("丙", "丁", 3, 0.5, 0.4)]
    first, second, last = lexicon.table(found).splitlines()[1:]
    assert first == "甲  乙  10  0.20 → 0.50（+0.30）" and "（-0.10）" in second
    assert last == "2 个词有问题用到：1 个有益，1 个有害，其余不变"
    assert json.loads(lexicon.record(found).splitlines()[0]) == {
        "term": "甲", "leads_to": "乙", "questions": 10, "without": 0.2, "with": 0.5}
