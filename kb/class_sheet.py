"""What a trainer hands out or keeps: a question sheet and its key, a course outline, a case with or without its answers."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import count, groupby

from kb.courses import Block, Course
from kb.exercises import INVENTED, Exercise
from kb.paper import Bullets, Heading, Paper, Table, Text
from kb.quiz import LEVELS, Form, Item
from kb.render import NO_LEGAL_ADVICE

__all__ = ["course_outline", "exercise_sheet", "item_list", "key_sheet", "question_sheet"]

_FROM_BANK = "由程序从本库题库抽取"
_OURS = "本库自编培训材料，非法条原文"
_ORDER = (Form.TRUE_FALSE, Form.SINGLE, Form.MULTIPLE)
_HOW = {Form.TRUE_FALSE: "判断题（对的选 A，错的选 B）", Form.SINGLE: "单选题（只有一个选项正确）",
        Form.MULTIPLE: "多选题（至少两个选项正确，多选、少选、错选都不得分）"}
_NUMERALS = "一二三"
_TO_FILL_IN = "单位：＿＿＿＿＿＿＿＿　　姓名：＿＿＿＿＿＿　　日期：＿＿＿＿＿＿　　得分：＿＿＿＿"


def question_sheet(items: Sequence[Item], number: int, day: date) -> Paper:
    """The items by form, without a hint at the key. `number` is that of the sheet: the key has the same."""
    blocks: list[Heading | Text] = [Text(_TO_FILL_IN)]
    places = count(1)                    # numbered through the sheet
    for numeral, (form, group) in zip(_NUMERALS, _by_form(items), strict=False):
        blocks.append(Heading(f"{numeral}、{_HOW[form]}"))
        for item, place in zip(group, places, strict=False):
            options = "\n".join(f"{option.letter}. {option.text}" for option in item.options)
            blocks.append(Text(f"{place}. {item.ask}（　　）\n{options}"))
    return Paper(f"知识产权与商业秘密测验（卷号 {number}）", _FROM_BANK, day, tuple(blocks), _closing(day))


def key_sheet(items: Sequence[Item], number: int, day: date) -> Paper:
    """For the trainer: key, explanation and basis of every item, numbered as on the question sheet."""
    ordered = [item for _, group in _by_form(items) for item in group]
    rows = tuple((str(place), item.key, f"{item.why}\n依据：{'；'.join(item.basis)}", f"{item.topic.label}\n{LEVELS[item.level]}")
                 for place, item in enumerate(ordered, start=1))
    return Paper(f"答案与解析（卷号 {number}）", _FROM_BANK, day, (Table(("题号", "答案", "解析和依据", "主题和难度"), rows, (2, 3, 18, 5)),),
                 _closing(day))


def item_list(items: Iterable[Item], day: date) -> Paper:
    """For whoever reviews the bank: every item with its key, explanation and basis beside it, by topic."""
    blocks: list[Heading | Text | Bullets] = []
    for topic, group in groupby(items, key=lambda item: item.topic):
        blocks.append(Heading(topic.label))
        for item in group:
            blocks += [Heading(f"{item.id}（{item.form.label}，{LEVELS[item.level]}）{item.ask}", 2),
                       Bullets(tuple(f"{'✓' if option.right else '✗'} {option.letter}. {option.text}" for option in item.options)),
                       Text(f"解析：{item.why}"), Text(f"依据：{'；'.join(item.basis)}", small=True)]
    return Paper("题库全文", _OURS, day, tuple(blocks), (NO_LEGAL_ADVICE,))


def _by_form(items: Iterable[Item]) -> list[tuple[Form, list[Item]]]:
    """What there is of each form, in the order drawn."""
    kept = list(items)
    groups = ((form, [item for item in kept if item.form is form]) for form in _ORDER)
    return [(form, group) for form, group in groups if group]


def course_outline(course: Course, exercises: Iterable[Exercise], day: date) -> Paper:
    """The time table, then each block with what is said, done and used."""
    titles = {exercise.id: exercise.title for exercise in exercises}
    table = Table(("时间（分钟）", "内容", "材料"), tuple(
        (f"{begin}—{begin + block.minutes}", block.title, _materials(block, titles))
        for begin, block in zip(course.begins, course.blocks, strict=True)), (4, 9, 12))
    blocks: list[Heading | Text | Bullets | Table] = [
        Text(f"对象：{course.audience}"), Text(f"总时长：{course.minutes} 分钟，含休息"),
        Heading("学完以后"), Bullets(course.aims), Heading("课前准备"), Bullets(course.bring), Heading("时间表"), table]
    for block in course.blocks:
        if block.points:
            blocks += [Heading(f"{block.title}（{block.minutes} 分钟）", 2), Bullets(block.points)]
            blocks += [Text(f"活动：{block.activity}")] if block.activity else []
            blocks += [Text(f"依据：{'；'.join(block.basis)}", small=True)] if block.basis else []
    return Paper(course.title, _OURS, day, tuple(blocks), _closing(day))


def _materials(block: Block, titles: dict[str, str]) -> str:
    lines = (("题库", [topic.label for topic in block.topics]), ("指南", block.guides), ("案例", [titles[case] for case in block.cases]))
    return "\n".join(f"{kind}：{'、'.join(names)}" for kind, names in lines if names)


def exercise_sheet(exercise: Exercise, day: date, answered: bool) -> Paper:
    """Story and questions; with the model answers and their basis where `answered`."""
    blocks: list[Heading | Text | Bullets] = [Text(INVENTED), Heading("案情"), *map(Text, exercise.story), Heading("讨论题")]
    for place, task in enumerate(exercise.tasks, start=1):
        blocks.append(Heading(f"{place}. {task.ask}", 2))
        if answered:
            blocks += [Bullets(task.answer), Text(f"依据：{'；'.join(task.basis)}", small=True)]
        else:
            blocks.append(Text("答：\n\n"))
    title = f"案例：{exercise.title}{'（参考答案）' if answered else ''}"
    return Paper(title, f"教学虚构 · {_OURS}", day, tuple(blocks), _closing(day))


def _closing(day: date) -> tuple[str, str]:
    return f"按 {day.isoformat()} 的资料库编成，题中另写明文本的除外；使用前请核对条文是否现行有效。", NO_LEGAL_ADVICE
