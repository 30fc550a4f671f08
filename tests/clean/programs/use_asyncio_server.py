# A server of asyncio streams under load: clients that ask, fail and hang up.
import asyncio
import sys


class Wrong(Exception):
    pass


async def serve(reader, writer):
    try:
        while True:
            line = await asyncio.wait_for(reader.readline(), 5)
            if not line:
                break
            if line.startswith(b"fail"):
                raise Wrong("planned")
            writer.write(line[::-1] + b"\n")
            await writer.drain()
    except Wrong:
        pass
    finally:
        writer.close()


async def ask(port, i):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for n in range(5):
        writer.write(b"line %d %d\n" % (i, n))
        await reader.readline()
    if i % 3 == 0:
        writer.write(b"fail\n")
        await reader.read()
    writer.close()


async def main(n):
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for i in range(0, n, 20):
        await asyncio.gather(*[ask(port, k) for k in range(i, i + 20)])
        try:
            await asyncio.wait_for(asyncio.sleep(10), .001)
        except asyncio.TimeoutError:
            pass
    server.close()
    await server.wait_closed()


asyncio.run(main(int(sys.argv[1])))
