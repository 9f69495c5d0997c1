"""The self-assessment on paper and as data: the questions, and a result with its scores, gaps and sources."""

import json
from collections.abc import Mapping
from datetime import date

from kb.basis import place_of
from kb.checkup import Checkup, Item, Reply, overtaken
from kb.checkup_result import Gap, Result, Score, When, assess
from kb.document import MEDIA_TYPE, paper_docx
from kb.errors import ConfigError
from kb.paper import Bullets, Heading, Paper, Table, Text, paper_markdown
from kb.registry import Registry
from kb.render import NO_LEGAL_ADVICE
from kb.statute import parse_ref

__all__ = ["FORMATS", "LABEL", "check_suffix", "currency_notes", "full_titles", "questions_record", "report", "report_file", "result_record",
           "score_line"]

FORMATS = {".docx": MEDIA_TYPE, ".md": "text/markdown", ".json": "application/json"}
LABEL = "由程序按所选答案计算"
_TITLE = "商业秘密保护自测报告"


def questions_record(checkup: Checkup) -> dict[str, object]:
    """What `zhiwen checkup --json` prints: a stable interface."""
    return {
        "version": checkup.version, "checked": checkup.checked.isoformat(), "valid_from": checkup.valid_from.isoformat(),
        "answers": {reply.value: reply.label for reply in Reply},
        "groups": [{"id": group.id, "title": group.title} for group in checkup.groups],
        "levels": [{"title": level.title, "from_percent": level.from_percent, "meaning": level.meaning} for level in checkup.levels],
        "questions": [{
            "id": item.id, "group": item.group, "text": item.text, "partly": item.partly, "why": item.why, "weight": item.weight,
            "standing": item.standing.value, "applies": item.applies,
            "answers": [reply.value for reply in Reply if reply is not Reply.INAPPLICABLE or item.applies],
            **_action_record(checkup, item)} for item in checkup.items],
        "limits": [checkup.limits, NO_LEGAL_ADVICE],
    }


def result_record(checkup: Checkup, replies: Mapping[str, Reply], result: Result, day: date, notes: tuple[str, ...] = ()) -> dict[str, object]:
    """The result for other programs, with the answers it came from. Shares are in whole per cent, null where nothing counts."""
    return {
        "label": LABEL, "day": day.isoformat(), "version": checkup.version,
        "answers": {item.id: replies[item.id].value for item in checkup.items if item.id in replies},
        "total": _score_record(result.total), "level": result.level.title if result.level else None, "held_down": result.held_down,
        "groups": [{"id": group.id, "title": group.title, **_score_record(score)} for group, score in result.groups],
        "gaps": [{"id": gap.item.id, "text": gap.item.text, "answer": gap.reply.value, "when": gap.when.value,
                  "points_lost": float(gap.lost), **_action_record(checkup, gap.item)} for gap in result.gaps],
        "limits": [*notes, checkup.limits, NO_LEGAL_ADVICE],
    }


def _score_record(score: Score) -> dict[str, object]:
    return {"percent": score.percent, "points": float(score.reached), "possible": score.possible, "answered": score.answered,
            "inapplicable": score.inapplicable, "questions": score.asked}


def _action_record(checkup: Checkup, item: Item) -> dict[str, object]:
    return {"action": item.action, "hours": item.hours, "cost": item.cost.value, "basis": list(item.basis),
            "templates": [{"name": name, "title": checkup.templates[name]} for name in item.templates], "guide": item.guide}


