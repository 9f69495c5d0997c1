"""The templates in a real browser: one journey from the list to the Word file, at a desk and on a phone."""

from io import BytesIO
from pathlib import Path

import docx
import pytest
from browsing import DESKTOP, IN_BROWSER, PHONE, overflows, picture, tab

from views.templates_wording import WORDS
from views.wording import CHINESE

CN = WORDS[CHINESE.name]

pytestmark = IN_BROWSER


@pytest.mark.parametrize(("name", "viewport", "options"), [("desktop", DESKTOP, {}), ("phone", PHONE, {"has_touch": True})])
def test_from_the_list_to_a_filled_file(browser, real, name, viewport, options):
    with tab(browser, real, viewport, **options) as page:
        page.goto(f"{real}/templates")
        page.get_by_text("竞业限制协议", exact=True).first.wait_for()
        assert not overflows(page)
        picture(page, f"{name}-templates")
        page.get_by_role("button", name=CN.open).nth(1).click()
        company = page.get_by_label("用人单位（甲方）全称")
        company.fill("某某灯具有限公司")
        company.press("Tab")
        page.get_by_text("甲方（用人单位）：某某灯具有限公司").wait_for()
        months = page.get_by_label("离职后的限制期限（月）")
        months.fill("36")
        months.press("Tab")
        page.get_by_text("离职后的竞业限制期限不得超过二年，请填").wait_for()
        assert not overflows(page)
        picture(page, f"{name}-template-rule")
        page.get_by_role("button", name="《劳动合同法》第二十四条第二款").first.click()
        page.get_by_role("dialog").get_by_text("第二十四条").first.wait_for()
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
        months.fill("24")
        months.press("Tab")
        page.get_by_text("从劳动合同解除或者终止之日起二十四（24）个月。").wait_for()
        with page.expect_download() as download:
            page.get_by_role("button", name=CN.formats[".docx"]).click()
        assert download.value.suggested_filename == "竞业限制协议.docx"
        written = docx.Document(BytesIO(Path(download.value.path()).read_bytes()))
        said = [paragraph.text for paragraph in written.paragraphs]
        assert "甲方（用人单位）：某某灯具有限公司" in said
        assert "期限：从劳动合同解除或者终止之日起二十四（24）个月。" in said
        kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, location.href])")
        assert "某某灯具" not in kept and page.url.endswith("/templates?template=noncompete")
