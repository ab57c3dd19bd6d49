"""What people want, and which procedure that starts, in their own words.

A question about a nuisance stays a complaint (when will the lamp be repaired?); a question about a right or a paper is a
consultation. Thanks for nothing done are no praise.
"""

from __future__ import annotations

import pytest

from tests.unit.nlp import cities
from workflow.model import Intent, Procedure

INTENTS = {
    "consult": """
居住证到期了怎么续签
请问高龄津贴多少岁可以领
想了解一下公租房申请条件
社保转移需要带什么材料
孩子上小学要什么手续
你们几点下班
我想问下医保断缴三个月有影响吗
養犬證去邊度辦
失业金能领几个月
结婚登记可以跨省办吗
12345打不通可以在这里说吗
夜间施工有没有规定几点停
退休年龄现在是多少
新办营业执照要带哪些东西
狗证一定要办吗
公积金能不能取出来还房贷
请问老年卡在哪里领
交通违章怎么查
外地车可以在这里年检吗
流动人口可以在这里考驾照吗
小孩户口跟妈妈可以吗
灵活就业医保每月交多少
咨询一下垃圾分类怎么分
租房合同备案要多久
""",
    "complain": """
请问路灯什么时候修好
为什么每天半夜都有人唱卡拉OK，有没有人管
垃圾三天没人收了，你们到底管不管
楼上装修吵死人
物业乱收费，太过分
公交车司机甩客
我要投诉快递员态度恶劣
小区停车场收费不合理
谢谢你们什么都没做
路面坑洼多年没人修，谢谢
食堂的菜有虫
隔壁狗叫一整晚，怎么办啊
请问这个垃圾站什么时候搬走，臭了一年了
请问谁来管管楼下的噪音
你们能不能管一下乱停车
公交站台没有雨棚淋雨等车
医院挂号排了三小时
老板不发工资
邻居占用消防通道
网上买到假货商家不退
自来水发黄三天
感谢你们半年不回复
办个证跑了五趟，真是服了你们
物业说修好了其实没修
""",
    "help": """
我家老人瘫痪没人照顾，求帮忙
帮帮我，钱包丢在公交上了
孩子找不到学位，能不能帮我协调
求助，家里停水老人没水喝
工伤没人管，希望政府帮帮我
请帮忙联系一下村委
我是残疾人没有收入，日子过不下去
刚来这里打工被骗光了钱，回不了家
老人迷路在我们小区，请帮忙找家属
求求你们救救我家孩子的学籍问题
车被水泡了，能不能帮忙拖一下
我想离婚但他不肯，不知道找谁帮
""",
    "report": """
举报有人在山上偷挖砂石
我要举报一家黑网吧接纳未成年
实名举报村支书贪污
有人卖假药，举报
举报工厂半夜偷排污水
有人偷排废水，请查
检举某公司偷税
匿名举报赌博窝点
举报隔壁无证办幼儿园
村长侵吞补偿款，我要举报
我知道有人私藏枪支，提供线索
""",
    "suggest": """
建议在学校门口加一条斑马线
希望增加公园的座椅
能不能在路口装个红绿灯
我有个意见，公交线路可以延长到医院
提议每个村设一个快递柜
公园晚上太黑，建议装灯
学校附近应该设减速带
希望政府多建几个充电桩
可以考虑把垃圾桶换成带盖的
能否在周末也开放图书馆
提个小小的建议，办事大厅加个饮水机
""",
    "praise": """
表扬社区的网格员小陈，热心负责
感谢城管局，垃圾清得很干净
没有噪音了，谢谢
路灯修好了，点赞
给你们送锦旗
服务态度非常好，谢谢
垃圾清走了，辛苦师傅们
昨天来修水管的师傅特别耐心，要表扬
谢谢你们帮我找回了孩子
这次办事很快，给个好评
路修平了，村民都很高兴，感谢
多亏了小李，问题解决了
""",
    "visit": """
我妈八十岁走不动，能不能派人上门办证
想请调解员到家里来一趟
老人卧床，请上门采集社保卡照片
我腿脚不方便，可以代办吗
需要心理咨询师上门
老人下不了床，想请人来家里办社保认证
视力残疾，能上门帮我填表吗
可不可以派人上门调解
孕妇出不了门，请代办准生证
家里只有老人，麻烦上门教用手机
""",
}

PROCEDURES = {
    "petition_report": """
我要举报村支书贪污集体分红
检举镇长收受工程回扣
村主任把低保名额给了自己亲戚
派出所所长包庇赌场老板
城管队员收摊贩保护费
检举国土所工作人员索要红包
村委会计挪用征地补偿款
学校校长招生收黑钱
交警收了对方的烟酒，事故认定不公
举报居委会主任虚报冒领补贴
法官吃请，收了对方律师的钱
住建局科长私下入股施工公司
举报副镇长收了承包商好处
村干部截留我们的粮食补贴
院长收医药代表回扣
民警给涉黑的人通风报信
书记公款旅游
""",
    "legal_route": """
法院判决我不服，想上诉
劳动仲裁输了，请帮我改裁决
行政复议决定书下来了，我不服要告政府
法院执行局一直不执行我的判决
案子已经在法院立案开庭了
仲裁委裁决书不公平
我对行政处罚不服，已申请复议
检察院不起诉决定我不同意
案件二审还没判
法院判了但对方不给钱，执行局不管
老赖不还钱，判决生效一年了
对仲裁结果不满意
""",
    "petition_claim": """
对信访答复意见不服，要求复查
信访件三年没解决，我要求申诉
信访复核意见书我不服
我申诉多年没有结果
""",
    "petition_suggestion": """
建议修订养犬条例
建议增加公交班次
建议政府出台遛狗规定
""",
    "consultation": """
怎么申请行政复议
劳动仲裁去哪里申请
请问法律援助怎么申请
打官司要交多少诉讼费
请问信访复查要什么材料
怎么起诉物业公司
""",
    "hotline": """
医院收费太贵
公交车司机态度差
网购退货商家不理
村里水管坏了，村委不管
局长信箱没人回复
医保不能报销不合理
""",
    "grid_event": """
路灯坏了半个月
城管把我的摊收走了，不合理
交警乱贴条
我在法院门口停车被贴条
法院旁边的路灯不亮
楼道堆满杂物没人清
""",
    "emergency": """
楼下煤气泄漏
有人要跳楼
""",
}


def rows(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(text, code) for code, texts in table.items() for text in texts.strip().splitlines()]


def test_the_table_is_large_and_names_every_intent() -> None:
    assert set(INTENTS) == set(Intent)
    assert len(rows(INTENTS)) >= 100
    assert set(PROCEDURES) == set(Procedure)


@pytest.mark.parametrize(("text", "intent"), rows(INTENTS))
def test_what_a_person_wants(text: str, intent: str) -> None:
    assert cities.language().classifier.understand(text).intent == intent


@pytest.mark.parametrize(("text", "procedure"), rows(PROCEDURES))
def test_which_procedure_it_starts(text: str, procedure: str) -> None:
    assert cities.shipped().classifier.understand(text).procedure == procedure
