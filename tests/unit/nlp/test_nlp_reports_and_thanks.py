"""A report on officials never goes to the grid; thanks for what was put right is no complaint."""

from __future__ import annotations

import pytest

from tests.unit.nlp import cities
from workflow.understanding import Understanding

REPORTS = """
村书记把低保给了自己亲戚
派出所民警收了开发商的好处
我想举报村主任收钱
井根村网格员索要红包，态度恶劣
我要举报村支书贪污修路灯的钱
举报村主任收红包
I want to report the village head for corruption
杜阮井根村路灯坏了没人修。还有我想举报村主任收钱
城管队员向摊贩收钱
镇长的亲戚承包了工程
村主任索要五千元才盖章
局长拿回扣
村長將低保俾咗自己親戚
網格員收紅包
我举报村主任。他收钱办事
支书挪用征地款
民警敲诈我
村干部虚报人数
村委把名额给了自己人
请问村主任收了钱不办事找谁
镇里截留补贴，镇长知道
The mayor took a bribe
the police officer took money from the developer
""".strip().splitlines()

NO_REPORTS = """
村委会没人管
网格员态度差
民警处理很好
停车场乱收钱，民警来了也没用
向村委会索要发票被拒
表扬民警拒收红包
领导您好，我举报停车场收钱不给票
我举报有人赌博收钱
村主任开会时有人骂我亲戚
装路灯对村干部和村民都有好处
民警通知亲属来
领导好，收钱的停车场没人管
书记来看过了没解决
居委会收垃圾费
工作人员态度差
村长说会处理
会计师事务所收钱
交警处理得很好，谢谢
the village head is very kind
I want to report a broken street lamp
""".strip().splitlines()


def read(text: str) -> Understanding:
    return cities.language().classifier.understand(text)


@pytest.mark.parametrize("text", REPORTS)
def test_taking_by_an_office_holder_is_a_report_on_officials(text: str) -> None:
    assert read(text).procedure == "petition_report"


@pytest.mark.parametrize("text", NO_REPORTS)
def test_naming_an_office_holder_alone_reports_nobody(text: str) -> None:
    assert read(text).procedure != "petition_report"


@pytest.mark.parametrize(
    "text",
    [
        "谢谢你们，路灯修好了",
        "路灯修好了，谢谢",
        "路灯修好了谢谢",
        "已经解决了，感谢",
        "路灯坏了很久，今天修好了，谢谢",
        "垃圾问题已经处理好了，谢谢网格员",
        "路燈整好咗，多謝晒",
        "路灯亮了👍谢谢！",
        "自来水恢复供水了，辛苦了",
        "井盖换好了，非常感谢",
        "谢谢网格员小陈帮我妈妈办了社保卡",
        "感谢网格员帮我修好了路灯",
        "多谢社区帮我申请到低保",
    ],
)
def test_thanks_for_what_was_put_right_are_praise(text: str) -> None:
    assert read(text).intent == "praise"


@pytest.mark.parametrize(
    "text",
    [
        "谢谢，但路灯还是没修好",
        "谢谢，路灯修好了又坏了",
        "路灯修好了，谢谢。我家门口的井盖破损了",
        "希望路灯修好了，谢谢",
        "你们说已经解决了，谢谢，路灯一样不亮",
        "路灯修好了通知我一声，谢谢",
        "路灯坏了，谢谢",
        "路灯修好了，不过垃圾没人清，谢谢",
    ],
)
def test_thanks_are_only_manners_where_something_is_left(text: str) -> None:
    assert read(text).intent == "complain"


@pytest.mark.parametrize("text", ["谢谢，帮我办社保卡", "请帮我妈妈办社保卡，谢谢", "谢谢你帮我办了社保卡，还想麻烦帮我办低保"])
def test_thanks_for_what_is_still_to_be_done_are_no_praise(text: str) -> None:
    assert read(text).intent != "praise"


def test_a_question_with_thanks_stays_a_question() -> None:
    assert read("请问路灯修好了吗，谢谢").intent == "consult"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("举报我们局长上班打麻将", True),
        ("我要举报民政局副局长上班时间炒股", True),
        ("举报镇长开公车去喝酒", True),
        ("举报村主任打牌赌钱", True),
        ("举报镇干部", True),
        ("社区书记上班时间喝酒打牌", True),
        ("我要举报校长乱收费", True),
        ("举报：派出所所长态度恶劣", True),
        ("这件事我举报给城管了，一直没人来", False),
        ("举报到局长信箱也没用，路还是烂的", False),
        ("举报楼下烧烤店油烟扰民，希望城管来管", False),
        ("我要举报有人占道摆摊", False),
    ],
)
def test_who_is_denounced_decides_whatever_they_are_said_to_do(text: str, told: bool) -> None:
    found = cities.shipped().classifier.understand(text)
    assert (found.procedure == "petition_report") is told
