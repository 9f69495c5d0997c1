"""Makes the [[move]] part of kb/library/registry.toml: which article became which, for every pair of versions at hand.

    python train/article_moves.py CORPUS

Every text is compared with each that took its place later. What has no clear counterpart is left out. Review the
difference before committing it: the notices on moved articles rest on it.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from ingest.document import PreparedDocument
from kb.comparison import articles_of, compare, moves
from kb.registry import Registry, bundled_registry
from train.fingerprints import official_documents

__all__ = ["article_moves", "main"]

_FILE = Path(__file__).parents[1] / "kb" / "library" / "registry.toml"
_FIRST = "[[move]]"

Move = tuple[str, str, str, dict[int, int]]      # document, old label, new label, old number → new number


def article_moves(documents: list[PreparedDocument], registry: Registry) -> Iterator[Move]:
    """By document in the order of the register, older versions first."""
    groups: dict[str, list[PreparedDocument]] = defaultdict(list)
    for document in documents:
        if document.version.in_force_from:
            groups[document.version.document].append(document)
    for name in dict.fromkeys(entry.document for entry in registry.entries):
        dated = sorted(groups[name], key=lambda d: (str(d.version.in_force_from), d.version.label))
        for old, new in combinations(dated, 2):
            if not _takes_the_place(old, new):
                continue
            found = moves(compare(articles_of(old.passages), articles_of(new.passages)))
            if found:
                yield name, old.version.label, new.version.label, found


def _takes_the_place(old: PreparedDocument, new: PreparedDocument) -> bool:
    """Texts that stand side by side in one group do not become each other."""
    last, first = old.version.in_force_to, new.version.in_force_from
    return last is not None and first is not None and last < first


def as_toml(found: Move) -> str:
    document, old, new, articles = found
    rows = ", ".join(f"{before} = {after}" for before, after in articles.items())
    return f'{_FIRST}\ndocument = "{document}"\nfrom = "{old}"\nto = "{new}"\narticles = {{ {rows} }}\n'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    registry = bundled_registry()
    found = list(article_moves(official_documents(parser.parse_args().corpus, registry), registry))
    versions, _, _ = _FILE.read_text(encoding="utf-8").partition(_FIRST)
    _FILE.write_text(versions + "\n".join(map(as_toml, found)), encoding="utf-8")
    for document, old, new, articles in found:
        sys.stdout.write(f"{document} {old} → {new}: {len(articles)}\n")


if __name__ == "__main__":
    main()
