import http.server
import io
import sys
import threading
import pycurl


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
thread = threading.Thread(target=server.serve_forever)
thread.start()
url = "http://127.0.0.1:%d/" % server.server_port
for i in range(int(sys.argv[1])):
    data, headers = io.BytesIO(), []
    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, url)
    curl.setopt(pycurl.WRITEDATA, data)
    curl.setopt(pycurl.HEADERFUNCTION, headers.append)
    curl.setopt(pycurl.HTTPHEADER, ["X-Number: %d" % i])
    curl.perform()
    assert data.getvalue() == b"hello" and curl.getinfo(pycurl.HTTP_CODE)
    curl.close()
    multi = pycurl.CurlMulti()
    each = pycurl.Curl()
    each.setopt(pycurl.URL, url)
    each.setopt(pycurl.WRITEFUNCTION, headers.append)
    multi.add_handle(each)
    while multi.perform()[1]:
        multi.select(1)
    multi.remove_handle(each)
server.shutdown()
thread.join()
server.server_close()
