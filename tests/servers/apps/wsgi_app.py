import duty

EXPECTED = "wsgi" + duty.EXPECTED


def application(environ, start_response):
    text = ("wsgi" + duty.serve()).encode()
    start_response("200 OK", [("Content-Type", "text/plain"),
                              ("Content-Length", str(len(text)))])
    return [text]
