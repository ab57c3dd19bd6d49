"""The shipped words: whole, readable, without places or numbers, and right on sentences that everybody understands."""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from nlp import LanguageError
from nlp.tables import Row, read
from nlp.topics import load
from tests.unit.nlp import cities

PACK = cities.ROOT / "regions/jiangmen"
LEXICON = cities.LANGUAGE / "lexicon.csv"
HOTLINE = cities.ROOT / "benchmarks/hotline_topics.csv"
HOTLINE_TOPICS = 29

SENTENCES = [
    ("我家的门牌掉了，想补一个新的", "A1.1"),
    ("刚生了小孩，上户口要带什么", "A1.2"),
    ("孩子随父亲落户需要什么材料", "A1.2"),
    ("楼上的出租屋住了十几个人，没有登记", "A1.3"),
    ("有个精神病人在街上追着人打", "A2.1"),
    ("村尾有个独居老人没人照顾", "A2.2"),
    ("楼下麻将馆天天聚众赌博", "B1.1"),
    ("这家按摩店有色情服务", "B1.1"),
    ("昨晚电动车被偷了，派出所还没立案", "B1.2"),
    ("网上被骗了五万块怎么办", "B1.2"),
    ("隔壁档口的人拿刀恐吓我", "B1.3"),
    ("一群人在烧烤摊打起来了", "B1.3"),
    ("半夜有人燃放烟花爆竹", "B1.4"),
    ("村口的监控坏了，希望装个摄像头", "B1.4"),
    ("消防通道被一辆小车堵住，车主不接电话，请通知移车", "B2.1"),
    ("架车泊喺门口，出唔到去", "B2.1"),
    ("有人遛狗不牵绳，差点咬到小孩", "B2.2"),
    ("隔篱屋只狗成晚吠", "B2.2"),
    ("等了一个钟头都没有公交车来", "B2.3"),
    ("驾驶证到期了，去哪里换证", "B2.4"),
    ("学车两年，驾校一直不给安排考试", "B2.4"),
    ("的士司机不打表，乱收钱", "B2.5"),
    ("网约车司机半路把我赶下车", "B2.5"),
    ("台风过后轮渡什么时候复航", "B2.6"),
    ("共享单车堆满了人行道", "B2.7"),
    ("单车乱丢在盲道上", "B2.7"),
    ("停车场收费太贵，也没有收费标准", "B2.8"),
    ("楼上空调滴水到我家窗台，和邻居说了不听", "C1.1"),
    ("两兄弟争祖屋，想找人调解", "C1.1"),
    ("老板拖欠三个月工资，不接电话", "C1.2"),
    ("老细拖咗我三个月粮", "C1.2"),
    ("物业公司乱涨物业费，业委会也不管", "C1.3"),
    ("物管净系识收钱，升降机坏咗都唔整", "C1.3"),
    ("征地补偿款两年没发", "C1.4"),
    ("我们村的鱼塘被征收，一分钱没拿到", "C1.4"),
    ("健身房关门了，会员卡的钱不给退", "C1.5"),
    ("买部手机用两日就坏，间铺唔肯换", "C1.5"),
    ("医院乱开药，和医生吵了起来", "C1.6"),
    ("做手术出了问题医院不认", "C1.6"),
    ("买的房子延期交房一年，开发商不赔", "C1.7"),
    ("房产证办了三年还没下来", "C1.7"),
    ("楼道堆满杂物，消防通道堵死了", "C2.1"),
    ("有人在楼道里给电动车充电", "C2.1"),
    ("电线杆歪了，高压线垂得很低", "C2.2"),
    ("邻居煤气罐放在走廊，味道很大", "C2.2"),
    ("外墙瓷砖脱落，差点砸到人", "C2.3"),
    ("老房子裂缝越来越大，怕塌", "C2.3"),
    ("电梯困人好几次了，没有人来维修", "C2.4"),
    ("外卖里吃出蟑螂", "C2.4"),
    ("作坊里放着很多化工桶，没有安全措施", "C3.1"),
    ("工厂有爆炸的危险，乱放危化品", "C3.1"),
    ("后山有滑坡的危险，快来看看", "C3.2"),
    ("黑校车超员接送学生", "C3.3"),
    ("想问行政服务中心周六上班吗", "D1.1"),
    ("办个证明跑了五趟", "D1.1"),
    ("窗口工作人员态度恶劣，互相推诿", "D1.2"),
    ("打热线一直没人接，踢皮球", "D1.2"),
    ("想申请法律援助，请问找谁", "D1.3"),
    ("打官司没钱请律师怎么办", "D1.3"),
    ("买房的契税怎么交", "D1.4"),
    ("老板不给开发票", "D1.4"),
    ("社保断缴两个月可以补缴吗", "D2.1"),
    ("公司没给我买社保，怎么补", "D2.1"),
    ("家里困难，想申请低保", "D2.2"),
    ("残疾证怎么办", "D2.2"),
    ("小孩今年上一年级，学位怎么申请", "D2.3"),
    ("孩子在学校被老师打了", "D2.3"),
    ("隔壁在天台加建铁皮屋", "E1.1"),
    ("隔离僭建，搭咗个铁皮棚", "E1.1"),
    ("村口垃圾几天没人清理", "E1.2"),
    ("垃圾车几日冇嚟收，成条巷都系蚊", "E1.2"),
    ("广场舞的音响开得太大声", "E1.3"),
    ("隔離成晚打麻雀嘈到瞓唔着", "E1.3"),
    ("工地半夜还在打桩", "E1.4"),
    ("地盤夜晚十二點仲開工", "E1.4"),
    ("楼下烧烤店的油烟直接飘进家里", "E1.5"),
    ("大排档的烟熏得晾的衣服都是味", "E1.5"),
    ("菜贩把人行道占了，走鬼档一直摆到马路", "E1.6"),
    ("走鬼成日霸住条路卖嘢", "E1.6"),
    ("路面有个大坑，摩托车摔倒了", "E2.1"),
    ("条路烂到咁，摩托车跌咗几次", "E2.1"),
    ("自来水水压太小，洗澡都没水", "E2.2"),
    ("水喉水黄黄地，唔敢饮", "E2.2"),
    ("路灯不亮，晚上走路看不见", "E2.3"),
    ("巷口盏灯坏咗成个月", "E2.3"),
    ("一下雨就积水，下水道堵了", "E2.4"),
    ("门口的下水沟堵住了，雨水倒灌进屋", "E2.4"),
    ("绿化带的树枝挡住了路，请修剪", "E2.5"),
    ("小区外面的大树快倒了", "E2.5"),
    ("整条村停电，什么时候来电", "E2.6"),
    ("又冇電啦，雪櫃啲餸都壞晒", "E2.6"),
    ("工厂偷排废水，河涌发黑发臭", "E3.1"),
    ("条涌臭到死，有人偷排", "E3.1"),
    ("养猪场离村太近，猪粪流到田里", "E3.2"),
    ("鸭场的粪水排到鱼塘，鱼都死了", "E3.2"),
    ("有人在江里非法采砂", "E3.3"),
    ("农田被人填土建厂房", "E3.3"),
]

