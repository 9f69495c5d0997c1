"""The labels of the page on which the library is looked through, in Chinese and English."""

from collections.abc import Mapping
from dataclasses import dataclass

from kb.comparison import Change
from kb.render import DIGEST_MARK
from kb.types import Kind, Status, Tier
from views.wording import CHINESE, ENGLISH

__all__ = ["WORDS", "BrowseWording"]


@dataclass(frozen=True)
class BrowseWording:
    """One language's labels. `{…}` are filled with figures and names of the library, never with what people typed."""

    title: str
    counts: str
    as_of: str
    # search
    search: str
    search_help: str
    seek: str
    stop_seeking: str
    found: str
    found_none: str
    also_in: str
    other_days: str
    # filters
    kind: str
    kinds: Mapping[Kind, str]
    status: str
    statuses: Mapping[Status, str]
    more_filters: str
    more_filters_on: str
    text: str
    tiers: Mapping[Tier, str]
    place: str
    anywhere: str
    national: str
    day: str
    day_help: str
    in_force_only: str
    title_words: str
    order: str
    orders: Mapping[str, str]
    reset: str
    shown: str
    nothing: str
    empty_library: str
    more: str
    # a document
    unknown_text: str
    back: str
    number: str
    issued: str
    since: str
    until: str
    unknown_day: str
    official_page: str
    download: str
    digest_note: str
    guide_note: str
    user_note: str
    coming: str
    replaced: str
    ended: str
    will_change: str
    open_other: str
    stands_in: str
    what_changed: str
    current_absent: str
    other_text: str
    read: str
    contents: str
    jump: str
    jump_to: str
    previous: str
    next: str
    whole: str
    go_on: str
    beside: str
    # versions
    history: str
    history_note: str
    history_none: str
    in_force: str
    past: str
    future: str
    first_day: str
    last_day: str
    text_held: str
    not_held: str
    no_dates: str
    today: str
    version: str
    # comparison
    compare: str
    older: str
    newer: str
    compare_none: str
    digests_only: str
    registered_moves: str
    renumbered: str
    comparing_pages: str
    changes: Mapping[Change, str]
    tally: str
    all_articles: str
    which: str
    map: str
    layout: str
    inline: str
    side_by_side: str
    legend: str
    removed: str
    added: str
    same_words: str
    other_words: str
    became: str
    nothing_changed: str


