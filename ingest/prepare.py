"""One file from bytes to passages. Pure apart from parsing; runs in a child process for files we did not write."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from ingest.chunk import number_passages, passages_of
from ingest.document import (
    TEXT_LAYER_ONLY,
    Block,
    BlockKind,
    PageReading,
    ParsedDocument,
    PreparedDocument,
    RawFile,
    ReadOptions,
    SourceWarning,
)
from ingest.identify import Identity, Register, identify, listed, scanned
from ingest.imprint import read_imprint
from ingest.manifest import ManifestEntry
from ingest.parse import parse
from ingest.structure import article_of, structure
from kb.errors import SourceError
from kb.fingerprints import Fingerprints, bundled_fingerprints, outline
from kb.instructions import addresses_program
from kb.questions import bundled_questions, with_questions
from kb.types import Kind, Passage, Status, Tier, Version

__all__ = ["document_text", "prepare", "prepare_bundled"]

_UNNAMED = Version(id="", document="", title="", label="", kind=Kind.OTHER, tier=Tier.USER)     # until its words are read
_NAMED = 5                   # passages of one file that are named in warnings of one kind
_NOT_RECOGNISED = ("", "text", "second")     # pages whose characters came from the file, not from a picture


def prepare(raw: RawFile, entry: ManifestEntry | None, registry: Register | None,
            options: ReadOptions = TEXT_LAYER_ONLY, known: Fingerprints | None = None) -> PreparedDocument:
    """A file ready to be stored. Raises SourceError where it cannot be read or says nothing.

    `known` are the texts that can vouch for a copy by its words; those that ship with the program where it is None.
    """
    parsed = parse(raw, options)
    if not parsed.blocks:
        raise SourceError("文件里没有文字", "请换一个有内容的文件")
    trusted = entry if entry is not None and entry.trusted and entry.title else None
    page = read_imprint(parsed.blocks, raw.name)
    shape = structure(parsed.blocks, trusted.title if trusted else _spelling(page.title, registry))
    drafts = passages_of(shape.sections, document_text(parsed.blocks), _UNNAMED)
    if not drafts:
        raise SourceError("文件里没有可收录的文字", "请确认文件有正文")
    identity = Identity(listed(raw, trusted, registry)) if trusted else identify(
        raw, page, outline(drafts), registry, known if known is not None else bundled_fingerprints())
    version = _as_read(identity.version, parsed.pages)
    passages = number_passages([replace(draft, version=version) for draft in drafts])
    if version.tier is Tier.OFFICIAL:
        passages = with_questions(passages, bundled_questions())
    doubts = [SourceWarning(raw.name, doubt, "请对照原件核对") for doubt in dict.fromkeys(shape.doubts)]
    doubts += [SourceWarning(raw.name, f"{p.locator}里有写给程序的指示，回答时不会引用这一段", "请查看这份文件的来历")
               for p in passages if version.tier is Tier.USER and addresses_program(p.text)][:_NAMED]
    return PreparedDocument(version, passages, (*parsed.warnings, *_distrust(raw, entry), *identity.warnings, *doubts),
                            parsed.pages)


def _spelling(title: str, registry: Register | None) -> str:
    """The registered title, by which the lines of the title page are told from the text."""
    same = registry.titled(title) if registry else ()
    return same[0].title if len({entry.title for entry in same}) == 1 else title


def _as_read(version: Version, pages: Sequence[PageReading]) -> Version:
    program = next((page.read_by for page in pages if page.read_by not in _NOT_RECOGNISED), "")
    return scanned(version, program) if program else version


def document_text(blocks: Sequence[Block]) -> str:
    """The text that offsets count in: `document_text(blocks)[passage.start:passage.end] == passage.text`."""
    return "\n".join(block.text for block in blocks)


def _distrust(raw: RawFile, entry: ManifestEntry | None) -> tuple[SourceWarning, ...]:
    if entry is None or entry.trusted:
        return ()
    return (SourceWarning(raw.name, "文件内容与 manifest.json 记录的校验值不一致，按自行添加的资料收录",
                          "请重新取得原件，或更新 manifest.json"),)


def prepare_bundled(raw: RawFile, registry: Register) -> PreparedDocument:
    """A file of the shipped library: a digest of an official text or a guide, by its front matter."""
    parsed = parse(raw)
    kinds = {"digest": _digest_version, "guide": _guide_version, "glossary": _guide_version}
    kind = parsed.front_matter.get("kind", "")
    if kind not in kinds:
        raise SourceError(f"内置资料 {raw.name} 没有写明 kind（digest、guide 或 glossary）", "请改正文件开头的说明")
    version = kinds[kind](raw, parsed, registry)
    drafts = [draft for section in _sections(parsed.blocks) for draft in _passages(section, version)]
    if not drafts:
        raise SourceError(f"内置资料 {raw.name} 没有“##”小节", "请按格式补充")
    return PreparedDocument(version, with_questions(number_passages(drafts), bundled_questions()), parsed.warnings)


def _digest_version(raw: RawFile, parsed: ParsedDocument, registry: Register) -> Version:
    document, label = parsed.front_matter.get("document", ""), parsed.front_matter.get("version", "")
    known = registry.version_of(document, None, "", label)
    if known is None:
        raise SourceError(f"内置资料 {raw.name} 所说的《{document}》（{label}）没有登记", "请在 registry.toml 中登记")
    return Version(
        id=f"{Tier.DIGEST}:{known.title}@{known.label}", document=known.document, title=known.title, label=known.label,
        kind=known.kind, tier=Tier.DIGEST, number=known.number, issuer=known.issuer, issued=known.issued,
        in_force_from=known.in_force_from, in_force_to=known.in_force_to, status=known.status,
        supersedes=known.supersedes, source_url=known.source_url, sha256=raw.sha256, file_name=raw.name,
        place=known.place, bundled=True)


def _guide_version(raw: RawFile, parsed: ParsedDocument, registry: Register) -> Version:
    title, label = parsed.front_matter.get("title", ""), parsed.front_matter.get("version", "")
    if not title or not label:
        raise SourceError(f"内置资料 {raw.name} 缺少 title 或 version", "请改正文件开头的说明")
    try:
        # The day since when all the law it rests on has been in force: for an earlier day the guide may be wrong.
        valid_from = date.fromisoformat(parsed.front_matter.get("valid_from", ""))
    except ValueError:
        raise SourceError(f"内置资料 {raw.name} 没有写明 valid_from", "请写上所依据的法律全部施行的日期，如 2026-05-01") from None
    return Version(id=f"{Tier.GUIDE}:{title}@{label}", document=title, title=title, label=label, kind=Kind.GUIDE,
                   tier=Tier.GUIDE, status=Status.CURRENT, in_force_from=valid_from, sha256=raw.sha256,
                   file_name=raw.name, bundled=True, audience=parsed.front_matter.get("audience", ""))


def _sections(blocks: Sequence[Block]) -> list[list[Block]]:
    """Each `##` heading with what follows it."""
    found: list[list[Block]] = []
    for block in blocks:
        if block.kind is BlockKind.HEADING and block.level == 2:
            found.append([block])
        elif found and not (block.kind is BlockKind.HEADING and block.level == 1):
            found[-1].append(block)
    return found


def _passages(section: Sequence[Block], version: Version) -> list[Passage]:
    heading, *rest = section
    questions = tuple(block.text[2:].strip() for block in rest if block.text.startswith("问："))
    basis = [ref for block in rest if block.text.startswith("依据：") for ref in block.text[3:].rstrip("。").split("；")]
    body = [block for block in rest if not block.text.startswith(("问：", "依据："))]
    if not body:
        return []
    locator, _, words = heading.text.partition(" ")
    if version.tier is Tier.GUIDE:
        locator, words = f"{version.title} > {heading.text}", version.title
    mark = article_of(locator)
    return [replace(_whole(body, version), locator=locator, heading_path=(words.strip(),) if words.strip() else (), questions=questions,
                    basis=tuple(re.sub(r"\s+", "", ref) for ref in basis if ref.strip()),
                    article=mark.number if mark else None, sub=mark.sub if mark else 0)]


def _whole(body: Sequence[Block], version: Version) -> Passage:
    """The body as one passage: our own sections are written short enough to be shown whole."""
    text = "\n".join(block.text for block in body)
    return Passage(id="", version=version, locator="", text=text, start=body[0].start, end=body[0].start + len(text))
