"""The templates of agreements, lists and letters: fields to fill in, clauses in our own words, what each rests on.

The data is `library/templates/*.toml`, one file a template. Text of a clause: one paragraph a line, `- ` before an item of
a list, `{key}` where a field's value goes. `kb.filling` fills them in.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from kb.conditions import ALWAYS, Condition
from kb.errors import ConfigError, SourceError
from kb.fields import parsed
from kb.statute import parse_ref

__all__ = ["PLACEHOLDER", "TEMPLATES", "Clause", "Field", "FieldKind", "Form", "Rule", "Signature", "Template", "bundled_templates",
           "placeholders", "template_named"]

T = TypeVar("T")
TEMPLATES = Path(__file__).parent / "library" / "templates"
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class FieldKind(StrEnum):
    """What may be filled in."""

    TEXT = "text"          # one line
    LONG = "long"          # several lines
    DATE = "date"
    MONTHS = "months"
    COUNT = "count"        # a whole number of anything else
    AMOUNT = "amount"      # yuan
    PERCENT = "percent"
    CHOICE = "choice"
    ROWS = "rows"          # a table


class Form(StrEnum):
    """How a document numbers its parts: agreements and rules by 第一条, records and letters by 一、."""

    AGREEMENT = "agreement"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. `at_least` and `at_most` bound a number; where `when` does not hold, nothing is asked."""

    key: str
    label: str
    kind: FieldKind
    help: str = ""
    group: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    at_least: int | None = None
    at_most: int | None = None
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered part. `table` is the key of a field of rows that follows the text; `notes` are for whoever fills it in."""

    heading: str
    text: str
    basis: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    table: str = ""
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Rule:
    """What is answered where `when` holds. A refused value is not written: the place of `fields` stays blank."""

    when: Condition
    says: str
    basis: tuple[str, ...]
    fields: tuple[str, ...]
    refuse: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs, and on which lines."""

    party: str
    lines: tuple[str, ...]
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Template:
    """One document to fill in. `gaps` say which texts the library does not hold; `place` orders the templates."""

    name: str
    place: int
    title: str
    group: str
    form: Form
    purpose: str
    use: tuple[str, ...]
    avoid: tuple[str, ...]
    intro: str
    fields: tuple[Field, ...]
    clauses: tuple[Clause, ...]
    rules: tuple[Rule, ...] = ()
    signatures: tuple[Signature, ...] = ()
    gaps: tuple[str, ...] = ()

    def field(self, key: str) -> Field:
        return next(field for field in self.fields if field.key == key)

    @property
    def basis(self) -> tuple[str, ...]:
        """Every reference of its clauses and rules, once, in order."""
        parts: tuple[Clause | Rule, ...] = (*self.clauses, *self.rules)
        return tuple(dict.fromkeys(ref for part in parts for ref in part.basis))

    @classmethod
    def load(cls, text: str, file: str = "") -> "Template":
        """Read one template.

        Raises:
            SourceError: not TOML; a key unknown, missing or of the wrong type; a reference or condition that does not
                read; a placeholder, table or condition of a field that does not exist. File and line are named.
        """
        return _Reader(text, file).template()


def placeholders(text: str) -> list[str]:
    """The keys whose values go into a text, in order."""
    return PLACEHOLDER.findall(text)


@cache
def bundled_templates() -> Mapping[str, Template]:
    """The templates that ship with the program, by name, in their order; read once a process."""
    found = [Template.load(path.read_text(encoding="utf-8"), path.name) for path in TEMPLATES.glob("*.toml")]
    return MappingProxyType({template.name: template for template in sorted(found, key=lambda template: template.place)})


def template_named(name: str) -> Template:
    """The template with this name or title. Raises ConfigError where there is none."""
    known = bundled_templates()
    found = known.get(name) or next((template for template in known.values() if template.title == name), None)
    if found is None:
        raise ConfigError(f"没有这个模板：{name}", "zhiwen template 列出全部模板")
    return found


_Keys = dict[str, type[Any]]
_TOP: _Keys = {"name": str, "place": int, "title": str, "group": str, "form": str, "purpose": str, "use": list, "avoid": list, "intro": str,
        "gaps": list, "field": list, "clause": list, "rule": list, "signature": list}
_FIELD: _Keys = {"key": str, "label": str, "kind": str, "help": str, "group": str, "required": bool, "choices": list, "columns": list,
          "at_least": int, "at_most": int, "when": str}
_CLAUSE: _Keys = {"heading": str, "text": str, "basis": list, "notes": list, "table": str, "when": str}
_RULE: _Keys = {"when": str, "says": str, "basis": list, "fields": list, "refuse": bool}
_TABLES = frozenset({"field", "clause", "rule", "signature"})
_SIGNATURE: _Keys = {"party": str, "lines": list, "when": str}


