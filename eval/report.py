"""A run as one HTML file that needs nothing else: no network, no script; read on a screen or a phone, light or dark, or printed.

Everything that is not ours to the letter is escaped, and the policy in the file allows its own style sheet and nothing more, so
that a sentence of a case, a passage or a model is only ever text. Plots are drawn by `eval.plots`, which says why.
"""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from hashlib import sha256
from html import escape
from pathlib import Path

from eval import judge as judging
from eval.cases import ASIDE, GROUP_NAMES, OVERALL, Case
from eval.compared import Change, Compared, Shift, difference
from eval.gate import shown
from eval.intervals import Interval
from eval.plots import Dot, Point, Scale, bars, dot_row, histogram, scatter
from eval.record import Measured, Record, measured, overall
from eval.runner import Results, Score
from eval.table import LENGTH, LIBRARY_NAME, PART_NAME, quantile

__all__ = ["report"]

_STYLE = Path(__file__).with_name("report.css")
_HEADLINES = (("retrieval", "Recall@10"), ("asked", "要点召回"), ("asked", "应引条文"), ("asked", "引文逐字"), ("asked", "拒答召回"), ("asked", "误拒率"))
_SCALES = {"CRAG": Scale(-1, 1)}
_SHARES = Scale(0, 1)
_FEW = 12                # lists are unfolded up to here
_WHAT = {"all": "检索、回答与拒答", "retrieval": "检索", "answers": "回答", "refusals": "拒答"}
_VERDICT = {True: ("better-text", "▲ 好了"), False: ("worse-text", "▼ 差了"), None: ("", "变了")}


