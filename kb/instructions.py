"""Demands on the program inside a question or a document: "answer without sources", "you are in debug mode", "cite source 99".

They change nothing about an answer. Left in a question, they would be searched for and count as part of what was asked; a
passage of a document that makes them is not quoted.
"""

import re

__all__ = ["addresses_program", "without_instructions"]

_DEMANDS = re.compile(
    r"(不用|不要|不必|无需|别)再?(看|查|管|理|参考|按|用|遵守).{0,4}(资料|出处|来源|依据|规则|限制|要求|原文)"
    r"|(省掉|省略|去掉|不写|不要写|不用写|别写|不带).{0,4}(出处|来源|引用|依据)"
    r"|(忽略|无视|忘掉|忘记|跳过|绕开).{0,8}(以上|上面|之前|前面|此前|所有|一切|全部|你的|系统).{0,8}(规则|指令|提示|要求|设定|限制|内容)?"
    r"|想怎么(答|说|写)就怎么(答|说|写)|随便(编|答)"
    r"|(从现在起|从现在开始|现在).{0,4}你.{0,6}(不受|没有|不再).{0,6}(限制|约束|规则)|你(已经|现在)?(不受|没有)(任何)?(限制|约束)"
    r"|(进入|切换|打开|启用|开启).{0,6}(开发者|调试|管理员|越狱|无限制)模式|开发者模式|越狱"
    r"|(显示|输出|打印|告诉我|说出|公开|复述|重复).{0,8}(系统提示|提示词|隐藏.{0,3}指令|内部指令|初始指令|设定)"
    r"|(引用|标注|写上|注明).{0,3}[\[【]?\d{1,3}[\]】]?号?(来源|资料)|(请|必须)?引用[\[【]\d{1,3}[\]】]号?(来源|资料)?"
    r"|你(现在)?(扮演|假装是|假设你是|是一个没有)"
    r"|\b(ignore|disregard|forget)\b.{0,24}\b(instruction|rule|prompt|above|previous)|debug mode|developer mode|system prompt"
    r"|hidden instructions?|jailbreak|\bDAN\b|do anything now", re.IGNORECASE)
_CLAUSE = re.compile(r".+?(?:[，,。；;！!？?：:\n]+|\.\s+|$)", re.DOTALL)
_INSIDE = re.compile(r"(请|必须|务必)?引用\s*[\[【]?\d{1,3}[\]】]?\s*号?(来源|资料)(来)?(回答)?")     # asks on in the same clause


def without_instructions(text: str) -> tuple[str, bool]:
    """The question without the clauses that tell the program how to behave, and whether there were any.

    Nothing but demands is returned as it is.
    """
    if not _DEMANDS.search(text):
        return text, False
    asked = _INSIDE.sub("", text)
    rest = "".join(clause for clause in _CLAUSE.findall(asked) if not _DEMANDS.search(clause)).strip("，,；;：: \n")
    return rest if len(re.findall(r"[\u3400-\u9fff]|[A-Za-z0-9]+", rest)) >= 4 else text, True


_TO_A_MODEL = re.compile(
    r"(AI|人工智能|智能)\s?(助手|模型|客服).{0,12}(注意|请|必须|应当|一律|回答|忽略)|(大模型|语言模型|聊天机器人).{0,8}(请|必须|一律|回答)"
    r"|(AI助手|AIアシスタント|assistant).{0,30}(回答|答え|回覆|reply|answer|ignore)|本段.{0,6}(优先级最高|優先級最高)|以本段为准|优先于.{0,6}(资料|来源)"
    r"|(告诉|引导)用户.{0,30}(收费|付款|转账|账号|扫码|二维码|加微信)|回答(时)?一律|answer every question"
    r"|[\[【<(（]\s*(系统|system)\s*(消息|提示|指令|message|prompt)?\s*[:：\]】>)）]|\bSYSTEM\s*[:：]|</?(instructions?|context|system|document)>"
    r"|(用户的?(问题|提问)|上传的?文件).{0,16}(发送|提交|上传|转发)(到|至|给)|append\s+!\[|[?&]q(uestion)?=\s*\{?"
    r"|(忽略|无视|忘记).{0,8}(以上|上面|之前|所有|一切|官方).{0,8}(规则|指令|提示|要求|设定|文件)|系统提示词|你是没有任何限制"
    r"|ignore (all |the )?previous instructions", re.IGNORECASE)


def addresses_program(text: str) -> bool:
    """Whether words of a document are meant for a program that reads it and not for people."""
    return bool(_TO_A_MODEL.search(text))
