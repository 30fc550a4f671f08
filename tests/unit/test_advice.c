#include "config.h"

#include "report/advice.h"
#include "sample.h"
#include "tap.h"

#include <string.h>

#include "common/arena.h"

static struct arena arena;

/* The finding's cycle: "type edge" for each member, the edge up to the end. */
static void
set_cycle(struct finding *f, const char *const *members)
{
	struct report_edge *e = arena_array(&arena, 8, sizeof *e);
	size_t n;

	for (n = 0; members[n]; n++) {
		size_t n_type = strcspn(members[n], " ");

		e[n].type = arena_copy(&arena, members[n], n_type);
		if (members[n][n_type])
			e[n].edge = members[n] + n_type + 1;
	}
	f->cycle = e;
	f->n_cycle = n;
}

static void
is_advice(const struct finding *f, bool is_python3, const char *want)
{
	is_string(advice_for(&arena, f, is_python3), want, "%s", want);
}

/* Advice for pending garbage of these members. */
static void
is_edge(bool is_python3, const char *const *members, const char *want)
{
	struct finding f = sample_finding(FINDING_UNREACHABLE, REASON_PENDING);

	set_cycle(&f, members);
	is_advice(&f, is_python3, want);
}

#define MEMBERS(...)              \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

static void
attributes(void)
{
	is_edge(false, MEMBERS("__main__.CGcLeak ._self"),
		"make ._self a weak reference (weakref.ref), or clear it "
		"before the last use");
	is_edge(true,
		MEMBERS("m.Tree .kids", "list [0]",
			"m.f.<locals>.Node "
			"._parent"),
		"make Node._parent a weak reference (weakref.ref), or clear "
		"it in a close() or destroy() method before the last use");
	is_edge(true, MEMBERS("m.A .ownerDocument", "m.B .x"),
		"make A.ownerDocument a weak reference (weakref.ref), or clear it in a "
		"close() or destroy() method before the last use");
	is_edge(true, MEMBERS("m.A .parentNode", "m.B .x"),
		"make A.parentNode a weak reference (weakref.ref), or clear "
		"it in a close() or destroy() method before the last use");
	is_edge(true, MEMBERS("m.A .parents", "m.B .y", "m.C .x"),
		"make C.x a weak reference (weakref.ref), or clear it in a "
		"close() or destroy() method before the last use");
	/* What a property keeps is not set, and not cleared, by the program. */
	is_edge(true, MEMBERS("property .fget"),
		"do not let property.fget lead back to where it starts: it "
		"cannot be changed later");
	is_edge(true, MEMBERS("m.A .items", "list [0]"),
		"keep weak references (weakref.ref) in A.items, or clear it "
		"in a close() or destroy() method before the last use");
}

static void
containers(void)
{
	is_edge(true, MEMBERS("list [0]"),
		"remove the entry [0] of the list before the last use");
	is_edge(true, MEMBERS("m.A", "dict ['a']"),
		"remove the entry ['a'] of the dict before the last use, or "
		"use a weakref.WeakValueDictionary");
	is_edge(true, MEMBERS("m.A", "set (element)"),
		"remove the reference of the set before the last use, or use "
		"a weakref.WeakSet");
	is_edge(true, MEMBERS("m.A", "m.B"),
		"break one of the references of the cycle before the last "
		"use");
}

