"""What changed between two versions held in the library: which two to compare, and how `zhiwen diff` tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kb.comparison import Article, Change, Pair, articles_of, compare, differences
from kb.currency import governing, trust
from kb.errors import QuestionError
from kb.ports import PassageStore
from kb.registry import Registry, without_excerpt
from kb.show import written_out
from kb.statute import parse_ref, short_title
from kb.text import fold
from kb.types import Tier, Version

__all__ = ["Amendment", "amendment", "article_lines", "comparable", "record", "table_lines"]

_READABLE = 0.5            # of two texts less alike, marks within one would be a riddle: both are shown


@dataclass(frozen=True, slots=True)
class Amendment:
    """Two versions and what became of every article."""

    old: Version
    new: Version
    pairs: tuple[Pair, ...]

    def of(self, locator: str) -> list[Pair]:
        """The pairs of an article, by its number in the newer version, else in the older one.

        Raises:
            QuestionError: neither version has it.
        """
        ref = parse_ref(f"《法》{written_out(locator)}")
        place = (ref.article, ref.sub) if ref else (0, 0)
        for side in ("new", "old"):
            found = [pair for pair in self.pairs if place in [(a.number, a.sub) for a in getattr(pair, side)]]
            if found:
                return found
        raise QuestionError(f"{self.new.label}和{self.old.label}都没有{locator}", "请检查条号；不写条号则列出全部条文的对照")


def amendment(store: PassageStore, registry: Registry, document: str, day: date, old: str = "",
              new: str = "") -> Amendment:
    """The version in force on `day` beside the one before it, or the labels (or years) asked for. Where nothing earlier
    is held, the version in force beside the one to come.

    Raises:
        QuestionError: fewer than two texts are held, or there is none with that label.
    """
    group = registry.document(document)
    versions = comparable(store, group)
    newer = _labelled(versions, new, document) if new else None
    older = _labelled(versions, old, document) if old else None
    base = newer or governing(versions, day) or (versions[-1] if versions else None)
    if base is not None and newer is None and older is not None:
        newer = base if base != older else next((v for v in versions if _first(v) > _first(older)), None)
    if base is not None and older is None:
        earlier = [v for v in versions if _first(v) < _first(base)]
        later = [v for v in versions if _first(v) > _first(base)]
        older, newer = (earlier[-1], base) if earlier else (base, newer or (later[0] if later else None))
    if older is None or newer is None or older == newer:
        raise QuestionError(f"资料库里没有《{document}》的两个版本可以对照{_names(versions)}",
                            f"请加入另一个版本的全文{_registered(registry, group, versions)}；zhiwen library list 列出已有文件")
    if _first(older) > _first(newer):
        older, newer = newer, older
    return Amendment(older, newer, compare(articles_of(store.passages_of(older.id)), articles_of(store.passages_of(newer.id))))


def comparable(store: PassageStore, group: str) -> list[Version]:
    """The versions of a document that can be set beside one another: one text for each label, the most trusted and whole
    one, the oldest first. No digests: they are not the law's words."""
    best: dict[str, Version] = {}
    texts = [v for v in store.versions() if v.document == group and v.in_force_from and v.tier in (Tier.OFFICIAL, Tier.USER)]
    for version in sorted(texts, key=lambda v: (-trust(v), without_excerpt(v.title) != v.title, v.id)):
        best.setdefault(fold(version.label), version)
    return sorted(best.values(), key=lambda v: (_first(v), v.label))


def _labelled(versions: Sequence[Version], label: str, document: str) -> Version:
    for version in versions:
        if fold(version.label) == fold(label) or (label.isdigit() and version.label.startswith(label)):
            return version
    raise QuestionError(f"资料库里没有《{document}》的{label}文本{_names(versions)}", "请用其中一个版本名，如 --from 2019修正")


def _names(versions: Sequence[Version]) -> str:
    return f"（已有：{'、'.join(v.label for v in versions)}）" if versions else ""


def _registered(registry: Registry, group: str, held: Sequence[Version]) -> str:
    absent = [e.label for e in registry.versions(group) if e.label not in {v.label for v in held}]
    return f"（登记的还有：{'、'.join(absent)}）" if absent else ""


