"""Names of firms and postal addresses in Chinese text, told by how they end and what leads into them.

Each function takes a text in half-width, simplified characters and returns spans (start, end), in order; whatever is not Chinese
may stand for what is known already. Courts, offices and public bodies are no secret, and 某公司 or 有限公司 is no name.
"""

import re
from collections.abc import Iterable, Iterator

from kb.text import any_of

__all__ = ["addresses", "companies"]

Span = tuple[int, int]

# --- companies ------------------------------------------------------------------------------------------------------

_ENDING = re.compile(r"(?:股份|集团|控股|实业|科技)?(?:有限责任公司|股份有限公司|有限公司)(?:[\u3400-\u9fff]{2,6}分公司)?|集团公司|"
                     r"律师事务所|会计师事务所|专利代理事务所|专业合作社|厂")
_IN_NAME = re.compile(r"[\u3400-\u9fffA-Za-z0-9()&·]")
_LONGEST_NAME = 24
# Words that lead into a name and are not of it; the name begins after the last of them.
_LEADS = re.compile(any_of(
    "名为 称为 成为 作为 叫 是 在 到 给 向 跟 把 被 将 的 了 从 去(?!哪) 对 让 替 由 我 他 她 你 它 们 客户 供应商 合作方 入职 跳槽 加入 任职于? "
    "就职于? 原告 被告 申请人 上诉人 第三人 [甲乙丙]方 对手 以及 起诉 委托 请 一家 开(?!发) 占 该 此 系 鼓励 支持 适应 成立 设立 注册 注销 投资 "
    "收购 控股(?=[^有]) 属于 改制 登记 有(?!限) 公司(?=.{2}) 老板 员工 同行 采购 销售 告诉 举报 投诉 关于 针对 签了 签订 供货 卖 买 "
    "和(?=[\u3400-\u9fff]{2,4}[省市县区])"))
_JOINS = re.compile(r"(?:以及|和|与|及|跟|同|或|、)+")
# What says which kind of firm and not which one.
_KINDS = any_of("家 个 间 些 人 国有 民营 外资 合资 独资 私营 上市 外商 国内 国外 境内 境外 外国 中外 科技 贸易 网络 物流 股份 集团 控股 实业 自然人 投资 一人 "
              "普通 类型 企业 责任 全资 关联 农民 家庭 养殖 种植")
_NAMELESS = re.compile(rf"[某何]|^(?:[哪这那一两几各每本该贵敝新老原前母子总分其别另同外大小]|中小)?{_KINDS}*$")
_CALLED = re.compile(
    r"(?:公司|企业|厂子?|店|品牌)的?(?:名字|名称)?(?:叫做|叫|名叫|名为|名称是|名字是)\s*[“\"《]?([\u3400-\u9fffA-Za-z0-9·&]{2,16}?)[”\"》]?"
    r"(?=$|[^\u3400-\u9fffA-Za-z0-9·&]|的|被|有限|公司)")
_GENERIC = any_of(
    "[我你他她它本对时被是要能可没不这那某一另别同新老大小前原外几其多家现自咱子母分总] 什么 哪 竞争 互联网 科技 软件 网络 贸易 物流 上市 国有 "
    "民营 关联 目标 供应商 保险 劳务 派遣 建筑 咨询 广告 美国 日本 德国 韩国 国内 初创 创业 有限 股份 集团 服务 代理 中介 担保 投资 制造 设备 材料 "
    "化工 医药 食品")
_SHORT = re.compile(
    rf"(?:跳槽(?:到|去)?+了?+|入职|加入|去了|起诉|状告|名叫|客户[是叫]|供应商[是叫]|对手[是叫]?|[任就]职于)\s*[了的]?"
    rf"((?!{_GENERIC})[\u3400-\u9fffA-Za-z0-9]{{2,8}}?(?:公司|集团))(?!法|章程|登记)")
_WESTERN = re.compile(
    r"\b[A-Z][\w&.'-]*(?: [A-Z][\w&.'-]*){0,5},? (?:Co\.?,? ?Ltd\.?|Inc\.?|LLC|GmbH|Corp(?:oration|\.)?|Limited|Ltd\.?|PLC|AG)(?![a-z])")


