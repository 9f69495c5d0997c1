"""Tables of the catalogue, and how versions and passages become rows and back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from kb.text import fold
from kb.types import Kind, Passage, Status, Tier, Version

__all__ = ["digest_of", "files", "from_json", "jobs", "meta", "name_key", "passage_from", "passage_row", "passages",
           "tables", "to_json", "upsert", "version_from", "version_row", "versions"]

tables = sa.MetaData()
meta = sa.Table("meta", tables, sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text))
versions = sa.Table(
    "versions", tables, sa.Column("id", sa.Text, primary_key=True),
    *(sa.Column(name, sa.Text, nullable=False) for name in (
        "document", "title", "label", "kind", "tier", "number", "issuer", "status", "supersedes", "source_url",
        "sha256", "file_name", "place", "owner", "read_by", "audience")),
    *(sa.Column(name, sa.Date) for name in ("issued", "in_force_from", "in_force_to")),
    sa.Column("bundled", sa.Boolean, nullable=False), sa.Column("digest", sa.Text, nullable=False),
    sa.Column("document_key", sa.Text, nullable=False, index=True),
    sa.Column("title_key", sa.Text, nullable=False, index=True), sa.Column("edited", sa.JSON, nullable=False))
passages = sa.Table(
    "passages", tables, sa.Column("id", sa.Text, primary_key=True),
    sa.Column("version_id", sa.ForeignKey("versions.id", ondelete="CASCADE"), nullable=False),
    sa.Column("owner", sa.Text, nullable=False), sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("locator", sa.Text, nullable=False, index=True), sa.Column("text", sa.Text, nullable=False),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("lead_in", "page_label")),
    sa.Column("article", sa.Integer), sa.Column("page", sa.Integer),
    *(sa.Column(name, sa.Integer, nullable=False) for name in ("sub", "part", "start", "end")),
    *(sa.Column(name, sa.JSON, nullable=False) for name in ("heading_path", "questions", "basis")),
    sa.Index("passages_in_order", "version_id", "ordinal"), sa.Index("passages_by_article", "article", "sub"))
files = sa.Table(
    "files", tables, sa.Column("location", sa.Text, primary_key=True), sa.Column("name", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False), sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("version_id", sa.ForeignKey("versions.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("owner", sa.Text, nullable=False))
jobs = sa.Table(
    "jobs", tables, sa.Column("id", sa.Integer, primary_key=True), sa.Column("kind", sa.Text, nullable=False),
    sa.Column("started", sa.Text, nullable=False), sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("report", sa.JSON, nullable=False), sa.Column("owner", sa.Text, nullable=False))
gaps = sa.Table(
    "gaps", tables, sa.Column("id", sa.Integer, primary_key=True), sa.Column("noted", sa.Text, nullable=False),
    sa.Column("question", sa.Text, nullable=False), sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False))
feedback = sa.Table(
    "feedback", tables, sa.Column("id", sa.Integer, primary_key=True), sa.Column("noted", sa.Text, nullable=False),
    sa.Column("passage_id", sa.Text, nullable=False), sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("comment", sa.Text, nullable=False), sa.Column("owner", sa.Text, nullable=False))

_VERSION_FIELDS = tuple(field.name for field in fields(Version))
_PASSAGE_FIELDS = tuple(field.name for field in fields(Passage) if field.name != "version")
_LATER = ("read_by", "lead_in", "page_label", "audience", "edited")       # since schema 2, 3 and 4


@lru_cache(maxsize=4096)
def name_key(name: str) -> str:
    """Document names compare folded, without 书名号 and a leading 中华人民共和国."""
    return fold(name.strip().strip("《》〈〉")).removeprefix("中华人民共和国")


def version_row(version: Version, passages: Sequence[Passage]) -> dict[str, Any]:
    row = {name: getattr(version, name) for name in _VERSION_FIELDS}
    row |= {name: row[name].value for name in ("kind", "tier", "status")}
    return row | {"digest": digest_of(version, passages), "document_key": name_key(version.document),
                  "title_key": name_key(version.title)}


def version_from(row: Mapping[Any, Any]) -> Version:
    given = {name: row[name] for name in _VERSION_FIELDS}
    return Version(**given | {"kind": Kind(row["kind"]), "tier": Tier(row["tier"]), "status": Status(row["status"]),
                              "edited": tuple((name, said) for name, said in row["edited"])})


def passage_row(passage: Passage) -> dict[str, Any]:
    row = {name: getattr(passage, name) for name in _PASSAGE_FIELDS}
    return row | {"version_id": passage.version.id, "owner": passage.version.owner}


def passage_from(row: Mapping[Any, Any], version: Version) -> Passage:
    given = {name: row[name] for name in _PASSAGE_FIELDS}
    given |= {name: tuple(row[name]) for name in ("heading_path", "questions", "basis")}
    return Passage(version=version, **given)


def to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str, sort_keys=True)


def from_json(written: str) -> object:
    """Most lists of a passage are empty; reading it spends more on them than on anything else."""
    return [] if written == "[]" else json.loads(written)


def digest_of(version: Version, passages: Sequence[Passage]) -> str:
    """Of everything stored about a version. A field of a later schema counts where it says something, so that what an
    older program stored keeps its digest."""
    content: list[object] = [
        [getattr(version, name) for name in _VERSION_FIELDS if name not in _LATER],
        [[getattr(passage, name) for name in _PASSAGE_FIELDS if name not in _LATER]
         for passage in sorted(passages, key=lambda p: p.ordinal)]]
    owners: tuple[Version | Passage, ...] = (version, *passages)
    later = [[owner.id, name, getattr(owner, name)] for owner in owners for name in _LATER if getattr(owner, name, "")]
    return sha256(to_json([*content, sorted(later)] if later else content).encode("utf-8")).hexdigest()


def upsert(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """ON CONFLICT DO UPDATE, not OR REPLACE, which would delete the row and cascade."""
    if not rows:
        return
    statement = insert(table)
    key = list(table.primary_key.columns)
    update = {column.name: column for column in statement.excluded if column.name != key[0].name}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=update), rows)