NOT_A_MATTER = [
    "你好",
    "您好，请问有人吗",
    "早上好",
    "晚上好",
    "在吗",
    "好的，知道了",
    "收到",
    "谢谢",
    "谢谢你们，辛苦了",
    "我要投诉",
    "我想反映一个问题",
    "什么时候处理",
    "还没解决",
    "昨天晚上",
    "就在我家楼下",
    "3天了",
    "蓬江区杜阮镇井根村",
    "杜阮镇井根村村口",
    "白沙街道",
    "新会区会城街道灵镇村榕树下",
    "幸福花园小区3栋2单元502",
    "建设二路88号",
    "港口路12号",
    "人民公园旁边",
    "小学门口",
    "医院对面",
    "这部跳楼机真好玩",
    "火锅店真好吃",
]


def rows() -> tuple[Row, ...]:
    return read(LEXICON, ("topic", "word", "weight", "kind"))


def sub_themes() -> list[str]:
    return [row["code"] for row in read(PACK / "topics.csv", ("code",))]


def hotline() -> list[tuple[str, str]]:
    with HOTLINE.open(encoding="utf-8", newline="") as file:
        return [(row["sub_theme"], row["topic"]) for row in csv.DictReader(file)]


def test_every_sub_theme_has_words() -> None:
    keywords = Counter(row["topic"] for row in rows() if row["kind"] == "keyword")
    assert {code: keywords[code] for code in sub_themes() if keywords[code] < 10} == {}
    assert set(keywords) == set(sub_themes())


