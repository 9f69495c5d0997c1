"""The glossary as a page of the bundled library: a section for each term, asked for by the words people use for it."""

from collections.abc import Iterator

from kb.glossary import TITLE, Glossary, Term

__all__ = ["glossary_page"]

_ASKED_FOR = 3      # other words for a term that become questions


def glossary_page(glossary: Glossary) -> str:
    """Markdown with front matter, as `ingest.prepare.prepare_bundled` reads the other pages."""
    return "\n".join((
        "---", "kind: glossary", f"title: {TITLE}", "topic: 认定", f"version: {glossary.version}",
        f"valid_from: {glossary.valid_from.isoformat()}", "---", f"# {TITLE}",
        *(line for term in glossary.terms for line in _section(term)))) + "\n"


def _section(term: Term) -> Iterator[str]:
    yield from ("", f"## {term.name}")
    yield from (f"问：{word}是什么意思？" for word in (term.name, *term.also[:_ASKED_FOR]))
    yield from (f"问：{term.name}用英文怎么说？", "", term.plain, f"“{term.name}”的英文是{term.english}。", "",
                f"依据：{'；'.join(term.basis)}")
