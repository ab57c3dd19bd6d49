"""Somebody else's fuzzer against a demo of its own: as nobody, as a resident, as a supervisor and as an administrator.

    make schemathesis        or: python benchmarks/schemathesis_run.py PATH-OF-ST [EXAMPLES]

Exit status 1 if an answer is not one that docs/openapi.json tells of, or the service logged an error.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
PORT = 8979
URL = f"http://127.0.0.1:{PORT}"
_CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
_LEFT_OUT = ("/hook/telegram", "/metrics", "/console/signout", "/console/signout/everywhere", "/demo/console", "/readyz")
"""Not served here, or they end the session that the rest is asked with; 503 is what /readyz is for."""


@contextmanager
def demo() -> Iterator[Path]:
    """A demo that serves; its log."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w", encoding="utf-8") as log:
        env = {**os.environ, "PYTHONPATH": str(ROOT), "PETITION_WEB__PORT": str(PORT)}
        child = subprocess.Popen([sys.executable, "-m", "app", "demo", "--log", "json"], cwd=folder, env=env, stderr=log)
        try:
            while '"serving"' not in Path(log.name).read_text("utf-8"):
                if child.poll() is not None:
                    raise SystemExit(Path(log.name).read_text("utf-8"))
            yield Path(log.name)
        finally:
            child.terminate()
            child.wait()


def _chat() -> str:
    with urllib.request.urlopen(urllib.request.Request(f"{URL}/chat/api/session", method="POST")) as answer:  # noqa: S310  # our own demo
        return str(json.load(answer)["token"])


def _session(role: str) -> tuple[str, str]:
    """(cookie, form token)."""
    client = HTTPConnection("127.0.0.1", PORT)
    client.request("POST", "/demo/console", urlencode({"role": role}), {"Content-Type": "application/x-www-form-urlencoded"})
    answer = client.getresponse()
    answer.read()
    cookie = str(answer.headers["Set-Cookie"]).partition(";")[0]
    client.request("GET", "/console", headers={"Cookie": cookie})
    found = re.search(r'name="token" value="([0-9a-f]{64})"', client.getresponse().read().decode())
    assert found is not None
    return cookie, found[1]


def _document(form_token: str) -> dict[str, Any]:
    """Ours, with what only the running service knows: the form's token, and that nobody waits for news."""
    found: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
    for path in _LEFT_OUT:
        del found["paths"][path]
    for methods in found["paths"].values():
        for operation in methods.values():
            # The library's own words for what is no HTTP of ours: documented in the description, not for each route.
            for status in ("400", "404", "405"):
                operation["responses"].setdefault(status, {"description": "no sense in it", "content": {"text/plain": {}}})
                operation["responses"][status].setdefault("content", {}).setdefault("text/plain", {})
            for parameter in operation.get("parameters", ()):
                parameter["required"] = parameter["required"] or parameter["name"] == "now"
    for answer in found["paths"]["/static/{filename}"]["get"]["responses"].values():
        answer.pop("content", None)  # of any kind
    if form_token:
        for name in ("Press", "Reason", "Trial"):
            found["components"]["schemas"][name]["properties"]["token"] = {"const": form_token}
    return found


def main(fuzzer: str, examples: str = "50") -> int:
    failed = 0
    with demo() as log, tempfile.TemporaryDirectory() as folder:
        for who in ("nobody", "resident", "supervisor", "admin"):
            header, token = "X-Nothing: 1", ""
            if who == "resident":
                header = f"Authorization: Bearer {_chat()}"
            elif who != "nobody":
                cookie, token = _session(who)
                header = f"Cookie: {cookie}"
            path = Path(folder) / f"{who}.json"
            path.write_text(json.dumps(_document(token)), "utf-8")
            print(f"--- as {who}")
            command = [fuzzer, "run", str(path), "--url", URL, "-H", header, "--checks", _CHECKS, "--max-examples", examples]
            failed |= subprocess.run([*command, "--continue-on-failure"], cwd=folder, check=False).returncode
        wrong = [line for line in log.read_text("utf-8").splitlines() if '"level": "error"' in line or line.startswith("Traceback")]
        print("\n".join(wrong[:20]) or "no error in the log")
        return 1 if failed or wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
