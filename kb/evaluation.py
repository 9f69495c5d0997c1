"""An evaluation for the administrator's page: run in a process of its own, its scores kept in the data folder.

The record holds figures and reasons, no question and no answer (`eval.record`); the report is made from it when wanted.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from eval.cases import load_cases
from eval.gate import shown
from eval.record import Record, overall, read_record
from eval.report import report
from eval.table import PART_NAME
from kb.errors import KbError

__all__ = ["Evaluation", "last_evaluation", "run_evaluation"]

_RECORD = Path("evaluation") / "last.json"
_PROGRAM = "from kb.cli import main; main()"


@dataclass(frozen=True)
class Evaluation:
    """The last run on this data folder."""

    record: Record

    @property
    def measured_on(self) -> date:
        return self.record.measured_on

    @property
    def library_version(self) -> str:
        return self.record.results.library_version

    @property
    def below_gate(self) -> int:
        return len(self.record.results.below_gate())

    @property
    def cases(self) -> int:
        return len({score.case for score in self.record.results.scores})

    @property
    def figures(self) -> list[tuple[str, str, str, int]]:
        """(part, metric, value as shown, number of cases) over all groups together."""
        return [(PART_NAME[f.part], f.metric, shown(f.metric, f.value), f.cases) for f in overall(self.record.results)]

    def page(self) -> str:
        """The report as one HTML file that needs nothing else."""
        return report(self.record, load_cases())


def last_evaluation(data: Path) -> Evaluation | None:
    """None where none was run.

    Raises:
        KbError: the record is damaged or of another version of the program.
    """
    return Evaluation(read_record(data / _RECORD)) if (data / _RECORD).is_file() else None


def run_evaluation(data: Path, say: Callable[[str], None], stopping: threading.Event) -> Evaluation | None:
    """Run `zhiwen eval all`, without a chat model, on the library in `data`; None where `stopping` was set before its end.

    Raises:
        KbError: it could not be run; says the last line that it said.
    """
    (data / _RECORD).parent.mkdir(exist_ok=True)
    command = [sys.executable, "-c", _PROGRAM, "eval", "all", "--data", str(data), "--save",
               str(data / _RECORD)]
    environment = {**os.environ, "ZHIWEN_MODEL": "", "PYTHONUTF8": "1"}
    with subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          encoding="utf-8", errors="replace") as running:
        threading.Thread(target=_end_when, args=(stopping, running), daemon=True).start()
        last = ""
        for line in running.stderr or ():
            last = line.strip() or last
            say(last)
        ended = running.wait()
    if stopping.is_set():
        return None
    stopping.set()                       # the thread that waits for it may go
    if ended:
        raise KbError(f"评测没有完成：{last[:200]}", "请处理后再运行，或在命令行运行 zhiwen eval 查看详情")
    return last_evaluation(data)


def _end_when(stopping: threading.Event, running: "subprocess.Popen[str]") -> None:
    stopping.wait()
    if running.poll() is None:
        running.terminate()
