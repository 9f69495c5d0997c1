"""The published page says what the commands saved, and nothing else; so do the figures of the README."""

import json
from pathlib import Path

import pytest

from eval.figure import LOAD, Figure
from eval.results import BEGIN, END, SECTIONS, page, read, stated, with_stated, write
from kb.errors import ConfigError
from tests.golden_results import FILE, SAVED, written

ROOT = Path(__file__).parents[1]


def test_the_page_is_made_of_what_was_saved():
    assert written() == FILE.read_text(encoding="utf-8"), "python -m tests.golden_results writes it anew"


def test_the_published_page_and_the_readme_state_what_is_saved_beside_them():
    saved = read(ROOT / "docs" / "results")
    assert (ROOT / "docs" / "results.md").read_text(encoding="utf-8") == page(saved, "results/growth.svg")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert with_stated(readme, stated(saved)) == readme, "zhiwen bench results --readme README.md"


def test_the_readme_states_each_figure_as_it_was_saved():
    assert stated(SAVED).split("\n\n") == [
        "`zhiwen bench --corpus FOLDER` (2 cores, 2026-11-22): `--help` 0.4 s; search p50 8 ms; answers p95 94 ms.",
        "`zhiwen bench page --data FOLDER` (2026-11-23): Enter to answer 0.31 s.",
        "`zhiwen bench ingest --statutes FILE --pdf FILE` (2026-11-23): laws to a searchable index 76 s; text PDF read 186 pages/s.",
        "`zhiwen bench growth --statutes FILE` (2 cores, 2026-11-22): 100 articles indexed in 10 s, searched in 2 ms, answered in 30 ms, "
        "with 200 MB (medians)."]
    busy = [*SAVED["bench"], Figure(LOAD, 6.8).as_json()]
    assert "(2 cores, 2026-11-22, busy with other work: load 6.8)" in stated({"bench": busy})


def test_the_readme_states_the_answers_over_all_groups_and_apart_what_is_kept_aside():
    def figure(group: str, metric: str, value: float) -> dict[str, object]:
        return {"part": "asked", "group": group, "metric": metric, "value": value, "cases": 4, "low": None, "high": None}

    run = {"measured_on": "2026-11-22", "overall": [figure("overall", "误拒率", 0.0125), figure("overall", "要点齐全", 0.85)],
           "figures": [figure("plan", "要点齐全", 1.0), figure("aside", "要点齐全", 0.79)]}
    assert stated({"eval-bundled": run}) == (
        "`zhiwen eval all`, bundled library alone (2026-11-22): all key facts 85%, refused in error 1%; kept aside: all key facts 79%.")
    assert stated({"eval-bundled": SAVED["eval-bundled"]}) == ""


def test_figures_replace_what_stood_between_the_marks_and_nothing_else():
    assert with_stated(f"前\n{BEGIN}\n旧\n{END}\n后", "新") == f"前\n{BEGIN}\n新\n{END}\n后"


@pytest.mark.parametrize("readme", ["没有标记", f"{BEGIN} 没有结尾", f"{END} 先后颠倒 {BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"])
def test_a_readme_without_one_pair_of_marks_is_left_alone(readme):
    with pytest.raises(ConfigError, match="标记"):
        with_stated(readme, "新")


def test_files_that_are_not_there_are_named_and_left_out(tmp_path):
    saved, out = tmp_path / "saved", tmp_path / "results.md"
    saved.mkdir()
    (saved / "bench.json").write_text(json.dumps(SAVED["bench"]), encoding="utf-8")
    assert write(saved, out) == [f"{section.name}.json" for section in SECTIONS if section.name != "bench"]
    assert [line for line in out.read_text(encoding="utf-8").splitlines() if line.startswith("## ")] == ["## Start, search, answer, memory"]


def test_the_plot_is_shown_where_it_lies_beside_the_saved_files(tmp_path):
    saved = tmp_path / "docs" / "saved"
    saved.mkdir(parents=True)
    (saved / "growth.json").write_text(json.dumps(SAVED["growth"]), encoding="utf-8")
    (saved / "growth.svg").write_text("<svg/>", encoding="utf-8")
    write(saved, tmp_path / "docs" / "page.md")
    assert "](saved/growth.svg)" in (tmp_path / "docs" / "page.md").read_text(encoding="utf-8")


def test_what_needs_files_outside_the_project_is_marked():
    marked = [section.title for section in SECTIONS if section.outside]
    for part in written().split("\n## ")[1:]:
        assert ("Needs files outside the project" in part) == (part.partition("\n")[0] in marked)
    assert "Answers and retrieval, bundled library alone" not in marked


@pytest.mark.parametrize(("name", "content", "told"), [
    ("bench", "{", "不是 JSON"), ("bench", '{"a": 1}', r"bench\.json 不是 zhiwen bench"), ("growth", "{}", "bench growth"),
    ("statutes", "[]", r"statutes\.json 不是"), ("eval-bundled", "[]", r"eval-bundled\.json 不是")])
def test_a_saved_file_that_is_something_else_is_refused_with_the_command(tmp_path, name, content, told):
    (tmp_path / f"{name}.json").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        write(tmp_path, tmp_path / "results.md")


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="没有保存的结果"):
        read(tmp_path)
