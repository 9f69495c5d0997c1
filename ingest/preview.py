"""What an ingestion would do, without doing it: who each file is, its headings and articles, its problems.

Made to be read by somebody who knows the documents: a wrong title or a missing article shall catch the eye.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from ingest.document import TEXT_LAYER_ONLY, PageReading, ReadOptions, SourceWarning
from ingest.load import Problem
from ingest.pipeline import run_over
from ingest.progress import Listener
from ingest.run import Examined, Outcome, Run
from kb.catalogue import Catalogue
from kb.registry import Registry
from kb.types import Passage, Version

__all__ = ["Branch", "FilePreview", "Preview", "branches", "preview_paths"]

_CATALOGUE = "catalogue.sqlite3"
_DOUBTFUL = 0.9            # pages of less legible text are listed


@dataclass(frozen=True, slots=True)
class Branch:
    """What stands under one heading: its places in order, without those of the headings below it."""

    headings: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilePreview:
    """One file. `version` is None where it could not be read; `registered` names its entry in the register."""

    location: str
    name: str
    outcome: Outcome
    format: str = ""
    version: Version | None = None
    registered: str = ""
    articles: int = 0
    passages: int = 0
    branches: tuple[Branch, ...] = ()
    doubtful_pages: tuple[PageReading, ...] = ()
    warnings: tuple[SourceWarning, ...] = ()
    problem: Problem | None = None

    def as_json(self) -> dict[str, object]:
        version = self.version and {name: value.isoformat() if isinstance(value, date) else value
                                    for name, value in asdict(self.version).items()}
        return asdict(self) | {"version": version}

    def lines(self, *, whole_tree: bool) -> Iterator[str]:
        """For a terminal: what it would be, who it is, what is in it, what to look at."""
        yield f"{self.outcome}  {self.name}" + (f"  （{self.format}）" if self.format else "")
        if self.version:
            yield from (f"      {line}" for line in self._identity(self.version))
            yield from (f"        {line}" for line in self.tree(whole=whole_tree))
        for page in self.doubtful_pages:
            yield f"      第 {page.page} 页：{page.characters} 字，清晰度 {page.quality:.0%}"
        yield from (f"      提示：{warning.problem}。{warning.remedy}" for warning in self.warnings)
        if self.problem:
            yield f"      未入库：{self.problem.problem}。{self.problem.remedy}"

    def tree(self, *, whole: bool) -> Iterator[str]:
        """Headings, indented, with the first and last place under each; only the outermost ones unless `whole`."""
        yield from _tree(self.branches, whole=whole)

    def _identity(self, version: Version) -> Iterator[str]:
        yield f"《{version.title}》（{version.label}）"
        facts = [version.kind.label, version.tier.label, version.status.label, version.number, version.issuer]
        facts += [f"{name} {day.isoformat()}" for name, day in (
            ("公布", version.issued), ("施行", version.in_force_from), ("失效", version.in_force_to)) if day]
        yield " · ".join(fact for fact in facts if fact)
        yield f"登记表：{self.registered or '没有这一版本'}"
        yield (f"{self.articles} 条，" if self.articles else "") + f"{self.passages} 段"


@dataclass(frozen=True, slots=True)
class Preview:
    """Of everything that was named. `removals` are files that `--prune` would remove, `missing` those it would not."""

    files: tuple[FilePreview, ...]
    removals: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()       # of places that hold no file that could be listed

    def as_json(self) -> dict[str, object]:
        """One document for `--dry-run --json`."""
        return asdict(self) | {"files": [file.as_json() for file in self.files]}

    def lines(self, *, whole_tree: bool) -> Iterator[str]:
        for file in self.files:
            yield from file.lines(whole_tree=whole_tree or len(self.files) == 1)
            yield ""
        yield from (f"将移除  {name}" for name in self.removals)
        yield from (f"已消失  {name}（加 --prune 才移除）" for name in self.missing)
        yield from (f"问题  {problem.file}：{problem.problem}。{problem.remedy}" for problem in self.problems)
        found = [f"{outcome} {count}" for outcome in Outcome
                 if (count := sum(file.outcome is outcome for file in self.files))]
        yield "预览：" + ("，".join(found) or "没有文件") + "。没有写入任何内容"


def preview_paths(paths: Sequence[Path], data: Path, *, registry: Registry, prune: bool = False,
                  progress: Listener | None = None, options: ReadOptions = TEXT_LAYER_ONLY) -> Preview:
    """A rehearsal of `ingest_paths` against the library as it is. A data folder that is not there is not made."""
    with _present_catalogue(data) as catalogue:
        run = Run(catalogue, registry, None, progress, options)
        missing, removed = run_over(paths, run, prune=prune)
        files = tuple(_file(run, location, registry) for location in sorted(run.outcomes))
        elsewhere = tuple(problem for problem in run.problems if problem not in run.refused.values())
        return Preview(files, tuple(record.name for record in removed),
                       tuple(record.name for record in missing if record not in removed), elsewhere)


@contextmanager
def _present_catalogue(data: Path) -> Iterator[Catalogue]:
    """Opening a catalogue makes one, so where there is none, an empty one elsewhere stands in."""
    with ExitStack() as opened:
        if not (data / _CATALOGUE).is_file():
            data = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="zhiwen-preview-")))
        yield opened.enter_context(Catalogue(data))


def _file(run: Run, location: str, registry: Registry) -> FilePreview:
    """As it was read just now; an unchanged file as the library has it."""
    outcome, refused = run.outcomes[location], run.refused.get(location)
    found = run.examined(location)
    if found is None:
        return FilePreview(location, refused.file if refused else location, outcome, problem=refused)
    entry = registry.version_of(found.version.title, found.version.issued, found.version.number, found.version.label)
    return FilePreview(
        location, found.name, outcome, found.format, found.version, f"《{entry.title}》（{entry.label}）" if entry else "",
        len({(p.article, p.sub) for p in found.passages if p.article}), len(found.passages), branches(found.passages),
        tuple(page for page in found.pages if page.quality < _DOUBTFUL),
        _warnings(run, found), refused)


def _warnings(run: Run, found: Examined) -> tuple[SourceWarning, ...]:
    said = (*found.warnings, *(warning for warning in run.warnings if warning.file == found.name))
    return tuple(dict.fromkeys(said))


def branches(passages: Sequence[Passage]) -> tuple[Branch, ...]:
    """Headings in the order of the document, each with the places directly under it."""
    return tuple(Branch(headings, tuple(dict.fromkeys(passage.locator for passage in under)))
                 for headings, under in groupby(passages, key=lambda passage: passage.heading_path))


def _tree(found: Sequence[Branch], *, whole: bool) -> Iterator[str]:
    """Indented headings with first and last place; only the outermost level unless the whole tree is wanted."""
    if not whole:
        outermost = groupby(found, key=lambda branch: branch.headings[:1])
        found = [Branch(headings, tuple(place for branch in under for place in branch.places))
                 for headings, under in outermost]
    before: tuple[str, ...] = ()
    for branch in found:
        shared = next((i for i, (old, new) in enumerate(zip(before, branch.headings, strict=False)) if old != new),
                      min(len(before), len(branch.headings)))
        for depth, heading in enumerate(branch.headings[shared:], start=shared):
            is_last = depth == len(branch.headings) - 1
            yield "  " * depth + heading + (f"  {_range(branch.places)}" if is_last else "")
        if shared == len(branch.headings):
            yield "  " * shared + _range(branch.places)
        before = branch.headings


def _range(places: Sequence[str]) -> str:
    return places[0] if len(places) == 1 else f"{places[0]} 至 {places[-1]}（{len(places)} 处）"
