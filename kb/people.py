"""Names of people in Chinese text, told by the words around them.

Chinese names carry no capital letters, so a name is one only where its surroundings say so: after a role (员工张三), after 叫 or
姓名, before a title (李建国经理), before a deed (张三离职), in a row with another name. Precise rather than complete: what is taken
for a name by mistake costs a question its meaning. Anonymous ones (张某) are nobody's.
"""

import re

from kb.text import any_of

__all__ = ["people"]

_LETTER = r"[\u3400-\u9fff]"

# Single surnames without those that are mostly other words after a role: 应 和 时 全 单 权 利 明 计 商 通 经 项 费 都 能 向 解.
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方"
    "石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤"
    "毕聂丛焦柳邢岳齐梅莫庄辛管祝左涂谷祁耿牟卜路詹关苗凌纪欧盛童华裴覃霍柯甘宁宫翁阮")
_DOUBLE = "欧阳 上官 司马 诸葛 皇甫 尉迟 慕容 令狐 夏侯 端木 司徒 南宫 轩辕"
_SURNAME = f"(?:{any_of(_DOUBLE)}|[{_SURNAMES}])"

# Words that begin like a name; whatever begins with one is none.
_WORDS_TEXT = (
    "任何 任务 任意 任职 任期 任命 任免 任一 任由 方面 方法 方案 方式 方便 方可 方向 方能 方才 方正 于是 于此 何时 何地 何种 何人 何处 何为 何况 "
    "高管 高新 高级 高薪 高价 高额 高度 高校 高温 高层 高中 高速 高压 高端 高危 高于 高达 高低 高频 高分 高性 高强 高技 高质 高精 高标 高纯 高能 "
    "高手 高考 金额 金融 金属 金钱 金牌 金华 金桥 文件 文书 文字 文本 文档 文化 文章 文员 文科 文旅 文创 文献 文凭 安全 安排 安装 安徽 安庆 安保 "
    "安置 安检 安防 安抚 安家 安心 马上 马虎 马达 马云 常见 常年 常用 常州 常务 常规 常识 常驻 曾经 曾任 成果 成本 关于 关系 关联 关键 关注 关闭 "
    "关门 关停 关押 关税 万元 万一 万能 万科 万份 万人 万条 万件 白天 白色 白酒 白领 白条 江苏 江西 江门 江汉 江岸 江夏 温度 温州 温控 黄金 黄石 "
    "黄冈 黄陂 黄色 武汉 武昌 武器 武装 宁波 宁夏 宁可 宁愿 徐州 苏州 郑州 杭州 柳州 彭州 兰州 路径 路线 路由 路上 路口 路演 管理 管辖 管控 管制 "
    "管道 管子 管线 管材 管委 陈述 陈列 申请 申报 申诉 申明 申辩 申领 申购 施工 施行 施压 施加 施以 施救 易于 易燃 易货 易拉 易懂 石油 石墨 石材 "
    "石家 石化 石英 石灰 石膏 田地 田间 田野 孔径 毛利 毛病 毛坯 余额 余下 余款 余地 余热 程序 程度 程式 程控 丁基 唐山 唐代 龙头 龙虾 段落 段时 "
    "华为 华中 华东 华南 华北 华侨 华人 康复 康养 严重 严格 严禁 严厉 严谨 严密 季度 季节 章程 章节 章鱼 左右 左边 谷歌 盛大 盛装 童工 童装 童年 "
    "欧洲 欧盟 欧美 欧元 欧姆 纪律 纪要 纪检 凌晨 史上 雷同 雷达 夏天 夏季 洪水 洪山 汪洋 顾客 顾问 顾虑 许可 许多 许诺 许久 谢谢 罗列 林业 林木 "
    "林地 梁柱 宋体 魏晋 董事 董秘 叶片 沈阳 韩国 韩语 钟表 钟头 杜绝 戴着 范围 范本 范文 胡乱 胡说 祝贺 祝愿 尤其 毕竟 毕业 齐全 齐备 庄重 辛苦 "
    "莫非 莫名 卜算 甘肃 甘愿 涂料 涂层 涂改 焦点 焦炭 熊猫 牛奶 牛肉 秦皇 汤料 汤剂 伍拾 张贴 张数 王国 王牌 周期 周末 周边 周围 周年 周转 周报 "
    "周一 周二 周三 周四 周五 周六 周日 吴江 刘海 杨树 赵国 孙子 朱红 贾宝 宫颈")
