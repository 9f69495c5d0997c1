"""What the page about the program says beside the labels it shares, in Chinese and English."""

from collections.abc import Mapping
from dataclasses import dataclass

from kb.render import COMPOSED_LABEL, GENERATED_LABEL
from views.wording import CHINESE, ENGLISH

__all__ = ["WORDS", "AboutWording"]


@dataclass(frozen=True)
class AboutWording:
    """One language's labels. `{…}` are filled with figures of our own and settings of the operator, escaped."""

    labels: str
    labels_text: str
    composed: str
    generated: str
    complaints: str
    complain_to: str
    complain_to_operator: str
    complain_with: str
    help_line: str
    versions: str
    program: str
    library: str
    checked: str
    checked_by: str
    unknown: str
    unchecked: str
    licence: str
    licence_text: str
    licence_whole: str
    third_parties: str
    third_parties_note: str


WORDS: Mapping[str, AboutWording] = {
    CHINESE.name: AboutWording(
        labels="回答是怎么来的",
        labels_text="每个回答和每份导出都写明来源，只有两种：",
        composed=f"**{COMPOSED_LABEL}**：没有用模型，句子取自资料库里的法律、要点和指南。",
        generated=f"**{GENERATED_LABEL}**：文字由模型写成，逐句与所引来源核对，对不上的不显示或者标为未核实；导出的文件里也有标识。",
        complaints="发现错误、想投诉",
        complain_to="请联系本机的运营者：{contact}。",
        complain_to_operator="请找这台机器的运营者（放这块屏幕的站点，或者安装本程序的单位）；运营者没有在设置里留下联系方式。",
        complain_with="请说明问的是什么、哪一句不对、出处是哪一条；不必说出自己的商业秘密。",
        help_line="遇到难处想找人说说：{line}。",
        versions="版本",
        program="程序",
        library="资料库",
        checked="时效核对",
        checked_by="核对人与方法：{by}",
        unknown="未知",
        unchecked="没有记录",
        licence="许可",
        licence_text="知问以 {licence} 许可证发布，可以自由使用、修改和分发，不提供担保。资料库里的要点、指南和工具包是本项目自编的；"
                     "法律、法规和司法解释的原文不在著作权法保护之列，以官方文本为准。",
        licence_whole="许可证全文",
        third_parties="用到的第三方软件（{count}）",
        third_parties_note="各自的许可证随软件包安装在本机；它们又会用到别的软件包。"),
    ENGLISH.name: AboutWording(
        labels="Where answers come from",
        labels_text="Every answer and every exported file says which of two it is:",
        composed=f"**{COMPOSED_LABEL}**: no model was used; the sentences are taken from the laws, digests and guides of the library.",
        generated=f"**{GENERATED_LABEL}**: a model wrote it; each sentence was checked against what it cites, and what failed is left out or "
                  "marked 未核实. Exported files carry the label too.",
        complaints="Mistakes and complaints",
        complain_to="Please contact the operator of this machine: {contact}.",
        complain_to_operator="Please turn to the operator of this machine (the station whose screen this is, or whoever installed the program); "
                             "no contact has been set here.",
        complain_with="Say what you asked, which sentence is wrong and which source it cites. Leave your own secrets out.",
        help_line="If things are hard and you want to talk to somebody: {line}.",
        versions="Versions",
        program="Program",
        library="Library",
        checked="Currency checked",
        checked_by="Checked by: {by}",
        unknown="unknown",
        unchecked="not recorded",
        licence="Licence",
        licence_text="Zhiwen is published under {licence}: free to use, change and pass on, without warranty. Digests, guides and kit are "
                     "this project's own words; laws, regulations and interpretations are not subject to copyright in China, and their "
                     "official texts prevail.",
        licence_whole="The whole licence",
        third_parties="Software by others ({count})",
        third_parties_note="Their licences are installed with the packages, which in turn use others."),
}
