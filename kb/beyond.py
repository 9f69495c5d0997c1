"""What a question asks for that no provision, plan or guide can say: other countries, coming years, statistics, prices, single cases.

Rules over the corrected question. A library that answers such a question from the nearest article answers another one.
"""

import re
from collections.abc import Collection
from datetime import date

from kb.text import fold

__all__ = ["COUNTRIES", "PLACES", "beyond", "bound_to", "place_in"]

PLACES = ("宁波", "浙江", "河南", "洛阳", "郑州", "重庆", "湖北", "武汉", "北京", "上海", "广州", "深圳", "广东", "江苏", "杭州", "苏州", "南京", "成都",
          "四川", "天津", "青岛", "山东", "长沙", "湖南", "西安", "福建", "厦门")
_HOME = ("武汉", "湖北")
COUNTRIES = ("美国", "日本", "德国", "欧盟", "英国", "法国", "韩国", "印度", "新加坡", "俄罗斯", "加拿大", "澳大利亚", "香港", "澳门", "台湾")


def place_in(text: str) -> str:
    """The first place named, or an empty string."""
    return next((place for place in PLACES if place in text), "")


def bound_to(text: str, as_of: date) -> tuple[str, ...]:
    """Countries, places and coming years without which an answer would be about something else.

    武汉 is where this library is at home, so it does not narrow a question; a place only narrows one about its rules.
    """
    countries = [name for name in COUNTRIES if re.search(
        rf"{name}.{{0,12}}(法|规定|赔偿|保护|条例|怎么判|期限)|(^|[，,。？?在]){name}(那边|的)?(怎么|如何|怎样|对|允许|规定|处罚|专利局|法院)", text)]
    places = [name for name in PLACES if name not in _HOME
              and re.search(rf"{name}.{{0,14}}(规定|条例|方案|政策|补贴|补助|奖励|示范区|办法|驿站|服务站|工作站|指导站|培训基地|保护中心)", text)]
    planned = re.search(r"计划|目标|方案|建|设|培训|达到|做到|完成|指标", text)
    years = [year for year in re.findall(r"(20\d{2})年", text) if planned and int(year) > as_of.year]
    return (*countries, *places, *years)


_BEYOND = (
    ("本库收的是规定、方案和指南，没有实际完成数、办案数这类统计",
     r"(实际|已经|目前|到现在|截至目前|至今).{0,10}(建成|完成|达到|做到|查处|受理|审结|授权|登记|设立|培训).{0,4}(了)?.{0,4}(多少|几|吗|没有|没)"
     r"|(去年|前年|今年|上半年|20\d{2}年).{0,12}(查处|查办|办理|审结|受理|申请|授权|破获|判决|建成|完成|培训)了.{0,8}(多少|几)"
     r"|(去年|前年|今年|上半年).{0,30}(百分之几|百分之多少|几成|多少[件起宗])"
     r"|(完成|实现|达标|落实)(得|情况).{0,6}(怎么样|如何|了吗|没有)|(目标|任务).{0,8}(完成|实现|达到|达标)了?(吗|没有|没)|排(名)?第几|排名(多少|第几)"),
    ("本库没有服务价格、费率这类信息",
     r"(律师|代理|鉴定|公证|保险|咨询|评估|检测|翻译|查新|认证|顾问).{0,12}(要|得|收|花|交|多少|一般).{0,8}(多少钱|多少费用|几千|几万|贵不贵|收费|价钱|价格)"
     r"|(律师|代理(人|公司|机构)).{0,24}(收|要)多少"
     r"|(律师费|代理费|鉴定费|公证费|保费|服务费|咨询费|评估费)(是|要|一般|大概|大约|一年)*(多少|几|怎么收|贵)|利率(是|要)?(多少|几)"),
    ("本库没有税法，不能回答怎样计税", r"(所得税|增值税|印花税|关税|契税).{0,24}(多少|几|怎么(算|交|缴)|免|减)|税率"),
    ("本库不收个案的判决结果",
     r"(某某?|[XＸ×]+)公司.{0,20}案.{0,6}(判|结果)|(哪个|哪一个|哪起)案(子|件)|(这|那)(个|起)案(子|件)?.{0,6}(判了|结果)|最终判(了|决)?(多少|如何|怎么)"),
    ("本库不推荐律师和机构", r"(律师|律所|代理机构|鉴定机构|代理公司|事务所).{0,6}(哪家|哪个|谁).{0,3}(好|强|靠谱|便宜)|推荐.{0,8}(律师|律所|代理|机构)"),
    ("本库没有电话号码和门牌地址", r"(法院|法庭|局|中心|协会|律所|服务站|法院的|庭).{0,4}(电话|号码|手机|地址|网址|邮箱)(是|号码)*(多少|几|什么|在哪)"),
    ("商业秘密的内容本身不会在这里", r"(可口可乐|老干妈|茅台|肯德基|麦当劳|云南白药|片仔癀|同仁堂).{0,6}(配方|秘方|工艺|原料)(是|有)(什么|哪些|啥)"),
)
_RULE = re.compile(rf"((?:{'|'.join(PLACES)})(?:省|市)?[\u4e00-\u9fff]{{2,18}}?(?:条例|实施办法|管理办法|实施细则|促进办法))")


def beyond(text: str, names: Collection[str]) -> str:
    """What is missing for such a question, in a sentence for its reader; empty where the library may answer.

    `names` are the folded names of all registered documents: a local rule that is none of them is not held.
    """
    for missing, pattern in _BEYOND:
        if re.search(pattern, text):
            return missing
    rule = _RULE.search(text)
    if rule is None:
        return ""
    folded = fold(text)
    held = any(name in folded for name in names if name.endswith(("条例", "办法", "细则")) and len(name) > 6)
    return "" if held else f"本库没有收录《{rule[1]}》"