def companies(text: str) -> list[Span]:
    """Firms: names that end like one (…有限公司, …律师事务所, … Ltd.), X公司 where somebody joins or sues it, and what a firm is
    said to be called.
    """
    return _apart((*_registered(text), *(match.span() for match in _WESTERN.finditer(text)),
                   *(match.span(1) for pattern in (_CALLED, _SHORT) for match in pattern.finditer(text)
                     if not _NAMELESS.search(match[1]) and not match[1].startswith(("什么", "啥", "公司")))))


def _registered(text: str) -> Iterator[Span]:
    """From each ending back to where the name begins."""
    done = 0
    for ending in _ENDING.finditer(text):
        start = ending.start()
        while start > max(done, ending.start() - _LONGEST_NAME) and _IN_NAME.match(text[start - 1]):
            start -= 1
        done = ending.end()
        start += _led_in(text[start:ending.start()])
        name = text[start:ending.start()]
        if len(name) >= 2 and not _NAMELESS.search(name) and (ending[0] != "厂" or re.search(r"[省市县区镇]..", name)):
            yield start, ending.end()


def _led_in(written: str) -> int:
    """How much of what stands before an ending is not of the name."""
    led = max((lead.end() for lead in _LEADS.finditer(written)), default=0)
    if written.count("(") != written.count(")"):         # one that was opened or is closed elsewhere
        led = max(led, written.rfind("(") + 1, written.rfind(")") + 1)
    joined = _JOINS.match(written, led)
    return joined.end() if joined else led


def _apart(spans: Iterable[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


# --- addresses ------------------------------------------------------------------------------------------------------

_NUMBER = r"[0-9一二三四五六七八九十百零]{1,6}"
_INSIDE = rf"(?:[A-Za-z]?(?:{_NUMBER}[A-Za-z]?|[A-Za-z])(?:号楼|号院|号|栋|幢|座|单元|层|楼|室|户))"
_STREET = re.compile(
    r"(?:[\u3400-\u9fff]{2,8}?(?:省|自治区))?(?:[\u3400-\u9fff]{2,6}?[市州])?(?:[\u3400-\u9fff]{1,8}?(?:区|县|镇|乡|街道))*"
    rf"[\u3400-\u9fff]{{1,10}}?(?:大道|路|街|巷|胡同|弄|村)(?:[东南西北中]段?|[一二三四五六七八九十]路)?\s?{_NUMBER}(?:-\d{{1,4}})?[号弄栋幢]"
    rf"(?:院|附\d+号)?(?:[\u3400-\u9fffA-Za-z]{{0,12}}?{_INSIDE})*")
_ESTATE = re.compile(rf"[\u3400-\u9fff]{{2,10}}?(?:小区|花园|公寓|大厦|广场|家园|花苑|新村|产业园|工业园|科技园|软件园|写字楼)\s?{_INSIDE}+")
_STATED = re.compile(r"(?:地址|住址|住所地?|家住|收货地)\s*[:是为在]+\s*([\u3400-\u9fffA-Za-z0-9()#\-]{5,60})")
_PLACE = re.compile(r"[省市县区镇乡村路街巷号栋幢楼室]")
_TO_PLACE = re.compile(any_of("在 位于 坐落 搬到 寄到 送到 地址是? 到 是 住 从 往 的 去 为 我 他 她 公司 仓库 厂房 工厂 家"))


def addresses(text: str) -> list[Span]:
    """Postal addresses down to a house number, and what is stated to be an address. A district or a street alone is none."""
    found = [(match.start() + _before_place(match[0]), match.end()) for pattern in (_STREET, _ESTATE) for match in pattern.finditer(text)]
    stated = [match.span(1) for match in _STATED.finditer(text) if len(_PLACE.findall(match[1])) >= 2]
    kept: list[Span] = []
    for start, end in sorted((*found, *stated)):
        if kept and start <= kept[-1][1]:
            kept[-1] = kept[-1][0], max(end, kept[-1][1])
        else:
            kept.append((start, end))
    return kept


def _before_place(written: str) -> int:
    """How much of what was matched stands before the place: 我们仓库在."""
    place = _PLACE.search(written)
    return max((lead.end() for lead in _TO_PLACE.finditer(written[:place.start() if place else 0])), default=0)