_CHINESE = BrowseWording(
    title="查法",
    counts="{documents} 份文件，{editions} 个版本：官方文本 {official}，本库要点 {digest}，本库指南 {guide}，自行添加 {user}。",
    as_of="效力按 **{day}** 当日判断。",
    search="检索条文，或直接写条号、文号",
    search_help="例如：客户名单、反不正当竞争法第十条、法释〔2025〕5号。检索词不会写进网址，也不会保存。",
    seek="查找",
    stop_seeking="结束检索，回到目录",
    found="最相关的 {count} 处",
    found_none="没有找到符合条件的条文。可以换一个说法，或者放宽筛选条件。",
    also_in="同样的文字还在：{places}",
    other_days="也找当日不适用的文本",
    kind="类别",
    kinds={kind: kind.label for kind in Kind},
    status="效力",
    statuses={status: status.label for status in Status},
    more_filters="更多筛选",
    more_filters_on="更多筛选（{count} 项）",
    text="文本",
    tiers={tier: tier.label for tier in Tier},
    place="地域",
    anywhere="全部",
    national="全国",
    day="按哪一天判断效力",
    day_help="选一个过去或将来的日期，看那一天适用哪个版本。",
    in_force_only="只看当日有效的",
    title_words="题名里的字",
    order="排列",
    orders={"kind": "按类别", "newest": "按施行日期，新的在前", "oldest": "按施行日期，旧的在前"},
    reset="清除筛选",
    shown="显示 {count} 份，共 {total} 份",
    nothing="没有符合这些条件的文件。",
    empty_library="资料库里还没有文件。请管理员用 zhiwen ingest 加入文件。",
    more="再显示一些",
    unknown_text="资料库里没有这个地址所指的文本，它可能已经更新或移除。下面是全部文件。",
    back="全部文件",
    number="文号 {number}",
    issued="{day} 公布",
    since="{day} 起施行",
    until="适用至 {day}",
    unknown_day="施行日期未核实",
    official_page="官方网站",
    download="下载原件",
    digest_note=f"{DIGEST_MARK}；请以官方文本为准。",
    guide_note="本库自己写的指南，不是法律文件；依据写在各节里。",
    user_note="自行添加的文件，不是核对过的官方文本。",
    coming="这个版本 **{day} 才施行**，现在还不适用。",
    replaced="这个版本**已不再施行**。{day} 起施行的是：",
    ended="这个版本**已不再施行**。",
    will_change="这个版本现在有效，但 **{day} 起**由新版本取代：",
    open_other="打开{name}",
    stands_in="{version}{article}",
    what_changed="{old} → {new} 改了什么",
    current_absent="（{name}，本库没有收录它的正文）",
    other_text="也有：",
    read="正文",
    contents="目录",
    jump="跳到",
    jump_to="输入条号或标题的几个字",
    previous="上一条：{name}",
    next="下一条：{name}",
    whole="通读所在部分",
    go_on="继续读：{name}",
    beside="上下文",
    history="版本沿革",
    history_note="日期来自文献登记表；没有登记的日期写明未知，不作推测。",
    history_none="文献登记表里没有这份文件的版本和日期。",
    in_force="当日有效",
    past="已失效",
    future="尚未施行",
    first_day="施行日",
    last_day="最后适用日",
    text_held="本库文本",
    not_held="未收录正文",
    no_dates="未登记",
    today="今天 {day}",
    version="版本",
    compare="新旧对照",
    older="旧版本",
    newer="新版本",
    compare_none="本库没有这份文件的两个全文版本，不能逐字对照。",
    digests_only="本库只有要点，没有官方全文；要点不是法条原文，不能逐字对照。管理员可以用 zhiwen fetch 或 zhiwen ingest 加入官方文本。",
    registered_moves="登记的条号对应（{old} → {new}）",
    renumbered="条号对应表：{count} 条换了条号",
    comparing_pages="本库的对照指南",
    changes={change: change.value for change in Change},
    tally="{change} {count} 条",
    all_articles="看全部条文的对照",
    which="看哪些条",
    map="条号对应表：移条、拆分、合并、新增、删去共 {count} 条",
    layout="显示方式",
    inline="合在一起",
    side_by_side="左右并排",
    legend="－ 删去的字　＋ 增加的字",
    removed="－",
    added="＋",
    same_words="文字没有变化",
    other_words="文字差别很大，下面分列两个版本。",
    became="{old} → {new}",
    nothing_changed="没有这一类的条文。",
)

