"""What the bundled library covers: its pages counted by topic and by the audience they are written for.

Every page names its `topic` and, where it is a guide, its `audience` in its front matter.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.parse.text import front_matter
from kb.types import Audience

__all__ = ["TOPICS", "Coverage", "coverage", "table"]

TOPICS = ("认定", "保密管理", "员工", "竞业限制", "客户信息", "技术信息", "合作", "数据与AI", "证据", "行政举报", "民事诉讼", "刑事", "保全", "赔偿",
          "被诉", "专利", "商标", "著作权", "其他知识产权", "示范区")


@dataclass(frozen=True, slots=True)
class Coverage:
    """One topic: how many articles or tasks are digested, and how many guides there are for each audience."""

    topic: str
    digested: int
    guides: Mapping[Audience, int]


def coverage(pages: Iterable[str]) -> tuple[Coverage, ...]:
    """The topics in order, also those without a page. `pages` are the Markdown texts of the library."""
    digested: Counter[str] = Counter()
    guides: Counter[tuple[str, str]] = Counter()
    for page in pages:
        head, _ = front_matter(page.splitlines())
        if head.get("kind") == "digest":
            digested[head["topic"]] += page.count("\n## ")
        elif head.get("kind") == "guide":
            guides[head["topic"], head["audience"]] += 1
    return tuple(Coverage(topic, digested[topic], {audience: guides[topic, audience] for audience in Audience})
                 for topic in TOPICS)


def table(rows: Sequence[Coverage], terms: int) -> str:
    """A Markdown table of topic × audience with its sums, and the number of terms in the glossary."""
    sums = [sum(row.digested for row in rows), *(sum(row.guides[audience] for row in rows) for audience in Audience)]
    lines = ["| 主题 | 条文要点 | 企业指南 | 驿站读物 | 学员概念页 |", "|---|---|---|---|---|",
             *(_line(row.topic, [row.digested, *row.guides.values()]) for row in rows), _line("**合计**", sums)]
    return "\n".join((*lines, "", f"另有术语表，{terms} 个术语。")) + "\n"


def _line(name: str, counts: Sequence[int]) -> str:
    return f"| {name} | {' | '.join(str(count or '') for count in counts)} |"
