"""What stands around a text: its title page, its table of contents, the lines that sign it, the heads of attachments."""

import re
from collections.abc import Sequence

from ingest.document import Block, BlockKind
from ingest.numerals import article_mark, chapter_rank, item_mark
from kb.text import fold

__all__ = ["begins_text", "contents", "is_attachment", "is_front_line", "is_sentence", "names_document", "signatures"]

_TITLE_PART = 6            # a short heading (指标) may well occur in a title (示范区指标表) without being it
_DATE = r"\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日"
_FRONT = re.compile(rf"[（(]?\s*(根据)?\s*{_DATE}[^。；]*$|目\s*[录次]$|[（(]?[^，。]{{0,24}}[〔\[（]\d{{4}}[〕\]）]第?\d+号[)）]?$"
                    r"|[（(]?[^，。]{0,24}令\s?第\s?\d+\s?号[)）]?$|[（(]?\d{4}年.{0,200}(通过|修订|修正|公布|发布|施行)[)）]?$")


def is_front_line(text: str, title: str) -> bool:
    """A line of the title page: the title, its dates and history, the document number, 目录."""
    folded = fold(text)
    return folded == fold(title) or (len(folded) >= _TITLE_PART and folded in fold(title)) or bool(_FRONT.match(text))


def names_document(block: Block, title: str) -> bool:
    """The heading that opens a file is its title, also where the manifest words the title a little differently."""
    folded = fold(block.text)
    return (block.start == 0 and block.level == 1) or (len(folded) >= _TITLE_PART and folded in fold(title))


def is_sentence(text: str) -> bool:
    return text.endswith(("。", "；", "：", "，", "！", "？", "”", ";", ":", ",")) or "。" in text


_CONTENTS = re.compile(r"目 ?[录次]$")
_LEADER = re.compile(r"(?:[ .．…·]*[.．…·]{2,}[ .．…·]*| )[（(]?\d{1,4}[)）]?$")
_RANGE = re.compile(r" ?[（(]第[^（）()]{1,20}条[^（）()]{0,20}[)）]$")


def contents(blocks: Sequence[Block]) -> frozenset[int]:
    """The blocks of the table of contents: from 目录 to where its first entry comes again as a heading.

    Without 目录, lines that lead to a page number with dots, where their words come again below.
    """
    last = {fold(block.text): i for i, block in enumerate(blocks) if len(block.text) <= 60}
    found = {i for i, block in enumerate(blocks)
             if re.search(r"[.．…·]{3,} ?\d{1,4}$", block.text) and last.get(_entry(block.text), -1) > i}
    for i, block in enumerate(blocks[:-1]):
        if _CONTENTS.match(block.text):
            end = last.get(_entry(blocks[i + 1].text), -1)
            listed = range(i, end)
            if len(listed) > 2 and not any(len(blocks[k].text) > 60 or is_sentence(blocks[k].text) for k in listed):
                found.update(listed)
    return frozenset(found)


def _entry(text: str) -> str:
    """The words of a line of the table of contents, without page number and range of articles."""
    return fold(_RANGE.sub("", _LEADER.sub("", text)))


_ATTACHMENT = re.compile(r"附(?:件|录|表|图)?[ 　]?[一二三四五六七八九十\d０-９]{0,3} ?(?:[：:.．、]|$)|附(?:件|录|表|图)[一二三四五六七八九十\d０-９]{0,3} ")


def is_attachment(text: str) -> bool:
    """The head of an attachment: 附件1：, 附表, 附录 名称, 附：…"""
    return bool(_ATTACHMENT.match(text)) and len(text) <= 60 and not text.endswith(("。", "；"))


_TEXT_NAME = re.compile(r"[^。；，：]{1,50}(?:法|条例|办法|规定|细则|规则|规程|规范|解释|制度|章程|决定|通知|公约|协议|合同|方案|标准|指引|指南|意见)"
                        r"(?:[（(][^（）()]{1,12}[)）])?$")


def begins_text(block: Block) -> bool:
    """Whether a second text may begin here: a heading other than a chapter, an attachment, or a line that ends as the
    names of rules do (某市商业秘密保护办法（试行）)."""
    if chapter_rank(block.text) or article_mark(block.text) or item_mark(block.text):
        return False
    return block.kind is BlockKind.HEADING or is_attachment(block.text) or bool(_TEXT_NAME.match(block.text))


_CHINESE_DATE = r"[二一][〇○零一二三四五六七八九]{3}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
_SIGNED = re.compile(
    rf"[（(]?(?:{_DATE}|{_CHINESE_DATE})(?: ?印发)?[)）]?$|(?:抄送|主送|抄报)[：:].*$|[^，。；：]{{2,40}}{_DATE} ?印发$"
    r"|[（(]此件.{2,12}[)）]$|[（(](?:盖章|公章|签章|印章)[)）]$")
_ORGAN = re.compile(r"[\u4e00-\u9fff 、（）()]{1,38}"
                    r"(?:政府|委员会|人大常委会|全国人民代表大会|主席团|法院|检察院|院|部|厅|局|署|办公室|公司|中心|协会)$")
_PERSON = re.compile(r"(?:主 ?席|总 ?理|市 ?长|省 ?长|部 ?长|局 ?长|署 ?长|院 ?长|检察长|主 ?任)[ ：:][\u4e00-\u9fff ·]{2,8}$")


def signatures(texts: Sequence[str]) -> int:
    """How many lines at the end only say who signed and when (发布机关, 日期, 抄送), where the text before them is complete."""
    count = 0
    while count < len(texts) - 1 and _signs(texts[-1 - count]):
        count += 1
    return count if count and texts[-1 - count].endswith(("。", "；", "！", "？", "”", "）", ")", ".", "》")) else 0


def _signs(text: str) -> bool:
    return item_mark(text) is None and any(pattern.match(text) for pattern in (_SIGNED, _ORGAN, _PERSON))
