"""Makes kb/library/fingerprints.json: a digest of every article of the registered texts that a manifest vouches for.

    python train/fingerprints.py CORPUS

CORPUS holds the official documents with their manifest.json. The output has no text of them. Run it again when the
register gains a text, or when `ingest.structure` divides documents differently; a test compares the two.
"""

import argparse
import sys
from pathlib import Path

from ingest.document import PreparedDocument
from ingest.load import find_files, read_file
from ingest.manifest import find_manifest
from ingest.prepare import prepare
from kb.fingerprints import Fingerprints, KnownText, outline
from kb.registry import Registry, bundled_registry

__all__ = ["fingerprints", "main", "official_documents"]

_FILE = Path(__file__).parents[1] / "kb" / "library" / "fingerprints.json"
_FOLDERS = ("regulations", "versions", "plan", "guides")


def official_documents(corpus: Path, registry: Registry) -> list[PreparedDocument]:
    """The documents of the manifest whose checksum agrees, in the order of their files."""
    manifest = find_manifest(corpus / _FOLDERS[0])
    if manifest is None:
        raise SystemExit(f"{corpus} has no manifest.json")
    found = []
    for source in find_files([corpus / folder for folder in _FOLDERS])[0]:
        raw = read_file(source)
        entry = manifest.entry(source.name, raw.sha256)
        if entry is not None and entry.trusted:
            found.append(prepare(raw, entry, registry))
    return found


def fingerprints(documents: list[PreparedDocument], registry: Registry) -> Fingerprints:
    """Of the documents that are registered, in the order of the register."""
    order = {(entry.title, entry.label): number for number, entry in enumerate(registry.entries)}
    known = [KnownText(d.version.title, d.version.label, outline(d.passages)) for d in documents
             if (d.version.title, d.version.label) in order]
    return Fingerprints(tuple(sorted(known, key=lambda text: order[text.title, text.label])))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    registry = bundled_registry()
    made = fingerprints(official_documents(parser.parse_args().corpus, registry), registry)
    _FILE.write_text(made.dump(), encoding="utf-8")
    sys.stdout.write(f"{len(made.texts)} texts, {sum(len(t.outline.pieces) for t in made.texts)} pieces\n")


if __name__ == "__main__":
    main()
