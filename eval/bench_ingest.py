"""Ingestion at size, beside LangChain's default path on the same files with the same embedding.

The path compared with: every file read whole (a PDF page by page with pypdf), RecursiveCharacterTextSplitter with its
defaults, all pieces with their text into Chroma on disk. Every step is a fresh process, one after the other; a target
is shown only where the whole of what it was set for is measured.
"""

import gzip
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from eval.figure import Figure, machine
from eval.process import Finished, environment, run, zhiwen
from kb.assemble import open_library
from kb.clock import SystemClock
from kb.embedding import StaticEmbedder
from kb.errors import ConfigError
from kb.settings import Settings
from kb.types import Question

__all__ = ["langchain_path", "measure", "wait_until_found", "write_laws", "write_pdfs"]

Say = Callable[[str], None]
COMPARED = "知问 ÷ LangChain 默认路径"
MISSING = "没有与 LangChain 默认路径比较：请用 uv sync --group dev 安装 langchain-chroma 和 langchain-text-splitters"
_ALL_LAWS = 1400                    # from here on it is the collection that the targets were set for
_PDF_FILES, _PDF_PAGES = 6, 120     # 720 pages: the start of the command weighs little
_TEXTS_AT_ONCE = 64
_LONGEST_WAIT_S = 120.0
_ADDED = "青瓷灯塔核验办法"           # a name no law has
_ADDED_TEXT = f"# {_ADDED}\n\n第一条　青瓷灯塔的核验由登记人自行完成。\n\n第二条　核验记录由登记人保存。\n"


@dataclass(frozen=True, slots=True)
class _Ingested:
    """One way of making files searchable, when it was through."""

    run: Finished
    pieces: int
    disk_mb: float


def measure(statutes: Path | None, pdfs: Sequence[Path], sample: int | None, say: Say) -> list[Figure]:
    """Measure what there is material for; `sample` takes only the first laws.

    Raises:
        ConfigError: neither statutes nor PDF files are given, one of them cannot be read, or a step fails.
    """
    if not statutes and not pdfs:
        raise ConfigError("没有可以入库计时的材料", "请用 --statutes 指出 statutes.jsonl.gz，或用 --pdf 指出有文字层的 PDF")
    figures = machine()
    with tempfile.TemporaryDirectory(prefix="zhiwen-bench-") as folder:
        if statutes:
            figures += _laws(statutes, Path(folder), sample, say)
        if pdfs:
            figures += _pdfs(pdfs, Path(folder), say)
    if not _comparable():
        say(MISSING)
    return figures


# --- laws -----------------------------------------------------------------------------------------------------------

def write_laws(statutes: Path, folder: Path, sample: int | None = None) -> tuple[int, int]:
    """Write each law as a Markdown file; (files, articles). Each line of `statutes` has law, article, heading, text.

    Raises:
        ConfigError: the file is missing or holds something else.
    """
    laws: dict[str, list[dict[str, str]]] = {}
    try:
        with gzip.open(statutes, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if row["law"] not in laws and len(laws) == sample:
                    break
                laws.setdefault(row["law"], []).append(row)
        pages = [_markdown(law, rows) for law, rows in laws.items()]
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"读不了法规集 {statutes}", "需要每行一条的 .jsonl.gz，字段有 law、article、heading、text") from error
    folder.mkdir(parents=True)
    for number, (law, page) in enumerate(zip(laws, pages, strict=True)):
        name = re.sub(r'[/\\:*?"<>|]', "_", law)[:60]
        (folder / f"{number:04d}_{name}.md").write_text(page, encoding="utf-8")
    return len(laws), sum(map(len, laws.values()))


def _markdown(law: str, rows: Sequence[dict[str, str]]) -> str:
    """A heading wherever the path of headings (编 > 章 > 节) changes."""
    lines, before = [f"# {law}", ""], [""]
    for row in rows:
        path = [heading.strip() for heading in row["heading"].split(">") if heading.strip()]
        for depth, heading in enumerate(path):
            if path[:depth + 1] != before[:depth + 1]:
                lines += ["#" * (depth + 2) + f" {heading}", ""]
        before = path
        lines += [f"{row['article']}　{row['text']}", ""]
    return "\n".join(lines)


