"""Strategies for requests, drawn from the OpenAPI document: mostly as documented, with here and there something odd."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

from hypothesis import strategies as st

from tests.fuzz.strange import THINGS, VERBS, WORDS
from tests.fuzz.updates import Draw
from web import openapi

ACTORS = ("nobody", "resident", "officer", "admin")
DOCUMENT = openapi.document()
OPERATIONS = [(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods if path != "/metrics"]
_MEANT = {"chat": ("resident",), "session": ("officer", "admin")}
_HEADERS = {
    "Host": ("evil.example", "localhost:1", ""), "X-Forwarded-For": ("6.6.6.6", "x" * 5000, ","), "X-Forwarded-Host": ("evil.example",),
    "Range": ("bytes=0-1", "bytes=5-1", "bytes=-0", "lines=1"), "If-None-Match": ("*", '"x"'), "If-Modified-Since": ("never", "0"),
    "Accept-Language": ("xx",), "Origin": ("null", "https://evil.example"), "Sec-Fetch-Site": ("cross-site", "same-origin"),
    "Content-Encoding": ("gzip", "br", "x"), "Expect": ("100-continue",), "X-HTTP-Method-Override": ("DELETE",), "Accept": ("", "text/x"),
    "Authorization": ("Basic x", "Bearer", "Bearer " + "x" * 32), "Cookie": ("console=x", "console=", "=;=", "console=" + "x" * 3000),
    "If-Range": ("x",), "Upgrade": ("websocket",),
}  # fmt: skip
_MEDIA = ("text/plain", "application/xml", "application/json; charset=foo", "multipart/form-data", "multipart/mixed; boundary=x", "x")
_NAMES = ("a.jpg", "../../etc/passwd", "\u202egpj.exe", 'a"b.html', "好" * 300, "a\r\nX-Header: 1", "a.svg", "")


@dataclass(frozen=True)
class Asked:
    """One request. `path` is as it goes over the wire; {number} and {sha} stand for what there is. `token`: the form's own is put in."""

    actor: str
    method: str
    operation: str
    path: str = field(repr=False)
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)
    token: bool = False


