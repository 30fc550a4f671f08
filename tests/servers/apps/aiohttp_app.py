import asyncio
import sys

from aiohttp import web

import duty


async def part(n):
    await asyncio.sleep(0)
    return n


async def index(request):
    total = sum(await asyncio.gather(*[part(n) for n in range(4)]))
    text = duty.serve()
    try:
        await asyncio.wait_for(asyncio.sleep(60), 0.001)
    except asyncio.TimeoutError:
        pass
    return web.Response(text="%d%s" % (total, text))


@web.middleware
async def middleware(request, handler):
    answer = await handler(request)
    answer.headers["Server-Timing"] = "none"
    return answer


EXPECTED = "6" + duty.EXPECTED

if __name__ == "__main__":
    app = web.Application(middlewares=[middleware])
    app.add_routes([web.get("/", index)])
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