def _laws(statutes: Path, folder: Path, sample: int | None, say: Say) -> list[Figure]:
    files, data = folder / "laws", folder / "laws-data" / "zhiwen"
    data.parent.mkdir()
    count, articles = write_laws(statutes, files, sample)
    whole = count >= _ALL_LAWS
    say(f"入库 {count} 部法规")
    first = _zhiwen_path(files, data)
    say("原样再入库一次")
    again = zhiwen(["ingest", str(files), "--json"], data)
    figures = [
        Figure("法规入库", first.run.seconds, "秒", 90.0 if whole else None,
               f"{_whole(first.run)}；{count} 部 {articles} 条，{first.pieces} 段"),
        *_memory("法规入库的内存峰值", first.run, 1500.0 if whole else None),
        Figure("原样再入库", again.seconds, "秒", first.run.seconds / 20 if whole else None, f"{_whole(again)}；目标为首次的 1/20")]
    figures += _compared("法规", first, files, folder, say)
    return figures + _addition(folder, data, whole, say)


def _addition(folder: Path, data: Path, whole: bool, say: Say) -> list[Figure]:
    """One more document, seen by a process that has the library open; beside building the index anew."""
    new = folder / "added.md"
    new.write_text(_ADDED_TEXT, encoding="utf-8")
    say("加入一份文件，另一进程等待它可以查到")
    with _open_library(data) as seen:
        started = time.perf_counter()
        added = zhiwen(["ingest", str(new), "--json"], data)
        seen()
        visible = time.perf_counter() - started
    say("重建索引")
    rebuilt = zhiwen(["library", "rebuild"], data)
    return [Figure("加入一份文件", added.seconds, "秒", rebuilt.seconds / 10 if whole else None,
                   f"{_whole(added)}；目标为重建索引的 1/10"),
            *_memory("加入一份文件的内存峰值", added, None),
            Figure("加入的文件在运行中的程序里可以查到", visible, "秒", 5.0 if whole else None, "从命令开始算起"),
            Figure("重建索引", rebuilt.seconds, "秒", None, _whole(rebuilt))]


