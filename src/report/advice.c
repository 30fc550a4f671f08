#include "config.h"

#include "report/advice.h"

#include <string.h>

#include "common/arena.h"
#include "common/buf.h"
#include "report/advice_edge.h"
#include "report/native.h"

/* A finalizer of the program: one in C has no file, and cannot be changed. */
static bool
has_del(const struct finding *f)
{
	size_t i;

	for (i = 0; i < f->n_finalizers; i++)
		if (!strcmp(f->finalizers[i].name, "__del__") &&
		    f->finalizers[i].file)
			return true;
	return false;
}

/* In place of the finalizer itself. */
static void
advise_finalizer(struct buf *b, const struct finding *f, bool is_python3)
{
	/* A self edge is cured already. */
	if (!has_del(f) || (!is_python3 && f->n_cycle < 2))
		return;
	buf_printf(b, "; or do what __del__ does in a context manager (with)%s",
		   is_python3 ? " or weakref.finalize" : "");
}

static bool
is_suspended_generator(const struct finding *f)
{
	return f->n_finalizers && strstr(f->finalizers[0].name, "suspended");
}

static void
advise_uncollectable(struct buf *b, const struct finding *f, bool is_python3)
{
	switch (f->reason) {
	case REASON_DEBUG_SAVEALL:
		buf_put(b,
			"call gc.set_debug() without gc.DEBUG_SAVEALL "
			"(DEBUG_LEAK contains it), and `del gc.garbage[:]`; ");
		advise_edge(b, f, is_python3);
		break;
	case REASON_GARBAGE:
		buf_put(b, "the program put it into gc.garbage: take it out "
			   "(`del gc.garbage[:]`)");
		break;
	case REASON_NOT_CLEARABLE:
		advise_edge(b, f, is_python3);
		buf_put(b, "; the collector cannot do it, because no type in "
			   "the cycle has a tp_clear that breaks it");
		break;
	default:
		if (is_suspended_generator(f)) {
			buf_put(b, "close the generator (close()) before its "
				   "last reference goes: suspended inside "
				   "try/finally or with, it cannot be freed");
		} else if (f->n_cycle == 1 && !f->cycle[0].edge) {
			buf_put(b, "take it out of gc.garbage (`del "
				   "gc.garbage[:]`), and clear what it refers "
				   "to before its last use");
		} else {
			advise_edge(b, f, is_python3);
			advise_finalizer(b, f, is_python3);
		}
	}
}

static void
advise_unreachable(struct buf *b, const struct finding *f, bool is_python3)
{
	if (f->reason == REASON_FROZEN)
		buf_put(b, "call gc.collect() before gc.freeze(), or "
			   "gc.unfreeze() later; ");
	else if (f->reason == REASON_GC_DISABLED)
		buf_put(b, "enable the collector (gc.enable()) or call "
			   "gc.collect() now and then; ");
	advise_edge(b, f, is_python3);
	if (f->reason != REASON_FROZEN)
		advise_finalizer(b, f, is_python3);
}

static void
put_place(struct buf *b, const char *file, int line)
{
	if (file && line > 0)
		buf_printf(b, " at %s:%d", file, line);
}

/* The function that made it, and those of its module that called that. */
static void
put_culprit(struct buf *b, const struct finding *f,
	    const struct report_native *culprit)
{
	const struct report_native *end = f->native + f->n_native, *p;
	const char *sep = " or what called it (";
	int n = 0;

	if (culprit->function)
		buf_put(b, culprit->function);
	else
		buf_printf(b, "the function at 0x%lx",
			   (unsigned long)culprit->offset);
	if (culprit->file && culprit->line > 0)
		buf_printf(b, " (%s:%d)", culprit->file, culprit->line);
	else if (culprit->module)
		buf_printf(b, " (%s)", culprit->module);
	for (p = culprit + 1; p < end && !p->n_python && n < 2; p++) {
		if (!p->function || !p->module || !culprit->module ||
		    strcmp(p->module, culprit->module))
			continue;
		buf_printf(b, "%s%s", sep, p->function);
		sep = ", ";
		n++;
	}
	if (n)
		buf_putc(b, ')');
}

/* Its references were counted correctly. */
static void
advise_unfreed(struct buf *b, const struct finding *f)
{
	const struct report_type *t = f->n_types ? &f->types[0] : NULL;

	buf_put(b, "the tp_dealloc of ");
	buf_shown(b, t ? t->name : "its type", SIZE_MAX);
	if (t && t->module_file) {
		buf_put(b, " (in ");
		buf_shown(b, t->module_file, SIZE_MAX);
		buf_putc(b, ')');
	}
	buf_put(b, " must end with Py_TYPE(self)->tp_free(self)");
}

/*
 * If C code made the object, the reference that it got is the lost one.  If
 * Python code made it, other code took one more.
 */