def _first(version: Version) -> date:
    return version.in_force_from or date.min


# How it is told

def article_lines(found: Amendment, locator: str) -> list[str]:
    """One article: where it came from, and its words with what was taken out 【-…-】 and put in 【+…+】."""
    lines: list[str] = []
    for pair in found.of(locator):
        lines += [_headline(pair, found), *_texts(pair, found)]
        lines += _namesakes(pair, found)
    return lines


def table_lines(found: Amendment) -> list[str]:
    """Every article in a line, in the order of the newer version."""
    counted = [(change, sum(pair.change is change for pair in found.pairs)) for change in Change]
    lines = [f"《{short_title(found.new.title)}》{found.old.label}（{found.old.in_force_from}起）→ {found.new.label}"
             f"（{found.new.in_force_from}起施行）",
             "，".join(f"{change.value} {count} 条" for change, count in counted if count), ""]
    return lines + [f"{_places(pair.new) or '（无）'} ← {_places(pair.old) or '（无）'}  {pair.change.value}"
                    for pair in found.pairs]


def record(found: Amendment, locator: str = "") -> dict[str, object]:
    """For `--json`: the two versions and the pairs, with the differences of those that were reworded."""
    return {"document": found.new.document, "from": _version(found.old), "to": _version(found.new),
            "articles": [_pair(pair) for pair in (found.of(locator) if locator else found.pairs)]}


def _version(version: Version) -> dict[str, object]:
    return {"title": version.title, "version": version.label, "tier": version.tier.label,
            "in_force_from": version.in_force_from and version.in_force_from.isoformat()}


def _pair(pair: Pair) -> dict[str, object]:
    told: dict[str, object] = {
        "change": pair.change.name.lower(), "likeness": round(pair.likeness, 2),
        "old": [{"locator": a.locator, "text": a.text} for a in pair.old],
        "new": [{"locator": a.locator, "text": a.text} for a in pair.new]}
    if pair.change in (Change.REWORDED, Change.MOVED_AND_REWORDED):
        told["differences"] = [{name: words for name in ("same", "removed", "added") if (words := getattr(piece, name))}
                               for piece in differences(pair.old[0].text, pair.new[0].text)]
    return told


def _headline(pair: Pair, found: Amendment) -> str:
    old, new = f"（{found.old.label}）", f"（{found.new.label}）"
    if not pair.old:
        return f"{_places(pair.new)}{new}：新增，{found.old.label}没有对应的条文"
    if not pair.new:
        return f"{_places(pair.old)}{old}：{found.new.label}没有对应的条文"
    what = "文字相同" if pair.change in (Change.UNCHANGED, Change.MOVED) else pair.change.value
    return f"{_places(pair.new)}{new}← {_places(pair.old)}{old}：{what}"


def _texts(pair: Pair, found: Amendment) -> list[str]:
    if pair.change in (Change.UNCHANGED, Change.MOVED, Change.NEW, Change.GONE):
        return [article.text for article in pair.new or pair.old]
    if pair.change in (Change.SPLIT, Change.MERGED) or pair.likeness < _READABLE:
        return [f"{article.locator}（{version.label}）{article.text}" for version, side in
                ((found.old, pair.old), (found.new, pair.new)) for article in side]
    return ["".join(piece.same + (f"【-{piece.removed}-】" if piece.removed else "") + (f"【+{piece.added}+】" if piece.added else "")
                    for piece in differences(pair.old[0].text, pair.new[0].text))]


def _namesakes(pair: Pair, found: Amendment) -> list[str]:
    """第十条 of the older version is another article: says what became of it."""
    lines = []
    for article in pair.new:
        other = next((p for p in found.pairs for a in p.old if a.locator == article.locator and p is not pair), None)
        if other:
            became = f"现为{_places(other.new)}" if other.new else f"{found.new.label}没有对应的条文"
            lines.append(f"注意：{found.old.label}的{article.locator}是另一条，{became}")
    return lines


def _places(articles: Sequence[Article]) -> str:
    return "、".join(article.locator for article in articles)
