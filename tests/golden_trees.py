"""Trees of real documents, for a lawyer to read beside the document: numbers, nesting, lengths and checksums, no text.

`ZHIWEN_TEST_CORPUS=<folder> python -m tests.golden_trees` writes them anew; `git diff` shows what a change moved.
One line a passage, indented below its headings: number, (part/parts) of a long one, length, checksum, and for articles
the number of 款 and, with a stroke between 款, of the 项 in each (+ 目 in them).
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from ingest.chunk import passages_of
from ingest.load import SourceFile, read_file
from ingest.parse import parse
from ingest.prepare import document_text
from ingest.structure import structure
from kb.clauses import Clause, clauses
from kb.types import Kind, Passage, Tier, Version

FOLDER = Path(__file__).parent / "golden"
VERSION = Version("v", "d", "某法", "2025", Kind.LAW, Tier.OFFICIAL)

TREES = {
    "law_with_chapters": "regulations/中华人民共和国反不正当竞争法(2025修订).md",
    "law_with_sections": "regulations/中华人民共和国著作权法(2020修正).md",
    "law_with_parts": "regulations/中华人民共和国民事诉讼法(2023修正).md",
    "code_excerpt": "regulations/中华人民共和国民法典_第三编第二十章_技术合同(节选).md",
    "inserted_article": "regulations/中华人民共和国刑法_第二编第三章第七节_侵犯知识产权罪(节选).md",
    "interpretation": "regulations/最高人民法院关于审理侵犯商业秘密民事案件适用法律若干问题的规定(2020).md",
    "interpretation_in_groups": "regulations/最高人民法院关于审理技术合同纠纷案件适用法律若干问题的解释(2020).md",
    "administrative_regulation": "regulations/中华人民共和国专利法实施细则(2023修订).md",
    "departmental_rule": "regulations/集成电路布图设计行政执法办法(2001).md",
    "local_regulation": "regulations/宁波市企业技术秘密保护条例(2010).md",
    "amendment_of_a_law": "versions/中华人民共和国刑法修正案（十一）(2020).md",
    "amendment_of_many": "versions/修改十八件知识产权类司法解释的决定(法释〔2020〕19号).md",
    "reply": "regulations/最高人民法院关于知识产权侵权诉讼中被告以原告滥用权利为由请求赔偿合理开支问题的批复(2021).md",
    "reply_numbered": "regulations/最高人民法院关于涉网络知识产权侵权纠纷几个法律适用问题的批复(2020).md",
    "plan": "plan/武汉市国家知识产权保护示范区建设方案.txt",
    "complaint_elements": "guides/民事起诉状要素表(侵害商业秘密纠纷)-事实与理由部分.md",
    "pdf": "formats/01_反不正当竞争法2025_多页_页眉页脚页码.pdf",
    "docx": "formats/14_专利法_官方排版.docx",
    "docx_plan": "formats/05_示范区建设方案_标题与表格.docx",
}


def passages_in(corpus: Path, file: str) -> tuple[Passage, ...]:
    """The passages of a document of the corpus, under its title in the manifest."""
    manifest = json.loads((corpus / "manifest.json").read_text(encoding="utf-8"))
    titles = {entry["file"]: entry["title"] for entry in manifest["documents"]}
    titles |= {entry["file"]: titles.get(entry["made_from"], f"{entry['file']}_".split("_")[1]) for entry in manifest["formats"]}
    blocks = parse(read_file(SourceFile(corpus / file, file))).blocks
    return passages_of(structure(blocks, titles[file]).sections, document_text(blocks), VERSION)


def tree(passages: tuple[Passage, ...]) -> str:
    articles = Counter(bool(p.article) and p.part < 2 for p in passages)[True]
    return "\n".join([f"{articles} 条，{len(passages)} 段", *_lines(passages)]) + "\n"


def _lines(passages: tuple[Passage, ...]) -> Iterator[str]:
    parts = Counter(p.locator for p in passages)
    above: tuple[str, ...] = ()
    for p in passages:
        for depth, heading in enumerate(p.heading_path):
            if p.heading_path[:depth + 1] != above[:depth + 1]:
                yield "  " * depth + _number(heading)
        above = p.heading_path
        part = f"（{p.part}/{parts[p.locator]}）" if p.part else ""
        yield f"{'  ' * len(above)}{_number(p.locator)}{part}  {len(p.text)}字 {_checksum(p.text)}{_counts(p)}"


_NUMBERED = re.compile(r"(?:第[^ ]{1,9}[编章节条](?:之.)?|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)]|[0-9])+|引言|印发通知|全文|结语|落款")


def _number(heading: str) -> str:
    """The number a heading begins with; words would be text, so the others show only their length and checksum."""
    match = _NUMBERED.match(heading)
    return match[0] if match else f"标题{len(heading)}字 {_checksum(heading)}"


def _counts(p: Passage) -> str:
    if p.article is None or p.part:
        return ""
    found = clauses(p.text)
    items = "/".join(_items(clause) for clause in found) if any(clause.parts for clause in found) else ""
    return f"  款{len(found)}" + (f" 项{items}" if items else "")


def _items(clause: Clause) -> str:
    points = sum(len(item.parts) for item in clause.parts)
    return f"{len(clause.parts)}" + (f"+{points}" if points else "")


def _checksum(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:8]


if __name__ == "__main__":
    for name, file in TREES.items():
        (FOLDER / f"{name}.txt").write_text(tree(passages_in(Path(os.environ["ZHIWEN_TEST_CORPUS"]), file)), encoding="utf-8")
