# Flask's own server with a thread for each request, under load.
import http.client
import logging
import sys
import threading
from flask import Flask, request
from werkzeug.serving import make_server

logging.getLogger("werkzeug").disabled = True
app = Flask(__name__)


@app.route("/echo", methods=["POST"])
def echo():
    return request.get_data()[::-1]


@app.route("/fail")
def fail():
    raise ValueError("planned")


def load(n):
    for i in range(n):
        client = http.client.HTTPConnection("127.0.0.1", server.server_port)
        client.request("POST", "/echo", b"text %d" % i)
        assert client.getresponse().read() == (b"text %d" % i)[::-1]
        client.close()
        client = http.client.HTTPConnection("127.0.0.1", server.server_port)
        client.request("GET", "/fail")
        assert client.getresponse().status == 500
        client.close()


app.logger.disabled = True
server = make_server("127.0.0.1", 0, app, threaded=True)
serving = threading.Thread(target=server.serve_forever)
serving.start()
clients = [threading.Thread(target=load, args=(int(sys.argv[1]),))
           for _ in range(8)]
for client in clients:
    client.start()
for client in clients:
    client.join()
server.shutdown()
serving.join()
server.server_close()