_ENGLISH = BrowseWording(
    title="Library",
    counts="{documents} documents, {editions} versions: {official} official texts, {digest} digests, {guide} guides, {user} added.",
    as_of="In force or not as of **{day}**.",
    search="Search the texts, or give an article or document number",
    search_help="For example 客户名单, 反不正当竞争法第十条, 法释〔2025〕5号. What you type is neither in the address nor kept.",
    seek="Search",
    stop_seeking="Back to the list",
    found="The {count} nearest",
    found_none="Nothing found. Try other words or fewer filters.",
    also_in="The same words are in: {places}",
    other_days="Texts that do not apply on that day too",
    kind="Kind",
    kinds={Kind.LAW: "Laws", Kind.ADMINISTRATIVE_REGULATION: "Administrative regulations",
           Kind.JUDICIAL_INTERPRETATION: "Judicial interpretations", Kind.DEPARTMENTAL_RULE: "Departmental rules",
           Kind.LOCAL_REGULATION: "Local regulations", Kind.POLICY_PLAN: "Policy plans", Kind.GUIDE: "Guides", Kind.OTHER: "Other"},
    status="Status",
    statuses={Status.CURRENT: "In force", Status.AMENDED: "Amended since", Status.REPEALED: "Repealed",
              Status.NOT_YET_IN_FORCE: "Not yet in force", Status.UNKNOWN: "Status not verified"},
    more_filters="More filters",
    more_filters_on="More filters ({count})",
    text="Text",
    tiers={Tier.OFFICIAL: "Official text", Tier.DIGEST: "Our digest", Tier.GUIDE: "Our guide", Tier.USER: "Added here"},
    place="Place",
    anywhere="All",
    national="National",
    day="As of which day",
    day_help="Pick a day in the past or future to see which version applies then.",
    in_force_only="Only what is in force on that day",
    title_words="Words in the title",
    order="Order",
    orders={"kind": "By kind", "newest": "Newest first", "oldest": "Oldest first"},
    reset="Clear filters",
    shown="Showing {count} of {total}",
    nothing="No document meets these conditions.",
    empty_library="The library is empty. An administrator can add files with zhiwen ingest.",
    more="Show more",
    unknown_text="The library does not hold the text of this address; it may have been updated or removed. Here is everything.",
    back="All documents",
    number="No. {number}",
    issued="issued {day}",
    since="in force from {day}",
    until="until {day}",
    unknown_day="first day not verified",
    official_page="Official site",
    download="Download original",
    digest_note="Our digest, not the wording of the law; the official text prevails.",
    guide_note="A guide of our own, not a legal text; each section names its basis.",
    user_note="A file added here, not a verified official text.",
    coming="This version is in force **only from {day}**; it does not apply yet.",
    replaced="This version is **no longer in force**. Since {day} it is:",
    ended="This version is **no longer in force**.",
    will_change="In force now; **from {day}** a new version takes its place:",
    open_other="Open {name}",
    stands_in="{version} {article}",
    what_changed="What changed, {old} → {new}",
    current_absent="({name}; the library does not hold its text)",
    other_text="Also held: ",
    read="Text",
    contents="Contents",
    jump="Go to",
    jump_to="Type an article number or a few characters",
    previous="Previous: {name}",
    next="Next: {name}",
    whole="Read the whole part",
    go_on="Read on: {name}",
    beside="In context",
    history="Versions",
    history_note="Dates are those of the register; a day that is not registered is said to be unknown.",
    history_none="The register has no versions or dates of this document.",
    in_force="In force",
    past="Past",
    future="Not yet",
    first_day="From",
    last_day="Until",
    text_held="Text held",
    not_held="not held",
    no_dates="not registered",
    today="Today {day}",
    version="Version",
    compare="Compare",
    older="Older version",
    newer="Newer version",
    compare_none="The library does not hold two full texts of this document to compare.",
    digests_only="The library holds digests only; they are not the wording of the law and cannot be compared. "
                 "An administrator can add the official texts with zhiwen fetch or zhiwen ingest.",
    registered_moves="Registered article numbers ({old} → {new})",
    renumbered="Map of articles: {count} have another number",
    comparing_pages="Our guides that compare",
    changes={Change.UNCHANGED: "unchanged", Change.REWORDED: "reworded", Change.MOVED: "moved",
             Change.MOVED_AND_REWORDED: "moved and reworded", Change.SPLIT: "split", Change.MERGED: "merged",
             Change.NEW: "new", Change.GONE: "gone"},
    tally="{change}: {count}",
    all_articles="Compare all articles",
    which="Which articles",
    map="Map of articles: {count} moved, split, merged, new or gone",
    layout="Layout",
    inline="In one",
    side_by_side="Side by side",
    legend="－ taken out　＋ put in",
    removed="－",
    added="＋",
    same_words="The words are the same",
    other_words="The words differ much; both are shown.",
    became="{old} → {new}",
    nothing_changed="There are none of this sort.",
)

WORDS: Mapping[str, BrowseWording] = {CHINESE.name: _CHINESE, ENGLISH.name: _ENGLISH}
