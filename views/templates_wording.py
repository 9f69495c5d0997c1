"""The labels of the templates, in Chinese and English; the documents themselves stay Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass

from views.wording import CHINESE, ENGLISH

__all__ = ["WORDS", "TemplatesWords"]


@dataclass(frozen=True)
class TemplatesWords:
    """One language's labels. `{…}` are filled from figures and titles of our own, never with what people typed."""

    title: str
    tagline: str
    stays: str
    only_chinese: str
    groups: Mapping[str, str]
    open: str
    begun: str
    back: str
    use: str
    avoid: str
    optional: str
    add_row: str
    remove_row: str
    advised: str
    preview: str
    missing: str
    complete: str
    not_written: str
    why: str
    basis: str
    gaps: str
    with_annex: str
    formats: Mapping[str, str]
    clear: str
    clear_note: str
    really_clear: str


WORDS: Mapping[str, TemplatesWords] = {
    CHINESE.name: TemplatesWords(
        title="模板",
        tagline="{count} 份可以直接填写的合同、清单和文书，每一条都写明依据；违反规定的内容不会写进去，会告诉你是哪一条规定。",
        stays="填写的内容只在当前页面的内存里，关闭页面或者点“清除”即消失，不发给任何模型。",
        only_chinese="",
        groups={},
        open="填写",
        begun="已填 {count} 项",
        back="全部模板",
        use="什么时候用",
        avoid="什么时候不用",
        optional="选填",
        add_row="加一行",
        remove_row="删除这一行",
        advised="请注意",
        preview="预览",
        missing="还没有填写（{count} 项）：",
        complete="需要填写的都填了。",
        not_written="有 {count} 处没有写进文件，原因和依据写在对应的填写项下面。",
        why="为什么这样写",
        basis="依据",
        gaps="本库没有收录的规定",
        with_annex="附上条款依据和填写提示（单独一页，签署以前可以删去）",
        formats={".docx": "Word 文档", ".md": "Markdown 文本"},
        clear="清除",
        clear_note="这份模板里填写的内容会全部清除，不能恢复。",
        really_clear="确定清除",
    ),
    ENGLISH.name: TemplatesWords(
        title="Templates",
        tagline="{count} agreements, lists and letters to fill in, each clause with its legal basis. What the law does not allow is "
                "not written; you are told which rule says so.",
        stays="What you fill in stays in this page's memory, is gone when you close or clear it, and goes to no model.",
        only_chinese="The documents are used in China and stay in Chinese.",
        groups={"员工": "Staff", "合作和来访": "Partners and visitors", "制度和清单": "Rules and lists", "维权": "Enforcement"},
        open="Fill in",
        begun="{count} filled in",
        back="All templates",
        use="When to use it",
        avoid="When not to",
        optional="optional",
        add_row="Add a row",
        remove_row="Remove this row",
        advised="Please note",
        preview="Preview",
        missing="Still missing ({count}): ",
        complete="Everything that is needed is there.",
        not_written="{count} entries were not written; the reason stands below each of them.",
        why="Why it says so",
        basis="Legal basis",
        gaps="Rules this library does not hold",
        with_annex="Add the legal basis and notes (a page of its own, to be removed before signing)",
        formats={".docx": "Word document", ".md": "Markdown text"},
        clear="Clear",
        clear_note="Everything filled into this template will be gone for good.",
        really_clear="Clear it",
    ),
}