static void
advise_lost(struct buf *b, const struct finding *f)
{
	const char *release = !finding_is_memory(f)     ? "Py_DECREF" :
			      native_is_from_outside(f) ? "free" :
							  "PyMem_Free";
	const struct report_native *culprit = native_culprit(f);
	const struct report_line *line = f->n_python ? f->python : NULL;

	if (culprit) {
		buf_printf(b, "look for a missing %s in ", release);
		put_culprit(b, f, culprit);
	} else if (f->n_native && line && line->function &&
		   !finding_is_memory(f)) {
		buf_printf(b, "Python code made it (%s", line->function);
		put_place(b, line->file, line->line);
		buf_put(b, "): look in the C code that it was handed to for "
			   "a Py_INCREF, or a new reference, without its "
			   "Py_DECREF");
	} else if (line && line->function) {
		buf_printf(b,
			   "look for a missing %s in the C code that %s "
			   "calls",
			   release, line->function);
		put_place(b, line->file, line->line);
	} else {
		buf_printf(b,
			   "look for a missing %s in the C code that makes "
			   "or keeps %s",
			   release, f->n_types ? f->types[0].name : "it");
	}
	buf_put(b, ", on its error paths above all");
}

/* Where the source to be changed was built into. */
static void
put_module(struct buf *b, const struct finding *f)
{
	if (f->hidden_module_file)
		buf_printf(b, " (in %s)", f->hidden_module_file);
}

/*
 * The culprit is the code that takes references, not the code that made the
 * object.
 */
static void
advise_surplus(struct buf *b, const struct finding *f)
{
	const char *type = f->n_types ? f->types[0].name : "object";

	buf_printf(b,
		   "look for C code that has finished with this %s without a "
		   "Py_DECREF(): ",
		   type);
	if (!strcmp(type, "type"))
		buf_put(b, "a tp_dealloc that does not release the instance's "
			   "type, ");
	buf_put(b,
		"an argument it called Py_INCREF() on, a new reference from "
		"PyObject_GetAttr() or PyObject_GetItem(), one it kept after "
		"PyDict_SetItem() or PyList_Append(), which take their own; "
		"on its error paths above all");
}

static void
advise_hidden(struct buf *b, const struct finding *f, bool is_python3)
{
	const char *type = f->hidden_type ? f->hidden_type : "the hiding type";
	const char *member =
		f->hidden_member ? f->hidden_member : "every reference it owns";

	switch (f->reason) {
	case REASON_MISSING_TRAVERSE:
		buf_printf(b, "let tp_traverse and tp_clear of %s", type);
		put_module(b, f);
		buf_printf(b, " visit %s", member);
		break;
	case REASON_UNTRACKED:
		buf_printf(b, "call PyObject_GC_Track() when a %s is complete",
			   type);
		put_module(b, f);
		break;
	case REASON_FOREIGN_MEMORY:
		buf_printf(b, "let %s", type);
		put_module(b, f);
		buf_put(b, " visit the reference that the C library keeps, or "
			   "drop it in a close() method");
		break;
	default:
		buf_printf(b, "give %s", type);
		put_module(b, f);
		buf_printf(b,
			   " Py_TPFLAGS_HAVE_GC, with a tp_traverse and a "
			   "tp_clear that visit %s",
			   member);
	}
	if (f->n_cycle && f->cycle[0].edge) {
		buf_put(b, "; until then, ");
		advise_edge(b, f, is_python3);
	}
}

/* The last holder is known by how the one before refers to it. */
static void
advise_growth(struct buf *b, const struct finding *f)
{
	const struct report_holder *h =
		f->n_growth_path ? &f->growth_path[f->n_growth_path - 1] : NULL;

	if (h && f->n_growth_path > 1 && h[-1].edge)
		buf_printf(b,
			   "bound the %s (%s %s) that holds them, or remove ",
			   h->type, h[-1].type, h[-1].edge);
	else if (h)
		buf_printf(b, "bound the %s%s%s that holds them, or remove ",
			   h->type, h->edge ? " " : "", h->edge ? h->edge : "");
	else
		buf_put(b, "bound the container that holds them, or remove ");
	buf_put(b, "entries that are no longer needed");
}

const char *
advice_for(struct arena *a, const struct finding *f, bool is_python3)
{
	const char *text;
	struct buf b;

	buf_init(&b);
	switch (f->kind) {
	case FINDING_UNCOLLECTABLE:
		advise_uncollectable(&b, f, is_python3);
		break;
	case FINDING_UNREACHABLE:
	case FINDING_COLLECTED:
		advise_unreachable(&b, f, is_python3);
		break;
	case FINDING_RESURRECTED:
		buf_put(&b, "do not store self (or what leads to it) in "
			    "__del__: keep what must live on elsewhere, and "
			    "release resources in a context manager or "
			    "close()");
		break;
	case FINDING_LOST_REFERENCE:
		if (f->reason == REASON_SURPLUS)
			advise_surplus(&b, f);
		else if (f->refcount == 0)
			advise_unfreed(&b, f);
		else
			advise_lost(&b, f);
		break;
	case FINDING_HIDDEN_CYCLE:
		advise_hidden(&b, f, is_python3);
		break;
	case FINDING_GROWTH:
		advise_growth(&b, f);
		break;
	case FINDING_KINDS:
		break;
	}
	text = b.failed ? NULL : arena_string(a, buf_string(&b));
	buf_fini(&b);
	return text;
}
