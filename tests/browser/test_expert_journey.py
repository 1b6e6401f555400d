"""From a question in Russian to the right person in Beijing, who described themselves only in Chinese."""

import re
from typing import Any

from django.core import mail
from playwright.sync_api import Page, expect

from experts.letters import letters_send
from experts.models import Engagement, Expert, ExpertAccess, ExpertiseRequest, Invitation
from experts.services.experts import contact_write
from tests.browser.test_journey import press, says
from tests.experts.asking import Asking


def chinese_expert(stage: Any, name: str, summary: str, field: Any) -> Expert:
    expert = stage.expert(
        city="BJS", latin_name="", chinese_name=name, summary_zh_hans=summary, fields=[str(field.pk)]
    )
    contact_write(
        expert=expert,
        changes={"email": "li.wei@example.cn", "language": "zh-hans"},
        base_version=0,
        by=Asking(stage).releaser,
    )
    return expert


def test_a_question_in_russian_finds_an_expert_who_writes_chinese(open_browser: Any, stage: Any) -> None:
    signals = stage.expertise()
    heritage = stage.expertise(
        code="heritage", name_en="Heritage", name_ru="Наследие", name_zh_hans="文化遗产", synonyms_en="",
        synonyms_ru="", synonyms_zh_hans="",
    )  # fmt: skip
    chinese_expert(stage, "李伟", "从事地铁信号系统研究二十年。", signals)
    chinese_expert(stage, "王芳", "北京古建筑保护。", heritage)

    # A Moscow official asks in Russian; the fields are read from the text.
    moscow = open_browser("moscow_editor")
    moscow.goto("/experts/requests/new/")
    moscow.fill("[name=title_ru]", "Сигнализация метро")
    moscow.fill("[name=text_ru]", "Как рассчитывают безопасный интервал между поездами метро?")
    moscow.fill("[name=starts_on]", "2031-03-01")
    moscow.fill("[name=ends_on]", "2031-03-10")
    moscow.get_by_role("button", name="Suggest fields from the text").click()
    field = moscow.locator(f"[name=fields_of_expertise][value='{signals.pk}']")
    expect(field).to_be_visible()
    field.check()
    expect(moscow.locator("[name=title_ru]")).to_have_value("Сигнализация метро")
    press(moscow, "Save")
    says(moscow, "Saved as a draft that only your city sees.")
    press(moscow, "Open the request")
    says(moscow, "Opened: the other city sees the request now.")
    request = ExpertiseRequest.objects.get()

    # The best match comes with its score, its parts and the reason.
    best = moscow.locator(".match-row").first
    expect(best).to_contain_text("李伟")
    expect(best.locator(".match-score strong")).to_have_text(re.compile(r"^\d+$"))
    expect(best.locator(".match-parts")).to_contain_text("/ 50")
    expect(best.locator(".match-reasons")).to_be_visible()
    best.get_by_role("button", name="Put on the shortlist").click()
    says(moscow, "On the shortlist, which only your city sees.")
    beijing = open_browser("beijing_coordinator")
    beijing.goto(request.get_absolute_url())
    expect(beijing.locator("main")).not_to_contain_text("Shortlist")

    # Invited, released, and told by e-mail in Chinese.
    moscow.fill("[name=message]", "Просим помочь с расчётом интервала.")
    press(moscow, "Invite")
    says(moscow, "Invited: the expert's city decides on the release.")
    invitation = Invitation.objects.get()
    beijing.goto(invitation.get_absolute_url())
    press(beijing, "Release the expert")
    says(beijing, "Released: the expert gets a link by e-mail.")
    letters_send()
    (letter,) = mail.outbox
    assert letter.to == ["li.wei@example.cn"]
    link = re.search(r"/experts/answer/\S+/", letter.body)
    assert link is not None

    # The expert opens the link, without an account, asks and accepts.
    expert: Page = open_browser("anonymous", language="en", width=375)
    expert.goto(link[0])
    expect(expert.locator("main")).to_contain_text("Сигнализация метро")
    expect(expert.locator("main")).to_contain_text("the asking city")
    expert.fill("#ask_text", "谁付住宿费?")
    expert.locator("#thread").get_by_role("button", name="Send").click()
    says(expert, "Sent. You get an e-mail once there is an answer.")
    moscow.goto(invitation.get_absolute_url())
    expect(moscow.locator("#thread")).to_contain_text("谁付住宿费?")
    expect(moscow.locator("#contact button")).to_be_disabled()
    moscow.fill("#reply_text", "Москва.")
    press(moscow, "Send")
    expert.reload()
    expect(expert.locator("#thread")).to_contain_text("Москва.")
    press(expert, "Accept")
    says(expert, "Thank you. The asking city may reach you now.")

    # Now, and only now, the asking city reads how the expert is reached.
    moscow.reload()
    press(moscow, "Show contact details")
    expect(moscow.locator("main")).to_contain_text("li.wei@example.cn")
    acts = list(ExpertAccess.objects.order_by("id").values_list("act", flat=True))
    assert acts[-2:] == ["released", "contact"]

    # The work is recorded and closed; the expert says how it went.
    engagement = Engagement.objects.get()
    moscow.goto(engagement.get_absolute_url())
    moscow.get_by_role("link", name="Edit", exact=True).click()
    moscow.fill("[name=work_ru]", "Три дня консультаций.")
    moscow.fill("[name=outcome_ru]", "Интервал сокращён до 90 секунд.")
    press(moscow, "Save")
    press(moscow, "Close the engagement")
    says(moscow, "Closed. The expert is asked how it went.")
    expert.reload()
    expert.fill("#feedback_text", "合作很愉快。")
    expert.locator("#feedback").get_by_role("button", name="Send").click()
    says(expert, "Thank you: both cities read it.")
    beijing.goto(engagement.get_absolute_url())
    expect(beijing.locator("main")).to_contain_text("合作很愉快。")
    expect(beijing.locator("main .badges")).to_contain_text("closed")