class _Reader:
    """Reads one file; what is wrong is told with the line on which it stands."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file or "模板"

    def template(self) -> Template:
        data = parsed(self.text, self.file)
        self._check(data, _TOP, "", 0, ("name", "place", "title", "group", "form", "purpose", "use", "avoid", "field", "clause"))
        fields = self._each(data, "field", _FIELD, ("key", "label", "kind"), self._field)
        known = {field.key: field for field in fields}
        if len(known) < len(fields):
            raise self._fault("两个 field 用了同一个 key", "field", len(fields) - 1)
        clauses = self._each(data, "clause", _CLAUSE, ("heading", "text"), self._clause)
        rules = self._each(data, "rule", _RULE, ("when", "says", "basis", "fields"), self._rule)
        signatures = self._each(data, "signature", _SIGNATURE, ("party", "lines"), self._signature)
        if data["form"] not in tuple(Form):
            raise self._fault(f"form 不认识：{data['form']}", key="form")
        template = Template(
            data["name"], data["place"], data["title"], data["group"], Form(data["form"]), data["purpose"], tuple(data["use"]),
            tuple(data["avoid"]), data.get("intro", "").strip(), tuple(fields), tuple(clauses), tuple(rules), tuple(signatures),
            tuple(data.get("gaps", ())))
        self._refuse_strangers(template, known)
        return template

    def _each(self, data: dict[str, Any], table: str, known: _Keys, needed: Sequence[str],
              make: Callable[[dict[str, Any], int], T]) -> list[T]:
        found = []
        for n, raw in enumerate(data.get(table, [])):
            self._check(raw, known, table, n, needed)
            found.append(make(raw, n))
        return found

    def _check(self, raw: dict[str, Any], known: _Keys, table: str, n: int, needed: Sequence[str]) -> None:
        for key, value in raw.items():
            if key not in known:
                raise self._fault(f"不认识的键 {key}", table, n, key)
            member = dict if key in _TABLES else str
            if type(value) is not known[key] or (known[key] is list and not all(type(item) is member for item in value)):
                raise self._fault(f"{key} 的值不是约定的类型", table, n, key)
        if missing := [key for key in needed if not raw.get(key)]:
            raise self._fault(f"缺少 {'、'.join(missing)}", table, n)

    def _field(self, raw: dict[str, Any], n: int) -> Field:
        if raw["kind"] not in tuple(FieldKind):
            raise self._fault(f"kind 不认识：{raw['kind']}", "field", n, "kind")
        kind = FieldKind(raw["kind"])
        for key, wanted in (("choices", FieldKind.CHOICE), ("columns", FieldKind.ROWS)):
            if (kind is wanted) is not bool(raw.get(key)):
                raise self._fault(f"{key} 只用于、也必须用于 {wanted.value}", "field", n, "kind")
        return Field(raw["key"], raw["label"], kind, raw.get("help", ""), raw.get("group", ""), raw.get("required", False),
                     tuple(raw.get("choices", ())), tuple(raw.get("columns", ())), raw.get("at_least"), raw.get("at_most"),
                     self._when(raw, "field", n))

    def _clause(self, raw: dict[str, Any], n: int) -> Clause:
        return Clause(raw["heading"], raw["text"].strip(), self._basis(raw, "clause", n), tuple(raw.get("notes", ())),
                      raw.get("table", ""), self._when(raw, "clause", n))

    def _rule(self, raw: dict[str, Any], n: int) -> Rule:
        return Rule(self._when(raw, "rule", n), raw["says"], self._basis(raw, "rule", n), tuple(raw["fields"]),
                    raw.get("refuse", False))

    def _signature(self, raw: dict[str, Any], n: int) -> Signature:
        return Signature(raw["party"], tuple(raw["lines"]), self._when(raw, "signature", n))

    def _basis(self, raw: dict[str, Any], table: str, n: int) -> tuple[str, ...]:
        basis = tuple(raw.get("basis", ()))
        if wrong := [ref for ref in basis if parse_ref(ref) is None]:
            raise self._fault(f"依据“{'”“'.join(wrong)}”读不成条文", table, n, "basis")
        return basis

    def _when(self, raw: dict[str, Any], table: str, n: int) -> Condition:
        try:
            return Condition.parse(raw.get("when", ""))
        except ValueError:
            raise self._fault(f"条件读不懂：{raw['when']}", table, n, "when") from None

    def _refuse_strangers(self, template: Template, known: Mapping[str, Field]) -> None:
        """Every key that a text, table, rule or condition names is a field, and every choice one of its words."""
        named = [("", 0, "intro", placeholders(template.intro))]
        for n, clause in enumerate(template.clauses):
            named.append(("clause", n, "text", [*placeholders(clause.text), *([clause.table] if clause.table else [])]))
        named += [("rule", n, "fields", list(rule.fields)) for n, rule in enumerate(template.rules)]
        parts: tuple[tuple[str, Sequence[Field | Clause | Rule | Signature]], ...] = (
            ("field", template.fields), ("clause", template.clauses), ("rule", template.rules), ("signature", template.signatures))
        for table, members in parts:
            for n, member in enumerate(members):
                named.append((table, n, "when", sorted(member.when.keys - {"today"})))
                for key, words in member.when.choices:
                    if key in known and words not in known[key].choices:
                        raise self._fault(f"{key} 没有“{words}”这一项", table, n, "when")
        for table, n, key, used in named:
            if strangers := [name for name in used if name not in known]:
                raise self._fault(f"没有这个 field：{'、'.join(strangers)}", table, n, key)

    def _fault(self, what: str, table: str = "", n: int = 0, key: str = "") -> SourceError:
        return SourceError(f"{self.file} 第 {self._line(table, n, key)} 行有误：{what}", "请改正模板文件中的这一行")

    def _line(self, table: str, n: int, key: str) -> int:
        """Of the key in the nth table of this name; of the table where the key is not found."""
        seen, at, inside = -1, 1, not table
        for number, line in enumerate(self.text.splitlines(), start=1):
            if header := re.match(r"\[\[(\w+)\]\]", line):
                seen += header[1] == table
                inside = header[1] == table and seen == n
                at = number if inside else at
            if inside and key and re.match(rf"{re.escape(key)}\s*=", line):
                return number
        return at
