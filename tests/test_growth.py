"""How cost grows: the collection, one trial, exponents and ratios. No time is asserted."""

import gzip
import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval import growth, plot, trial
from eval.collection import collection
from eval.figure import LOAD, Figure
from eval.growth import BUSY, QUANTITIES, Growth, exponent, measure, table
from eval.peers import SYSTEMS, System
from eval.process import Limit, run
from eval.statutes import documents_of
from eval.trial import OURS, Trial, batches, write_collection
from kb.errors import ConfigError
from kb.registry import bundled_registry
from tests.golden_results import GROWTH

PLENTY = Limit(300, 8192)
ROWS = [{"id": n, "law": law, "article": f"第{'一二三'[k]}条", "heading": "", "kind": "经济法", "date": "2020-01-01", "text": text * 4}
        for n, (law, k, text) in enumerate([
            ("样品保管法", 0, "样品由领用人保管。"), ("样品保管法", 1, "样品丢失的，领用人应当赔偿。"), ("样品保管法", 2, "图纸应当登记。"),
            ("灯塔法", 0, "灯塔由登记人看护。"), ("灯塔法", 1, "灯塔的看护人应当点灯。"), ("浮标办法", 0, "浮标由港口设置。")])]


@pytest.fixture
def files(tmp_path):
    """(statutes, questions)"""
    with gzip.open(tmp_path / "statutes.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
    asked = [{"id": 0, "question": "样品丢失要赔偿吗", "articles": [1]}, {"id": 1, "question": "浮标由谁设置", "articles": [5]}]
    (tmp_path / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in asked), encoding="utf-8")
    return tmp_path / "statutes.jsonl.gz", tmp_path / "questions.jsonl"


@pytest.fixture
def documents(files):
    return documents_of(files[0], bundled_registry(), {})


def ids(chosen):
    return [passage.id for _, passages in chosen for passage in passages]


# -- the collection --------------------------------------------------------------------------------------------------


def test_what_is_asked_for_comes_first_then_our_laws_then_others(documents):
    def ours(version):
        return version.title == "灯塔法"

    assert ids(collection(documents, 1, {"5"}, ours)) == ["5"]
    assert ids(collection(documents, 3, {"5"}, ours)) == ["3", "4", "5"]
    assert ids(collection(documents, 6, {"5"}, ours)) == ["0", "1", "2", "3", "4", "5"]


def test_a_smaller_collection_is_part_of_a_larger_one_and_always_the_same(documents):
    def chosen(size):
        return ids(collection(documents, size, {"5"}, lambda version: False))

    assert set(chosen(2)) < set(chosen(4)) < set(chosen(6))
    assert chosen(4) == chosen(4)


