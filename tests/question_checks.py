"""Everything that can be wrong with the lay questions of the library, each a sentence that says where and what.

`python -m tests.question_checks CORPUS [FILE…]` prints every fault of the files, of all where none is named; what two
files have in common is looked for in all of them. Without CORPUS only form and repetition are looked at.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from kb.errors import SourceError
from kb.questions import QUESTIONS_FOLDER, AskedArticle, read_questions
from kb.registry import Registry, bundled_registry
from kb.text import fold
from tests.library_pages import LIBRARY_FILES, Texts, copied_runs, official_texts, runs_of, sections

__all__ = ["QUESTION_FILES", "faults"]

QUESTION_FILES = sorted(QUESTIONS_FOLDER.glob("*.jsonl"))
_SHARED_RUN = 8        # characters in a row that a question may not have in common with its article
_FRAME = 6             # first or last characters
_FRAME_SHARE = 0.01    # of all questions that may begin, or end, alike
_SHORTEST, _LONGEST = 4, 90
_MOST = 18


def faults(paths: Sequence[Path], registry: Registry, texts: Texts | None = None, *, all_paths: Sequence[Path] = QUESTION_FILES) -> list[str]:
    """What is wrong with some files, with what they share with `all_paths` and with the pages of the library."""
    found, wanted = [], set(paths)
    asked: list[tuple[Path, AskedArticle, str]] = []
    for path in dict.fromkeys((*all_paths, *paths)):
        try:
            articles = read_questions(path)
        except SourceError as error:
            found.append(f"{path.name}: {error}")
            continue
        asked += [(path, article, question) for article in articles for question in article.questions]
        if path in wanted:
            found += [f"{path.name} {article.locator}: {what}" for article in articles for what in _article(article, registry, texts)]
    return found + _repeated(asked, wanted) + _framed(asked, wanted)


def _article(article: AskedArticle, registry: Registry, texts: Texts | None) -> Iterator[str]:
    if article.version not in {v.label for v in registry.versions(article.document)}:
        yield f"《{article.document}》（{article.version}） is not registered"
    if len(article.questions) > _MOST:
        yield f"{len(article.questions)} questions, more than {_MOST}"
    yield from (f"too short or too long: {question}" for question in article.questions if not _SHORTEST <= len(question) <= _LONGEST)
    if texts is None:
        return
    text = texts.get((registry.document(article.document), article.version), {}).get(article.locator, "")
    if not text:
        yield "there is no such article"
        return
    own = runs_of([text], _SHARED_RUN)
    yield from (f"in the words of the law: {question}" for question in article.questions if copied_runs(question, own, _SHARED_RUN))


def _repeated(asked: Sequence[tuple[Path, AskedArticle, str]], wanted: set[Path]) -> list[str]:
    """A question leads to one place, in the files or under a heading of a page."""
    places = Counter(_key(question) for page in LIBRARY_FILES for section in sections(page) for question in section.questions)
    places += Counter(_key(question) for _, _, question in asked)
    return [f"{path.name} {article.locator}: asked in two places: {question}"
            for path, article, question in asked if path in wanted and places[_key(question)] > 1]


def _framed(asked: Sequence[tuple[Path, AskedArticle, str]], wanted: set[Path]) -> list[str]:
    """No way of beginning or ending is all over the questions, in all files or in one of them."""
    found = []
    for name, group in (("all files", asked), *((path.name, [a for a in asked if a[0] == path]) for path in sorted(wanted))):
        most = max(3, _FRAME_SHARE * len(group))
        for what, cut in (("begin", slice(None, _FRAME)), ("end", slice(-_FRAME, None))):
            frames = Counter(_key(question)[cut] for _, _, question in group)
            found += [f"{name}: {times} questions {what} with {frame}" for frame, times in frames.items() if times > most]
    return found


def _key(question: str) -> str:
    return re.sub(r"[^\w]", "", fold(question))


def main() -> int:
    arguments = [Path(argument) for argument in sys.argv[1:]]
    corpus = next((path for path in arguments if path.is_dir()), None)
    named = [path.resolve() for path in arguments if path.is_file()] or QUESTION_FILES
    registry = bundled_registry()
    found = faults(named, registry, official_texts(corpus, registry) if corpus else None)
    counts = [len(a.questions) for path in named if not any(path.name in f and "行" in f for f in found) for a in read_questions(path)]
    print("\n".join(found) or f"{len(named)} files, {len(counts)} articles, {sum(counts)} questions, nothing wrong")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
