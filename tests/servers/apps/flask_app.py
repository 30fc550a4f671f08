import flask

import duty

app = flask.Flask(__name__)
app.secret_key = "no secret"
PAGE = """{% for n in numbers %}{% if n is odd %}{{ n }}{% endif %}{% endfor %}
{{- text }}"""


@app.before_request
def before():
    flask.g.numbers = list(range(6))


@app.errorhandler(404)
def not_found(error):
    return "no", 404


@app.route("/")
def index():
    text = duty.serve()
    flask.session["seen"] = text
    answer = flask.make_response(flask.render_template_string(
        PAGE, numbers=flask.g.numbers, text=text))
    answer.set_cookie("last", text)
    return answer


EXPECTED = "135" + duty.EXPECTED
