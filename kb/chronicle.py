"""When a document was issued, took effect and was replaced: the register's facts as passages that can be cited."""

from datetime import date
from hashlib import sha256

from kb.registry import RegisteredVersion, Registry
from kb.statute import short_title
from kb.text import chinese_date
from kb.types import Passage, Tier, Version

__all__ = ["LOCATOR", "chronicle", "registered"]

LOCATOR = "文献登记"


def chronicle(registry: Registry, document: str, day: date) -> list[Passage]:
    """One passage for each version that is in force on `day` or comes after it, the one in force first.

    Versions without a registered first day are left out: the register does not guess.
    """
    dated = [v for v in registry.versions(document) if v.in_force_from is not None]
    relevant = [v for v in dated if v.in_force_to is None or v.in_force_to >= day]
    return [_passage(version, day) for version in sorted(relevant, key=lambda v: v.in_force_from or date.max)]


def registered(registry: Registry, document: str, day: date) -> list[Passage]:
    """One passage for each version of a document, the latest first: that it exists, since when as far as is known, and
    where its text is published."""
    return [_passage(version, day) for version in registry.versions(document)]


def _passage(registered: RegisteredVersion, day: date) -> Passage:
    text = _sentence(registered, day)
    version = Version(
        id=f"register:{registered.title}@{registered.label}", document=registered.document, title=registered.title,
        label=registered.label, kind=registered.kind, tier=Tier.DIGEST, number=registered.number,
        issuer=registered.issuer, issued=registered.issued, in_force_from=registered.in_force_from,
        in_force_to=registered.in_force_to, status=registered.status, source_url=registered.source_url,
        place=registered.place, bundled=True)
    return Passage(sha256(f"{version.id}|{text}".encode()).hexdigest()[:16], version, LOCATOR, text, end=len(text))


def _sentence(registered: RegisteredVersion, day: date) -> str:
    name = f"《{short_title(registered.title)}》（{registered.label}）"
    # An amended law may be registered with the day of its first text: only a year the label names is this version's.
    own = registered.issued and (str(registered.issued.year) in registered.label or not registered.label[:4].isdigit())
    issued = f"{chinese_date(registered.issued)}公布，" if registered.issued and own else ""
    first = registered.in_force_from
    coming = first is not None and first > day
    until = f"，适用到{chinese_date(registered.in_force_to)}" if registered.in_force_to else ""
    since = f"自{chinese_date(first)}起施行" if first else ""
    known = issued or since or until
    text = f"{name}{issued}{since}{f'，{chinese_date(day)}尚未施行' if coming else until}{'' if known else '的公布日和施行日没有核实'}。"
    return text + (f"（{registered.note}）" if not registered.held and registered.note else "")
