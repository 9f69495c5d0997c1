"""What the page of the station kit says, in Chinese and English; the pieces themselves are Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass

from kb.kit import Form
from views.wording import CHINESE, ENGLISH

__all__ = ["WORDS", "KitWording"]


@dataclass(frozen=True)
class KitWording:
    """One language's labels. `{…}` are filled with figures of our own."""

    title: str
    intro: str
    choose: str
    forms: Mapping[Form, str]
    facts: str
    printing: str
    sources: str
    code: str


WORDS: Mapping[str, KitWording] = {
    CHINESE.name: KitWording(
        title="驿站工具包",
        intro="给志愿者的现成材料，共 {count} 件：讲解稿、海报、问答、儿童版、折页、问答卡、清单和活动方案。"
              "每一件都写明依据，打印件上的二维码里是出处，在本机生成。",
        choose="选一件",
        forms={form: form.label for form in Form},
        facts="{version} 版 · 按 {since} 起的法律写成 · 本库自编，非法条原文",
        printing="打印这一件",
        sources="依据（{count}）",
        code="二维码里是出处的文字，手机扫一扫就能看到，不联网。"),
    ENGLISH.name: KitWording(
        title="Station kit",
        intro="{count} ready pieces for volunteers, in Chinese: talks, posters, questions and answers, a children's version, handouts, "
              "quiz cards, checklists and a plan for a day. Each names what it rests on; the code on a print holds the sources and is "
              "made on this machine.",
        choose="Choose a piece",
        forms={Form.TALK: "Talk", Form.POSTER: "Poster", Form.QA: "Questions and answers", Form.CHILDREN: "For children",
               Form.HANDOUT: "Handout", Form.CARDS: "Quiz cards", Form.CHECKLIST: "Checklist", Form.PLAN: "Plan"},
        facts="Version {version} · written for the law since {since} · in our own words, not those of the law",
        printing="Print this piece",
        sources="Rests on ({count})",
        code="The code holds the sources as text: a phone shows them without any network."),
}
