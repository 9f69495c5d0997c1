"""Labels of the administrator's pages that look after the library: readers' notes, currency, maintenance, evaluation."""

from collections.abc import Mapping
from dataclasses import dataclass

from views.wording import CHINESE, ENGLISH

__all__ = ["CURRENCY", "EVALUATION", "NOTES", "STATE", "CurrencyWords", "EvaluationWords", "NotesWords", "StateWords"]


@dataclass(frozen=True)
class NotesWords:
    """Questions and remarks that readers chose to send."""

    title: str
    intro: str
    questions: str
    remarks: str
    no_questions: str
    no_remarks: str
    then: str
    now: str
    ask_again: str
    asking: str
    settle: str
    settled: str
    how: str
    sources: str
    helpful: str
    wrong: str
    about: str
    about_nothing: str
    passage_gone: str
    dismiss: str
    dismissed: str


NOTES = {
    CHINESE.name: NotesWords(
        title="读者来信", intro="这里只有读者按了“提交”的内容；没有提交的提问不保存。删除后从磁盘上抹去。", questions="没有答好的问题（{count}）",
        remarks="对回答的评价（{count}）", no_questions="没有待处理的问题。", no_remarks="没有待处理的评价。", then="当时：{outcome}（{noted}）",
        now="现在：{outcome}", ask_again="再问一次", asking="正在查找依据…", settle="处理完毕，删除", settled="已删除。",
        how="先在“上传”里补充资料，再问一次；答得上了就删除。只用资料库作答，不发给模型。", sources="引用来源", helpful="有帮助", wrong="有问题",
        about="针对 {source}", about_nothing="针对一条没有引用来源的回答", passage_gone="所引的段落已经不在资料库里", dismiss="处理完毕，删除",
        dismissed="已删除。"),
    ENGLISH.name: NotesWords(
        title="From readers", intro="Only what readers chose to submit; other questions are not kept. What is deleted here is overwritten on the disk.",
        questions="Questions without a good answer ({count})", remarks="Remarks on answers ({count})", no_questions="No question is waiting.",
        no_remarks="No remark is waiting.", then="Then: {outcome} ({noted})", now="Now: {outcome}", ask_again="Ask again",
        asking="Looking for the legal basis…", settle="Done, delete", settled="Deleted.",
        how="Add a source under Upload, then ask again; delete what is answered. The library alone answers, nothing goes to a model.",
        sources="Sources", helpful="helpful", wrong="wrong", about="On {source}", about_nothing="On an answer that cited nothing",
        passage_gone="The cited passage is no longer in the library", dismiss="Done, delete", dismissed="Deleted."),
}


@dataclass(frozen=True)
class CurrencyWords:
    """What of the register has to be looked at."""

    title: str
    intro: str
    checked: str
    soon: str
    nothing_soon: str
    begins: str
    ends: str
    held: str
    not_held: str
    lacking: str
    nothing_lacking: str
    official_page: str
    search_at: str
    own_copy: str
    older: str
    more: str
    how: str
    every: str
    columns: tuple[str, ...]             # title, version, status, first day, last day, checked, held


CURRENCY = {
    CHINESE.name: CurrencyWords(
        title="时效核对", intro="依据随程序附带的文献登记表。程序不联网核对；请按下面的清单到官方网站查看，有新文本时上传。",
        checked="最近一次核对在 {day}：{by}", soon="一年内会变化的（{count}）", nothing_soon="登记表里没有一年内开始或停止施行的文本。",
        begins="{day} 起施行", ends="施行至 {day}", held="资料库里有官方文本", not_held="资料库里没有官方文本", lacking="资料库没有官方文本的（{count}）",
        nothing_lacking="登记在册的官方文本，资料库都有。", official_page="官方网页", search_at="没有记录网页，请到 {site} 按标题查找",
        own_copy="已有自行添加的一份，未经核对", older="只有其他版本：{labels}", more="再显示 {count} 份",
        how="下载到的官方文件可以直接上传，程序按登记表认出它；也可以在命令行运行 zhiwen fetch 标题。", every="登记表全部文本（{count}）",
        columns=("标题", "版本", "今天的状态", "施行日期", "最后施行日", "核对日期", "官方文本")),
    ENGLISH.name: CurrencyWords(
        title="Currency", intro="From the register that ships with the program. Nothing is looked up on the network: check the official sites by "
                                "this list and upload new texts.",
        checked="Last checked on {day}: {by}", soon="Changing within a year ({count})", nothing_soon="No registered text begins or ends within a year.",
        begins="in force from {day}", ends="in force until {day}", held="the official text is held", not_held="the official text is not held",
        lacking="No official text held ({count})", nothing_lacking="The library holds every registered text.", official_page="Official page",
        search_at="No page recorded; search by title at {site}", own_copy="an unverified copy was added here", older="only other versions: {labels}",
        more="Show {count} more", how="Upload what you download: the register tells what it is. Or run zhiwen fetch TITLE.",
        every="All registered texts ({count})",
        columns=("Title", "Version", "Status today", "In force from", "Last day", "Checked", "Official text")),
}


