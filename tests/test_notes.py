"""What readers tell the operator: kept when they press the button, gone from the disk when the operator is done with it."""

import pytest

from kb.catalogue import Catalogue
from kb.errors import ReadOnlyLibrary
from kb.notes import Notes
from kb.types import Outcome

QUESTION = "集成电路布图设计登记要多少钱"


@pytest.fixture
def notes(tmp_path, clock):
    with Catalogue(tmp_path) as catalogue:
        yield Notes(catalogue, clock)


def test_a_submitted_question_is_kept_once_newest_first_and_gone_from_the_disk_once_settled(notes, tmp_path):
    notes.submit(QUESTION, Outcome.INSUFFICIENT)
    notes.submit("另一个问题", Outcome.PARTIAL)
    notes.submit(QUESTION, Outcome.OUT_OF_SCOPE)
    assert [(gap.question, gap.outcome, gap.noted) for gap in notes.gaps()] == [
        (QUESTION, Outcome.OUT_OF_SCOPE, "2026-11-22T12:00:00+08:00"), ("另一个问题", Outcome.PARTIAL, "2026-11-22T12:00:00+08:00")]
    notes.settle(notes.gaps()[0].id)
    assert [gap.question for gap in notes.gaps()] == ["另一个问题"]
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and QUESTION.encode() in path.read_bytes()]


def test_a_remark_is_kept_for_each_passage_the_answer_rests_on(notes):
    notes.remark(["p1", "p2"], helpful=False, comment="条号错了")
    notes.remark([], helpful=True)
    assert [(r.passage_id, r.helpful, r.comment) for r in notes.remarks()] == [
        ("", True, ""), ("p2", False, "条号错了"), ("p1", False, "条号错了")]
    notes.dismiss(notes.remarks()[0].id)
    assert [r.passage_id for r in notes.remarks()] == ["p2", "p1"]


def test_a_library_that_cannot_be_written_says_so(tmp_path, clock, monkeypatch):
    with Catalogue(tmp_path):
        pass
    monkeypatch.setattr("kb.catalogue.can_write", lambda data: False)
    with Catalogue(tmp_path) as catalogue, pytest.raises(ReadOnlyLibrary):
        Notes(catalogue, clock).submit(QUESTION, Outcome.INSUFFICIENT)
