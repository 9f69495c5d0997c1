"""Course outlines and case exercises: read on the screen, handed out on paper."""

from functools import partial

import streamlit as st

from kb.class_sheet import course_outline, exercise_sheet
from kb.clock import SystemClock
from kb.courses import Block, Course, bundled_courses
from kb.document import MEDIA_TYPE, paper_docx
from kb.exercises import Exercise, bundled_exercises
from kb.render import escape_markdown
from views.grounds import show_grounds
from views.learn_wording import WORDS
from views.printing import print_button
from views.session import spoken

__all__ = ["show_cases", "show_courses"]


def show_courses() -> None:
    """The outline of one course, block by block."""
    words, courses = spoken(WORDS), {course.name: course for course in bundled_courses()}
    name = st.segmented_control(words.course, list(courses), default=next(iter(courses)), required=True, key="course_choice",
                                format_func=lambda each: courses[each].title)
    course = courses[name or next(iter(courses))]
    st.caption(words.course_line.format(audience=escape_markdown(course.audience), minutes=course.minutes))
    outline = course_outline(course, bundled_exercises(), SystemClock().today())
    with st.container(horizontal=True):
        st.download_button(words.download, partial(paper_docx, outline), file_name=f"{course.title}.docx", mime=MEDIA_TYPE,
                           icon=":material/download:", on_click="ignore")
        print_button(outline, words.print, "print-course")
    for label, lines in ((words.aims, course.aims), (words.bring, course.bring)):
        st.markdown("\n".join([f"**{label}**", "", *(f"- {escape_markdown(line)}" for line in lines)]))
    _show_blocks(course)


def _show_blocks(course: Course) -> None:
    words = spoken(WORDS)
    for place, (begin, block) in enumerate(zip(course.begins, course.blocks, strict=True)):
        heading = f"{begin}—{begin + block.minutes} · {escape_markdown(block.title)}"
        if not block.points:
            st.caption(f"{heading}（{words.minutes.format(minutes=block.minutes)}）")
            continue
        with st.expander(f"**{heading}**（{words.minutes.format(minutes=block.minutes)}）"):
            st.markdown("\n".join(f"- {escape_markdown(point)}" for point in block.points))
            if block.activity:
                st.markdown(f"**{words.does}**：{escape_markdown(block.activity)}")      # a colon inside would end the bold for Markdown
            _show_materials(block)
            show_grounds(block.basis, f"block-{course.name}-{place}")


def _show_materials(block: Block) -> None:
    words, titles = spoken(WORDS), {exercise.id: exercise.title for exercise in bundled_exercises()}
    lines = [(words.bank, [topic.label for topic in block.topics]), (words.guides, [f"《{title}》" for title in block.guides]),
             (words.cases, [f"“{titles[case]}”" for case in block.cases])]
    for label, names in lines:
        if names:
            st.caption(f"{label}{escape_markdown('、'.join(names))}")


def show_cases() -> None:
    """One case: the story, and the model answers behind a click."""
    words, exercises = spoken(WORDS), {exercise.id: exercise for exercise in bundled_exercises()}
    name = st.selectbox(words.case, list(exercises), key="case_choice", format_func=lambda each: exercises[each].title)
    exercise = exercises[name]
    st.info(words.invented, icon=":material/theater_comedy:")
    for paragraph in exercise.story:
        st.markdown(escape_markdown(paragraph))
    st.subheader(words.discuss, anchor=False)
    for place, task in enumerate(exercise.tasks, start=1):
        st.markdown(f"**{place}. {escape_markdown(task.ask)}**")
        with st.expander(words.answer):
            st.markdown("\n".join(f"- {escape_markdown(sentence)}" for sentence in task.answer))
            show_grounds(task.basis, f"case-{exercise.id}-{place}")
    _hand_out(exercise)


def _hand_out(exercise: Exercise) -> None:
    words, day = spoken(WORDS), SystemClock().today()
    bare, answered = exercise_sheet(exercise, day, answered=False), exercise_sheet(exercise, day, answered=True)
    with st.container(horizontal=True):
        for label, sheet, suffix in ((words.handout, bare, ""), (words.handout_key, answered, "-参考答案")):
            st.download_button(label, partial(paper_docx, sheet), file_name=f"案例-{exercise.title}{suffix}.docx", mime=MEDIA_TYPE,
                               icon=":material/download:", on_click="ignore")
        print_button(bare, words.print, "print-case")
