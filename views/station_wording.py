"""What the station's page says, in Chinese and English; the questions it offers are Chinese, as the library is."""

from collections.abc import Mapping
from dataclasses import dataclass

from views.kiosk import LeavingWords
from views.reading import ReadingWords
from views.wording import CHINESE, ENGLISH

__all__ = ["TOPICS", "WORDS", "StationWording", "Topic"]


@dataclass(frozen=True)
class Topic:
    """A button of the first screen and the questions behind it, each of which the bundled library answers (a test asks them)."""

    icon: str
    questions: tuple[str, ...]


TOPICS: Mapping[str, Topic] = {
    "secret": Topic("lock", ("怎么用大白话讲商业秘密？", "卤水配方算不算商业秘密？", "商业秘密要不要登记备案才受保护？")),
    "clients": Topic("contacts", ("跳槽能带走客户名单吗？", "离职后联系老客户违法吗？", "员工离职带走资料怎么办？")),
    "noncompete": Topic("work_off", ("竞业限制最长几年？", "普通员工能签竞业协议吗？", "没约定补偿，竞业限制还有效吗？")),
    "agreement": Topic("contract", ("入职要签保密协议，能签吗？", "没有保密协议还能告前员工吗？", "竞业限制补偿要给多少？")),
    "goods": Topic("shopping_bag", ("买到假货怎么办？", "投诉和举报有什么区别？", "没有小票还能投诉吗？")),
    "names": Topic("storefront", ("店名和别人的商标一样怎么办？", "注册商标有效期多久？", "公司名称登记了就等于商标注册吗？")),
    "works": Topic("palette", ("我的画被人印在杯子上卖怎么办？", "网上的图片能随便用吗？", "作品不登记有没有著作权？")),
    "children": Topic("child_care", ("孩子画的画有版权吗？", "小学生能申请专利吗？", "怎么给小朋友讲专利？")),
    "where": Topic("help_center", ("在武汉遇到知识产权问题找谁？", "商业秘密被偷了去哪里举报？", "武汉计划建多少家知识产权科普驿站？")),
}


@dataclass(frozen=True)
class StationWording:
    """One language's labels."""

    menu: str
    title: str
    welcome: str
    ask: str
    placeholder: str
    choose: str
    topics: Mapping[str, str]
    which: str
    back: str
    again: str
    finish: str
    working: str
    stop: str
    more: str
    local: str
    no_model: str
    printing: str
    hall: str
    reading: ReadingWords
    leaving: LeavingWords


WORDS: Mapping[str, StationWording] = {
    CHINESE.name: StationWording(
        menu="驿站",
        title="知识产权科普驿站",
        welcome="点一个话题，或者用自己的话问一句。",
        ask="想问什么？",
        placeholder="比如：员工离职带走客户名单怎么办",
        choose="常见话题",
        topics={"secret": "什么是商业秘密", "clients": "离职和客户名单", "noncompete": "竞业限制", "agreement": "保密协议", "goods": "买到冒牌货",
                "names": "店名和商标", "works": "画、照片、视频", "children": "孩子的发明和作品", "where": "在武汉找谁"},
        which="您想知道哪一个？",
        back="返回",
        again="问别的",
        finish="看完了，清屏",
        working="正在查找依据，请稍等…",
        stop="不等了，直接看资料库的回答",
        more="还可以问",
        local="只在这台机器上回答，问的话不保存、不外传。请不要写出配方、图纸、客户名字。",
        no_model="接入的模型不在这台机器上，所以本页不用它：回答全部来自本机的资料库。",
        printing="打印带走",
        hall="放在大厅的屏幕上：打开本页地址加上 ?kiosk=1，字更大，只留这一页，没人碰就自动清屏。",
        reading=ReadingWords("朗读", "停止朗读", "这台设备没有装在本机的中文语音，不能朗读。"),
        leaving=LeavingWords("{seconds} 秒后清屏", "还在看？碰一下屏幕就继续。", "正在清屏…")),
    ENGLISH.name: StationWording(
        menu="Station",
        title="IP station",
        welcome="Pick a topic, or ask in your own words.",
        ask="What would you like to know?",
        placeholder="For example: 员工离职带走客户名单怎么办",
        choose="Topics",
        topics={"secret": "What is a trade secret", "clients": "Leaving, and client lists", "noncompete": "Non-compete",
                "agreement": "Confidentiality agreements", "goods": "Bought a fake", "names": "Shop names and trade marks",
                "works": "Pictures, photos, videos", "children": "Children's ideas and works", "where": "Whom to ask in Wuhan"},
        which="Which of these?",
        back="Back",
        again="Ask something else",
        finish="Done, clear the screen",
        working="Looking for the legal basis…",
        stop="Do not wait; answer from the library",
        more="You could also ask",
        local="Answered on this machine only; nothing you type is kept or sent. Please leave out formulas, drawings and names of clients.",
        no_model="The configured model is not on this machine, so this page does not use it: answers come from the library here.",
        printing="Print",
        hall="On a screen in a hall: open this page with ?kiosk=1 for larger type, this page alone, and a reset when nobody is there.",
        reading=ReadingWords("Read aloud (Chinese)", "Stop", "This device has no Chinese voice of its own, so nothing can be read aloud."),
        leaving=LeavingWords("Clearing in {seconds} s", "Still reading? Touch the screen.", "Clearing…")),
}