def report(record: Record, cases: Sequence[Case], compared: Compared | None = None,
           judgement: judging.Judgement | None = None) -> str:
    """The whole file. `cases` give the questions that are shown beside what fell short; those kept aside are never shown."""
    results, questions = record.results, {case.id: case.turns for case in cases if not case.aside}
    style = _STYLE.read_text(encoding="utf-8")
    hashed = base64.b64encode(sha256(style.encode()).digest()).decode()
    body = "\n".join([
        _opening(record), _gate(results), _headlines(results),
        _comparison(compared, questions) if compared else "",
        _judged(judgement) if judgement else "",
        _refusals(results, compared), _groups(results), _spread(results), _reasons(results, questions), _tables(results), _made(record, compared)])
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{hashed}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>知问评测报告 {record.measured_on.isoformat()}</title>
<style>{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def _opening(record: Record) -> str:
    results = record.results
    model = f"模型 {escape(results.model)}" if results.model else "未用模型"
    cases = len({score.case for score in results.scores})
    skipped = f"；另有 {len(results.skipped)} 题需要入库官方文件，没有测" if results.skipped else ""
    return (f"<h1>知问评测报告：{_WHAT[results.what]}</h1>"
            f'<p class="muted">{record.measured_on.isoformat()} 测；资料库 {escape(results.library_version)}'
            f"（{LIBRARY_NAME[results.library]}），{model}；{cases} 题{skipped}。</p>")


def _gate(results: Results) -> str:
    failures = results.below_gate()
    if not failures:
        return '<div class="gate"><strong>达到门槛</strong>：每一项都不低于已接受的数字。</div>'
    listed = "".join(f"<li>{escape(GROUP_NAMES.get(failure.place.partition('/')[2], failure.place))} {escape(failure.metric)}："
                     f"{escape(failure.problem)}</li>" for failure in failures)
    folded = f"<ul>{listed}</ul>" if len(failures) <= _FEW else f"<details><summary>逐项列出</summary><ul>{listed}</ul></details>"
    return f'<div class="gate missed"><strong>低于门槛 {len(failures)} 项</strong>{folded}</div>'


def _headlines(results: Results) -> str:
    found = {(figure.part, figure.metric): figure for figure in overall(results)}
    tiles = [f'<div class="tile"><span>{escape(figure.metric)}</span><b>{shown(figure.metric, figure.value)}</b>'
             f"<small>{_range(figure)}{figure.cases} 题</small></div>"
             for key in _HEADLINES if (figure := found.get(key))]
    return (f'<h2>总体</h2><p class="muted">各组合在一起，每题一份；区间是 95% 的 Wilson 区间。留出未调的题不在内。</p>'
            f'<div class="tiles">{"".join(tiles)}</div>')


def _range(figure: Measured) -> str:
    return f"{_ends(figure.metric, figure.interval)}，" if figure.interval else ""


def _ends(metric: str, interval: Interval) -> str:
    """72–100%: the unit once."""
    return f"{shown(metric, Fraction(interval.low)).removesuffix('%')}–{shown(metric, Fraction(interval.high))}"


def _groups(results: Results) -> str:
    panels: dict[tuple[str, str], list[Measured]] = {}
    for figure in measured(results):
        if figure.interval:
            panels.setdefault((figure.part, figure.metric), []).append(figure)
    drawn = [f'<div class="panel"><h3>{PART_NAME[part]}：{escape(metric)}</h3>{"".join(map(_dot_line, _in_order(figures)))}</div>'
             for (part, metric), figures in panels.items()]
    return ('<h2>各组</h2><p class="muted">点是这一组的平均，横条是它的 95% 区间：题少，条就长。左端是 0，右端是 1（CRAG 从 -1 起）。'
            f'空心点是留出未调的题。</p><div class="panels">{"".join(drawn)}</div>')


def _in_order(figures: Iterable[Measured]) -> list[Measured]:
    order = list(GROUP_NAMES)
    return sorted(figures, key=lambda figure: order.index(figure.group) if figure.group in order else len(order))


def _group(name: str) -> str:
    return escape(GROUP_NAMES.get(name, name))


def _dot_line(figure: Measured) -> str:
    value, kind = shown(figure.metric, figure.value), "aside" if figure.group == ASIDE else "now"
    ends = _ends(figure.metric, figure.interval) if figure.interval else ""
    said = f"{GROUP_NAMES.get(figure.group, figure.group)} {figure.metric} {value}，区间 {ends}，{figure.cases} 题"
    return (f'<div class="line {kind}"><span>{_group(figure.group)} <small>{figure.cases}</small></span>'
            f"{dot_row([Dot(float(figure.value), figure.interval, kind)], _SCALES.get(figure.metric, _SHARES), said)}"
            f'<span class="value">{value}</span><small class="value">{ends}</small></div>')


def _refusals(results: Results, compared: Compared | None) -> str:
    """Declining where it is due against declining where it is not; better is further up and further to the left."""
    points = list(filter(None, (
        _refusal_point(compared.before, lambda group: group != ASIDE, "保存的那次", "before") if compared else None,
        _refusal_point(results, lambda group: group != ASIDE, "这次", "now"),
        _refusal_point(results, lambda group: group == ASIDE, "留出未调的题", "aside"))))
    if not points:
        return ""
    left = min(0.75, *(point.y.interval.low for point in points if point.y.interval))
    right = max(0.25, *(point.x.interval.high for point in points if point.x.interval))
    low, high = int(left * 20) / 20, min(-(-int(right * 100) // 5) * 5 / 100, 1.0)
    legend = "".join(f'<li><span class="key {point.kind}"></span>{point.label}：拒答召回 {point.y.value:.0%}，误拒率 {point.x.value:.0%}</li>'
                     for point in points)
    said = "；".join(f"{point.label}拒答召回 {point.y.value:.0%}、误拒率 {point.x.value:.0%}" for point in points)
    return ('<h2>拒答与误拒</h2><div class="panels"><div class="panel">'
            f'<div class="ends"><span>↑ 拒答召回 100%（该拒的拒了）</span></div>{scatter(points, Scale(0, high), Scale(low, 1), said)}'
            f'<div class="ends"><span>{low:.0%} ｜ 误拒率 0%</span><span>{high:.0%}（不该拒的也拒了）→</span></div></div>'
            f'<div class="panel"><h3>越靠左上越好</h3><p class="muted">什么都拒，在右上角；什么都答，在左下角。横竖两条是各自的 95% 区间。</p>'
            f'<ul class="legend">{legend}</ul></div></div>')


def _refusal_point(results: Results, counts: Callable[[str], bool], label: str, kind: str) -> Point | None:
    chosen = Results(results.what, results.library, "", "", tuple(
        Score(s.case, "", s.part, s.metric, s.value) for s in results.scores if counts(s.group)))
    found = {figure.metric: figure for figure in measured(chosen)}
    if "误拒率" not in found or "拒答召回" not in found:
        return None
    over, due = found["误拒率"], found["拒答召回"]
    return Point(Dot(float(over.value), over.interval), Dot(float(due.value), due.interval), label, kind)


def _spread(results: Results) -> str:
    if not results.elapsed_ms:
        return ""
    lengths = [float(score.value) for score in results.scores if score.metric == LENGTH]
    panels = _distribution("答案字数", "字", lengths) + _distribution("回答用时", "毫秒", list(results.elapsed_ms.values()))
    return (f'<h2>长短与快慢</h2><p class="muted">虚线是中位数和 95% 的回答不超过的数；最右一格也含更大的。</p><div class="panels">{panels}</div>')


def _distribution(name: str, unit: str, values: Sequence[float]) -> str:
    middle, most, top = (quantile(values, share) for share in (Fraction(1, 2), Fraction(95, 100), Fraction(99, 100)))
    said = f"{name}：中位数 {middle:.0f} {unit}，95% 不超过 {most:.0f} {unit}"
    return (f'<div class="panel"><h3>{name}</h3>{histogram(bars(values, top or 1.0), (middle, most), said)}'
            f'<div class="ends"><span>0</span><span>中位数 {middle:.0f}，95% ≤ {most:.0f}</span><span>{top:.0f} {unit}</span></div></div>')


def _reasons(results: Results, questions: Mapping[str, tuple[str, ...]]) -> str:
    by_group: dict[str, dict[str, list[Score]]] = {}
    for score in results.reasons():
        by_group.setdefault(score.group, {}).setdefault(score.case, []).append(score)
    folded = [f"<details><summary>{_group(group)}：{len(cases)} 题</summary>"
              + "".join(_case(id_, questions, [_reason(score) for score in scores]) for id_, scores in cases.items()) + "</details>"
              for group, cases in by_group.items()]
    return "<h2>没有做到的</h2>" + ("".join(folded) or "<p>没有。</p>")


def _case(id_: str, questions: Mapping[str, tuple[str, ...]], lines: Iterable[str]) -> str:
    asked = " → ".join(escape(turn) for turn in questions.get(id_, ()))
    return (f'<div class="case"><p><strong>{escape(id_)}</strong> {asked}</p><ul>'
            + "".join(f"<li>{line}</li>" for line in lines) + "</ul></div>")


def _reason(score: Score) -> str:
    return f"{escape(score.metric)} {shown(score.metric, score.value)}：{escape(score.reason)}"


def _comparison(compared: Compared, questions: Mapping[str, tuple[str, ...]]) -> str:
    moved = compared.moved
    certain = [change for change in moved if change.certain]
    rest = moved[len(certain):]
    before = (f"资料库 {escape(compared.before.library_version)}，"
              + (f"模型 {escape(compared.before.model)}" if compared.before.model else "未用模型"))
    plots = (f'<div class="panel"><p class="muted"><span class="key before"></span>保存的那次　<span class="key"></span>这次</p>'
             f"{''.join(map(_change_line, certain))}</div>" if certain else "")
    chance = (f'<details><summary>可能是偶然的 {len(rest)} 项</summary><div class="case">{"".join(map(_change_line, rest))}</div></details>'
              if rest else "")
    return (f'<h2>与保存的评测相比</h2><p class="muted">保存的那次：{before}。共比较 {len(compared.changes)} 项，{len(moved)} 项有变化，'
            f"其中 {len(certain)} 项超出偶然（配对自助法 95% 区间不含 0；没有真实差别时，20 项里也会有 1 项因偶然超出）。</p>"
            f'{_shifts("变差", compared.worse, questions, opened=_FEW)}{_shifts("变好", compared.better, questions)}{plots}{chance}')


def _change_line(change: Change) -> str:
    metric = change.metric
    kind, verdict = _VERDICT[change.better] if change.certain else ("muted", "可能是偶然")
    values = f"{shown(metric, change.before)} → {shown(metric, change.after)}"
    low, high = (difference(metric, end) for end in (change.interval.low, change.interval.high))
    colour = {True: "better", False: "worse", None: "now"}[change.better] if change.certain else "now"
    said = f"{GROUP_NAMES.get(change.group, change.group)} {metric} {values}"
    drawn = "<span></span>" if metric == LENGTH else dot_row(
        [Dot(float(change.before), kind="before"), Dot(float(change.after), kind=colour)], _SCALES.get(metric, _SHARES), said)
    return (f'<div class="line wide"><span>{_group(change.group)} {escape(metric)} <small>{change.cases} 题</small></span>{drawn}'
            f'<span class="value">{values}（{difference(metric, float(change.difference))}，<small>{low} 至 {high}</small>）'
            f'<span class="{kind}">{verdict}</span></span></div>')


def _shifts(name: str, shifts: Sequence[Shift], questions: Mapping[str, tuple[str, ...]], opened: int = 0) -> str:
    if not shifts:
        return f"<p>没有题目{name}。</p>"
    by_case: dict[str, list[Shift]] = {}
    for shift in shifts:
        by_case.setdefault(shift.after.case, []).append(shift)
    cases = "".join(_case(id_, questions, map(_shift, found)) for id_, found in by_case.items())
    return f"<details{' open' if len(by_case) <= opened else ''}><summary>{name} {len(by_case)} 题</summary>{cases}</details>"


def _shift(shift: Shift) -> str:
    metric = shift.after.metric
    why = escape(shift.after.reason) or (f"原来{escape(shift.before.reason)}" if shift.before.reason else "")
    return f"{escape(metric)} {shown(metric, shift.before.value)} → {shown(metric, shift.after.value)}{'：' + why if why else ''}"


def _judged(judgement: judging.Judgement) -> str:
    agreed = judgement.agreement
    beyond = "算不出" if agreed.kappa is None else f"{float(agreed.kappa):.2f}"
    failed = "".join(f"<li>没有算数的票 {count} 张：{escape(reason)}</li>" for reason, count in judgement.failures.items())
    doubted = "".join(_case(verdict.sentence.id, {}, [escape(verdict.sentence.text)]) for verdict in judgement.doubted)
    folded = f"<details><summary>模型认为出处不支持的 {len(judgement.doubted)} 句</summary>{doubted}</details>" if doubted else ""
    unasked = f"，{judgement.unasked} 句没有问（模型没有回应）" if judgement.unasked else ""
    return (f"<h2>评判模型</h2><p>{escape(judgement.model)} 与已知答案一致 {agreed.agreed} / {agreed.sentences} 句（{float(agreed.share):.0%}，"
            f"{agreed.decided} 句有结论，Cohen κ {beyond}）。回答中有出处的 {len(judgement.verdicts)} 句：支持 {judgement.supported}，"
            f"不支持 {len(judgement.doubted)}，没有结论 {judgement.undecided}{unasked}。</p><ul>{failed}</ul>{folded}")


def _tables(results: Results) -> str:
    figures = {(figure.part, figure.group, figure.metric): figure for figure in measured(results)}
    together = {(figure.part, figure.metric): figure for figure in overall(results)}
    drawn = []
    for part, name in PART_NAME.items():
        named = list(dict.fromkeys(metric for p, _, metric in figures if p == part))
        groups = list(dict.fromkeys(figure.group for figure in _in_order(figures.values())
                                    if figure.part == part and figure.group != OVERALL))
        rows = [f"<tr><th scope=\"row\">{_group(group)}</th>{''.join(_cell(figures.get((part, group, metric))) for metric in named)}</tr>"
                for group in groups]
        rows.append(f"<tr><th scope=\"row\">{GROUP_NAMES[OVERALL]}</th>{''.join(_cell(together.get((part, metric))) for metric in named)}</tr>")
        heads = "".join(f'<th scope="col">{escape(metric)}</th>' for metric in named)
        if named:
            drawn.append(f'<div class="scroll" tabindex="0" role="region" aria-label="{name}各组的数字"><table><thead><tr><th scope="col">{name}'
                         f"</th>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>")
    return f'<h2>数字</h2><p class="muted">小字是 95% 区间和题数；表比屏幕宽时可以左右滑动。</p>{"".join(drawn)}'


def _cell(figure: Measured | None) -> str:
    if figure is None:
        return "<td>·</td>"
    return f"<td>{shown(figure.metric, figure.value)}<small>{_range(figure)}{figure.cases} 题</small></td>"


def _made(record: Record, compared: Compared | None) -> str:
    results = record.results
    command = f"zhiwen eval {results.what}{' --compare 保存的评测.json' if compared else ''} --save 这次.json --html 报告.html"
    rows = [("命令", f"<code>{command}</code>"), ("题库", f"<code>{escape(results.cases[:16])}</code>（SHA-256 前 16 位）"),
            ("提问之日", results.as_of.isoformat()), *((escape(name), escape(version)) for name, version in record.program.items())]
    return f"<h2>怎样得来</h2><dl>{''.join(f'<dt>{name}</dt><dd>{value}</dd>' for name, value in rows)}</dl>"
