"""The console's door: who comes in, how often, how long, and that everything behind it is shut."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from app.config import Secret, TelegramConfig
from app.telegram import hook_routes
from storage import SqlInbox, SqlUnitOfWork
from tests.console.conftest import House
from workflow.model import Role

PUBLIC = {
    ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/static/{filename}"), ("GET", "/"), ("GET", "/chat"), ("POST", "/chat/api/session"),
    ("GET", "/console/signin"), ("POST", "/console/signin"),
    # Only in the demo.
    ("GET", "/demo"), ("GET", "/demo/data"), ("GET", "/demo/board"),
}  # fmt: skip


async def test_every_way_in_is_named_public_or_refuses_a_stranger(house: House) -> None:
    app = house.server.app
    telegram = TelegramConfig(webhook_url="https://example.org/hook", webhook_secret=Secret("a" * 32))
    hooked = web.Application()
    hooked.router.add_routes(hook_routes(telegram, SqlInbox(house.town.database, house.town.clock), lambda: None))
    open_ways = set()
    async with TestClient(TestServer(hooked)) as hook:
        for client, routes in (((await house.stranger()).client, app.router.routes()), (hook, hooked.router.routes())):
            for route in routes:
                assert route.resource is not None
                path = route.resource.canonical
                if route.method == "HEAD":
                    continue
                filled = path.replace("{number}", "QC-261123-0001").replace("{sha}", "0" * 64).replace("{filename}", "chat.js")
                answer = await client.request(route.method, filled, allow_redirects=False)
                if answer.status in {401, 403} and (route.method, path) not in PUBLIC:
                    continue
                open_ways.add((route.method, path))
    assert open_ways == PUBLIC


async def test_nobody_is_told_to_sign_in_without_being_told_how(house: House) -> None:
    stranger = await house.stranger()
    for path in ("/console", "/console/tickets", "/console/tickets/QC-261123-0001", "/console/health", "/console/board"):
        assert "/console 取得登录链接" in await stranger.reads(path, 401)


async def test_a_link_works_once_and_looking_at_it_uses_nothing_up(house: House) -> None:
    code, first, second = await house.code(Role.SUPERVISOR), await house.stranger(), await house.stranger()
    for _ in range(3):
        assert code not in await first.reads("/console/signin")
    answer = await first.signs_in(code)
    assert (answer.status, answer.headers["Location"]) == (303, "/console")
    assert "总览" in await first.reads("/console")
    again = await second.signs_in(code)
    assert again.status == 403 and "再取一个" in await again.text()
    await second.reads("/console", 401)
    assert "总览" in await first.reads("/console")


@pytest.mark.parametrize("code", ["", "x", "'; DROP TABLE sign_in_codes; --", "a" * 32, "好" * 40, "a" * 5000, "<script>alert(1)</script>"])
async def test_what_is_no_code_gets_a_kind_page(house: House, code: str) -> None:
    answer = await (await house.stranger()).signs_in(code)
    page = await answer.text()
    assert answer.status == 403 and "这个链接不能用了" in page and "script>alert" not in page


async def test_an_old_link_is_refused(house: House) -> None:
    code = await house.code(Role.ADMIN)
    house.town.clock.move(minutes=10)
    assert (await (await house.stranger()).signs_in(code)).status == 403


async def test_a_session_ends_after_eight_hours_however_busy(house: House) -> None:
    visitor = await house.holds(Role.ADMIN)
    for _ in range(23):
        house.town.clock.move(minutes=20)
        await visitor.reads("/console")
    house.town.clock.move(minutes=19)
    await visitor.reads("/console")
    house.town.clock.move(minutes=1)
    await visitor.reads("/console", 401)


async def test_a_session_ends_when_nobody_did_anything_for_half_an_hour(house: House) -> None:
    visitor = await house.holds(Role.ADMIN)
    for _ in range(29):
        house.town.clock.move(minutes=1)
        await visitor.reads("/console/board")  # the page by itself
    house.town.clock.move(minutes=1)
    await visitor.reads("/console/board", 401)


async def test_the_token_changes_with_time_and_the_old_one_dies_after_a_moment(house: House) -> None:
    visitor, other = await house.holds(Role.ADMIN), await house.stranger()
    first, form = visitor.cookie(), await visitor.form_token()
    house.town.clock.move(minutes=15)
    both = await asyncio.gather(*(other.brings(first) for _ in range(3)))
    assert [answer.status for answer in both] == [200] * 3, "requests that were under way go on"
    assert sum("console" in answer.cookies for answer in both) == 1, "one of them brings the new token"
    fresh = next(answer.cookies["console"].value for answer in both if "console" in answer.cookies)
    assert fresh != first
    house.town.clock.move(seconds=30)
    third = await house.stranger()
    assert (await third.brings(first)).status == 401
    assert (await third.brings(fresh)).status == 200
    # A form that stood open meanwhile is still taken.
    headers = {"Cookie": f"console={fresh}"}
    left = await third.client.post("/console/signout", data={"token": form}, headers=headers, allow_redirects=False)
    assert left.status == 303
    assert (await third.brings(fresh)).status == 401


async def test_the_token_changes_after_an_act_of_weight(house: House) -> None:
    visitor = await house.holds(Role.SUPERVISOR)
    first = visitor.cookie()
    answer = await visitor.posts("/console/health/again", token=await visitor.form_token())
    assert answer.status == 303 and visitor.cookie() != first
    await visitor.reads("/console")


async def test_everywhere_means_every_session_and_every_link_of_this_person(house: House) -> None:
    here, there = await house.enters(await house.code_of("supervisor")), await house.enters(await house.code_of("supervisor"))
    link, other = await house.code_of("supervisor"), await house.holds(Role.ADMIN)
    answer = await here.posts("/console/signout/everywhere", token=await here.form_token())
    assert (answer.status, answer.headers["Location"]) == (303, "/console/signin")
    await here.reads("/console", 401)
    await there.reads("/console", 401)
    assert (await there.signs_in(link)).status == 403
    await other.reads("/console")


async def test_a_session_that_asks_for_very_much_waits_a_minute_and_no_other_one_does(house: House) -> None:
    greedy, other = await house.holds(Role.ADMIN), await house.holds(Role.ADMIN)
    answers = [(await greedy.client.get("/console/tickets")).status for _ in range(81)]
    assert answers == [200] * 80 + [429]
    await other.reads("/console/tickets")
    house.town.clock.move(minutes=1)
    await greedy.reads("/console/tickets")


async def test_with_https_the_cookie_is_for_this_host_alone(house: House) -> None:
    app = house.app(replace(house.console, secure=True))
    async with TestClient(TestServer(app)) as client:
        answer = await client.post("/console/signin", data={"code": await house.code(Role.ADMIN)}, allow_redirects=False)
        baked = answer.cookies["__Host-console"]
        assert (baked["secure"], baked["httponly"], baked["samesite"], baked["path"], baked["domain"]) == (True, True, "Strict", "/", "")
        inside = await client.get("/console", headers={"Cookie": f"__Host-console={baked.value}"})
        assert inside.status == 200
        assert (await client.get("/console", headers={"Cookie": f"console={baked.value}"})).status == 401


async def test_a_page_that_fails_bears_the_headers_and_says_nothing(house: House, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError("what only we may know")

    app = house.app(replace(house.console, access=cast("Any", Broken())))
    async with TestClient(TestServer(app)) as client:
        for path, status in (("/console", 500), ("/nothing", 404), ("/console/nothing", 404)):
            answer = await client.get(path, headers={"Cookie": "console=x"})
            assert answer.status == status and "only we may know" not in await answer.text()
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "a page failed" in caplog.text


async def test_a_way_in_that_nobody_spoke_of_is_shut(house: House) -> None:
    async def forgotten(_request: web.Request) -> web.Response:
        return web.Response(text="open")

    app = house.app()
    app.router.add_get("/new", forgotten)
    app.router.add_get("/console/new", forgotten)
    app.router.add_delete("/chat", forgotten)
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/new")).status == 404
        assert (await client.get("/console/new")).status == 404
        assert (await client.delete("/chat")).status == 404


async def test_the_cookie_is_for_this_browser_and_these_pages_only(house: House) -> None:
    visitor = await house.stranger()
    cookie = (await visitor.signs_in(await house.code(Role.ADMIN))).cookies["console"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (True, "Strict", "/console", "28800")
    assert len(cookie.value) >= 43


async def test_who_lost_the_post_is_out_at_the_next_click(house: House) -> None:
    visitor = await house.enters(await house.code_of("supervisor"))
    await visitor.reads("/console")
    async with SqlUnitOfWork(house.town.database) as uow:
        for post in await uow.posts.of_contact(house.town.people["supervisor"].id):
            await uow.posts.remove(post.id)
        await uow.commit()
    await visitor.reads("/console", 401)


async def test_a_role_that_was_taken_away_is_gone_from_the_running_session(house: House) -> None:
    """The session stays, for the post that is left; what only the other one may do is refused at the next click."""
    visitor, person = await house.enters(await house.code_of("supervisor")), house.town.people["supervisor"].id
    token = await visitor.form_token()
    assert (await visitor.posts("/console/health/again", token=token)).status == 303
    async with SqlUnitOfWork(house.town.database) as uow:
        for post in await uow.posts.of_contact(person):
            await uow.posts.remove(post.id)
            await uow.posts.add(replace(post, id=0, role=Role.AUDITOR))
        await uow.commit()
    await visitor.reads("/console/tickets")
    assert (await visitor.posts("/console/health/again", token=token)).status == 403


@pytest.mark.parametrize("who", ["resident", "worker", "bureau", "counter"])
async def test_a_code_is_no_post(house: House, who: str) -> None:
    visitor = await house.enters(await house.code_of(who))
    await visitor.reads("/console", 401)


async def test_sign_out_needs_the_forms_own_token_and_ends_the_session(house: House) -> None:
    visitor, other = await house.holds(Role.ADMIN), await house.holds(Role.ADMIN)
    for token in ("", "0" * 64, await other.form_token(), "好"):
        refused = await visitor.posts("/console/signout", token=token)
        assert refused.status == 403 and "没有执行" in await refused.text()
    cookie = visitor.cookie()
    assert (await (await house.stranger()).brings(cookie)).status == 200
    answer = await visitor.posts("/console/signout", token=await visitor.form_token())
    assert (answer.status, answer.headers["Location"]) == (303, "/console/signin")
    assert (await (await house.stranger()).brings(cookie)).status == 401
    await other.reads("/console")


async def test_a_new_sign_in_ends_the_session_before(house: House) -> None:
    visitor = await house.holds(Role.ADMIN)
    before = visitor.cookie()
    await visitor.signs_in(await house.code(Role.AUDITOR))
    assert (await (await house.stranger()).brings(before)).status == 401
    await visitor.reads("/console")


async def test_another_site_signs_nobody_in(house: House) -> None:
    code, visitor = await house.code(Role.ADMIN), await house.stranger()
    assert (await visitor.signs_in(code, **{"Sec-Fetch-Site": "cross-site"})).status == 403
    assert (await visitor.signs_in(code, **{"Sec-Fetch-Site": "same-origin"})).status == 303


async def test_guessing_is_slowed_down_for_a_minute_and_shuts_out_nobody(house: House) -> None:
    visitor, officer = await house.stranger(), await house.stranger()
    code, mine = await house.code_of("supervisor"), await house.code_of("supervisor")
    wrong = [(await visitor.signs_in(f"{number:032}")).status for number in range(21)]
    assert wrong == [403] * 20 + [429]
    # Neither behind the same address nor with a link that somebody tries to guess all the time.
    assert (await visitor.signs_in(f"{code[:-2]}__")).status == 429
    assert (await officer.signs_in(code)).status == 303
    assert (await visitor.signs_in(mine)).status == 303
    house.town.clock.move(minutes=1)
    assert (await (await house.stranger()).signs_in("0" * 32)).status == 403


async def test_pages_bear_the_headers_that_keep_scripts_and_caches_out(house: House) -> None:
    visitor = await house.holds(Role.ADMIN)
    for path in ("/console", "/console/signin", "/console/nothing", "/"):
        answer = await visitor.client.get(path, allow_redirects=False)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy
        assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    page = await visitor.reads("/console")
    assert " style=" not in page and "<style" not in page and "onclick" not in page


async def test_the_demos_button_opens_the_console_for_its_own_page_on_this_machine(house: House) -> None:
    visitor = await house.stranger()
    for role in ("resident", "grid_worker", "", "hub_officer"):
        assert (await visitor.posts("/demo/console", role=role)).status == 403
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"X-Forwarded-For": "192.0.2.7"}):
        refused = await visitor.client.post("/demo/console", data={"role": "admin"}, headers=headers, allow_redirects=False)
        assert refused.status == 403
    await visitor.reads("/console", 401)
    answer = await visitor.posts("/demo/console", role="supervisor")
    assert (answer.status, answer.headers["Location"]) == (303, "/console")
    assert "督办" in await visitor.reads("/console")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_readiness_is_asked_of_the_database_itself(house: House) -> None:
    """A connection that is open goes on in a deleted file; who comes after a restart would find nothing."""
    visitor, path = await house.stranger(), Path(str(house.town.database.engine.url.database))
    assert '"ready"' in await visitor.reads("/readyz")
    away = path.with_suffix(".away")
    path.rename(away)
    assert '"ready"' not in await visitor.reads("/readyz", 503)
    assert not path.exists()
    away.replace(path)
    await visitor.reads("/readyz")
    path.unlink()
    path.write_bytes(b"")
    await visitor.reads("/readyz", 503)
    path.write_bytes(b"no database at all, but long enough" * 100)
    await visitor.reads("/readyz", 503)