@contextmanager
def _open_library(data: Path) -> Iterator[Callable[[], None]]:
    """A process with the library open that asks for the new document; what is yielded returns once it was found."""
    code = "import sys\nfrom eval.bench_ingest import wait_until_found\nwait_until_found(sys.argv[1])"
    process = subprocess.Popen([sys.executable, "-c", code, str(data)], cwd=data.parent, env=environment(data),
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def next_line() -> None:
        if not (process.stdout and process.stdout.readline()):
            raise ConfigError("打开着资料库的进程没有查到新加入的文件", "请先运行 zhiwen library verify 核对资料库")
    try:
        next_line()
        yield next_line
    finally:
        process.kill()
        process.communicate()


def wait_until_found(data: str) -> None:
    """In a child: open the library and say so, then ask until the added document is found and say so."""
    library = open_library(Settings(data=Path(data), model=""), SystemClock())
    question = Question(_ADDED, library.clock.today())
    library.assistant.search(question)
    print("open", flush=True)  # noqa: T201
    given_up = time.monotonic() + _LONGEST_WAIT_S
    while time.monotonic() < given_up:
        if any(hit.passage.title == _ADDED for hit in library.assistant.search(question)):
            print("found", flush=True)  # noqa: T201
            return
        time.sleep(0.2)


# --- PDF ------------------------------------------------------------------------------------------------------------

def write_pdfs(sources: Sequence[Path], folder: Path, files: int, pages: int) -> int:
    """Write `files` PDF of `pages` pages each, the pages of the sources over and over; the number of pages.

    Each begins at another page, so that no two are alike.

    Raises:
        ConfigError: a source cannot be read or has no page.
    """
    from pypdf import PdfReader, PdfWriter
    from pypdf.errors import PyPdfError

    folder.mkdir(parents=True)
    for number in range(files):
        source = sources[number % len(sources)]
        try:
            original = PdfReader(source).pages
            if not original:
                raise ConfigError(f"{source.name} 没有页面", "请换一份有文字层的 PDF")
            writer = PdfWriter()
            for page in range(pages):
                writer.add_page(original[(number // len(sources) + page) % len(original)])
            writer.add_metadata({"/Title": f"{source.stem} {number + 1}"})
            writer.write(folder / f"{number + 1:02d}_{source.stem}.pdf")
        except (OSError, PyPdfError) as error:
            raise ConfigError(f"读不了 {source.name}", "请换一份有文字层、未加密的 PDF") from error
    return files * pages


def _pdfs(sources: Sequence[Path], folder: Path, say: Say) -> list[Figure]:
    files, data = folder / "pdf", folder / "pdf-data" / "zhiwen"
    data.parent.mkdir()
    pages = write_pdfs(sources, files, _PDF_FILES, _PDF_PAGES)
    say(f"读取 {pages} 页 PDF")
    read = zhiwen(["ingest", str(files), "--dry-run", "--json"], data)
    say(f"入库 {pages} 页 PDF")
    ours = _zhiwen_path(files, data)
    size = f"{_PDF_FILES} 份 {pages} 页"
    return [Figure("文字 PDF 读取", pages / read.seconds, "页/秒", 150.0, f"ingest --dry-run，{_whole(read)}；{size}",
                   at_least=True),
            Figure("文字 PDF 入库", pages / ours.run.seconds, "页/秒", 150.0, f"含建立索引，{_whole(ours.run)}；{size}",
                   at_least=True),
            *_memory("文字 PDF 入库的内存峰值", ours.run, None), *_compared("文字 PDF", ours, files, folder, say)]


# --- the two paths --------------------------------------------------------------------------------------------------

def _zhiwen_path(files: Path, data: Path) -> _Ingested:
    done = zhiwen(["ingest", str(files), "--json"], data)
    return _Ingested(done, int(json.loads(done.output)["passages"]), _disk_mb(data))


def _compared(what: str, ours: _Ingested, files: Path, folder: Path, say: Say) -> list[Figure]:
    """The same files by LangChain's default path, after ours: the disk is warm for both, since they were just written."""
    if not _comparable():
        return []
    say(f"LangChain 默认路径：{what}")
    disk = folder / f"{files.name}-langchain" / "chroma"
    disk.parent.mkdir()
    code = "import sys\nfrom eval.bench_ingest import langchain_path\nprint(langchain_path(*sys.argv[1:]))"
    done = run(code, [str(files), str(disk)], disk, name="LangChain 默认路径")
    theirs = _Ingested(done, int(done.output.split()[-1]), _disk_mb(disk))
    name = f"{what}（LangChain 默认路径）"
    figures = [Figure(f"{name}用时", done.seconds, "秒", None, f"{_whole(done)}；同样的文件和向量，在知问之后运行；{theirs.pieces} 段"),
               Figure(f"{what}用时之比", ours.run.seconds / done.seconds, "倍", None, COMPARED)]
    if ours.run.peak_mb and done.peak_mb:
        figures += [*_memory(f"{name}内存峰值", done, None),
                    Figure(f"{what}内存之比", ours.run.peak_mb / done.peak_mb, "倍", None, COMPARED)]
    return [*figures, Figure(f"{what}占用磁盘", ours.disk_mb, "MB", None, "目录、索引和原件"),
            Figure(f"{name}占用磁盘", theirs.disk_mb, "MB", None, "Chroma，含文字；不留原件"),
            Figure(f"{what}磁盘之比", ours.disk_mb / theirs.disk_mb, "倍", None, COMPARED)]


def _comparable() -> bool:
    return all(find_spec(name) for name in ("langchain_chroma", "langchain_text_splitters"))


class _Embeddings:
    """Our embedder as LangChain calls one. A few texts at a time: its pieces are long, and all at once fill a gigabyte."""

    def __init__(self) -> None:
        self._embedder = StaticEmbedder()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        slices = (self._embedder.embed(texts[i:i + _TEXTS_AT_ONCE]) for i in range(0, len(texts), _TEXTS_AT_ONCE))
        return [row for rows in slices for row in rows.tolist()]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def langchain_path(files: str, disk: str) -> int:
    """In a child: index the Markdown and PDF files of a folder the default way and search once; the pieces stored.

    Raises:
        ConfigError: the search found nothing.
    """
    from langchain_chroma import Chroma
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    read = [(path.name, text) for path in sorted(Path(files).iterdir()) for text in _as_loaders_read(path)]
    pieces = RecursiveCharacterTextSplitter().create_documents([text for _, text in read],
                                                              [{"source": name} for name, _ in read])
    store = Chroma.from_documents(pieces, _Embeddings(), persist_directory=disk)
    if not store.similarity_search(pieces[0].page_content[:40], k=4):
        raise ConfigError("LangChain 默认路径没有查到任何内容", "请把这次的命令告诉维护者")
    return len(pieces)


def _as_loaders_read(path: Path) -> Iterator[str]:
    """As TextLoader and PyPDFLoader do: a text file whole, a PDF page by page."""
    if path.suffix != ".pdf":
        yield path.read_text(encoding="utf-8")
        return
    from pypdf import PdfReader

    yield from (page.extract_text() for page in PdfReader(path).pages)


# --- time, memory, disk -----------------------------------------------------------------------------------------------

def _whole(done: Finished) -> str:
    """Processor time shows what the command costs on a machine that is busy with other things."""
    return f"整个命令，处理器时间 {done.busy_s:.1f} 秒"


def _memory(name: str, done: Finished, target: float | None) -> list[Figure]:
    """Nothing where the system does not tell."""
    if done.peak_mb is None:
        return []
    return [Figure(name, done.peak_mb, "MB", target, "进程与解析子进程之和（PSS），每 0.25 秒看一次")]


def _disk_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1024**2
