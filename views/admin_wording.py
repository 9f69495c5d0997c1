"""Labels of the administrator's pages, in Chinese and English. `{…}` take figures and names that are escaped first."""

from collections.abc import Mapping
from dataclasses import dataclass

from kb.types import Kind, Outcome, Status, Tier
from views.wording import CHINESE, ENGLISH

__all__ = ["ADMIN", "DOOR", "LIBRARY", "TERMS", "UPLOAD", "AdminWords", "DoorWords", "LibraryWords", "Terms", "UploadWords"]


@dataclass(frozen=True)
class Terms:
    """Names of what the library is made of."""

    kinds: Mapping[Kind, str]
    tiers: Mapping[Tier, str]
    statuses: Mapping[Status, str]
    outcomes: Mapping[Outcome, str]
    fields: Mapping[str, str]            # of a version
    nothing: str


TERMS = {
    CHINESE.name: Terms(
        kinds={kind: kind.label for kind in Kind}, tiers={tier: tier.label for tier in Tier},
        statuses={status: status.label for status in Status},
        outcomes={Outcome.ANSWERED: "已回答", **CHINESE.outcomes},
        fields={"document": "归入哪部文件", "title": "标题", "label": "版本说明", "status": "状态", "issued": "公布日期",
                "in_force_from": "施行日期", "in_force_to": "最后施行日", "number": "文号", "issuer": "发布机关"},
        nothing="（空）"),
    ENGLISH.name: Terms(
        kinds={Kind.LAW: "law", Kind.ADMINISTRATIVE_REGULATION: "administrative regulation",
               Kind.JUDICIAL_INTERPRETATION: "judicial interpretation", Kind.DEPARTMENTAL_RULE: "departmental rule",
               Kind.LOCAL_REGULATION: "local regulation", Kind.POLICY_PLAN: "policy plan", Kind.GUIDE: "guide", Kind.OTHER: "other"},
        tiers={Tier.OFFICIAL: "official text", Tier.DIGEST: "our digest", Tier.GUIDE: "our guide", Tier.USER: "added here"},
        statuses={Status.CURRENT: "in force", Status.AMENDED: "amended", Status.REPEALED: "repealed",
                  Status.NOT_YET_IN_FORCE: "not yet in force", Status.UNKNOWN: "status to be checked"},
        outcomes={Outcome.ANSWERED: "Answered", **ENGLISH.outcomes},
        fields={"document": "Document it belongs to", "title": "Title", "label": "Version", "status": "Status", "issued": "Issued",
                "in_force_from": "In force from", "in_force_to": "Last day in force", "number": "Number", "issuer": "Issuer"},
        nothing="(empty)"),
}


@dataclass(frozen=True)
class AdminWords:
    """What all pages share."""

    name: str
    library: str
    upload: str
    notes: str
    currency: str
    state: str
    evaluation: str
    lock: str
    preparing: str
    warning: str
    stop: str
    cancel: str
    stopped: str


ADMIN = {
    CHINESE.name: AdminWords(
        name="知问 · 管理", library="资料库", upload="上传", notes="读者来信", currency="时效核对", state="维护", evaluation="评测",
        lock="锁定", preparing="首次使用，正在准备资料库…", warning="资料库目前有问题：{warning}", stop="停止",
        cancel="取消", stopped="已停止。"),
    ENGLISH.name: AdminWords(
        name="Zhiwen · Administration", library="Library", upload="Upload", notes="From readers", currency="Currency",
        state="Maintenance", evaluation="Evaluation", lock="Lock", preparing="First use: preparing the library…",
        warning="Something is wrong with the library: {warning}", stop="Stop", cancel="Cancel",
        stopped="Stopped."),
}


@dataclass(frozen=True)
class DoorWords:
    """The page of whoever has not come in by a link."""

    title: str
    missing: str
    used: str
    wrong: str
    too_soon: str
    how: str
    renew: str
    renewed: str