@dataclass(frozen=True)
class StateWords:
    """Verify, rebuild, what was done."""

    title: str
    folder: str
    holds: str
    index: str
    no_index: str
    verify: str
    verify_what: str
    verifying: str
    verified: str
    rebuild: str
    rebuild_what: str
    rebuilding: str
    rebuilt: str
    jobs: str
    no_jobs: str
    kinds: Mapping[str, str]
    summary: Mapping[str, str]           # of a report, by kind
    took: str


STATE = {
    CHINESE.name: StateWords(
        title="维护", folder="数据文件夹：{folder}", holds="目录版本 {version}，{passages} 段，占用 {size} MB",
        index="索引 {generation}（{embedder}）", no_index="索引不可用，请重建。", verify="核对",
        verify_what="逐段读回目录和索引，与入库时的校验值比较。", verifying="正在逐段核对…", verified="一致：目录与索引都有 {passages} 段，版本 {version}。",
        rebuild="重建索引", rebuild_what="只凭目录重新建立索引，正文不变。更换向量模型或索引损坏时使用，读者可以照常提问。", rebuilding="正在重建索引…",
        rebuilt="索引已重建：{passages} 段。", jobs="做过的事", no_jobs="还没有记录。",
        kinds={"ingest": "入库", "remove": "移除", "edit": "修改", "rebuild": "重建索引"},
        summary={"ingest": "新增 {added}，更新 {updated}，移除 {removed}，共 {passages} 段", "remove": "{passages} 段", "rebuild": "{passages} 段"},
        took="用时 {seconds} 秒"),
    ENGLISH.name: StateWords(
        title="Maintenance", folder="Data folder: {folder}", holds="Catalogue {version}, {passages} passages, {size} MB",
        index="Index {generation} ({embedder})", no_index="The index cannot be used; please rebuild it.", verify="Verify",
        verify_what="Reads catalogue and index back, passage by passage, against the checksums of the day they were stored.",
        verifying="Reading everything back…", verified="Consistent: {passages} passages in catalogue and index, version {version}.",
        rebuild="Rebuild the index", rebuild_what="From the catalogue alone; texts stay as they are. After a change of the embedding or damage. "
                                                  "Readers can go on asking.",
        rebuilding="Rebuilding…", rebuilt="Rebuilt: {passages} passages.", jobs="What was done", no_jobs="Nothing yet.",
        kinds={"ingest": "ingestion", "remove": "removal", "edit": "edit", "rebuild": "rebuild"},
        summary={"ingest": "{added} new, {updated} updated, {removed} removed, {passages} passages", "remove": "{passages} passages",
                 "rebuild": "{passages} passages"},
        took="{seconds} s"),
}


@dataclass(frozen=True)
class EvaluationWords:
    """How good the answers of this library are."""

    title: str
    intro: str
    run: str
    running: str
    none: str
    measured: str
    other_library: str
    gate_passed: str
    gate_missed: str
    columns: tuple[str, ...]             # part, metric, value, cases
    report: str


EVALUATION = {
    CHINESE.name: EvaluationWords(
        title="评测", intro="用程序自带的题库评测现在的资料库：找得到、答得对、该拒答时拒答。不用模型，不涉及读者的提问，需要几分钟。",
        run="开始评测", running="正在评测…", none="这个数据文件夹还没有评测过。", measured="{day} 评测，资料库版本 {version}，共 {cases} 题",
        other_library="此后资料库有变动，结果可能不同，可以重新评测。", gate_passed="全部达到门槛。", gate_missed="低于门槛 {count} 项，详情见报告。",
        columns=("部分", "指标", "结果", "题数"), report="下载报告（HTML，可离线打开和打印）"),
    ENGLISH.name: EvaluationWords(
        title="Evaluation", intro="Measures this library with the questions that ship with the program. No model, no reader's question; a few minutes.",
        run="Run the evaluation", running="Measuring…", none="Nothing was measured on this data folder yet.",
        measured="Measured on {day}, library {version}, {cases} cases",
        other_library="The library has changed since; measure again for its figures now.", gate_passed="Everything meets the gate.",
        gate_missed="{count} figures are below the gate; the report names them.", columns=("Part", "Metric", "Value", "Cases"),
        report="Download the report (HTML, works offline)"),
}
