"""The city's knowledge answers what it knows, in the asker's own words, and keeps silent about the rest."""

from __future__ import annotations

from app.region_pack import load
from tests.unit.nlp import cities

QUESTIONS = """
gaoling 我奶奶85岁了，有没有老人补贴可以领
dibao 家里没收入，想吃低保要去哪里办
linshijiuzhu 房子被火烧了，一时没钱生活，有什么临时帮助
tekun 村里的五保老人怎么申请供养
liulang 看到一个流浪的人睡在桥下，找谁救助他
canjizheng 残疾证去哪里办
canjibutie 重度残疾人有什么护理补贴
jiehun 领证结婚要多大年纪
jiehun 外地户口可以在这里登记结婚吗
lihun 离婚冷静期几天
jieshu 结婚证丢了怎么补
siwang 我爸去世了，户口要怎么注销
hukou 刚出生的宝宝怎么上户口
juzhu 办居住证要什么材料
juzhuqianzhu 居住证过期了怎么续
qianyi 户口想从老家迁过来怎么办
shenfenzheng 身份证不见了去哪补
shenfenzhengqi 三十岁的人身份证有效期几年
laodong 老板拖欠工资可以找什么部门
zhongcai 申请劳动仲裁要交钱吗
hetong 上班半年公司一直没签合同，能要双倍工资吗
shiyongqi 试用期可以签六个月吗
jiaban 国庆加班工资是几倍
cizhi 我想离职要提前几天说
buchang 公司把我辞退了，有补偿吗
nianjia 工作十二年有几天年假
gongshang 上班路上摔伤了怎么申请工伤认定
chanjia 生二胎产假休多少天
gaowen 夏天在工地干活有高温津贴吗
shebao 社保卡掉了怎么挂失
shiye 失业了可以领多少个月失业金
yanglao 女的几岁能退休领养老金
bushebao 厂里不给我交社保怎么办
yibao 我妈在外地看病，医保怎么备案
gongji 我医保卡里的钱可以给孩子用吗
shengyu 生育津贴怎么算的
gongjijin 租房可以提取公积金吗
gongjijinjiao 公司没给我交公积金去哪投诉
gongzufang 怎么申请公租房
zufang 房东不退押金合法吗
wuyeduan 没交物业费，物业断我的水合法吗
yeweihui 成立业主委员会要多少业主同意
weixiuzijin 电梯坏了能用维修基金吗
baoxiu 新房卫生间漏水开发商保修几年
gaokong 楼上扔东西砸坏我的车谁赔
dianti 一楼不同意，旧楼能装电梯吗
zhaijidi 农村一户能批几块宅基地
budongchan 房产证过户要几天
ruxue 孩子六岁，上小学怎么报名
suiqian 我是外省的，小孩能在这里读书吗
qiling 孩子在学校被霸凌该找谁
wangba 网吧能让学生进去吗
yanjiu 小卖部卖烟给初中生违法吗
jiaotong 新买的电动车去哪上牌
kuaichu 路上跟别人追尾，没人受伤怎么处理
weizhang 在哪里查违章
jiazhao 驾照快到期了怎么换证
nianjian 小车几年年审一次
zaosheng 工地晚上几点以后不能施工
zhuangxiu 邻居装修有规定时间吗
guangchangwu 跳广场舞音量有没有限制
yangquan 养狗需要办狗证吗
goucaoyao 被邻居的狗咬了要他赔吗
tingdian 停电为什么不提前通知
tingshui 停水是不是要提前通知
ranqi 燃气公司上门安检是真的吗
dianchong 电动车可以推上楼充电吗
xiaofangtongdao 车停在消防通道会被罚吗
yanhua 过年可以放鞭炮吗
laji 垃圾分类怎么分
fenshao 田里能不能烧秸秆
zhizhao 开个店办营业执照要多久
shipin 卖早餐要办食品许可证吗
xiaofei 买的电视坏了商家不管找谁
qitian 网上买的衣服能七天无理由退吗
jiahuo 买到过期食品可以要十倍赔偿吗
geshui 个税退税什么时候开始办
falv 请不起律师怎么办
tiaojie 和邻居闹矛盾找谁调解
fuyi 对罚款不服怎么申请复议
xingzhengsusong 想告政府部门有期限吗
shixiao 朋友借钱三年没还还能起诉吗
jiabao 怎么申请人身安全保护令
xinxigongkai 想申请公开征地文件
xinfang 信访答复我不满意，怎么申请复查
xinfangfangshi 上访可以几个人一起去
xinfangshixian 信访件要多久才有答复
jianju 检举干部打什么电话
r12345 12345是干什么的
r12348 免费法律咨询打哪个电话
r12366 税务局咨询电话是多少
r12369 举报污染打什么号码
r12356 心理辅导热线
""".strip().splitlines()

UNRELATED = """
垃圾桶满了没人收
楼下狗叫到半夜
路灯不亮
有人在楼道抽烟
公交车不来
快递丢了
谢谢你们
你好
天气真热
今天星期几
帮我写一首诗
1234567890
白石村
hello
隔壁吵架
小区停车位不够
树倒了
井盖松了
自来水很黄
有只猫在树上
楼上漏水
饭店油烟大
河水发臭
希望早点修路
我想吃火锅
网络很慢
电视没信号
手机坏了
邻居占我的地
学校饭菜难吃
医院排队久
物业态度差
公园没厕所
蚊子多
路面积水
工地扬尘
摩托车飙车
街边算命骗人
有人发小广告
外卖送错了
""".strip().splitlines()


def test_the_shipped_knowledge_is_broad_and_says_what_it_rests_on() -> None:
    entries = load(cities.LANGUAGE.parent).knowledge
    assert len(entries) >= 40
    assert all(entry.basis and entry.words for entry in entries)
    assert {row.split()[0] for row in QUESTIONS} <= {entry.code for entry in entries}


def test_nine_in_ten_questions_find_their_own_answer() -> None:
    answers = cities.shipped().answers
    found = {text: answers.search(text) for _, text in (row.split(" ", 1) for row in QUESTIONS)}
    wrong = [row for row in QUESTIONS if (hit := found[row.split(" ", 1)[1]]) is None or hit.code != row.split()[0]]
    assert len(QUESTIONS) >= 80
    assert len(wrong) <= 0.1 * len(QUESTIONS), wrong


def test_what_is_no_question_gets_no_answer() -> None:
    answers = cities.shipped().answers
    assert len(UNRELATED) >= 40
    assert {text: hit.code for text in UNRELATED if (hit := answers.search(text))} == {}
