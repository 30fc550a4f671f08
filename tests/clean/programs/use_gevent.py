import sys
import gevent
from gevent import event, pool, queue, server, socket, monkey

monkey.patch_all()


def serve(connection, address):
    while True:
        data = connection.recv(100)
        if not data:
            break
        connection.sendall(data[::-1])


echo = server.StreamServer(("127.0.0.1", 0), serve)
echo.start()


def ask(i):
    with socket.create_connection(("127.0.0.1", echo.server_port)) as s:
        for n in range(5):
            s.sendall(b"%d %d" % (i, n))
            s.recv(100)
    return [i]


def fail():
    raise ValueError("planned")


workers = pool.Pool(20)
sum(len(x) for x in workers.imap_unordered(ask, range(int(sys.argv[1]))))
for i in range(int(sys.argv[1])):
    q, e = queue.Queue(), event.Event()
    jobs = [gevent.spawn(q.put, [i]), gevent.spawn(q.get), gevent.spawn(e.set),
            gevent.spawn(e.wait)]
    gevent.joinall(jobs)
    with gevent.Timeout(.0001, False):
        gevent.sleep(1)
    killed = gevent.spawn(gevent.sleep, 100)
    gevent.sleep(0)
    killed.kill()
suspended = [gevent.spawn(gevent.sleep, 1000) for i in range(50)]
gevent.sleep(0)
