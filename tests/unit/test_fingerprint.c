#include "config.h"

#include "report/fingerprint.h"
#include "sample.h"
#include "tap.h"

#include <string.h>

static const char stdlib[] = "/usr/lib/python3.11";

/*
 * A ring of two types, a third that hangs off; of four frames one the
 * library's.
 */
static struct finding
base(void)
{
	static const struct report_type types[] = {
		{"m.B", 1, 1, NULL}, {"list", 1, 1, NULL}, {"m.A", 1, 1, NULL}};
	static const struct report_edge ring[] = {{"m.B", 1, 0, ".a", 0},
						  {"m.A", 1, 0, ".b", 0}};
	static const struct report_line lines[] = {
		{"make", "/home/me/app/x.py", 3},
		{"loads", "/usr/lib/python3.11/json/__init__.py", 40},
		{"run", "/home/me/app/x.py", 9},
		{"<module>", "/home/me/app/main.py", 1}};
	struct finding f = sample_finding(FINDING_UNREACHABLE, REASON_PENDING);

	f.types = types;
	f.n_types = 3;
	f.cycle = ring;
	f.n_cycle = 2;
	f.python = lines;
	f.n_python = 4;
	return f;
}

static const char *
print_in(const struct finding *from, const char *cwd)
{
	static char kept[2][sizeof from->fingerprint];
	static int turn;
	struct finding f = *from;

	fingerprint_make(&f, stdlib, cwd);
	turn = !turn;
	return strcpy(kept[turn], f.fingerprint);
}

static const char *
print(const struct finding *f)
{
	return print_in(f, "/home/me/app");
}

static bool
is_same(const struct finding *a, const struct finding *b)
{
	return !strcmp(print(a), print(b));
}

static void
form(void)
{
	struct finding f = base();

	/* This must never change: baselines of users contain it. */
	is_string(print(&f), "unreachable-a64c53eb82e2c7ce",
		  "the value is fixed");
	f.kind = FINDING_LOST_REFERENCE;
	is_number(strspn(print(&f) + strlen("lost-reference-"),
			 "0123456789abcdef"),
		  16, "sixteen digits");
	f = sample_finding(FINDING_GROWTH, REASON_NONE);
	f.n_types = 0;
	ok(!strncmp(print(&f), "growth-", 7), "neither types nor frames");
}

static void
types(void)
{
	static const struct report_type others[] = {{"m.B", 9, 99, "/x"},
						    {"str", 7, 77, "/y"}};
	static const struct report_edge turned[] = {{"m.A", 3, 1, "['b']", 0},
						    {"m.B", 1, 1, ".a", 0}};
	static const struct report_edge longer[] = {{"m.A", 1, 0, ".next", 0},
						    {"m.A", 1, 0, ".b", 0},
						    {"m.B", 1, 0, ".a", 0}};
	static const struct report_edge another[] = {{"m.A", 1, 0, ".b", 0},
						     {"m.C", 1, 0, ".a", 0}};
	struct finding f = base(), g = base();

	g.types = others;
	g.n_types = 2;
	ok(is_same(&f, &g), "what hangs off a ring does not matter");
	g.cycle = turned;
	ok(is_same(&f, &g), "nor where the ring begins, nor its edges");
	g.cycle = longer;
	g.n_cycle = 3;
	ok(is_same(&f, &g), "nor how often a type is in it");
	g.cycle = another;
	g.n_cycle = 2;
	ok(!is_same(&f, &g), "another type does");
	g = base();
	g.reason = REASON_FROZEN;
	ok(!is_same(&f, &g), "the reason counts");
}

static void
heads(void)
{
	static const struct report_type others[] = {{"m.A", 9, 99, "/x"},
						    {"m.B", 7, 77, "/y"}};
	struct finding f = base(), g = base();

	f.kind = g.kind = FINDING_LOST_REFERENCE;
	f.reason = g.reason = REASON_UNREFERENCED;
	g.n_types = 1;
	g.n_cycle = 0;
	ok(is_same(&f, &g), "of what is lost neither ring nor rest matters");
	g.types = others;
	ok(!is_same(&f, &g), "its head does");
	f.kind = g.kind = FINDING_UNREACHABLE;
	f.reason = g.reason = REASON_PENDING;
	f.n_cycle = 0;
	g.types = f.types;
	g.n_types = 3;
	ok(is_same(&f, &g), "without a ring the head stands for it");
}