_WORDS = frozenset(_WORDS_TEXT.split())

# Characters that never stand in a given name here, and those with which a text goes on after a given name of one character.
_NEVER = ("请打的了在是把将被去来到与跟及给对向从因由于就也都还又未没不说让签会吗呢吧啊告做当这那她它你们叫拿偷盗窃泄辞跳走"
          "部区级司组科室厂店省市县处局院所门务售购员户商副案件岗")
_NOT_LAST = (_NEVER + "和同以为已曾要想称用私擅违能可应该需作上下今昨最现目前手里他我无有使获取带拷离入个人找某线总名"
             "一二三四五六七八九十两几号等另后再则即并且才但而问")
_GIVEN = rf"(?:(?![{_NEVER}]){_LETTER}(?![{_NOT_LAST}]){_LETTER}|(?![{_NEVER}]){_LETTER})"
_NAME = f"({_SURNAME}{_GIVEN})"
_GOES_ON = any_of(
    "$ [^\u3400-\u9fff·] 离职 离开 辞职 辞去 辞退 入职 跳槽 带走 拿走 带着 偷 盗 窃 拷 复制 下载 上传 发送 发给 泄 披露 透露 出卖 卖 把 将 被 在 "
    "是 的 去 来 到 和 与 跟 及 同 给 对 向 从 因 由 以 为 于 就 也 都 还 又 已 曾 未 没 不 要 想 说 称 让 用 利用 通过 私 擅 违 签 负责 担任 任职 "
    "手 名下 本人 个人 他 她 等 先生 女士 小姐 经理 总 主任 老师 工程师 律师 法官 有(?!限) 开 成立 注册 自 能 可 会 应 该 需 吗 呢 吧 了 拒 起诉 "
    "告 要求 申请 提 投诉 举报 涉 侵 使用 掌握 知道 接触 获 取 做 作 当 这 那 上 下 今 昨 最近 现 目前 一 两 二 三 五 六 十 号 电话 身份证 邮箱 "
    "微信 住 月 找 某 去年 前年 春节 年底 另 后 突然 删 导 收 勾结 串通 竞业 领 拉 挖 加入 改 抄 仿 冒 伪 盖 承 否认 主张 认 赔 出 受 持 拥 退 调 "
    "接 联系 问 学 教 介绍")
_ENDS = f"(?={_GOES_ON})"

_ROLE = any_of(
    "员工 职工 同事 下属 助理 秘书 总?经理 总监 主管 主任 总裁 董事长 监事 股东 老板 老板娘 合伙人 业务员 骨干 销售员? 采购员? 技术员 工程师 "
    "研发人员 程序员 设计师 会计 出纳 财务 律师 法官 法务 厂长 [店组班队]长 厨师长? 主播 司机 保安 客户 联系人 代理人 负责人 经办人 法人 法定代表人 法人代表 "
    "原告 被告 被申请人 申请人 第三人 当事人 证人 嫌疑人 被告人 受害人 委托人 徒弟 师傅 朋友 妻子 老婆 丈夫 老公 前妻 哥哥 弟弟 儿子 女儿 亲戚 "
    "同学 教授 学生 博士 工人 本人")
