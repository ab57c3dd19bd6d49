"""Values that were never meant to be sent, and words that nobody says."""

from __future__ import annotations

from typing import Any

WORDS = (
    "", " ", "\x00", "a\x00b", "\ud800", "ok\udfffok", "\u202e\u2066mirror\u2069", "\u200b\u200d\ufeff", "好" * 4096, "🚮" * 2048,
    "e\u0301" * 1000, "\u0489" * 500, "\r\nX-Header: 1\r\n\r\n", "../../etc/passwd", "C:\\con\\nul", "=1+1", "<b><i><script>x</script>",
    "&lt;&#0;&amp", "{number} {0} %s %n ${x}", "'; DROP TABLE tickets; --", "/start", "/my", "/" + "x" * 3000, "/start@other_bot code",
    "/start g440703103205001", "/forget", "/mydata", "/console", "/inspect JM-261123-0001", "JM-261123-0001", "/language", "7",
    "１３８００１３８０００", "杜阮井根村村口的垃圾堆三天没人清，好臭", "煤气泄漏", "谢谢", "-1", "9" * 5000, "1e400", "NaN", "\x1b[31mred",
    "\u2028line\u2029", "\ufffe\uffff",
)  # fmt: skip
VERBS = (
    "i:add", "i:anon", "i:another", "i:apart", "i:cancel", "i:card", "i:file", "i:helped", "i:noplace", "i:notie", "i:part", "i:pick",
    "i:place", "i:several", "i:submit", "i:topic", "i:topics", "i:whole", "j:add", "j:doubt", "j:gone", "j:join", "j:leave", "j:mine",
    "j:show", "p:forget", "p:keep", "r:add", "r:gone", "r:helped", "r:letter", "r:nothelped", "r:object", "r:passport", "r:rate", "r:show",
    "r:urge", "r:verdict", "r:withdraw", "s:amount", "s:cancel", "s:close", "s:full", "s:hand", "s:open", "s:topic", "s:topics", "s:units",
    "m:accept", "m:dispatch", "m:sign", "m:reply", "m:release", "m:decline", "m:suspend", "m:merge", "m:dispute", "m:rework", "m:close",
    "m", "i", "r", "x", "",
)  # fmt: skip
ARGUMENTS = (
    "1", "2", "3", "0", "-1", "²", "1e3", "9" * 18, "9" * 30, "\x00", "\ud800", "440703103205", "440703103", "solved", "satisfied",
    "chengguan", "", "None", "好" * 8, "0.5",
)  # fmt: skip
NUMBERS = (0, 1, -1, 2**31, -(2**31) - 1, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 10**400)
FLOATS = (0.0, -0.0, 22.58, 113.08, 90.0, -180.0, 1e308, -1e-320, 10**400, 181, 22)
THINGS: tuple[Any, ...] = (None, True, False, 0, -1, 1.5, 2**64, "", "x", [], {}, [[]], {"": None}, [None], {"id": {}}, [1, "a", {}])
