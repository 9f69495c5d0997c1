"""What a business keeps to itself: prices, formulas and process parameters, source code.

Each function takes a text in half-width, simplified characters and returns spans (start, end), in order; a NUL stands for what is
known already.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from kb.text import any_of

__all__ = ["amounts", "codes", "formulas", "prices"]

Span = tuple[int, int]

# --- money ----------------------------------------------------------------------------------------------------------

_CHINESE = "零〇一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟"
_ARABIC = r"(?<![\d.])\d[\d,]{0,20}(?:\.\d{1,9})?(?!\d)"
_FIGURE = rf"(?:{_ARABIC}\s?[百千]?[万亿]{{0,2}}|(?<![{_CHINESE}])[{_CHINESE}]{{1,20}})"
_CURRENCY = any_of(r"元人民币 人民币 元钱? 块钱 (?<=[\d十百千万])块(?!儿) 美元 美金 欧元 港元 港币 日元 rmb usd")
_MONEY = rf"(?:[¥$€]\s?{_FIGURE}(?:元|美元)?|{_FIGURE}[余多]?\s?{_CURRENCY})"
_NOT_MONEY = r"(?![\u3400-\u9fff]?[条件名家个次份人户台字页吨])"
_PRICE_WORD = any_of(
    "报价 底价 标底 投标价 竞标价 中标价 单价 售价 进价 进货价 采购价 拿货价 供货价 出厂价 批发价 成交价 合同价 结算价 优惠价 协议价 代理价 "
    "成本价? 造价 预算 价格 返点 回扣 毛利率? 利润率 折扣")
_PER = r"(?:\s?[/每一]\s?[\u3400-\u9fffa-z]{1,2})?"
_RATE = r"\d{1,9}(?:\.\d{1,9})?\s?%|[\d.]{1,5}折"
_BARE = r"\d[\d,]{2,20}(?:\.\d{1,9})?(?![\d年月日条款项个名家%])"
_PRICE = re.compile(rf"{_PRICE_WORD}[\u3400-\u9fff]{{0,4}}?\s*[:=(]?\s*(?:每[\u3400-\u9fff])?\s*"
                    rf"((?:{_MONEY}|{_FIGURE}[万亿]{_NOT_MONEY}){_PER}|{_RATE}|{_BARE})", re.IGNORECASE)
_AMOUNT = re.compile(_MONEY, re.IGNORECASE)
# Beside these words a sum is the law's, not the asker's.
_OF_THE_LAW = re.compile(any_of(
    r"以[上下内] 之间 罚 法定 上限 下限 最[高低多少] 至少 不超过 标准 门槛 立案 入罪 追诉 规定 第[\d一二三四五六七八九十百零]+条 数额"))


def prices(text: str) -> list[Span]:
    """Sums and rates said to be a price, cost, bid or margin."""
    return [match.span(1) for match in _PRICE.finditer(text)]


def amounts(text: str) -> list[Span]:
    """Sums of money of the asker's own; not those that a clause gives as the law's (罚款十万元以上)."""
    return [match.span() for match in _AMOUNT.finditer(text) if not _OF_THE_LAW.search(_clause_around(text, *match.span()))]


def _clause_around(text: str, start: int, end: int) -> str:
    marks = ",。;!?\n"
    before = max(text.rfind(mark, 0, start) for mark in marks) + 1
    after = min((at for at in (text.find(mark, end) for mark in marks) if at >= 0), default=len(text))
    return text[before:after]


# --- formulas and parameters ----------------------------------------------------------------------------------------

_N = r"(?<![\d.])\d{1,9}(?:\.\d{1,9})?(?!\d)"
_NUMBER = rf"(?:{_N}(?:\s?[-~—至到±]\s?{_N})?)"
# Units that only a process has, and pH.
_PARAMETER = re.compile(
    rf"{_NUMBER}\s?" + any_of(
        r"℃ °\s?[CF] 摄氏度 度[Cc] K(?![A-Za-z]) [MkG]?Pa(?![a-z]) 兆帕 千帕 rpm r/min 转/分钟? 转每分钟? m?mol(?:/L)? g/[mc]?[Ll] mg/[mk]?[Lg] "
        r"[mM]?[lL]/min m/min m?m/s kW(?!h) wt% vol% ppm 目(?=[筛网数粉的,。;]|$) mPa·s cP(?![a-z]) kV mA A/dm2? W/m2? J/cm2?")
    + rf"|pH\s?值?\s?[为是=:在控制到]{{0,4}}\s?{_NUMBER}", re.IGNORECASE)
# Quantities that a recipe shares with everything else.
_QUANTITY = re.compile(
    rf"{_NUMBER}\s?" + any_of(
        r"[%‰] 份(?![文合资协证报材名]) 千克 公斤 克 毫克 毫升 升(?![级值]) [km]?g(?![A-Za-z]) m?[Ll](?![A-Za-z]) [μu]m nm mm 毫米 微米 纳米 "
        r"度(?=[\u3400-\u9fff]{0,3}(?:[,。;下]|$|恒温|烘|加热|保温))")
    + rf"|百分之[一二三四五六七八九十百点零]{{1,9}}|{_N}\s?(?:[:∶]\s?{_N})+")
_TIME = re.compile(rf"{_NUMBER}\s?(?:个?小时|分钟|秒|h(?![a-z])|min(?![a-z])|s(?![a-z]))")
_WEIGHED = re.compile(rf"{_N}\s?(?:千克|公斤|克|毫克|毫升|[km]?g(?![A-Za-z])|m[Ll](?![A-Za-z]))")
_A_RECIPE = 3                # weights, whatever else the text speaks of
_MATERIAL = re.compile(any_of(
    r"乙醇 甲醇 丙酮 [硫盐硝磷醋草柠碳硼硅]酸[钠钾钙镁铵锂锌铁铜铝钡]? 氢氧化[钠钾钙铝] 氧化[铝锌镁硅钛铁锆铈铜] 氯化[钠钾钙铵铁] 碳酸氢?[钠钾钙] "
    r"树脂 [固催促增稳乳分消引交偶粘抗][\u3400-\u9fff]{1,2}剂 表面活性剂 填料 聚[乙丙氨酯酰四偏]{1,3}[烯酯胺醚]{0,2} 硅烷 石墨烯? 白?炭黑 钛白粉 "
    r"甘油 明胶 [\u3400-\u9fff][醇酮醛酯醚胺烷烯炔苯酚肽] [钴镍锰锂钼钨钒铬锆钛镁铝铜锌锡银铌钽铈镧钕]粉?(?=\s?\d|含量|占) "
    r"\b(?:[A-Z][a-z]?\d{1,2}){1,6}[A-Z]?\b \b(?:NaOH|KOH|HCl|NaCl|NMP|PVDF|PVC|EVA|PTFE|DMF|DMSO)\b"))
_MAKING = re.compile(any_of(
    "配方 配比 配料 配制 原料 成分 组分 含量 浓度 添加量 用量 投料 溶剂 溶液 催化 反应 工艺参数 工艺条件 温度 压力 转速 搅拌 固化 烧结 煅烧 退火 "
    "淬火 发酵 提取 萃取 蒸馏 烘干 干燥 保温 混合 重量比 质量比 体积比 摩尔比 镀液 浆料 助剂 辅料 加热 熔炼 电解"))
_BUSINESS = re.compile(any_of(
    "销量 销售 利润 营业 股 补偿 赔偿 工资 下降 增长 上涨 分成 费率 税 占比 案件 提成 分红 市场 份额 损失 折扣 以[上下内] 不低于 不超过 罚 率 覆盖 "
    "完成 目标 面积 相似 相同 重复 概率 可能 百分点 年龄 津贴"))
_CLAUSE = re.compile(r"[^,、;。!?\n\0]+")
_FULL_STOP = re.compile(r"[。!?\n\0]")
_LEADS = re.compile(any_of("配方[里中是为]? [是为:=] 含有? 加入 添加 采用 使用 [用放把将由按在里] 其中 包括"))


def formulas(text: str) -> list[Span]:
    """Runs of clauses that give quantities of materials or parameters of a process, from the first token to the last.

    A unit that only a process has (℃, MPa, rpm, pH) is enough; shares and weights count beside a material, or where two or more
    stand together in a text that speaks of making something or weighs three things. A share of a business (利润率, 占股) never does.
    """
    making = bool(_MAKING.search(text)) or len(_WEIGHED.findall(text)) >= _A_RECIPE
    clauses = [_Clause(text, *match.span()) for match in _CLAUSE.finditer(text)]
    sure = [clause.is_sure for clause in clauses]
    weighed = [making and bool(clause.quantities) and not clause.of_business for clause in clauses]
    kept = [sure[n] or (weighed[n] and (len(clause.quantities) > 1 or _beside(n, sure) or _beside(n, weighed)))
            for n, clause in enumerate(clauses)]
    timed = [bool(clause.times) and not clause.of_business and _beside(n, kept) for n, clause in enumerate(clauses)]
    return list(_runs(text, [clause for n, clause in enumerate(clauses) if kept[n] or timed[n]]))


def _beside(here: int, held: Sequence[bool]) -> bool:
    return any(held[at] for at in (here - 1, here + 1) if 0 <= at < len(held))


class _Clause:
    """What the words between two commas say of a recipe. Spans are those of the whole text."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.start, self.end, self._text = start, end, text
        self.parameters = self._spans(_PARAMETER)
        self.quantities = self._spans(_QUANTITY)
        self.materials = self._spans(_MATERIAL)
        self.times = self._spans(_TIME)
        self.of_business = bool(_BUSINESS.search(text, start, end))

    def _spans(self, pattern: re.Pattern[str]) -> list[Span]:
        return [match.span() for match in pattern.finditer(self._text, self.start, self.end)]

    @property
    def is_sure(self) -> bool:
        return bool(self.parameters or (self.quantities and self.materials and not self.of_business))

    @property
    def given(self) -> Span:
        """From after what leads into the first token (配方是, 加入) to the end of the last."""
        tokens = [*self.parameters, *self.quantities, *self.materials, *self.times]
        first, last = min(token[0] for token in tokens), max(token[1] for token in tokens)
        return max((lead.end() for lead in _LEADS.finditer(self._text, self.start, first)), default=self.start), last