static void
special_members(void)
{
	is_edge(true,
		MEMBERS("frame (local) err", "ValueError .__traceback__",
			"traceback .tb_frame"),
		"`del err` at the end of the except block: its traceback "
		"holds the frame that leads to it (or set its __traceback__ "
		"to None)");
	is_edge(false,
		MEMBERS("traceback .tb_frame", "frame (local) info",
			"tuple [2]"),
		"`del info` at the end of the except block: its traceback "
		"holds the frame that leads to it");
	is_edge(true,
		MEMBERS("m.Job .error", "OSError .__traceback__",
			"traceback .tb_frame", "frame (local) self"),
		"clear Job.error once the exception has been handled: its "
		"traceback holds the frame that leads to it (or set its "
		"__traceback__ to None)");
	is_edge(true, MEMBERS("m.A .callback", "method .__self__"),
		"A.callback keeps a bound method, which holds its instance: "
		"keep a weakref.WeakMethod, or clear it in a close() method");
	is_edge(false, MEMBERS("m.A .callback", "instancemethod .im_self"),
		"A.callback keeps a bound method, which holds its instance: "
		"keep its name and look it up when it is called, or clear it "
		"in a close() method");
	is_edge(true, MEMBERS("generator (local) g"),
		"close the generator when it is no longer needed, or `del g` "
		"in it: through that variable it holds itself");
	is_edge(true, MEMBERS("function (closure) walk"),
		"the function refers to itself through the variable walk: "
		"pass it as an argument, or set the variable to None when it "
		"is done with");
	is_edge(true, MEMBERS("m.A .on_close", "function (closure) self"),
		"the function holds its A through the variable self: let it "
		"use a weakref.ref of that, or drop the function in a close() "
		"method");
	is_edge(true, MEMBERS("type .__mro__", "tuple [0]"),
		"a class is always in a cycle with itself: make it once, at "
		"the top of a module, and not in each call");
}

static void
uncollectable(void)
{
	static const struct report_finalizer del = {"m.A", "__del__", "m.py", 3,
						    0};
	static const struct report_finalizer in_c = {"_io.BytesIO", "__del__",
						     NULL, 0, 0};
	static const struct report_finalizer waiting = {
		"generator", "suspended in try/finally or with", NULL, 0, -1};
	struct finding f =
		sample_finding(FINDING_UNCOLLECTABLE, REASON_LEGACY_FINALIZER);

	set_cycle(&f, MEMBERS("m.A ._self"));
	f.finalizers = &del;
	f.n_finalizers = 1;
	is_advice(&f, false,
		  "make ._self a weak reference (weakref.ref), or clear it "
		  "before the last use");
	set_cycle(&f, MEMBERS("m.A .b", "m.B .parent"));
	is_advice(&f, false,
		  "make B.parent a weak reference (weakref.ref), or clear it "
		  "in a close() or destroy() method before the last use; or "
		  "do what __del__ does in a context manager (with)");
	f.kind = FINDING_UNREACHABLE;
	f.reason = REASON_PENDING;
	is_advice(&f, true,
		  "make B.parent a weak reference (weakref.ref), or clear it "
		  "in a close() or destroy() method before the last use; or "
		  "do what __del__ does in a context manager (with) or "
		  "weakref.finalize");
	/* A finalizer in C is not the program's to change. */
	f.finalizers = &in_c;
	is_advice(&f, true,
		  "make B.parent a weak reference (weakref.ref), or clear it "
		  "in a close() or destroy() method before the last use");
	f.kind = FINDING_UNCOLLECTABLE;
	f.reason = REASON_LEGACY_FINALIZER;
	f.finalizers = &waiting;
	is_advice(&f, false,
		  "close the generator (close()) before its last reference "
		  "goes: suspended inside try/finally or with, it cannot be "
		  "freed");
	f.n_finalizers = 0;
	set_cycle(&f, MEMBERS("m.A"));
	is_advice(&f, false,
		  "take it out of gc.garbage (`del gc.garbage[:]`), and clear "
		  "what it refers to before its last use");
	f.reason = REASON_GARBAGE;
	is_advice(&f, true,
		  "the program put it into gc.garbage: take it out (`del "
		  "gc.garbage[:]`)");
	set_cycle(&f, MEMBERS("property .fget", "function .__globals__"));
	f.reason = REASON_NOT_CLEARABLE;
	ok(strstr(advice_for(&arena, &f, true), "no type in the cycle has a "
						"tp_clear"),
	   "not-clearable says why");
	f.reason = REASON_DEBUG_SAVEALL;
	ok(!strncmp(advice_for(&arena, &f, true), "call gc.set_debug() without",
		    27),
	   "debug-saveall begins with the flag");
}

