"""Made-up messages with a label, as many as a test wants: plain words in random order, some of them everybody's."""

from __future__ import annotations

import random

WORDS = {
    "E2.3": ("路灯", "不亮", "漆黑", "灯杆", "晚上太黑", "灯泡坏了"),
    "E2.6": ("停电", "跳闸", "电压不稳", "变压器", "没有电", "供电"),
    "E1.6": ("摆摊", "小贩", "占道", "烧烤摊", "流动摊贩", "推车"),
}
EVERYBODY = ("我们这里", "已经三天", "请尽快", "居民", "每天", "附近", "影响很大", "还是这样")


def messages(count: int = 40, seed: int = 7) -> list[tuple[str, str]]:
    """`count` different texts for each label."""
    chance = random.Random(seed)
    found: list[tuple[str, str]] = []
    for label, words in WORDS.items():
        texts: dict[str, None] = {}
        while len(texts) < count:
            said = [*chance.sample(words, 2), *chance.sample(EVERYBODY, 3)]
            chance.shuffle(said)
            texts["，".join(said)] = None
        found += [(text, label) for text in texts]
    return found
