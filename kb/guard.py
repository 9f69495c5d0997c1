"""Questions that are not answered as asked: how to take another's secrets, forge evidence, find private data; who will win;
and words of somebody in distress.

The victim's and the defender's version of the same question is answered; only the method of wrongdoing is not.
"""

import re
from dataclasses import dataclass

from kb.misuse import Misuse, Wrong
from kb.types import Outcome
from kb.understand import Inquiry

__all__ = ["Refusal", "refusal_for", "refusal_of"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a question is declined, and what to search for to say what follows and which way is lawful."""

    outcome: Outcome
    reason: str
    consequence: str = ""        # a question to our own library whose answer states the liability
    lawful: tuple[str, ...] = ()
    help_line: bool = False      # the operator's help line belongs beside it


# A few characters are too little for `kb.misuse` to be sure; so short a request says plainly what it wants.
_SHORT = 30
_PLAINLY = re.compile(r"(?:怎么|怎样|如何|咋|教我|帮我).{0,6}(?:(?P<taking>混进|潜入|溜进|买通|偷拍|窃取|盗取|黑进|套取)"
                      r"|(?:伪造|篡改|编造|销毁|毁掉|抹掉|删掉).{0,6}(?:证据|记录|痕迹|日志|签收|签名))")
_LAWFULLY = re.compile("防|避免|被|办|罚|违法|犯法|算|吗|合规|合法|依法|取证|举报")
_RECIPE = re.compile(r"(攻击步骤|作案步骤|窃密步骤|攻击方法|渗透步骤|入侵步骤)")
_PRIVATE = re.compile(r"(法官|老板|员工|经理|律师|对方|证人|他|她|某人|当事人).{0,8}"
                      r"(私人电话|联系方式|家庭住址|家住|住在哪|住哪|身份证号|手机号|行踪|开房|银行卡号|私人微信)")
_ODDS = re.compile(r"胜率|胜算|胜诉率|赢面|几成(把握|希望|可能)|(多大|多少)(把握|希望|可能|概率|几率).{0,4}(赢|胜|判)|百分之(几|多少).{0,6}(赢|胜)"
                   r"|判我(方)?(赢|胜)|(预测|猜).{0,6}(判决|输赢)|(法官|法院)(到时候?|最后)?会怎么判(我|这)")
_DISTRESS = re.compile(r"不想活|活不下去|想死|去死|寻死|自杀|自残|轻生|跳楼|割腕|结束生命|了结(自己|我)")
_VIOLENCE = re.compile(r"(我要|我想|想|打算|恨不得|准备).{0,6}(杀了|杀掉|弄死|砍死|捅死|打死)(他|她|那|这|对方|老板|全家)?")
_PRYING = re.compile(r"(谁(来)?问过|别人的(聊天|提问|问题|对话)|其他人.{0,4}(问|聊)|聊天记录给我看|用户记录)")


def refusal_for(inquiry: Inquiry, misuse: Misuse) -> Refusal | None:
    """The refusal a question calls for, or None when it should be answered. Looks at the question as it stands on its own and, of a
    follow-up, also as it was asked, alone and after the one before: spread over two questions it is the same."""
    found = refusal_of(inquiry.told, misuse)
    if found is None and inquiry.resolved:
        asked = inquiry.question.text
        found = refusal_of(asked, misuse) or refusal_of(f"{inquiry.question.turns[-1]}，{asked}", misuse)
    return found


def refusal_of(text: str, misuse: Misuse) -> Refusal | None:
    """The same of a text."""
    if _DISTRESS.search(text):
        return _DISTRESS_REPLY
    if _VIOLENCE.search(text):
        return _VIOLENCE_REPLY
    if _PRYING.search(text):
        return _NOTHING_KEPT
    if _RECIPE.search(text):
        return _TAKING_REFUSAL
    if len(text) <= _SHORT and (plainly := _PLAINLY.search(text)) and not _LAWFULLY.search(text):
        return _TAKING_REFUSAL if plainly["taking"] else _FORGING_REFUSAL
    if _PRIVATE.search(text) and re.search(r"(电话|地址|住|号|行踪|微信)(是|在|多少|哪|怎么|吗|告诉|给我|查)|帮我(查|找)|怎么查|怎么找|多少|哪", text):
        return _PRIVACY_REFUSAL
    if wrong := misuse.asked_for(text):
        return _REFUSALS[wrong]
    if _ODDS.search(text):
        return _NO_ODDS
    return None


_MISREAD = "如果您是受害的一方，或者想依法办事，请直接这样问，例如“被别人……了怎么办”“怎么防止……”。"
_TAKING_REFUSAL = Refusal(
    Outcome.UNLAWFUL, f"这看起来是在问怎样取得别人的商业秘密，本库不提供方法。{_MISREAD}",
    consequence="以盗窃、贿赂、欺诈、电子侵入等不正当手段获取商业秘密 侵犯商业秘密 罚款",
    lawful=("自行研究开发", "对公开买到的产品做反向工程", "与权利人谈许可或合作"))
_FORGING_REFUSAL = Refusal(
    Outcome.UNLAWFUL, f"这看起来是在问怎样伪造或毁灭证据，那会被追究责任，本库不提供方法。{_MISREAD}",
    consequence="伪造、毁灭重要证据 妨害民事诉讼 罚款 拘留",
    lawful=("如实提交手头已有的材料", "申请法院调查收集或保全证据", "用公证、可信时间戳固定尚在的证据"))
_HIDING_REFUSAL = Refusal(
    Outcome.UNLAWFUL, f"这看起来是在问怎样隐瞒或者逃避，那会加重责任，本库不提供方法。{_MISREAD}",
    consequence="拒绝、阻碍调查 罚款 侵犯商业秘密",
    lawful=("停止使用并封存相关资料", "按合同和法律要求通知有关方", "配合调查并说明来源"))
_PRIVACY_REFUSAL = Refusal(
    Outcome.UNLAWFUL, f"这看起来涉及他人的个人信息，本库不查询也不提供。{_MISREAD}",
    lawful=("通过法院、仲裁机构或其公开的办公渠道联系", "需要对方身份信息时，由律师或法院依法调取"))
_NOTHING_KEPT = Refusal(
    Outcome.OUT_OF_SCOPE, "本程序不保存任何人的提问，没有记录可以查看。")
_NO_ODDS = Refusal(
    Outcome.INSUFFICIENT, "官司的输赢取决于证据和法院的认定，本库不预测结果，也不给百分比。决定结果的主要是下面这些条件能不能证明。",
    consequence="商业秘密 不为公众所知悉 商业价值 相应保密措施 初步证据 举证 实质上相同 接触",
    lawful=("把手头的证据逐条对照这些条件", "向律师或当地知识产权维权援助机构咨询"))
_DISTRESS_REPLY = Refusal(
    Outcome.OUT_OF_SCOPE, "听起来你现在很难受。请先不要一个人扛着：马上联系身边信得过的人，或者就近去医院、找警察，他们能当面帮你。",
    help_line=True)
_VIOLENCE_REPLY = Refusal(
    Outcome.OUT_OF_SCOPE, "先冷静一下：伤害别人解决不了问题。如果有人正处在危险中，请马上报警；等平静下来，再来问怎样依法讨回公道。",
    help_line=True)
_REFUSALS = {Wrong.TAKING: _TAKING_REFUSAL, Wrong.FORGING: _FORGING_REFUSAL, Wrong.HIDING: _HIDING_REFUSAL, Wrong.PRIVACY: _PRIVACY_REFUSAL}
