"""The page of results made of a few small saved files, one of each kind.

`python -m tests.golden_results` writes it anew; `git diff` shows what a change moved.
"""

from pathlib import Path

from eval.figure import Figure
from eval.growth import Growth
from eval.results import page
from eval.trial import OURS, Trial

FILE = Path(__file__).parent / "golden" / "results.md"
_WHERE = (Figure("日期", "2026-11-22"), Figure("处理器核数", 2.0))
GROWTH = Growth("zhiwen bench growth --statutes statutes.jsonl.gz --sizes 10,100 --json", _WHERE, 8.0, 50, (
    Trial(OURS, 10, {"ingest_s": 1.0, "search_p50_ms": 2.0, "recall10": 1.0, "scan_ms": 0.5, "scanned_mb": 1.0, "limit_ms": 0.125}),
    Trial("FTS5", 10, {"ingest_s": 0.5, "search_p50_ms": 2.0, "recall10": 0.5}),
    Trial(OURS, 100, {"ingest_s": 10.0, "search_p50_ms": 2.0, "recall10": 1.0, "answer_p50_ms": 30.0, "searched_mb": 200.0}),
    Trial("FTS5", 100, {"ingest_s": 40.0, "search_p50_ms": 20.0, "recall10": 0.25}),
    Trial("LlamaIndex", 100, {}, "LlamaIndex 入库 超过了 6 分钟")), ("txtai（没有安装 txtai）",))
SAVED = {
    "eval-bundled": {"library_version": "abc123", "measured_on": "2026-11-22", "figures": [
        {"part": "retrieval", "group": "plan", "metric": "recall@10", "value": 0.75, "cases": 4, "low": 0.3006, "high": 0.9544},
        {"part": "asked", "group": "plan", "metric": "characters", "value": 312.5, "cases": 4, "low": None, "high": None}]},
    "eval-corpus": {"library_version": "def456", "figures": [
        {"part": "asked", "group": "rights", "metric": "gold_cited", "value": 0.5, "cases": 2}]},
    "statutes": [{"name": "知问", "questions": 3, "metrics": {"Recall@10": {"mean": 0.6667, "interval": [0.0, 1.0]}}, "p50_ms": 4.0, "p95_ms": 9.5}],
    "growth": GROWTH.as_json(),
    "bench": [Figure("日期", "2026-11-22").as_json(), Figure("处理器核数", 2.0).as_json(), Figure("zhiwen --help", 0.4, "秒", 0.5, "5 次").as_json(),
              Figure("检索 p50", 8.0, "毫秒").as_json(), Figure("不用模型的回答 p95", 94.0, "毫秒", 150.0).as_json()],
    "page": [Figure("日期", "2026-11-23").as_json(), Figure("按下回车到看见答案", 0.31, "秒", 0.5, "Chromium 中").as_json()],
    "ingest": [Figure("日期", "2026-11-23").as_json(), Figure("法规入库", 76.0, "秒", 90.0).as_json(), Figure("文字 PDF 读取", 186.0, "页/秒").as_json()],
}


def written() -> str:
    return page(SAVED, "results/growth.svg")


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