def test_beyond_all_there_are_laws_are_repeated_under_another_title_with_a_tenth_of_the_characters_changed(documents):
    asked = [(version, tuple(replace(passage, questions=("谁来看护？",)) for passage in passages)) for version, passages in documents]
    chosen = collection(asked, 15, (), lambda version: False)
    assert len(ids(chosen)) == len(set(ids(chosen))) == 15
    assert len({version.title for version, _ in chosen}) == len({version.document for version, _ in chosen}) == len(chosen)
    texts = {passage.id: passage.text for _, passages in asked for passage in passages}
    repeated = [passage for _, passages in chosen for passage in passages if "~" in passage.id]
    assert len(repeated) == 9 and not any(passage.questions for passage in repeated)
    for passage in repeated:
        original = texts[passage.id.partition("~")[0]]
        different = sum(a != b for a, b in zip(passage.text, original, strict=True))
        assert 0 < different <= -(-len(original) // 10)


def test_laws_are_stored_whole_and_in_batches_that_grow_with_the_library(monkeypatch):
    monkeypatch.setattr(trial, "_AT_ONCE", 4)
    laws = [(None, (None,) * size) for size in (3, 3, 20, 4, 2, 1)]
    assert [[len(passages) for _, passages in batch] for batch in batches(laws)] == [[3, 3], [20], [4, 2], [1]]


# -- one trial -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("system", [OURS, "SQLite FTS5（trigram）", "LlamaIndex（向量）", "LangChain（切分＋Chroma＋BM25）"])
def test_a_system_is_indexed_and_searched_in_processes_of_its_own(files, tmp_path, system):
    for peer in SYSTEMS:
        if peer.name == system and peer.missing:
            pytest.skip(f"not installed: {peer.missing}")
    write_collection(*files, 6, tmp_path / "collected")
    done = trial.trial(system, 6, tmp_path / "collected", files[1], PLENTY)
    assert done.problem == ""
    expected = {q.key for q in QUANTITIES if system == OURS or q.key not in ("answer_p50_ms", "answer_p95_ms", "answered", "scan_ms", "scanned_mb")}
    memory = set() if os.path.exists("/proc/self/smaps_rollup") else {"ingest_mb", "opened_mb", "searched_mb"}
    assert done.values.keys() == expected - {"limit_ms"} - memory
    assert done.values["recall10"] == 1


def test_what_takes_longer_than_its_limit_is_ended_and_said(files, tmp_path):
    write_collection(*files, 6, tmp_path / "collected")
    done = trial.trial(OURS, 6, tmp_path / "collected", files[1], Limit(0, 8192))
    assert done == Trial(OURS, 6, {}, "知问 入库 超过了 0 分钟")


@pytest.mark.skipif(not os.path.exists("/proc/self/smaps_rollup"), reason="the system does not tell")
def test_what_takes_more_memory_than_its_limit_is_ended_with_its_children(tmp_path):
    told = tmp_path / "child"
    child = f"import os, time; open({str(told)!r}, 'w').write(str(os.getpid())); held = bytearray(b'x') * 300_000_000; time.sleep(60)"
    with pytest.raises(ConfigError, match=r"比较 超过了 0\.0977 GiB"):
        run(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])", [], tmp_path / "data", name="比较", limit=Limit(50, 100))
    status = Path(f"/proc/{told.read_text()}/status")
    given_up = time.monotonic() + 20                 # giving back so much memory takes a moment
    while status.exists() and "zombie" not in status.read_text(encoding="utf-8") and time.monotonic() < given_up:
        time.sleep(0.05)
    assert not status.exists() or "zombie" in status.read_text(encoding="utf-8")


# -- figures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("points", "slope"), [
    ([(10, 5.0), (1000, 5.0)], 0.0),
    ([(10, 5.0), (1000, 500.0)], 1.0),
    ([(10, 1.0), (1000, 10.0)], 1 / 2),
    ([(1, 1.0), (10, 10.0), (100, 1000.0)], 3 / 2),          # (−1·−4/3 + 0 + 1·5/3) / 2
])
def test_the_exponent_is_the_slope_between_the_logarithms(points, slope):
    assert exponent(points) == pytest.approx(slope)


def test_one_size_has_no_exponent():
    with pytest.raises(ValueError, match="two sizes"):
        exponent([(10, 1.0), (10, 2.0)])
    ingest = next(q for q in QUANTITIES if q.key == "ingest_s")
    assert GROWTH.exponents("LlamaIndex", ingest) == []
    assert GROWTH.exponents(OURS, ingest) == [(pytest.approx(1), [10, 100])]


def test_ratios_are_ours_to_the_others_at_the_largest_size_that_both_reached():
    assert GROWTH.ratios("FTS5") == (100, {"ingest_s": 1 / 4, "search_p50_ms": 1 / 10, "recall10": 4})
    assert GROWTH.ratios("LlamaIndex") == (0, {})


def test_the_limit_of_a_scan_is_the_time_that_reading_its_bytes_takes():
    found = growth._with_limit(Trial(OURS, 1, {"scanned_mb": 1e9 / 1024**2}), 2.0)       # 1 GB at 2 GB/s
    assert found.values["limit_ms"] == pytest.approx(500)
    assert growth._with_limit(Trial("FTS5", 1, {"ingest_s": 1.0}), 2.0).values == {"ingest_s": 1.0}


