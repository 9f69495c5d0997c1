"""Questions that are not answered as asked: how to take another's secrets, forge evidence, find private data; who will win;
and words of somebody in distress.

The victim's and the defender's version of the same question is answered; only the method of wrongdoing is not.
"""

import re
from dataclasses import dataclass

from kb.types import Outcome
from kb.understand import Inquiry

__all__ = ["Refusal", "refusal_for"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a question is declined, and what to search for to say what follows and which way is lawful."""

    outcome: Outcome
    reason: str
    consequence: str = ""        # a question to our own library whose answer states the liability
    lawful: tuple[str, ...] = ()
    help_line: bool = False      # the operator's help line belongs beside it


_OTHERS = r"(对手|竞争对手|对方|同行|竞品|别人|别家|人家|他们|它们|友商|前公司|前东家|老东家|原公司|原单位|其他公司|另一家|隔壁)"
_TAKING = (r"(偷拍|偷看|偷偷|偷到|偷出|窃取|窃听|潜入|混进|溜进|黑进|黑掉|入侵|破解|绕过|买通|收买|贿赂|套出|套取|套到|撬开|打探|刺探|弄到|搞到|搞来|"
           r"弄来|拿到|拷走|拷贝|复制|获取|盗取|偷|爬取|带走|挖出)")
_SECRETS = r"(配方|报价|底价|图纸|名单|资料|机密|秘密|代码|源码|工艺|车间|数据|系统|登录|密码|标书|客户|内部|文件|员工|技术|邮箱|电脑)"
_HOW = r"(怎么|怎样|如何|咋|有什么办法|什么方法|教我|帮我|给我|教教|方法|办法|技巧|步骤|才能|最隐蔽|不被发现|神不知鬼不觉)"
_STEALTH = r"(不留记录|不留痕|不留下|悄悄|偷偷|不被发现|不让.{0,4}发现|神不知鬼不觉|瞒过).{0,12}|(导|拷|带|传|发)(出|走|给).{0,12}(不留|不被)"
_OWN_SIDE = (r"(怎么办|怎么防|如何防|防止|防范|避免|应对|被(?!发现)|我们的|我司的|违法吗|犯法吗|合法吗|算不算|是否|构成|责任|处罚|判|赔|举报|起诉|追究|维权|"
             r"取证|证明对方|保护)")

_TAKES_SECRETS = (
    re.compile(rf"{_HOW}.{{0,16}}{_TAKING}.{{0,14}}{_OTHERS}.{{0,12}}{_SECRETS}"),
    re.compile(rf"{_HOW}.{{0,12}}{_OTHERS}.{{0,16}}{_TAKING}.{{0,10}}{_SECRETS}"),
    re.compile(rf"{_HOW}.{{0,16}}{_OTHERS}.{{0,8}}{_SECRETS}.{{0,6}}{_TAKING}"),
    re.compile(rf"{_TAKING}.{{0,14}}{_OTHERS}.{{0,12}}{_SECRETS}.{{0,12}}(不被发现|教程|教我|方法|步骤)"),
)
_FORGES = re.compile(rf"{_HOW}.{{0,10}}(伪造|造假|假造|编造|篡改|涂改|销毁|毁掉|删掉|删除|抹掉|清除).{{0,12}}"
                     r"(证据|记录|签收|合同|聊天|邮件|日志|痕迹|时间戳|公章|单据)")
_HIDES = re.compile(rf"{_HOW}.{{0,10}}(隐瞒|瞒住|瞒着|掩盖|不让.{{0,6}}知道|逃避|规避|躲过).{{0,14}}(泄密|泄露|检查|调查|处罚|责任|竞业|客户|监管)")
_RECIPE = re.compile(r"(攻击步骤|作案|窃密步骤|攻击方法|渗透步骤|入侵步骤)")
_PRIVATE = re.compile(r"(法官|老板|员工|经理|律师|对方|证人|他|她|某人|当事人).{0,8}"
                      r"(私人电话|联系方式|家庭住址|家住|住在哪|住哪|身份证号|手机号|行踪|开房|银行卡号|私人微信)")
_ODDS = re.compile(r"胜率|胜算|胜诉率|赢面|几成(把握|希望|可能)|(多大|多少)(把握|希望|可能|概率|几率).{0,4}(赢|胜|判)|百分之(几|多少).{0,6}(赢|胜)"
                   r"|判我(方)?(赢|胜)|(预测|猜).{0,6}(判决|输赢)|(法官|法院)(到时候?|最后)?会怎么判(我|这)")
_DISTRESS = re.compile(r"不想活|活不下去|想死|去死|寻死|自杀|自残|轻生|跳楼|割腕|结束生命|了结(自己|我)")
_VIOLENCE = re.compile(r"(我要|我想|想|打算|恨不得|准备).{0,6}(杀了|杀掉|弄死|砍死|捅死|打死)(他|她|那|这|对方|老板|全家)?")
_PRYING = re.compile(r"(谁(来)?问过|别人的(聊天|提问|问题|对话)|其他人.{0,4}(问|聊)|聊天记录给我看|用户记录)")


def refusal_for(inquiry: Inquiry) -> Refusal | None:
    """The refusal a question calls for, or None when it should be answered. Looks at the question alone."""
    text = inquiry.told
    if _DISTRESS.search(text):
        return _DISTRESS_REPLY
    if _VIOLENCE.search(text):
        return _VIOLENCE_REPLY
    if _RECIPE.search(text):
        return _TAKING_REFUSAL
    own_side = bool(re.search(_OWN_SIDE, text))
    stealthily = all(re.search(pattern, text) for pattern in (_HOW, _STEALTH, _SECRETS))
    if not own_side and (stealthily or any(pattern.search(text) for pattern in _TAKES_SECRETS)):
        return _TAKING_REFUSAL
    if _FORGES.search(text) and not own_side:
        return _FORGING_REFUSAL
    if _HIDES.search(text) and not re.search(r"(对方|员工|他们).{0,6}(隐瞒|掩盖|逃避|规避)", text):
        return _HIDING_REFUSAL
    if _PRIVATE.search(text) and re.search(r"(电话|地址|住|号|行踪|微信)(是|在|多少|哪|怎么|吗|告诉|给我|查)|帮我(查|找)|怎么查|怎么找|多少|哪", text):
        return _PRIVACY_REFUSAL
    if _PRYING.search(text):
        return _NOTHING_KEPT
    if _ODDS.search(text):
        return _NO_ODDS
    return None


_TAKING_REFUSAL = Refusal(
    Outcome.UNLAWFUL, "这是在问怎样取得别人的商业秘密，本库不提供方法。",
    consequence="以盗窃、贿赂、欺诈、电子侵入等不正当手段获取商业秘密 侵犯商业秘密 罚款",
    lawful=("自行研究开发", "对公开买到的产品做反向工程", "与权利人谈许可或合作"))
_FORGING_REFUSAL = Refusal(
    Outcome.UNLAWFUL, "伪造、毁灭证据会被追究责任，本库不提供方法。",
    consequence="伪造、毁灭重要证据 妨害民事诉讼 罚款 拘留",
    lawful=("如实提交手头已有的材料", "申请法院调查收集或保全证据", "用公证、可信时间戳固定尚在的证据"))
_HIDING_REFUSAL = Refusal(
    Outcome.UNLAWFUL, "隐瞒泄密或规避调查、义务会加重责任，本库不提供方法。",
    consequence="拒绝、阻碍调查 罚款 侵犯商业秘密",
    lawful=("停止使用并封存相关资料", "按合同和法律要求通知有关方", "配合调查并说明来源"))
_PRIVACY_REFUSAL = Refusal(
    Outcome.UNLAWFUL, "这涉及他人的个人信息，本库不查询也不提供。",
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
