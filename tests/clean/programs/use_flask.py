import sys
from flask import Flask, abort, jsonify, render_template_string, request
from flask import session

app = Flask(__name__)
app.secret_key = "x"


@app.route("/page/<int:i>")
def page(i):
    session["seen"] = session.get("seen", 0) + 1
    return render_template_string("{% for x in items %}{{ x }}{% endfor %}",
                                  items=range(i % 10))


@app.route("/json", methods=["POST"])
def answer():
    return jsonify(request.get_json())


@app.route("/missing")
def missing():
    abort(404)


@app.errorhandler(ZeroDivisionError)
def failed(error):
    return "failed", 500


@app.route("/fail")
def fail():
    return str(1 / 0)


for i in range(int(sys.argv[1])):
    with app.test_client() as client:
        assert client.get("/page/%d" % i).status_code == 200
        assert client.post("/json", json={"i": [i]}).get_json() == {"i": [i]}
        assert client.get("/missing").status_code == 404
        assert client.get("/fail").status_code == 500
