"""`zhiwen ingest` as a person meets it: preview, progress, interruption, and the choice of a program for scans."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import batch
from ingest.batch import Batch
from ingest.progress import Lines, Progress, shown_on
from kb import cli
from kb.catalogue import Catalogue

NOTICE = "# {}车间规程\n\n## 一、门禁\n\n进入三号车间须登记姓名和时间，登记簿保存五年。\n"


@pytest.fixture
def zhiwen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """The command as its entry point runs it: exit code, output, error stream."""
    def run(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["zhiwen", *map(str, args)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err
    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "规程"
    path.mkdir()
    for name in ("甲", "乙", "丙"):
        (path / f"{name}.md").write_text(NOTICE.format(name), encoding="utf-8")
    return path


def test_a_preview_is_shown_and_nothing_is_written(zhiwen, folder, tmp_path):
    code, out, _ = zhiwen("ingest", folder, "--dry-run", "--data", tmp_path / "library")
    assert code == 0
    assert "《甲车间规程》" in out and out.rstrip().endswith("预览：新增 3。没有写入任何内容")
    assert not (tmp_path / "library").exists()


def test_a_preview_with_problems_ends_with_one_and_json_is_one_document(zhiwen, folder, tmp_path):
    (folder / "空.md").write_bytes(b"")
    code, out, _ = zhiwen("ingest", folder, "--dry-run", "--json", "--data", tmp_path / "library")
    assert code == 1
    assert {file["name"]: file["outcome"] for file in json.loads(out)["files"]} == {
        "甲.md": "新增", "乙.md": "新增", "丙.md": "新增", "空.md": "未入库"}


def test_an_interrupted_ingestion_says_what_stays_and_what_to_do(zhiwen, folder, tmp_path, monkeypatch):
    real, calls = batch.store, []

    def store(*args):
        calls.append(args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(batch, "store", store)
    monkeypatch.setattr(Batch, "is_due", lambda self: bool(self.documents))
    code, _, err = zhiwen("ingest", folder, "--data", tmp_path / "library")
    assert code == 130
    assert "已入库 1/3" in err and "已入库的文件都保留在资料库里" in err
    with Catalogue(tmp_path / "library") as catalogue:
        assert len(catalogue.files()) == 1
    code, out, _ = zhiwen("ingest", folder, "--data", tmp_path / "library")
    assert (code, out.partition("，已消失")[0]) == (0, "新增 2，更新 0，未变 1")


def test_an_unknown_program_for_scans_is_wrong_usage(zhiwen, folder, tmp_path):
    code, _, err = zhiwen("ingest", folder, "--ocr-engine", "没有", "--data", tmp_path / "library")
    assert code == 2 and "没有名为 没有 的文字识别程序" in err


def test_the_help_says_when_pruning_is_refused(zhiwen):
    _, out, _ = zhiwen("ingest", "--help")
    assert "--prune" in out and "--dry-run" in out and "--ocr" in out
    assert "共享盘" in "".join(out.split()).replace("│", "")


# --- progress

class Ticks:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


def test_plain_lines_come_at_each_tenth_and_at_the_end(ticks):
    said: list[str] = []
    lines = Lines(said.append, ticks)
    for done in range(1, 1001):
        lines(Progress("读取", done, 1000, "x.md"))
    assert [line.split()[1] for line in said] == ["1/1000", *(f"{n}/1000" for n in range(100, 1001, 100))]


def test_a_slow_stage_says_something_every_ten_seconds(ticks):
    said: list[str] = []
    lines = Lines(said.append, ticks)
    for done in range(1, 7):
        lines(Progress("读取", done, 1000, "x.md"))
        ticks.now += 5
    assert [line.split()[1] for line in said] == ["1/1000", "3/1000", "5/1000"]


def test_a_line_tells_rate_and_time_left(ticks):
    said: list[str] = []
    lines = Lines(said.append, ticks)
    ticks.now = 10
    lines(Progress("读取", 100, 400, "x.md", passages=500))
    assert said == ["读取 100/400 x.md（10.0 个文件/秒，50 段/秒，还需约 30 秒）"]


def test_on_a_terminal_a_bar_moves_and_elsewhere_there_are_lines():
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    steps = [Progress("读取", 1, 2, "甲.md"), Progress("建立索引", 0, 7), Progress("已入库", 2, 2)]
    screen, log = Terminal(), io.StringIO()
    for stream in (screen, log):
        with shown_on(stream) as listener:
            for step in steps:
                listener(step)
    assert "\x1b[" in screen.getvalue() and "已入库" in screen.getvalue()
    assert log.getvalue().splitlines() == ["读取 1/2 甲.md", "建立索引 0/7", "已入库 2/2"]
