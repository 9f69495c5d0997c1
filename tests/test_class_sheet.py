"""What a trainer hands out: the questions without a hint, the key under the same number, outlines and cases."""

from datetime import date
from io import BytesIO
from pathlib import Path

import docx

from kb.class_sheet import course_outline, exercise_sheet, item_list, key_sheet, question_sheet
from kb.courses import bundled_courses
from kb.document import paper_docx
from kb.exercises import INVENTED, bundled_exercises
from kb.paper import Table, paper_text
from kb.quiz import bundled_items, drawn
from kb.render import NO_LEGAL_ADVICE

DAY = date(2026, 11, 22)
ITEMS = drawn(bundled_items(), 20, seed=3)


def words(paper) -> str:
    """Everything readable in the Word file."""
    document = docx.Document(BytesIO(paper_docx(paper)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def test_the_question_sheet_has_every_item_and_gives_nothing_away():
    sheet = words(question_sheet(ITEMS, 3, DAY))
    assert "卷号 3" in sheet
    assert all(item.ask in sheet and all(option.text in sheet for option in item.options) for item in ITEMS)
    assert not any(item.why in sheet for item in ITEMS)
    assert NO_LEGAL_ADVICE in sheet
    assert "1. " in sheet
    assert "20. " in sheet


def test_the_key_numbers_the_items_as_the_question_sheet_does():
    asked = paper_text(question_sheet(ITEMS, 3, DAY))
    table, = (block for block in key_sheet(ITEMS, 3, DAY).blocks if isinstance(block, Table))
    by_why = {item.why: item for item in ITEMS}
    assert len(table.rows) == len(ITEMS)
    for number, key, explained, _ in table.rows:
        item = by_why[explained.split("\n")[0]]
        assert key == item.key
        assert f"{number}. {item.ask}（　　）" in asked
        assert all(reference in explained for reference in item.basis)


def test_an_outline_tells_when_what_and_with_which_material():
    for course in bundled_courses():
        outline = words(course_outline(course, bundled_exercises(), DAY))
        assert f"{course.minutes - course.blocks[-1].minutes}—{course.minutes}" in outline
        assert all(point in outline for block in course.blocks for point in block.points)
        assert all(guide in outline for block in course.blocks for guide in block.guides)


def test_a_case_says_that_it_is_invented_and_keeps_its_answers_for_the_trainer():
    for exercise in bundled_exercises():
        bare, answered = (words(exercise_sheet(exercise, DAY, answered)) for answered in (False, True))
        assert INVENTED in bare
        assert INVENTED in answered
        assert all(paragraph in bare for paragraph in exercise.story)
        for task in exercise.tasks:
            assert task.ask in bare
            assert not any(sentence in bare for sentence in task.answer)
            assert all(sentence in answered for sentence in (*task.answer, *task.basis))


def test_the_listing_for_review_in_docs_is_the_bank_as_it_ships():
    listed = (Path(__file__).parents[1] / "docs" / "quiz-items.md").read_text(encoding="utf-8")
    assert listed == paper_text(item_list(bundled_items(), DAY)), "zhiwen quiz --all > docs/quiz-items.md"
