# A server of aiohttp under load, and its client.
import asyncio
import sys
import aiohttp
from aiohttp import web


async def page(request):
    return web.Response(text="hello %s" % request.match_info["name"])


async def post(request):
    return web.json_response(await request.json())


async def fail(request):
    raise web.HTTPForbidden(text="planned")


async def socket(request):
    ws = web.WebSocketResponse()
    await ws.prepare(request)
    async for message in ws:
        await ws.send_str(message.data[::-1])
    return ws


async def ask(session, url, i):
    async with session.get("%s/page/%d" % (url, i)) as answer:
        assert await answer.text() == "hello %d" % i
    async with session.post(url + "/post", json={"i": [i]}) as answer:
        assert await answer.json() == {"i": [i]}
    async with session.get(url + "/fail") as answer:
        assert answer.status == 403
    async with session.ws_connect(url + "/socket") as ws:
        await ws.send_str("text %d" % i)
        await ws.receive()


async def main(n):
    app = web.Application()
    app.add_routes([web.get("/page/{name}", page), web.post("/post", post),
                    web.get("/fail", fail), web.get("/socket", socket)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = "http://127.0.0.1:%d" % site._server.sockets[0].getsockname()[1]
    async with aiohttp.ClientSession() as session:
        for i in range(0, n, 10):
            await asyncio.gather(*[ask(session, url, k)
                                   for k in range(i, i + 10)])
    await runner.cleanup()


asyncio.run(main(int(sys.argv[1])))
