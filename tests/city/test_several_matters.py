"""Several matters in one message, through Telegram: the same cards, edited in place; a report about somebody stands alone."""

from __future__ import annotations

import pytest

from tests.city import steps
from tests.city.counter import Counter
from workflow.model import Procedure

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("quiet")]
TWO = "杜阮井根村村口的垃圾堆三天没人清，好臭。另外楼上漏水，天花板都湿了"
REPORT = "我要举报杜阮镇井根村村支书贪污集体分红。另外村口的垃圾堆三天没人清"


async def test_two_matters_have_one_card_that_is_edited(counter: Counter) -> None:
    resident, officer = await counter.resident(), counter.staff["officer"]
    await resident.says(TWO)
    offer = await resident.sees("2 件事")
    await resident.presses("分成 2 件办", on=offer)
    card = await resident.sees("已登记，分成")
    two, one = await counter.tickets_of(resident)
    assert one.number in card.text and two.number in card.text
    await officer.sees(f"同一来信的第 2/2 件，另有 {one.number}", within=20, ever=True)
    query = await resident.presses("分成 2 件办", on=offer)
    assert "过期" in await resident.toast(query)
    await resident.presses(two.number[-4:], on=card)
    own = await resident.sees(f"同一来信的第 2/2 件，另有 {one.number}")
    await resident.presses("撤回", on=own)
    await resident.presses("确定撤回")
    await resident.sees(f"{two.number} 已按您的意思撤回")
    live = await resident.sees("件事")
    assert live.message_id == card.message_id
    assert "已撤回" in live.text and "已登记" in live.text
    assert len(await counter.tickets_of(resident)) == 2


async def test_a_report_leads_nowhere_from_the_rest(counter: Counter) -> None:
    resident, officer = await counter.resident(), counter.staff["officer"]
    await resident.says(REPORT)
    await resident.sees("检举控告")
    await resident.presses("提交")
    await resident.sees("还说到另一件事")
    await resident.sees(steps.UNDERSTOOD)
    await resident.presses("提交")
    await counter.settled()
    other, report = await counter.tickets_of(resident)
    assert (report.procedure, report.letter_id, other.letter_id) == (Procedure.PETITION_REPORT, None, None)
    told = [said.text for said in officer.seen()]
    assert any(other.number in text for text in told)
    assert not any(report.number in text or "支书" in text for text in told)