def test_every_sub_theme_leads_to_one_topic_of_the_hotline() -> None:
    assert sorted(code for code, _ in hotline()) == sorted(sub_themes())
    assert len({topic for _, topic in hotline()}) == HOTLINE_TOPICS


def test_no_word_is_a_place() -> None:
    with (PACK / "divisions.csv").open(encoding="utf-8") as file:
        lines = [line for line in file if not line.startswith("#")]
    names = {row["name"] for row in csv.DictReader(lines)}
    names |= {name.removesuffix(end) for name in names for end in ("村民委员会", "居民委员会", "村委会", "居委会", "社区", "街道")}
    long_names = {name for name in names if len(name) >= 3}
    words = {row["word"] for row in rows()}
    assert {(word, name) for name in long_names for word in words if name in word} == set()


def test_no_word_is_a_number() -> None:
    assert [row["word"] for row in rows() if re.search(r"\d{5}", row["word"])] == []


def test_every_word_is_written_as_it_is_looked_for() -> None:
    """A Traditional, Cantonese or capital letter in the table would never be found: texts are normalised first."""
    normalise = cities.language().classifier.normalise  # type: ignore[attr-defined]  # the port hides it
    assert [row["word"] for row in rows() if normalise(row["word"]).text != row["word"]] == []


def test_every_weight_says_something() -> None:
    odd = [row["word"] for row in rows() if row["kind"] == "keyword" and not 0 < float(row["weight"]) <= 4]
    assert odd == []


@pytest.mark.parametrize(("text", "topic"), SENTENCES)
def test_a_plain_sentence_finds_its_sub_theme(text: str, topic: str) -> None:
    assert cities.language().classifier.understand(text).topics[0].code == topic


@pytest.mark.parametrize("text", NOT_A_MATTER)
def test_what_names_no_matter_has_no_topic(text: str) -> None:
    assert cities.language().classifier.understand(text).topics == ()


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("X1.1,灯坏,2,keyword", "X1.1,灯坏,1,keyword"), "灯坏 stands twice under X1.1: keep one"),
        (("X1.1,灯坏,,exclude", "X1.1,灯坏,1,keyword"), "灯坏 is a keyword and an exclusion of X1.1: keep one"),
        (("X1.1,灯坏,1,keyword", "X1.1,灯坏,,exclude"), "灯坏 is a keyword and an exclusion of X1.1: keep one"),
    ],
)
def test_rows_that_contradict_each_other_are_refused(tmp_path: Path, lines: tuple[str, str], reason: str) -> None:
    copy = tmp_path / "lexicon.csv"
    shutil.copy(cities.TINY / "lexicon.csv", copy)
    with copy.open("a", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
    last = len(copy.read_text("utf-8").splitlines())
    with pytest.raises(LanguageError, match=re.escape(f"lexicon.csv:{last}: {reason}")):
        load(copy, cities.topics_of(cities.TINY / "lexicon.csv"))