DOOR = {
    CHINESE.name: DoorWords(
        title="管理页已锁定", missing="请用终端里显示的链接打开。链接只能用一次，刷新页面后需要新的链接。",
        used="这个链接已经用过，不能再用。", wrong="链接不对。请核对是否复制完整。", too_soon="刚才的链接不对，请过 {seconds} 秒再打开正确的链接。",
        how="在运行 zhiwen admin 的终端里查看新的链接；找不到终端时，请重新启动 zhiwen admin。", renew="在终端显示新的链接",
        renewed="新的链接已经显示在终端里。"),
    ENGLISH.name: DoorWords(
        title="The administration is locked", missing="Open the link shown on the terminal. It works once; a refreshed page needs another.",
        used="This link has been used and opens nothing any more.", wrong="This is not the link. Please check that you copied all of it.",
        too_soon="That was not the link; please open the right one in {seconds} s.",
        how="Look for the new link on the terminal that runs zhiwen admin; if you cannot find it, start zhiwen admin again.",
        renew="Show a new link on the terminal", renewed="A new link is shown on the terminal."),
}


@dataclass(frozen=True)
class UploadWords:
    """Upload, preview, publish."""

    title: str
    intro: str
    choose: str
    drop: str
    browse: str
    limit: str
    ocr: str
    ocr_help: str
    preview: str
    previewing: str
    too_many: str
    stale: str
    found: str
    outcomes: Mapping[str, str]          # by name of `ingest.run.Outcome`
    registered: str
    unregistered: str
    size: str
    articles: str
    tree: str
    page: str
    remedy: str
    publish: str
    nothing_new: str
    discard: str
    publishing: str
    published: str
    look: str
    refused: str
    done_next: str


UPLOAD = {
    CHINESE.name: UploadWords(
        title="上传资料", intro="先预览识别结果，确认后才入库。文件在隔离的子进程里解析，预览不写入资料库。",
        choose="选择文件（PDF、Word、Excel、PPT、网页、文本、OFD，或它们的 ZIP 压缩包）", drop="把文件拖到这里", browse="选择文件",
        limit="每个文件不超过 20 MB", ocr="扫描件用文字识别读取", ocr_help="结果会标明“文字识别稿”，需要人工核对。",
        preview="预览", previewing="正在解析…", too_many="一次最多 {files} 个文件、共 {size} MB，请分批上传。",
        stale="所选文件有变化，请重新预览。", found="预览结果（{count} 个文件）",
        outcomes={"ADDED": "新增", "UPDATED": "更新", "UNCHANGED": "未变", "DUPLICATE": "重复", "REFUSED": "不能入库"},
        registered="登记表：{entry}", unregistered="登记表里没有这一版本", size="{passages} 段", articles="{articles} 条，{passages} 段",
        tree="识别出的结构", page="第 {page} 页：{characters} 字，清晰度 {quality}", remedy="{problem}。{remedy}",
        publish="入库（{count} 个文件）", nothing_new="没有可以入库的新内容。", discard="放弃", publishing="正在入库…",
        published="入库完成：新增 {added}，更新 {updated}，未变 {unchanged}，共 {passages} 段，用时 {seconds} 秒。",
        look="请看一看", refused="没有入库", done_next="标题、日期或状态不对时，到“资料库”里修改。"),
    ENGLISH.name: UploadWords(
        title="Upload", intro="Look at what was recognised before publishing. Files are read in a child process; a preview writes nothing.",
        choose="Files (PDF, Word, Excel, PowerPoint, web pages, text, OFD, or ZIP archives of them)", drop="Drop files here",
        browse="Choose files", limit="20 MB a file at most", ocr="Read scans by character recognition",
        ocr_help="The result is marked as recognised and has to be checked.",
        preview="Preview", previewing="Reading…", too_many="At most {files} files and {size} MB at once; please upload in parts.",
        stale="The chosen files have changed; please preview again.", found="Preview ({count} files)",
        outcomes={"ADDED": "new", "UPDATED": "update", "UNCHANGED": "unchanged", "DUPLICATE": "duplicate", "REFUSED": "refused"},
        registered="Register: {entry}", unregistered="The register has no such version", size="{passages} passages",
        articles="{articles} articles, {passages} passages", tree="Structure recognised",
        page="page {page}: {characters} characters, legibility {quality}", remedy="{problem}。{remedy}",
        publish="Publish ({count} files)", nothing_new="There is nothing new to publish.", discard="Discard", publishing="Publishing…",
        published="Published: {added} new, {updated} updated, {unchanged} unchanged, {passages} passages in {seconds} s.",
        look="Please look at", refused="Not stored", done_next="Wrong titles, dates and states are put right under Library."),
}


