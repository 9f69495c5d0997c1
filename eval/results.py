"""The published results: one page made of what the commands saved, with the commands; nothing on it is typed by hand.

`docs/results/` holds the JSON that each command printed or saved. What README states of it stands between two marks, and
is written by the same functions.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.cases import ASIDE
from eval.figure import CORES, LOAD, Figure, busy, line
from eval.growth import Growth, markdown, number
from eval.growth import table as growth_table
from kb.errors import ConfigError

__all__ = ["BEGIN", "END", "SECTIONS", "Section", "page", "read", "stated", "with_stated", "write"]

BEGIN, END = "<!-- figures of docs/results, written by `zhiwen bench results` -->", "<!-- end of figures -->"
_OUTSIDE = "Needs files outside the project"


@dataclass(frozen=True, slots=True)
class Section:
    """What one saved file becomes. `outside` names files that the command needs and the project does not hold."""

    name: str
    title: str
    command: str
    shown: Callable[[Any], str]
    outside: str = ""


# --- a section each -----------------------------------------------------------------------------------------------------

def _evaluated(run: Mapping[str, Any]) -> str:
    """Shares in percent with their interval where one was saved; numbers of characters as they are."""
    rows = [(f"{f['part']}, {f['group']}, {f['metric']}", _share(f["value"]), _interval(f), str(f["cases"]))
            for f in (*run.get("overall", ()), *run["figures"])]
    made = "; ".join(f"{name} {run[key]}" for name, key in (("library", "library_version"), ("measured on", "measured_on")) if run.get(key))
    return "\n\n".join(filter(None, (made, markdown(("what, group, metric", "value", "95 %", "cases"), rows))))


def _share(value: float) -> str:
    return f"{value:.1%}" if 0 <= value <= 1 else f"{value:,.1f}"


def _interval(figure: Mapping[str, Any]) -> str:
    low, high = figure.get("low"), figure.get("high")
    return "·" if low is None or high is None else f"{low:.1%} – {high:.1%}"


def _searched(found: Sequence[Mapping[str, Any]]) -> str:
    metrics = list(found[0]["metrics"])
    rows = [(variant["name"], *(f"{variant['metrics'][m]['mean']:.1%} [{variant['metrics'][m]['interval'][0]:.1%}, "
                                f"{variant['metrics'][m]['interval'][1]:.1%}]" for m in metrics),
             f"{variant['p50_ms']} / {variant['p95_ms']}") for variant in found]
    return f"{found[0]['questions']} questions.\n\n" + markdown(("", *metrics, "p50 / p95 ms"), rows)


def _figures(found: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(f"- {line(Figure.of_json(figure))}" for figure in found)


def _grown(saved: Mapping[str, Any]) -> str:
    return growth_table(Growth.of_json(saved))


_LAWS, _CORPUS = "`statutes.jsonl.gz` and `questions.jsonl`", "the official documents"
SECTIONS: Sequence[Section] = (
    Section("eval-bundled", "Answers and retrieval, bundled library alone",
            "zhiwen eval all --data FOLDER --json > docs/results/eval-bundled.json", _evaluated),
    Section("eval-corpus", "Answers and retrieval, official documents ingested",
            "zhiwen ingest CORPUS --data FOLDER\nzhiwen eval all --data FOLDER --json > docs/results/eval-corpus.json", _evaluated, _CORPUS),
    Section("statutes", "Retrieval among all articles, signal by signal",
            "zhiwen eval retrieval --statutes statutes.jsonl.gz --json > docs/results/statutes.json", _searched, _LAWS),
    Section("peers", "Retrieval beside other systems",
            "uv sync --group peers\nzhiwen eval retrieval --statutes statutes.jsonl.gz --peers --json > docs/results/peers.json", _searched, _LAWS),
    Section("growth", "Cost as the library grows, beside other systems",
            "uv sync --group peers --extra eval\n"
            "zhiwen bench growth --statutes statutes.jsonl.gz --plot docs/results/growth.svg --json > docs/results/growth.json", _grown, _LAWS),
    Section("bench", "Start, search, answer, memory", "zhiwen bench --corpus CORPUS --json > docs/results/bench.json", _figures, _CORPUS),
    Section("page", "The page, one person and twenty at once",
            "zhiwen ingest CORPUS --data FOLDER\nzhiwen bench page --data FOLDER --json > docs/results/page.json", _figures, _CORPUS),
    Section("ingest", "Ingestion at size",
            "zhiwen bench ingest --statutes statutes.jsonl.gz --pdf FILE --json > docs/results/ingest.json", _figures, f"{_LAWS}, PDF files"),
)


# --- the page -----------------------------------------------------------------------------------------------------------

def page(saved: Mapping[str, Any], plot: str = "") -> str:
    """The page of what was saved, by name of section; `plot` is where the plot of growth lies, as seen from the page.

    Raises:
        ConfigError: something saved is not what its command saves.
    """
    parts = ["# Results", "Written by `zhiwen bench results` from what the commands below saved in `docs/results/`."]
    for section in SECTIONS:
        if section.name in saved:
            parts += [f"## {section.title}", f"```\n{_command(section, saved[section.name])}\n```"]
            parts += [f"{_OUTSIDE}: {section.outside}."] if section.outside else []
            parts += [f"![{section.title}]({plot})"] if plot and section.name == "growth" else []
            parts.append(_shown(section, saved[section.name]))
    return "\n\n".join(parts) + "\n"


def _command(section: Section, saved: object) -> str:
    """With the sizes that were measured, where the run says so."""
    if section.name == "growth" and isinstance(saved, Mapping):
        return section.command.replace("zhiwen bench growth --statutes statutes.jsonl.gz",
                                       str(saved.get("command", "")).removesuffix(" --json"))
    return section.command


def _shown(section: Section, saved: object) -> str:
    try:
        return section.shown(saved)
    except (AttributeError, KeyError, TypeError, IndexError, ValueError) as error:
        raise ConfigError(f"{section.name}.json 不是 {section.command.splitlines()[-1].partition(' >')[0]} 保存的结果",
                          "请重新运行这条命令") from error


def read(folder: Path) -> dict[str, Any]:
    """What is saved in the folder, by name of section.

    Raises:
        ConfigError: a file is no JSON, or nothing is there.
    """
    saved = {}
    for section in SECTIONS:
        path = folder / f"{section.name}.json"
        if path.is_file():
            try:
                saved[section.name] = json.loads(path.read_text(encoding="utf-8"))
            except ValueError as error:
                raise ConfigError(f"{path} 不是 JSON", "请重新运行保存它的命令") from error
    if not saved:
        raise ConfigError(f"{folder} 中没有保存的结果", f"请先运行一条命令，如 {SECTIONS[0].command}")
    return saved


def write(folder: Path, out: Path, readme: Path | None = None) -> list[str]:
    """Write the page, and between its marks what README states; the names of files that are not there.

    Raises:
        ConfigError: nothing usable is saved, or the README has no marks.
    """
    saved, plot = read(folder), folder / "growth.svg"
    out.write_text(page(saved, Path(os.path.relpath(plot, out.parent)).as_posix() if plot.is_file() else ""), encoding="utf-8")
    if readme:
        readme.write_text(with_stated(readme.read_text(encoding="utf-8"), stated(saved)), encoding="utf-8")
    return [f"{section.name}.json" for section in SECTIONS if section.name not in saved]


# --- what README states -------------------------------------------------------------------------------------------------

_EVALUATED = (("eval-corpus", "official documents ingested"), ("eval-bundled", "bundled library alone"))
_ANSWERED = (("要点齐全", "all key facts"), ("应引条文", "the right article cited"), ("引文逐字", "quotations verbatim"),
             ("失效当现行", "superseded law shown as current"), ("准确有据", "accurate and grounded"), ("拒答召回", "what must be refused is"),
             ("误拒率", "refused in error"))
_STARTED = (("zhiwen --help", "`--help`"), ("启动网页到第一个答案", "start to first answer"), ("官方文件入库", "ingest"), ("检索 p50", "search p50"),
            ("检索 p95", "search p95"), ("不用模型的回答 p50", "answers p50"), ("不用模型的回答 p95", "answers p95"), ("网页进程常驻内存", "resident"))
_VISITED = (("启动命令到第一页可以输入", "`zhiwen app` to a page one can type into"), ("按下回车到看见答案", "Enter to answer"),
            ("20 人同时使用，一问一答 p95", "a turn with 20 people at once p95"), ("20 人时的内存", "memory then"))
_INGESTED = (("法规入库", "laws to a searchable index"), ("法规入库的内存峰值", "peak memory"), ("原样再入库", "again unchanged"),
             ("加入一份文件", "one document added"), ("重建索引", "rebuild"), ("文字 PDF 读取", "text PDF read"), ("文字 PDF 入库", "with indexing"),
             ("法规（LangChain 默认路径）用时", "LangChain's default path on the same laws"))
_UNITS = {"秒": "s", "毫秒": "ms", "页/秒": "pages/s"}


def stated(saved: Mapping[str, Any]) -> str:
    """The sentences of README: each figure as the command saved it."""
    found = [*(_evaluation_stated(name, saved.get(key)) for key, name in _EVALUATED),
             _listed("zhiwen bench --corpus FOLDER", saved.get("bench"), _STARTED),
             _listed("zhiwen bench page --data FOLDER", saved.get("page"), _VISITED),
             _listed("zhiwen bench ingest --statutes FILE --pdf FILE", saved.get("ingest"), _INGESTED), _growth_stated(saved.get("growth"))]
    return "\n\n".join(filter(None, found))


def _evaluation_stated(library: str, run: Mapping[str, Any] | None) -> str:
    """What a reader asks first, over all groups; then of the cases that somebody else wrote and that are kept aside."""
    shown = []
    for where, figures in (("", (run or {}).get("overall", ())), ("kept aside: ", _aside(run))):
        value = {f["metric"]: f["value"] for f in figures if f["part"] == "asked"}
        if found := [f"{label} {value[metric]:.0%}" for metric, label in _ANSWERED if metric in value]:
            shown.append(where + ", ".join(found))
    return f"`zhiwen eval all`, {library} ({run['measured_on']}): {'; '.join(shown)}." if run and shown else ""


def _aside(run: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    return [f for f in (run or {}).get("figures", ()) if f["group"] == ASIDE]


def _listed(command: str, saved: Sequence[Mapping[str, Any]] | None, names: Sequence[tuple[str, str]]) -> str:
    by_name = {figure.name: figure for figure in map(Figure.of_json, saved or [])}
    shown = [f"{label} {_value(by_name[name])}" for name, label in names if name in by_name]
    return f"`{command}` ({_where(by_name)}): {'; '.join(shown)}." if shown else ""


def _growth_stated(saved: Mapping[str, Any] | None) -> str:
    if not saved:
        return ""
    from eval.trial import OURS

    growth = Growth.of_json(saved)
    shown = []
    for key, label, unit in (("ingest_s", "indexed in", "s"), ("search_p50_ms", "searched in", "ms"), ("answer_p50_ms", "answered in", "ms"),
                             ("searched_mb", "with", "MB")):
        if values := growth.values(OURS, key):
            shown.append(f"{label} {number(values[-1][1])} {unit}")
    return (f"`zhiwen bench growth --statutes FILE` ({_where({f.name: f for f in growth.machine})}): {growth.sizes[-1]:,} articles "
            f"{', '.join(shown)} (medians).") if shown else ""


def _where(by_name: Mapping[str, Figure]) -> str:
    """Cores and day, and that the machine was busy where it had more to do than it has cores."""
    date, cores, load = by_name.get("日期"), by_name.get(CORES), by_name.get(LOAD)
    return ", ".join(filter(None, (f"{float(cores.value):g} cores" if cores else "", str(date.value) if date else "",
                                   f"busy with other work: load {load.value}" if load and busy(list(by_name.values())) else "")))


def _value(figure: Figure) -> str:
    return f"{figure.value if isinstance(figure.value, str) else number(figure.value)} {_UNITS.get(figure.unit, figure.unit)}"


def with_stated(readme: str, sentences: str) -> str:
    """The README with `sentences` between its marks.

    Raises:
        ConfigError: it does not have both marks, once each and in order.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in after or END in after:
        raise ConfigError("README 中没有一对标记", f"请写上 {BEGIN} 和 {END}")
    return f"{before}{BEGIN}\n{sentences}\n{END}{after}"


if __name__ == "__main__":
    for name in write(Path("docs/results"), Path("docs/results.md"), Path("README.md")):
        sys.stderr.write(f"没有 {name}，略过\n")