def test_ratios_stand_first_and_a_system_that_did_not_finish_is_named():
    shown = table(GROWTH)
    assert shown.index("| FTS5 | 100 | 4 | 0.25 |") < shown.index("10 段") < shown.index("增长的指数")
    assert "LlamaIndex 入库 超过了 6 分钟" in shown
    assert "50 段是改换法名" in shown, "100 of a file of 50"
    assert "略过：txtai（没有安装 txtai）" in shown


@pytest.mark.parametrize(("load", "busy"), [(1.0, False), (1.1, True)])
def test_times_taken_on_a_busy_machine_are_said_to_be_a_guess(load, busy):
    found = replace(GROWTH, machine=(*GROWTH.machine, Figure(LOAD, load)))          # of two cores
    assert table(found).startswith(BUSY) == busy


def test_a_run_is_read_back_as_it_was_saved():
    saved = json.loads(json.dumps(GROWTH.as_json()))
    assert Growth.of_json(saved) == GROWTH
    assert {"system": "FTS5", "quantity": "search_p50_ms", "exponent": 1.0, "sizes": [10, 100]} in saved["exponents"]
    with pytest.raises(ConfigError, match="bench growth"):
        Growth.of_json({**saved, "trials": [{}]})


def test_every_system_is_tried_at_every_size_once_and_a_missing_one_is_named(files, monkeypatch):
    tried, said = [], []
    monkeypatch.setattr(growth, "trial", lambda system, size, *_: tried.append((system, size)) or Trial(system, size, {}))
    monkeypatch.setattr(growth, "_READ_BYTES", 1024)
    here, gone = (System(name, (package,), lambda *_: None, lambda _: list, True) for name, package in (("在", "json"), ("缺", "no_such_package")))
    monkeypatch.setattr(growth, "SYSTEMS", (here, gone, replace(here, name="不跟", in_growth=False)))
    found = measure(*files, [6, 3, 6], PLENTY, said.append)
    assert tried == [(OURS, 3), ("在", 3), (OURS, 6), ("在", 6)]
    assert found.missing == ("缺（没有安装 no_such_package）",) and "略过 缺（没有安装 no_such_package）" in said
    assert found.articles == 6
    assert found.command == "zhiwen bench growth --statutes statutes.jsonl.gz --sizes 3,6 --json"


@pytest.mark.parametrize("sizes", ["0", "千", "10,,20"])
def test_sizes_that_are_none_are_refused_before_anything_runs(files, sizes):
    from kb.cli import app

    result = CliRunner().invoke(app, ["bench", "growth", "--statutes", str(files[0]), "--sizes", sizes])
    assert isinstance(result.exception, ConfigError) and "不认识的段数" in str(result.exception)


# -- the plot --------------------------------------------------------------------------------------------------------


def test_in_the_plot_text_stays_text_and_the_same_run_gives_the_same_file():
    pytest.importorskip("matplotlib")
    drawn = plot.svg(GROWTH)
    assert drawn == plot.svg(GROWTH)
    for text in ("检索 p50（毫秒）", "FTS5", "2026-11-22"):
        assert text in drawn
    assert "DejaVu" not in drawn and "@font-face" not in drawn


def test_without_matplotlib_it_is_said_before_anything_is_measured(files, monkeypatch, tmp_path):
    from kb.cli import app

    monkeypatch.setattr(plot, "find_spec", lambda package: None)
    monkeypatch.setattr(growth, "measure", lambda *_: pytest.fail("measured in vain"))
    result = CliRunner().invoke(app, ["bench", "growth", "--statutes", str(files[0]), "--plot", str(tmp_path / "plot.svg")])
    assert isinstance(result.exception, ConfigError) and "matplotlib" in str(result.exception)