class Asker:
    """Draws one request for an operation of the document."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw

    def asked(self, method: str, path: str) -> Asked:
        meant = _MEANT.get(next(iter(dict(*DOCUMENT["paths"][path][method.lower()]["security"])), ""), ACTORS)
        actor = self._draw(st.sampled_from(meant if not self._odd(3) else ACTORS))
        if self._odd(20):
            method = self._draw(st.sampled_from(("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "BREW")))
        operation = DOCUMENT["paths"][path].get(method.lower(), {})
        parameters = operation.get("parameters", [])
        sent = self._path(path, [one for one in parameters if one["in"] == "path"])
        # A reader who waits for news would hold the next request up for 25 seconds.
        query = [*self._query([one for one in parameters if one["in"] == "query"]), *(["now="] if path == "/chat/api/messages" else [])]
        found = {self._draw(st.sampled_from(sorted(_HEADERS))) for _ in range(self._draw(st.integers(0, 2)))} if self._odd(3) else set()
        headers = {name: self._draw(st.sampled_from(_HEADERS[name])) for name in sorted(found)}
        media, body, token = self._body(operation)
        headers |= {"Content-Type": media} if media else {}
        return Asked(actor, method, path, sent + ("?" + "&".join(query) if query else ""), headers, body, token)

    def _odd(self, one_in: int) -> bool:
        return bool(self._draw(st.integers(0, one_in - 1)) == 0)

    def _word(self) -> str:
        return str(self._draw(st.sampled_from(WORDS) | st.text(max_size=30)))[:1500]

    def _path(self, path: str, parameters: list[Any]) -> str:
        for one in parameters:
            if self._odd(3):
                word = quote(self._word().encode("utf-8", "surrogatepass"), safe="")
                path = path.replace(f"{{{one['name']}}}", word)
        path = path.replace("{filename}", self._draw(st.sampled_from(("chat.js", "console.css", "..%2fapp.py", "%00", "chat.html"))))
        return path + (self._draw(st.sampled_from(("/", "//", "/..", "%2f", ";x", "/%00"))) if self._odd(30) else "")

    def _query(self, parameters: list[Any]) -> list[str]:
        found = []
        for one in parameters:
            if self._odd(2):
                value = self._word() if self._odd(3) else str(self.value(one["schema"]))
                found.append(f"{one['name']}={quote_plus(value.encode('utf-8', 'surrogatepass'))}")
        return found + ([quote_plus(self._word().encode("utf-8", "surrogatepass"))] if self._odd(15) else [])

    def _body(self, operation: Mapping[str, Any]) -> tuple[str, bytes, bool]:
        """Media type, content, and whether the form's own token goes into it."""
        content = operation.get("requestBody", {}).get("content")
        if not content:
            return ("text/plain", b"x", False) if self._odd(20) else ("", b"", False)
        if self._odd(12):
            return self._draw(st.sampled_from(_MEDIA)), self._draw(st.binary(max_size=60)), False
        media = self._draw(st.sampled_from(sorted(content)))
        value = self.value(content[media]["schema"])
        if media == "multipart/form-data":
            return self._form(value)
        if media == "application/json":
            return media, self._json(value), False
        fields = value if isinstance(value, dict) else {"x": value}
        pairs = [f"{_quoted(name)}={_quoted(one)}" for name, one in fields.items() if name != "token"]
        return media, "&".join(pairs).encode(), not self._odd(6)

    def _json(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=self._odd(2)).encode("utf-8", "surrogatepass")

    def _form(self, value: Any) -> tuple[str, bytes, bool]:
        update = value.get("update", {}) if isinstance(value, dict) else value
        parts = [b'Content-Disposition: form-data; name="update"\r\n\r\n' + self._json(update)]
        for _ in range(self._draw(st.integers(0, 3))):
            name = self._draw(st.sampled_from(_NAMES)).encode()
            kind = self._draw(st.sampled_from(("image/jpeg", "text/html", "image/svg+xml", "x", "video/mp4"))).encode()
            what = self._draw(st.sampled_from((b"", b"<script>", b"GIF89a", b"\xff\xd8\xff", b"%PDF-1.7")))
            head = b'Content-Disposition: form-data; name="file"; filename="' + name + b'"\r\nContent-Type: ' + kind
            parts.append(head + b"\r\n\r\n" + what)
        whole = b"".join(b"--xyz\r\n" + part + b"\r\n" for part in parts) + b"--xyz--\r\n"
        return "multipart/form-data; boundary=xyz", whole[: len(whole) // 2] if self._odd(15) else whole, False

    def value(self, schema: Mapping[str, Any]) -> Any:
        """Of a schema; once in a while anything at all."""
        if self._odd(25):
            return self._draw(st.sampled_from(THINGS))
        if "$ref" in schema:
            return self.value(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        if "enum" in schema:
            return self._draw(st.sampled_from(schema["enum"]))
        kind = schema.get("type")
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            return [self.value(schema["items"]) for _ in range(self._draw(st.integers(0, 2)))]
        if kind in {"integer", "number"}:
            return self._draw(st.sampled_from((schema.get("minimum", 0), schema.get("maximum", 2**53), 22, 113.08, -1, 2**64)))
        if "pattern" in schema:
            return self._draw(st.from_regex(schema["pattern"].replace("$", r"\Z"), fullmatch=True))
        return self._button() if schema.get("maxLength") == 64 and not self._odd(4) else self._word()

    def _button(self) -> str:
        about = [str(self._draw(st.integers(0, 3))) for _ in range(self._draw(st.integers(0, 3)))]
        return ":".join([self._draw(st.sampled_from(VERBS)), *about])

    def _object(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        needed = schema.get("required", [])
        names = [name for name in schema["properties"] if (name in needed and not self._odd(20)) or self._odd(3)]
        return {name: self.value(schema["properties"][name]) for name in names}


def _quoted(value: Any) -> str:
    return quote_plus(str(value).encode("utf-8", "surrogatepass"))


@st.composite
def requests(draw: Draw, method: str, path: str) -> Asked:
    return Asker(draw).asked(method, path)