_SAID = any_of("叫做 名叫 叫 名为 姓名 名字 户名 收件人 收款人 持卡人 联系人 法定代表人")
_LONG_TITLE = any_of("先生 女士 小姐 太太 总监 总经理 经理 董事长 律师 法官 厂长 主任 主管 工程师 博士 教授 老师 会计 姐 哥 店长 科长 处长 师傅")
_SHORT_TITLE = any_of("总(?![监部公局额数则体是量计收产值成共之结裁经书理统得要会账线站]) 董(?!事|秘) 工(?![作程人资厂艺业具地序会时商种伤龄牌期况])")
_DEED = any_of("离职 辞职 跳槽 入职 带走 拿走 拷走 拷贝 偷 窃 泄露 泄漏 出卖 私自 擅自 违反 被开除 被辞退 是我 是公司 在职 在我 去了 签了 签订 利用 伙同 串通")
_HANDED = any_of("[发交卖转送寄]给 [透泄]露给 提供给 告诉 伙同 串通 勾结")
_FAMILIAR = "王李张刘陈杨赵黄周吴徐孙朱胡郭罗林宋谢唐许邓冯韩曹曾彭潘袁董余杜叶程魏苏吕丁沈姚卢姜崔谭陆汪范廖贾夏邹孟熊秦邱侯"      # 小王, 老李
_NO_SINGLE = "方任于万文白金高安管石程关成易华常江马"        # before a title rather part of another word: 对方律师, 高工

# What may stand right before a name that no role announces.
_APART = r"(?:^|(?<=[^\u3400-\u9fff])|(?<=[的了在和与跟是给被把将让叫找向对问由告我们司家请约替因用及同户板事商]))"
_AFRESH = r"(?:^|(?<=[^\u3400-\u9fff])|(?<=[日月年号后时是被由但而我司]))"

_NAMED = tuple(map(re.compile, (
    rf"(?:姓名|联系人|户名|收件人|收款人|持卡人)\s*:\s*({_LETTER}{{2,4}}(?:·{_LETTER}{{1,6}})?)(?=$|[^\u3400-\u9fff·])",
    rf"[甲乙丙]方\s*:\s*{_NAME}{_ENDS}",
    rf"{_SAID}\s*[:是为]?\s*{_NAME}{_ENDS}",
    rf"{_ROLE}\s*(?:(?:[:是为叫有]|包括|分别是)\s*)?(?!(?<=[告人户商])方){_NAME}{_ENDS}",
    rf"{_APART}{_NAME}(?={_LONG_TITLE})",
    rf"{_APART}((?![{_NO_SINGLE}])[{_SURNAMES}](?:{_LONG_TITLE}|{_SHORT_TITLE}))",
    rf"(?:^|(?<=[^\u3400-\u9fff])|(?<=[工事弟友板长监理员和与跟给被把对]))([小老阿][{_FAMILIAR}]){_ENDS}",
    rf"(?:^|(?<=[^\u3400-\u9fff])){_NAME}(?=\s*[(:]?\s*\0)",             # before what is his: a number, an address
    rf"{_HANDED}了?\s*{_NAME}{_ENDS}",
    rf"{_AFRESH}{_NAME}(?={_DEED})",
    rf"(?:^|(?<=[^\u3400-\u9fff])){_NAME}(?=[、,]\s*{_SURNAME}{_GIVEN}(?:[、,]|和|与|及))",
    r"(?:(?:员工|同事|经理|名叫|叫)\s*|\b(?:Mr|Mrs|Ms|Dr)\.?\s+)([A-Z][a-z]+(?: [A-Z][a-z]+){0,2})(?![a-zA-Z])")))
_ALONGSIDE = re.compile(rf"\s*(?:[、,/]|以及|和|与|及|跟|同)\s*{_NAME}{_ENDS}")


def people(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) of names, in order, a surname with its title (王总) included.

    `text` is in half-width, simplified characters; a NUL stands for what is known already, a number or an address.
    """
    found: dict[int, int] = {}
    taken = bytearray(len(text))

    def take(match: re.Match[str] | None) -> int:
        """Where the name ends that the match holds; 0 where it holds none, or one of which something is taken already."""
        if match is None or "某" in match[1] or match[1][:2] in _WORDS or any(taken[match.start(1):match.end(1)]):
            return 0
        found[match.start(1)] = match.end(1)
        taken[match.start(1):match.end(1)] = b"1" * len(match[1])
        return match.end(1)

    for pattern in _NAMED:
        for match in pattern.finditer(text):
            take(match)
    for end in list(found.values()):
        while end:
            end = take(_ALONGSIDE.match(text, end))
    return sorted(found.items())
