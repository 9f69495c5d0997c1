"""The glossary: terms with their English and their legal definition, one home for each word, shared with the lexicon."""

from datetime import date

import pytest

from ingest.glossary import glossary_page
from kb.errors import SourceError
from kb.glossary import Glossary, Term, bundled_glossary
from kb.lexicon import bundled_lexicon
from kb.types import Part, Question

HEAD = 'version = "2026-11"\nvalid_from = 2026-05-01\n'
TERM = '[[term]]\nname = "航标"\nenglish = "navigation mark"\nplain = "航标是给船指路的标志。"\nbasis = ["《航标条例》第二条"]\n'


def test_a_term_is_read_with_its_english_its_definition_and_its_other_names():
    glossary = Glossary.load(HEAD + TERM + 'also = ["浮标"]\n')
    assert glossary == Glossary("2026-11", date(2026, 5, 1), (
        Term("航标", "navigation mark", "航标是给船指路的标志。", ("《航标条例》第二条",), ("浮标",)),))


@pytest.mark.parametrize(("text", "fault"), [
    (HEAD + TERM.replace("english", "englisch"), "“航标”有误：不认识的键或值 englisch"),
    (HEAD + TERM.replace('english = "navigation mark"\n', ""), "“航标”有误：缺少 english"),
    (HEAD + TERM.replace("《航标条例》第二条", "航标条例"), "读不成条文"),
    (HEAD + TERM + TERM, "“航标”已经属于“航标”"),
    (HEAD + TERM + 'also = ["航标"]\n', "“航标”已经属于“航标”"),
    (TERM, "缺少 'version'"),
    ("[[term", "不是有效的 TOML"),
])
def test_a_faulty_glossary_is_refused_and_the_term_named(text, fault):
    with pytest.raises(SourceError, match=fault):
        Glossary.load(text)


def test_each_term_is_a_section_asked_for_by_all_its_names():
    page = glossary_page(Glossary.load(HEAD + TERM + 'also = ["浮标"]\n'))
    assert "## 航标\n问：航标是什么意思？\n问：浮标是什么意思？\n问：航标用英文怎么说？\n" in page
    assert page.endswith("航标是给船指路的标志。\n“航标”的英文是navigation mark。\n\n依据：《航标条例》第二条\n")


def test_there_are_at_least_150_terms():
    assert len(bundled_glossary().terms) >= 150


def test_the_other_names_of_a_term_lead_the_lexicon_to_it():
    term = next(term for term in bundled_glossary().terms if term.also)
    assert term.name in bundled_lexicon().expand[term.also[0]]
    assert {term.name, *term.also} <= bundled_lexicon().field


def direct(assistant, text):
    return "".join(claim.text for claim in assistant.ask(Question(text, date(2026, 11, 22))).claims if claim.part is Part.DIRECT)


def test_english_is_told_where_it_is_asked_for_and_only_there(bundled):
    assert "reverse engineering" in direct(bundled, "反向工程用英文怎么说？")
    assert "英文" not in direct(bundled, "反向工程是什么意思？")