static void
frames(void)
{
	struct report_line lines[9];
	struct finding f = base(), g = base();
	int i;

	memcpy(lines, f.python, 4 * sizeof *lines);
	g.python = lines;
	lines[0].line = 300;
	ok(is_same(&f, &g), "lines may move");
	lines[1].function = "load";
	ok(is_same(&f, &g), "frames of the library do not count");
	lines[0].function = "made";
	ok(!is_same(&f, &g), "functions do");
	memcpy(lines, f.python, 4 * sizeof *lines);
	lines[0].file = "/home/me/app/y.py";
	ok(!is_same(&f, &g), "files do");
	for (i = 0; i < 9; i++)
		lines[i] = (struct report_line){i < 6 ? "walk" : "main", "t.py",
						i};
	g.n_python = 9;
	f = g;
	f.python = lines + 4;
	f.n_python = 5;
	ok(is_same(&f, &g), "a recursion may be deeper");
	for (i = 0; i < 9; i++)
		lines[i].function = i % 2 ? "odd" : "even";
	f.python = lines;
	f.n_python = 5;
	ok(is_same(&f, &g), "no more than five frames count");
	f.n_python = 4;
	ok(!is_same(&f, &g), "but all five do");
	lines[0].function = lines[0].file = NULL;
	ok(print(&g), "a frame without a name");
}

/* The same frame at another place. */
static void
is_moved(const char *file, const char *cwd, const char *other,
	 const char *other_cwd)
{
	struct report_line line = {"f", file, 1}, moved = {"f", other, 1};
	struct finding f = base(), g = base();

	f.python = &line;
	g.python = &moved;
	f.n_python = g.n_python = 1;
	is_string(print_in(&f, cwd), print_in(&g, other_cwd), "%s is %s", file,
		  other);
}

static void
places(void)
{
	is_moved("/home/me/app/a/x.py", "/home/me/app", "/srv/app/a/x.py",
		 "/srv/app");
	is_moved("a/x.py", "/home/me", "/srv/a/x.py", "/srv/");
	is_moved("./x.py", "/home/me", "x.py", NULL);
	is_moved("/tmp/one/x.py", "/", "/tmp/two/x.py", "/srv");
	is_moved("/usr/lib/python3/dist-packages/p/x.py", "/",
		 "/home/me/env/lib/python3.12/site-packages/p/x.py",
		 "/home/me");
	is_moved("/e/site-packages/p-1.2-py3.8.egg/p/x.py", "/",
		 "/e/site-packages/p/x.py", "/");
	is_moved("<string>", "/a", "<string>", "/b");
}

static void
libraries(void)
{
	ok(is_stdlib_file("/usr/lib/python3.11/os.py", stdlib), "os.py");
	ok(is_stdlib_file("/usr/lib/python3.11/os.py", "/usr/lib/python3.11/"),
	   "a slash at the end of the directory");
	ok(is_stdlib_file("<frozen importlib._bootstrap>", NULL), "frozen");
	ok(!is_stdlib_file("/usr/lib/python3.11/site-packages/p/x.py", stdlib),
	   "site-packages are not the library");
	ok(!is_stdlib_file("/usr/lib/python3.11/dist-packages/x.py", stdlib),
	   "nor are dist-packages");
	ok(!is_stdlib_file("/usr/lib/python3.111/os.py", stdlib),
	   "nor a directory that begins alike");
	ok(!is_stdlib_file("<string>", stdlib) &&
		   !is_stdlib_file("x.py", NULL) &&
		   !is_stdlib_file(NULL, stdlib),
	   "nor what has no directory");
}

int
main(void)
{
	form();
	types();
	heads();
	frames();
	places();
	libraries();
	return tap_done();
}