def _runs(text: str, clauses: list[_Clause]) -> Iterator[Span]:
    """Neighbouring clauses as one."""
    begun: int | None = None
    for clause, following in pairwise((*clauses, None)):
        if clause is None:
            return
        begun = clause.given[0] if begun is None else begun
        between = text[clause.end:following.start] if following else "\n"
        if len(between) > 2 or _FULL_STOP.search(between):
            yield begun, clause.given[1]
            begun = None


# --- code -----------------------------------------------------------------------------------------------------------

_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_CODE_LINE = re.compile(r"\s*(?:" + "|".join((
    r"def \w+\(.*\)\s*(?:->.*)?:", r"class \w+.*[:{]\s*$", r"import \w+(?:\.\w+)*;?\s*$", r"from [\w.]+ import ", r"#include\s*[<\"]", r"#define \w+",
    r"(?:public|private|protected|static)\s.*[{;(]", r"function \w*\(", r"(?:const|let|var) \w+\s*=", r"(?:for|while|if|switch)\s*\(.*\)\s*\{?",
    r"(?:select\s.+\sfrom|insert into)\s", r"update\s\w+\sset\s", r"create table ", r"(?:return|printf?|console\.log|echo)\s*\(?.*[;)]\s*$",
    r"</?[a-z]+[^>]*>\s*$", r"@\w+\s*$")) + ")", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"\s*\w+(?:\.\w+)*\s*[-+*/]?=\s*[^=\u3400-\u9fff]+;?\s*$")
_GOES_ON = re.compile(r"\s*(?:[{}\])]+[;,]?|.*[;{}]\s*|//.*|\s{4,}\S.*|else:?.*|elif .*:|try:|end)\s*$")
_COMMENT = re.compile(r"(?://|#).*")
_PROSE = re.compile(r"[\u3400-\u9fff]{8,}")


def codes(text: str) -> list[Span]:
    """Source code: fenced blocks, and lines that are code by their form, from the first to the last of a run.

    One line that gives a value (x = 5) is none by itself.
    """
    found = [match.span() for match in _FENCED.finditer(text)]
    run: Span | None = None
    at, lines, sure = 0, 0, False
    outside = _FENCED.sub(lambda match: "\0" * len(match[0]), text)
    for line in (*outside.split("\n"), "。"):
        alone = bool(_CODE_LINE.match(line)) and not _PROSE.search(_COMMENT.sub("", line))
        if alone or _ASSIGNMENT.match(line) or (run and line.strip() and _GOES_ON.match(line)):
            run, lines, sure = (run[0] if run else at, at + len(line)), lines + 1, sure or alone
        elif run and line.strip():
            found += [run] if sure or lines > 1 else []
            run, lines, sure = None, 0, False
        at += len(line) + 1
    return sorted(found)