/* Every other kind says something that fits it. */
static void
others(void)
{
	static const struct report_line line = {"parse", "a.py", 3};
	static const struct report_native native[] = {
		{.function = "PyList_New", .module = "libpython3.8.so.1.0"},
		{.function = "dup", .module = "x.so", .offset = 1},
		{.function = "twice", .module = "x.so", .offset = 2},
		{.function = "_PyEval_EvalFrameDefault",
		 .module = "libpython3.8.so.1.0",
		 .n_python = 1},
		{.function = "other", .module = "y.so"},
	};
	static const struct report_holder path = {"dict", "['cache']"};
	static const struct report_holder way[] = {{"module app", ".cache"},
						   {"dict", "['k']"}};
	static const struct report_type type = {"type", 1, 904, NULL};
	struct finding f = sample_finding(FINDING_UNREACHABLE, REASON_FROZEN);

	ok(strstr(advice_for(&arena, &f, true), "before gc.freeze()"),
	   "frozen");
	f.reason = REASON_GC_DISABLED;
	ok(strstr(advice_for(&arena, &f, true), "gc.enable()"), "gc-disabled");
	f = sample_finding(FINDING_RESURRECTED, REASON_NONE);
	ok(strstr(advice_for(&arena, &f, true), "do not store self"),
	   "resurrected");
	f = sample_finding(FINDING_LOST_REFERENCE, REASON_UNREFERENCED);
	is_advice(&f, true,
		  "look for a missing Py_DECREF in the C code that makes or "
		  "keeps A, on its error paths above all");
	f.python = &line;
	f.n_python = 1;
	is_advice(&f, true,
		  "look for a missing Py_DECREF in the C code that parse "
		  "calls at a.py:3, on its error paths above all");
	f.native = native;
	f.n_native = 5;
	is_advice(&f, true,
		  "look for a missing Py_DECREF in dup (x.so) or what called "
		  "it (twice), on its error paths above all");
	f.native = native + 3; /* no C code between it and Python */
	f.n_native = 2;
	is_advice(&f, true,
		  "Python code made it (parse at a.py:3): look in the C code "
		  "that it was handed to for a Py_INCREF, or a new reference, "
		  "without its Py_DECREF, on its error paths above all");
	f.reason = REASON_SURPLUS;
	ok(strstr(advice_for(&arena, &f, true),
		  "finished with this A without a "
		  "Py_DECREF(): an argument"),
	   "surplus: not where it was allocated");
	f.types = &type;
	f.n_types = 1;
	ok(strstr(advice_for(&arena, &f, true), "a tp_dealloc that does not"),
	   "surplus of a type");
	f = sample_finding(FINDING_HIDDEN_CYCLE, REASON_NO_GC_FLAG);
	f.hidden_type = "ext.T";
	is_advice(&f, true,
		  "give ext.T Py_TPFLAGS_HAVE_GC, with a tp_traverse and a "
		  "tp_clear that visit every reference it owns");
	f.hidden_module_file = "/x/ext.so";
	f.hidden_member = ".other";
	is_advice(&f, true,
		  "give ext.T (in /x/ext.so) Py_TPFLAGS_HAVE_GC, with a "
		  "tp_traverse and a tp_clear that visit .other");
	f.hidden_module_file = NULL;
	f.reason = REASON_MISSING_TRAVERSE;
	f.hidden_member = "->callback";
	is_advice(&f, true,
		  "let tp_traverse and tp_clear of ext.T visit ->callback");
	f = sample_finding(FINDING_GROWTH, REASON_NONE);
	f.growth_path = &path;
	f.n_growth_path = 1;
	is_advice(&f, true,
		  "bound the dict ['cache'] that holds them, or remove entries "
		  "that are no longer needed");
	f.growth_path = way;
	f.n_growth_path = 2;
	is_advice(&f, true,
		  "bound the dict (module app .cache) that holds them, or "
		  "remove entries that are no longer needed");
	f = sample_finding(FINDING_COLLECTED, REASON_NONE);
	ok(advice_for(&arena, &f, true), "collected, with no cycle known");
}

int
main(void)
{
	arena_init(&arena);
	attributes();
	containers();
	special_members();
	uncollectable();
	others();
	arena_fini(&arena);
	return tap_done();
}
