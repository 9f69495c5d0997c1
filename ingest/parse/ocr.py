"""Pictures of pages to lines, by a program on this machine: only when asked for, and marked on every page it read.

rapidocr comes as a package with its models inside (`zhiwen[ocr]`); tesseract is a program of the operating system, talked to
through pipes because a parsing child may not write files.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np

from ingest.parse.layout import Line, in_reading_order
from kb.errors import ConfigError, SourceError

__all__ = ["HOW_TO_INSTALL", "Picture", "Reading", "available_engines", "choose_engine", "read_picture"]

HOW_TO_INSTALL = "请先安装文字识别：pip install \"zhiwen[ocr]\"，或安装系统软件包 tesseract-ocr 与 tesseract-ocr-chi-sim"
_PAGE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as grey values, a row for each line of dots; the size of the page in points."""

    page: int
    width: float
    height: float
    dots: np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True)
class Reading:
    """Lines in reading order, and how sure the program is of its characters, 0 to 1."""

    lines: tuple[Line, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words found at a place of the picture, in dots from the upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float


def available_engines() -> tuple[str, ...]:
    """Names of the programs that can be used on this machine, the better one first."""
    return tuple(name for name, engine in _ENGINES.items() if engine.is_installed())


def choose_engine(asked: str) -> str:
    """The program for `ReadOptions.ocr`: a name, or auto. Raises ConfigError where it is unknown or not installed."""
    if asked != "auto" and asked not in _ENGINES:
        raise ConfigError(f"没有名为 {asked} 的文字识别程序", f"请改用 {'、'.join(('auto', *_ENGINES))} 之一")
    installed = available_engines()
    if asked == "auto" and installed:
        return installed[0]
    if asked in installed:
        return asked
    missing = "文字识别程序" if asked == "auto" else f"文字识别程序 {asked} "
    raise ConfigError(f"这台电脑上没有安装{missing}", HOW_TO_INSTALL)


def read_picture(picture: Picture, engine: str) -> Reading:
    """What `engine` reads. Raises SourceError where the program fails or takes too long."""
    pieces = [piece for piece in _ENGINES[engine].read(picture) if piece.text.strip()]
    characters = sum(len(piece.text) for piece in pieces)
    sure = sum(piece.confidence * len(piece.text) for piece in pieces) / characters if characters else 0.0
    return Reading(tuple(in_reading_order([_line(piece, picture) for piece in pieces])), sure)


def _line(piece: _Piece, picture: Picture) -> Line:
    across, down = picture.width / picture.dots.shape[1], picture.height / picture.dots.shape[0]
    return Line(piece.text, picture.page, picture.width, picture.height, piece.left * across, piece.right * across,
                picture.height - piece.top * down, picture.height - piece.bottom * down)


# tesseract

_LANGUAGE = "chi_sim"


def _tesseract_is_installed() -> bool:
    return shutil.which("tesseract") is not None and _LANGUAGE in _tesseract_languages()


@lru_cache(maxsize=1)
def _tesseract_languages() -> frozenset[str]:
    try:
        listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(listed.stdout.decode("utf-8", "replace").split())


def _read_by_tesseract(picture: Picture) -> Sequence[_Piece]:
    rows, columns = picture.dots.shape
    image = b"P5 %d %d 255\n" % (columns, rows) + picture.dots.tobytes()
    dpi = round(columns / picture.width * 72)
    command = ["tesseract", "stdin", "stdout", "-l", _LANGUAGE, "--dpi", str(dpi), "-c", "tessedit_create_tsv=1"]
    # One thread: two files are read side by side, and its threads cost more than they give.
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(command, input=image, capture_output=True, timeout=_PAGE_SECONDS, env=environment, check=True)
    except subprocess.TimeoutExpired as error:
        raise SourceError(f"第 {picture.page} 页文字识别超过 {_PAGE_SECONDS} 秒，已停止", "请拆出这一页，或换用清晰的版本") from error
    except (OSError, subprocess.CalledProcessError) as error:
        raise SourceError(f"第 {picture.page} 页文字识别失败", "请检查 tesseract 能否正常运行，或改用 rapidocr") from error
    return _lines_of_table(done.stdout.decode("utf-8", "replace"))


def _lines_of_table(table: str) -> list[_Piece]:
    """tesseract's table holds a row for each word (level 5); block, paragraph and line numbers tell which belong together."""
    by_line: dict[tuple[str, ...], list[_Piece]] = {}
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) == 12 and cells[0] == "5" and cells[11].strip():
            left, top, width, height = (float(cell) for cell in cells[6:10])
            word = _Piece(cells[11], left, top, left + width, top + height, max(float(cells[10]), 0.0) / 100)
            by_line.setdefault(tuple(cells[1:5]), []).append(word)
    return [_joined(words) for words in by_line.values()]


def _joined(words: Sequence[_Piece]) -> _Piece:
    """A line of words. The program parts Chinese words too; a blank is kept where the paper shows one."""
    height = max(word.bottom - word.top for word in words)
    text = words[0].text
    for last, word in pairwise(words):
        latin = last.text[-1].isascii() and word.text[0].isascii()
        text += (" " if latin or word.left - last.right > 0.7 * height else "") + word.text
    return _Piece(text, min(word.left for word in words), min(word.top for word in words), max(word.right for word in words),
                  max(word.bottom for word in words), sum(word.confidence for word in words) / len(words))


# rapidocr

def _rapidocr_is_installed() -> bool:
    return find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None


@lru_cache(maxsize=1)
def _rapidocr() -> Any:  # noqa: ANN401  (the package has no types)
    import logging

    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": logging.getLevelName(logging.CRITICAL).lower()})


def _read_by_rapidocr(picture: Picture) -> Sequence[_Piece]:
    found = _rapidocr()(picture.dots, use_cls=False)
    if found.boxes is None:
        return ()
    return [_Piece(text, float(box[:, 0].min()), float(box[:, 1].min()), float(box[:, 0].max()), float(box[:, 1].max()), float(score))
            for text, box, score in zip(found.txts, found.boxes, found.scores, strict=True)]


@dataclass(frozen=True, slots=True)
class _Engine:
    is_installed: Callable[[], bool]
    read: Callable[[Picture], Sequence[_Piece]]


_ENGINES = {"rapidocr": _Engine(_rapidocr_is_installed, _read_by_rapidocr),
            "tesseract": _Engine(_tesseract_is_installed, _read_by_tesseract)}
