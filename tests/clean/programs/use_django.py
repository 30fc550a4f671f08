import sys
import django
from django.conf import settings

settings.configure(
    SECRET_KEY="x", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3",
                           "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField", USE_TZ=True,
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}])
django.setup()

from django import forms  # noqa: E402
from django.contrib.auth.models import Group, User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.http import Http404, HttpResponse, JsonResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402

PAGE = "{% for u in users %}{{ u.username|upper }} {% endfor %}"


class Form(forms.Form):
    number = forms.IntegerField(max_value=9)


def page(request, i):
    users = User.objects.annotate(n=Count("groups")).filter(id__gt=i)[:5]
    return HttpResponse(engines["django"].from_string(PAGE).render(
        {"users": users}))


def post(request):
    form = Form(request.POST)
    return JsonResponse({"valid": form.is_valid(), "errors": form.errors})


def missing(request):
    raise Http404("planned")


urlpatterns = [path("page/<int:i>", page), path("post", post),
               path("missing", missing)]
call_command("migrate", verbosity=0)
client = Client()
for i in range(int(sys.argv[1])):
    user = User.objects.create(username="user%d" % i)
    user.groups.add(Group.objects.get_or_create(name="g%d" % (i % 3))[0])
    assert client.get("/page/%d" % i).status_code == 200
    assert client.post("/post", {"number": i}).status_code == 200
    assert client.get("/missing").status_code == 404