@dataclass(frozen=True)
class LibraryWords:
    """The list of documents, one document, editing, removing."""

    title: str
    counts: str
    find: str
    find_help: str
    kind: str
    tier: str
    status: str
    every: str
    none_found: str
    versions: str
    open: str
    back: str
    previous: str
    next: str
    page: str
    read_only: str
    edited: str
    file_said: str
    file: str
    size: str
    contents: str
    original: str
    edit: str
    edit_title: str
    edit_help: str
    document_help: str
    save: str
    saving: str
    undo: str
    saved: str
    unchanged: str
    remove: str
    remove_title: str
    remove_what: str
    remove_gone: str
    remove_again: str
    confirm: str
    removing: str
    removed: str


LIBRARY = {
    CHINESE.name: LibraryWords(
        title="资料库", counts="{documents} 份文件、{versions} 个文本、{passages} 段，其中 {own} 个文本由管理员加入",
        find="查找", find_help="标题、版本或文号里的字", kind="种类", tier="来源", status="状态", every="全部",
        none_found="没有符合条件的文件。", versions="{count} 个文本", open="打开", back="返回列表", previous="上一页", next="下一页",
        page="第 {page} 页，共 {pages} 页", read_only="随程序附带，只读", edited="管理员改过", file_said="文件里写的是：{said}", file="文件：{name}",
        size="{passages} 段", contents="目录", original="下载原件", edit="修改", edit_title="修改版本信息",
        edit_help="只改名称、日期和状态，不改正文。改过的会注明，重新导入同一文件也不会被覆盖。",
        document_help="同一部文件的各个版本写成一样，才能互相比较和接替", save="保存", saving="正在保存…", undo="恢复文件里写的",
        saved="已保存。", unchanged="没有改动。", remove="移除", remove_title="移除这个文本", remove_what="将移除 {name}，共 {passages} 段：",
        remove_gone="正文、索引和原件（{file}）都会从磁盘上删除，不能恢复。",
        remove_again="它来自文件夹的，再次导入该文件夹会重新加入；请把那里的文件也移走。", confirm="我已核对，确实要移除", removing="正在移除…",
        removed="已移除 {name}（{passages} 段）。"),
    ENGLISH.name: LibraryWords(
        title="Library", counts="{documents} documents in {versions} versions, {passages} passages; {own} versions were added here",
        find="Find", find_help="Words of a title, version or number", kind="Kind", tier="Source", status="Status", every="all",
        none_found="No document matches.", versions="{count} versions", open="Open", back="Back to the list", previous="Previous",
        next="Next", page="Page {page} of {pages}", read_only="Ships with the program, read-only", edited="edited here",
        file_said="The file says: {said}", file="File: {name}", size="{passages} passages", contents="Contents",
        original="Download original", edit="Edit", edit_title="Edit this version",
        edit_help="Names, dates and status only, never the text. It is marked as edited, and reading the same file again keeps it.",
        document_help="The same for all versions of one document, so that they can be compared and succeed one another",
        save="Save", saving="Saving…", undo="Back to what the file says", saved="Saved.", unchanged="Nothing was changed.",
        remove="Remove", remove_title="Remove this text", remove_what="This removes {name} with {passages} passages:",
        remove_gone="Its text, its index and its original ({file}) go from the disk for good.",
        remove_again="If it came from a folder, ingesting that folder again brings it back; take the file away there too.",
        confirm="I have checked it and want it removed", removing="Removing…", removed="Removed {name} ({passages} passages)."),
}
