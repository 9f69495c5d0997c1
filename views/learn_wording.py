"""Labels of the learning page. Questions, explanations and sources stay Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass

from kb.quiz import LEVELS, Form
from views.wording import CHINESE, ENGLISH

__all__ = ["WORDS", "LearnWording"]


@dataclass(frozen=True)
class LearnWording:
    """One language's labels. `{…}` are filled with figures and names of our own."""

    title: str
    tagline: str
    section: str
    sections: Mapping[str, str]
    topics: str
    levels: str
    level_names: Mapping[int, str]
    forms: Mapping[Form, str]
    all_of_them: str
    how_many: str
    available: str
    nothing: str
    start: str
    place: str
    several: str
    choose_first: str
    submit: str
    right: str
    wrong: str
    right_answer: str
    your_answer: str
    missed: str
    why: str
    sources: str
    following: str
    see_score: str
    stop: str
    score: str
    score_line: str
    by_topic: str
    by_topic_read: str
    wrong_ones: str
    none_wrong: str
    again_wrong: str
    again: str
    kept: str
    sheet_hint: str
    number: str
    number_help: str
    questions_word: str
    key_word: str
    print_questions: str
    print_key: str
    preview: str
    preview_key: str
    course: str
    course_line: str
    minutes: str
    aims: str
    bring: str
    does: str
    bank: str
    guides: str
    cases: str
    download: str
    print: str
    case: str
    invented: str
    discuss: str
    answer: str
    handout: str
    handout_key: str


_CHINESE = LearnWording(
    title="学习",
    tagline="题库、课堂用卷、课程提纲和案例练习；每一题都能打开依据核对。",
    section="内容",
    sections={"practice": "练习", "sheets": "课堂用卷", "courses": "课程提纲", "cases": "案例练习"},
    topics="主题",
    levels="难度",
    level_names=LEVELS,
    forms={form: form.label for form in Form},
    all_of_them="不选就是全部。",
    how_many="题数",
    available="符合条件的有 {count} 题。",
    nothing="没有符合条件的题，请放宽主题或难度。",
    start="开始",
    place="第 {place} 题，共 {count} 题",
    several="可能不止一个正确，选全了才算对。",
    choose_first="请先选答案。",
    submit="提交",
    right="答对了",
    wrong="答错了",
    right_answer="正确答案",
    your_answer="你选的",
    missed="漏选",
    why="解析",
    sources="依据（点开看条文）",
    following="下一题",
    see_score="看成绩",
    stop="结束并看成绩",
    score="成绩",
    score_line="答了 {answered} 题，答对 {right} 题。",
    by_topic="各主题答对的题数",
    by_topic_read="{topic}：{answered} 题中答对 {right} 题",
    wrong_ones="错题回顾（{count}）",
    none_wrong="没有错题。",
    again_wrong="只练错题",
    again="重新选题",
    kept="作答只保存在当前页面，关闭即消失。",
    sheet_hint="给讲师：选好主题和题数，得到一份试卷和同一卷号的答案卷。",
    number="卷号",
    number_help="同一个卷号、同样的选择，抽出的题相同；换一个数字就换一份卷。",
    questions_word="试卷（Word）",
    key_word="答案卷（Word）",
    print_questions="打印试卷",
    print_key="打印答案卷",
    preview="试卷预览",
    preview_key="答案卷预览",
    course="课程",
    course_line="{audience} · 共 {minutes} 分钟，含休息",
    minutes="{minutes} 分钟",
    aims="学完以后",
    bring="课前准备",
    does="活动",
    bank="题库：",
    guides="指南：",
    cases="案例：",
    download="下载（Word）",
    print="打印",
    case="案例",
    invented="教学虚构：人物、公司和数字都是编的，与任何真实的人、公司和案件无关。",
    discuss="讨论题",
    answer="参考答案",
    handout="讲义，不含答案（Word）",
    handout_key="讲师用，含答案（Word）",
)

_ENGLISH = LearnWording(
    title="Learn",
    tagline="Question bank, class sheets, course outlines and cases (in Chinese); every item opens its legal basis.",
    section="Content",
    sections={"practice": "Practice", "sheets": "Class sheets", "courses": "Courses", "cases": "Cases"},
    topics="Topics",
    levels="Levels",
    level_names={1: "beginner", 2: "familiar", 3: "advanced"},
    forms={Form.SINGLE: "one answer", Form.MULTIPLE: "several answers", Form.TRUE_FALSE: "true or false"},
    all_of_them="None chosen means all.",
    how_many="Questions",
    available="{count} questions match.",
    nothing="No question matches; choose more topics or levels.",
    start="Start",
    place="Question {place} of {count}",
    several="More than one may be right; all of them count.",
    choose_first="Choose an answer first.",
    submit="Submit",
    right="Right",
    wrong="Wrong",
    right_answer="right answer",
    your_answer="your choice",
    missed="missed",
    why="Explanation",
    sources="Legal basis (opens the article)",
    following="Next question",
    see_score="See the score",
    stop="Stop and see the score",
    score="Score",
    score_line="{right} of {answered} answered were right.",
    by_topic="Right answers by topic",
    by_topic_read="{topic}: {right} of {answered} right",
    wrong_ones="Wrong answers ({count})",
    none_wrong="None were wrong.",
    again_wrong="Practise the wrong ones",
    again="Choose anew",
    kept="Answers stay on this page and are gone when you close it.",
    sheet_hint="For trainers: choose topics and number of questions; the key has the same sheet number.",
    number="Sheet number",
    number_help="One number and one choice always give the same questions; another number gives another sheet.",
    questions_word="Question sheet (Word)",
    key_word="Key (Word)",
    print_questions="Print question sheet",
    print_key="Print key",
    preview="Question sheet",
    preview_key="Key",
    course="Course",
    course_line="{audience} · {minutes} minutes with pauses",
    minutes="{minutes} min",
    aims="Aims",
    bring="To prepare",
    does="Activity",
    bank="Bank: ",
    guides="Guides: ",
    cases="Cases: ",
    download="Download (Word)",
    print="Print",
    case="Case",
    invented="Invented for teaching: no real person, company or case.",
    discuss="Questions",
    answer="Model answer",
    handout="Handout without answers (Word)",
    handout_key="For the trainer, with answers (Word)",
)

WORDS: Mapping[str, LearnWording] = {CHINESE.name: _CHINESE, ENGLISH.name: _ENGLISH}
