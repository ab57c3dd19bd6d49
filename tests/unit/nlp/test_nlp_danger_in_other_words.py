"""Danger said in other words, with spaces, in Cantonese or in English; and what only sounds like it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.normalise import Normal, unspaced
from tests.unit.nlp import cities
from workflow.understanding import Understanding

DANGER = """
吃了一整瓶安眠药，好难受
老豆飲咗農藥
饮咗农药
我飲咗成樽農藥
食咗成樽安眠药
吞了50片药
救命
救命啊
冇氣喇救命
心口痛透唔到氣
我阿媽晕咗
不 想 活 了
让我死吧
再不解决就死给你们看
天台有个女仔企喺度想跳
揸住把刀話要斬死我
我手上有刀谁来我砍谁
我要炸了村委会
我会杀了村长
有人在砸门要打我
要跟他们同归于尽
被人禁锢咗
我被人关起来出不去
被传销组织关起来了
小朋友俾人拐走
煤气罐喷火
墙裂了要倒
房子快塌了
我老婆喝了百草枯
阿爷误服老鼠药
我 要 跳 楼
他　不　想　活　了
我不想活在这个世界上了
有人站在桥边想跳
我活着不如死
他说要砍死我全家
有人挥刀追人
我要炸掉镇政府
把我绑起来关在屋里
孩子被人抱走了，孩子才三岁
胸口疼喘不上气
公园跳楼机那边有人跳楼
小孩不见了书包还在路边
防自杀热线打不通，我要自杀
快来救救我
屋企間房要塌了
二樓燒緊
煤气熏得头晕，煤气味好大
我爸喝敌敌畏了
他把农药当饮料饮了
房子要塌了，会不会压死人
心口痛，最近压力大
工作时突然喘不过气
我被关起来了，外面有狗
我飲咗洗廁精
我要死俾你哋睇
細路跌落河
流好多血止不住
不给工资我就跳
我要泼汽油烧了村委
我女儿被人带走了
我割了手腕
我要弄死他
I want to kill myself
I WANT TO DIE
there is a strong smell of gas in my flat
gas leak
there is a fire
There is a fire next to the fire station
my house is on fire
someone is dying
help me he has a knife
he is going to kill me
I can't breathe
I can’t breathe
someone is drowning
suicide
My son is missing since noon
We are trapped in the lift, stuck in the lift for an hour
my husband is beating me
He took poison
an old man was hit by a car
the wall is about to collapse
""".strip().splitlines()

LOOK_ALIKES = """
没有煤气味了，谢谢
我不想死板地排队
不想活动中心被拆
我不想活在噪音里
电死蚊子的灯坏了
拿刀具店没证
建议学校加强防自杀教育
这菜价杀人啊
打人的狗
抢劫式收费停车场
小孩不见了书包
跳河边广场舞
请问跳楼险赔偿
卡丁车撞人游戏
医院杀人医生电视剧
怀疑以前自杀的邻居房子闹鬼
这是老人的救命钱
救命恩人
吵得吃了安眠药都睡不着
蔬菜农药残留超标
天台有人想跳舞太吵
有人在楼下要倒垃圾
被手续搞晕了
臭得透不过气
房贷压得喘不过气
喷火枪噪音大
公司快要倒闭了
邻居的狗被关起来叫个不停
装修砸门窗太吵
让我死心吧
他要打我电话催缴费
在村委门口炸了一晚鞭炮
心态快塌了
水果杀了价
路 灯 坏 了
拿着刀叉吃饭
打死也不交这个钱
要打死蟑螂
他有刀削面店
有人烧紧垃圾好臭
见义勇为救人精神
疏通要捅下水道
水浸死鱼
跳广场舞的来了我就跳槽
孩子不见了作业本
fire station
fire extinguisher
gas bill
kill time
dying to know
The village needs a fire station
there is a fire extinguisher missing on floor 3
I want to report a fire hazard
my gas bill is too high
there is no smell of gas any more, thanks
we had time to kill at the office
the council wants to kill the trees
suicide prevention class
we are drowning in debt
the firewood is wet
killjoy neighbours
information explosion
""".strip().splitlines()


def read(text: str) -> Understanding:
    return cities.language().classifier.understand(text)


@pytest.mark.parametrize("text", DANGER)
def test_danger_in_other_words_is_an_emergency(text: str) -> None:
    found = read(text)
    life = [flag for flag in found.flags if flag.tier == "life"]
    assert life
    assert all(flag.numbers for flag in life)
    assert all(flag.text in text for flag in life)
    assert found.procedure == "emergency"


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_what_only_sounds_like_danger_stays_silent(text: str) -> None:
    found = read(text)
    assert [flag for flag in found.flags if flag.tier == "life"] == []
    assert found.procedure != "emergency"


def test_a_threat_to_die_together_is_flagged_for_order_too() -> None:
    assert {flag.tier for flag in read("要跟他们同归于尽").flags} == {"life", "order"}


def test_a_line_break_between_two_words_joins_nothing() -> None:
    assert read("请买水喝 农药店太臭").danger
    assert not read("请买水喝\n农药店太臭").danger


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="跳楼 a\n，活", max_size=40))
def test_without_spaces_every_character_still_leads_back(text: str) -> None:
    spaced = Normal(text, text.replace("\n", " "), range(len(text)), range(1, len(text) + 1), frozenset(range(len(text) + 1)))
    short = unspaced(spaced)
    assert len(short.text) == len(short.starts) == len(short.ends)
    assert all(text[start].replace("\n", " ") == char for char, start in zip(short.text, short.starts, strict=True))
    assert short.edges <= set(range(len(short.text) + 1))
    assert short.text.replace(" ", "") == spaced.text.replace(" ", "")
    assert unspaced(short) == short
