"""Danger must be seen; its look-alikes must not."""

from __future__ import annotations

import pytest

from tests.unit.nlp import cities

DANGER = {
    "厨房有很重的煤气味，头晕": ("gas", "119"),
    "楼下煤气泄漏了怎么办": ("gas", "119"),
    "煤氣洩漏，快來人": ("gas", "119"),
    "家里闻到天然气的味道": ("gas", "119"),
    "隔壁着火了": ("fire", "119"),
    "隔籬著火啦": ("fire", "119"),
    "三楼冒浓烟": ("fire", "119"),
    "后山起火，火势很大": ("fire", "119"),
    "仓库刚刚爆炸了": ("explosion", "119"),
    "我不想活了": ("suicide", "120"),
    "唔想活喇": ("suicide", "120"),
    "我真的活不下去了": ("suicide", "120"),
    "有人要跳楼": ("suicide", "120"),
    "有人站在楼顶想跳下来": ("suicide", "120"),
    "她割腕了": ("suicide", "120"),
    "担心他轻生": ("suicide", "120"),
    "我喝了农药": ("suicide", "120"),
    "他写了遗书": ("suicide", "120"),
    "有人持刀在市场里": ("violence", "110"),
    "楼下正在打人": ("violence", "110"),
    "老公打我，打到流血": ("violence", "110"),
    "邻居拿刀砍人": ("violence", "110"),
    "斩人啊": ("violence", "110"),
    "有人抢劫": ("violence", "110"),
    "路口发生车祸，有人受伤": ("traffic", "122"),
    "货车撞倒一个老人": ("traffic", "122"),
    "小孩掉进河里": ("drowning", "120"),
    "鱼塘有人溺水": ("drowning", "120"),
    "工人触电了": ("shock", "120"),
    "电梯困人了": ("trapped", "119"),
    "我困在电梯里": ("trapped", "119"),
    "电梯坏了里面有人被困": ("trapped", "119"),
    "有人掉下井里": ("trapped", "119"),
    "爸爸昏迷了叫不醒": ("medical", "120"),
    "救命啊": ("medical", "120"),
    "老人晕倒在地": ("medical", "120"),
    "孩子失踪了": ("child", "110"),
    "有人拐骗小孩": ("child", "110"),
    "后山塌方压到人": ("collapse", "119"),
    "她被人强奸": ("sexual", "110"),
}

TRAPS = (
    "公园的跳楼机很吓人",
    "商场跳楼价清货",
    "希望减轻生产成本",
    "减轻生活压力",
    "信息大爆炸的时代",
    "知识爆炸",
    "楼下火锅店太吵",
    "被杀猪盘骗了钱",
    "小区流浪猫太多",
    "火车站没有的士",
    "头都要炸了",
    "轮胎漏气没人修",
    "空调漏气",
    "建议开展消防演练防止火灾",
    "楼道堆物存在火灾隐患",
    "电动车飞线充电容易着火",
    "预防溺水宣传",
    "没有着火",
    "爆炸头发型",
    "脾气爆炸",
    "电影里有人跳楼的剧情",
    "路口经常发生交通事故，请装红绿灯",
    "火车票退票",
    "发火骂人",
    "上火了",
    "火爆的夜市",
    "人口爆炸",
    "打人电话是多少",
    "救命钱被拖欠",
    "噪音像爆炸头一样",
    "交通事故责任认定怎么申请",
    "触电保护器坏了",
    "鱼塘旁边没有警示牌担心有人溺水",
    "晚上打桩太吵",
    "杀虫公司噪音大",
    "被困扰了很久",
    "资金被困",
    "菜价太高",
    "路灯坏了",
    "烤火炉噪音",
)


@pytest.mark.parametrize(("text", "expected"), DANGER.items())
def test_danger_is_seen_and_says_whom_to_call(text: str, expected: tuple[str, str]) -> None:
    found = cities.language().classifier.understand(text)
    life = {flag.code: flag.numbers for flag in found.flags if flag.tier == "life"}
    assert expected[0] in life
    assert expected[1] in life[expected[0]]
    assert found.danger
    assert found.procedure == "emergency"


@pytest.mark.parametrize("text", TRAPS)
def test_a_look_alike_raises_no_alarm(text: str) -> None:
    found = cities.language().classifier.understand(text)
    assert [flag for flag in found.flags if flag.tier == "life"] == []
    assert found.procedure != "emergency"


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        ("几百人堵路", "order"),
        ("扬言要报复社会", "order"),
        ("整个小区停水三天了", "livelihood"),
        ("农民工讨薪", "livelihood"),
        ("房子开裂成了危房", "livelihood"),
        ("怕被报复，请保密", "sensitive"),
        ("邻居有精神病", "sensitive"),
    ],
)
def test_the_lower_tiers_are_flagged_without_an_emergency(text: str, tier: str) -> None:
    found = cities.language().classifier.understand(text)
    assert tier in {flag.tier for flag in found.flags}
    assert not found.danger


def test_petitioning_is_no_danger() -> None:
    found = cities.language().classifier.understand("我想去信访局反映问题")
    assert found.flags == ()