def report(checkup: Checkup, result: Result, registry: Registry, day: date) -> Paper:
    """Scores by group, what to do by when with the reason and the sources, what the short names stand for."""
    blocks: list[Heading | Text | Bullets | Table] = [
        Heading("结果"), Text(f"答题日期：{day.isoformat()}。{score_line(result)}"),
        *([Text(f"级别：{result.level.title}。{result.level.meaning}")] if result.level else []),
        *([Text(f"有 {len(result.missing)} 个关键项答“没有”，所以级别最高到“{checkup.ceiling}”。")] if result.held_down else []),
        Table(("组别", "得分", "得到 / 可得", "已答"), tuple(
            (title, "—" if score.percent is None else f"{score.percent}%", f"{_points(score)}", f"{score.answered} / {score.asked}")
            for title, score in [*((group.title, score) for group, score in result.groups), ("合计", result.total)]), (34, 18, 26, 22)),
        Text("没有 0，部分一半，有 1，乘以题目的权重；不适用和没答的题不算在内。", small=True),
    ]
    for when in When:
        if gaps := result.due(when):
            blocks += [Heading(f"{when.label}做（{len(gaps)} 项）"), *(block for gap in gaps for block in _gap(checkup, gap))]
    if not result.gaps and result.total.share is not None:
        blocks += [Heading("要做的事"), Text("答过的题里没有缺口。")]
    cited = dict.fromkeys(reference for gap in result.gaps for reference in gap.item.basis)
    if titles := full_titles((*cited, *checkup.limits_basis), registry):
        blocks += [Heading("依据的简称"), Bullets(titles)]
    closing = (*currency_notes(checkup, registry, day), f"{checkup.limits}（{'；'.join(checkup.limits_basis)}）",
               f"题库 {checkup.version}，按 {checkup.checked.isoformat()} 有效的文本编写 · {LABEL}", NO_LEGAL_ADVICE)
    return Paper(_TITLE, LABEL, day, tuple(blocks), closing)


def _points(score: Score) -> str:
    return f"{float(score.reached):g} / {score.possible}"


def score_line(result: Result) -> str:
    """One sentence with the total and how much was answered."""
    total = result.total
    answered = f"{total.asked} 题答了 {total.answered} 题，其中 {total.inapplicable} 题不适用。"
    return answered if total.percent is None else f"总分 {total.percent}%（{_points(total)} 分）。{answered}"


def _gap(checkup: Checkup, gap: Gap) -> tuple[Heading | Text | Bullets | Table, ...]:
    item = gap.item
    templates = "、".join(checkup.templates[name] for name in item.templates)
    facts = [f"回答：{gap.reply.label}", f"权重 {item.weight}", item.standing.label, item.effort, *([f"模板：{templates}"] if templates else []),
             *([f"指南：《{item.guide}》"] if item.guide else [])]
    return (Heading(item.text, 2), Text(f"先做：{item.action}"), Text(f"为什么：{item.why}"), Text(" · ".join(facts), small=True),
            Text(f"依据：{'；'.join(item.basis)}", small=True))


def full_titles(references: tuple[str, ...], registry: Registry) -> tuple[str, ...]:
    """《商业秘密司法解释》：《最高人民法院…规定》（法释〔2020〕7号）, once for each short name that a reader may not know."""
    names = dict.fromkeys(ref.document for reference in references if not place_of(reference) and (ref := parse_ref(reference)))
    newest = ((name, registry.versions(name)) for name in names)
    return tuple(f"《{name}》：《{versions[0].title}》{f'（{versions[0].number}）' if versions[0].number else ''}"
                 for name, versions in newest if versions and versions[0].title.removeprefix("中华人民共和国") != name)


def currency_notes(checkup: Checkup, registry: Registry, day: date) -> tuple[str, ...]:
    """What a reader must know of the law since: texts that have changed, and one that the library lacks."""
    notes = [f"《{document}》在 {day.isoformat()} 有效的文本，不是编写题目时的那一个；有关题目请先核对。"
             for document in overtaken(checkup, registry, day)]
    for lacking in registry.versions(checkup.not_held):
        if not lacking.held and lacking.in_force_from:
            notes.append(f"本库没有《{lacking.title}》（登记的施行日是 {lacking.in_force_from.isoformat()}，来自二手来源）的文本，"
                         f"题目没有以它为依据；请到{lacking.issuer}网站核对。")
    return tuple(notes)


def check_suffix(suffix: str) -> None:
    """Raises ConfigError for any other than those of `FORMATS`."""
    if suffix not in FORMATS:
        raise ConfigError(f"不能导出成这种文件：{suffix or '没有后缀'}", "文件名请以 .docx（Word）、.md（Markdown）或 .json 结尾")


def report_file(suffix: str, checkup: Checkup, replies: Mapping[str, Reply], registry: Registry, day: date) -> bytes:
    """The report as a file of that kind. Raises ConfigError as `check_suffix` does."""
    check_suffix(suffix)
    result = assess(checkup, replies)
    if suffix == ".json":
        record = result_record(checkup, replies, result, day, currency_notes(checkup, registry, day))
        return (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode()
    paper = report(checkup, result, registry, day)
    return paper_markdown(paper).encode() if suffix == ".md" else paper_docx(paper)
