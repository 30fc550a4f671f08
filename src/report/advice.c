#include "config.h"

#include "report/advice.h"

#include <string.h>

#include "common/arena.h"
#include "common/buf.h"

/* Attributes that point back or up: the ones to make weak. */
static const char *const back_references[] = {
	"parent", "owner",    "prev",	"previous", "root",  "up",
	"back",	  "self",     "outer",	"container", "master", "manager",
	"document", "ownerDocument", "backref", "controller", "app", "host",
};

static const char *
attribute_of(const struct report_edge *e)
{
	return e->edge && e->edge[0] == '.' ? e->edge + 1 : NULL;
}

/* parent, _parent, __parent, _Node__parent, parent_node, parentNode. */
static bool
is_back_reference(const char *attribute)
{
	size_t i;

	for (i = 0; i < sizeof back_references / sizeof *back_references;
	     i++) {
		const char *word = back_references[i];
		size_t n = strlen(word);
		const char *at = strstr(attribute, word);

		if (at && (at == attribute || at[-1] == '_') &&
		    (!at[n] || at[n] == '_' ||
		     (at[n] >= 'A' && at[n] <= 'Z')))
			return true;
	}
	return false;
}

static const struct report_edge *
find_back_reference(const struct finding *f)
{
	size_t i;

	for (i = 0; i < f->n_cycle; i++) {
		const char *attribute = attribute_of(&f->cycle[i]);

		if (attribute && is_back_reference(attribute))
			return &f->cycle[i];
	}
	return NULL;
}

static const struct report_edge *
find_edge(const struct finding *f, const char *start)
{
	size_t i;

	for (i = 0; i < f->n_cycle; i++)
		if (f->cycle[i].edge &&
		    !strncmp(f->cycle[i].edge, start, strlen(start)))
			return &f->cycle[i];
	return NULL;
}

static const struct report_edge *
find_member(const struct finding *f, const char *type)
{
	size_t i;

	for (i = 0; i < f->n_cycle; i++)
		if (!strcmp(f->cycle[i].type, type))
			return &f->cycle[i];
	return NULL;
}

/* The last edge leads back to the start: usually the younger reference. */
static const struct report_edge *
find_attribute(const struct finding *f)
{
	size_t i;

	for (i = f->n_cycle; i-- > 0;)
		if (attribute_of(&f->cycle[i]))
			return &f->cycle[i];
	return NULL;
}

/* "class.attribute", as the program writes it: without the module. */
static void
put_place(struct buf *b, const struct report_edge *e)
{
	const char *dot = strrchr(e->type, '.');

	buf_printf(b, "%s%s", dot ? dot + 1 : e->type, e->edge);
}

static void
advise_exception(struct buf *b)
{
	buf_put(b, "the exception and the frame that keeps it hold each other: "
		   "`del` the exception (or frame) variable at the end of the "
		   "except block, or set its __traceback__ to None");
}

static void
advise_closure(struct buf *b, const struct report_edge *e)
{
	const char *variable = e->edge + strlen("(closure) ");

	buf_printf(b,
		   "the function %s refers to itself through the variable %s: "
		   "pass it as an argument, or set the variable to None when "
		   "it is done with",
		   e->type, variable);
}

static void
advise_attribute(struct buf *b, const struct finding *f,
		 const struct report_edge *e)
{
	if (f->n_cycle == 1)
		buf_printf(b,
			   "make %s a weak reference (weakref.ref), or clear "
			   "it before the last use",
			   e->edge);
	else {
		buf_put(b, "make ");
		put_place(b, e);
		buf_put(b, " a weak reference (weakref.ref), or clear it in a "
			   "close() or destroy() method before the last use");
	}
}

static void
advise_container(struct buf *b, const struct finding *f)
{
	const struct report_edge *e = f->n_cycle ? &f->cycle[f->n_cycle - 1] :
						   NULL;

	if (e && e->edge)
		buf_printf(b,
			   "remove the reference %s of the %s before the last "
			   "use (clear() or del)",
			   e->edge, e->type);
	else
		buf_put(b, "break one of the references of the cycle before "
			   "the last use");
}

/* The edge to break, for every kind that has a cycle. */
static void
advise_edge(struct buf *b, const struct finding *f, int major)
{
	const struct report_edge *e = find_back_reference(f);

	if (e) {
		advise_attribute(b, f, e);
	} else if (find_edge(f, ".__traceback__") || find_edge(f, ".tb_") ||
		   find_member(f, "traceback")) {
		advise_exception(b);
	} else if (find_member(f, "method") || find_member(f, "instancemethod")) {
		e = find_attribute(f);
		buf_printf(b, "a bound method is kept on its own instance%s%s: "
			      "%s, or clear it in a close() method",
			   e ? " as " : "", e ? e->edge : "",
			   major >= 3 ? "keep a weakref.WeakMethod" :
					"look it up when it is called");
	} else if ((e = find_edge(f, "(closure) "))) {
		advise_closure(b, e);
	} else if ((e = find_attribute(f))) {
		advise_attribute(b, f, e);
	} else {
		advise_container(b, f);
	}
}

static bool
has_del(const struct finding *f)
{
	size_t i;

	for (i = 0; i < f->n_finalizers; i++)
		if (!strcmp(f->finalizers[i].name, "__del__"))
			return true;
	return false;
}

/* In place of the finalizer itself. */
static void
advise_finalizer(struct buf *b, const struct finding *f, int major)
{
	if (!has_del(f))
		return;
	buf_printf(b, "; or do what __del__ does in a context manager (with)%s",
		   major >= 3 ? " or weakref.finalize" : "");
}

static void
advise_uncollectable(struct buf *b, const struct finding *f, int major)
{
	switch (f->reason) {
	case REASON_DEBUG_SAVEALL:
		buf_put(b, "call gc.set_debug() without gc.DEBUG_SAVEALL "
			   "(DEBUG_LEAK contains it), and `del gc.garbage[:]`; ");
		advise_edge(b, f, major);
		break;
	case REASON_GARBAGE:
		buf_put(b, "the program put it into gc.garbage: take it out "
			   "(`del gc.garbage[:]`)");
		break;
	case REASON_NOT_CLEARABLE:
		advise_edge(b, f, major);
		buf_put(b, "; the collector cannot do it, because no type in "
			   "the cycle implements tp_clear for it");
		break;
	default:
		if (f->n_finalizers &&
		    strstr(f->finalizers[0].name, "suspended")) {
			buf_put(b, "close the generator (close()) before its "
				   "last reference goes: suspended inside "
				   "try/finally or with, it cannot be freed");
			break;
		}
		advise_edge(b, f, major);
		advise_finalizer(b, f, major);
	}
}

static void
advise_unreachable(struct buf *b, const struct finding *f, int major)
{
	switch (f->reason) {
	case REASON_FROZEN:
		buf_put(b, "call gc.collect() before gc.freeze(), or "
			   "gc.unfreeze() later; ");
		break;
	case REASON_GC_DISABLED:
		buf_put(b, "enable the collector (gc.enable()) or call "
			   "gc.collect() now and then; ");
		break;
	default:
		break;
	}
	advise_edge(b, f, major);
	if (f->reason == REASON_PENDING)
		advise_finalizer(b, f, major);
}

const char *
advice_for(struct arena *a, const struct finding *f, int major)
{
	const char *text;
	struct buf b;

	buf_init(&b);
	switch (f->kind) {
	case FINDING_UNCOLLECTABLE:
		advise_uncollectable(&b, f, major);
		break;
	case FINDING_UNREACHABLE:
	case FINDING_COLLECTED:
		advise_unreachable(&b, f, major);
		break;
	case FINDING_RESURRECTED:
		buf_put(&b, "do not store self (or what leads to it) in "
			    "__del__: keep what must live on elsewhere, and "
			    "release resources in a context manager or "
			    "close()");
		break;
	case FINDING_LOST_REFERENCE:
		buf_put(&b, "look for a missing Py_DECREF in the C code that "
			    "the backtrace leads to, on its error paths above "
			    "all");
		break;
	case FINDING_HIDDEN_CYCLE:
		buf_put(&b, "break the cycle by hand, or give the hiding type "
			    "Py_TPFLAGS_HAVE_GC with a complete tp_traverse "
			    "and tp_clear");
		break;
	case FINDING_GROWTH:
	case FINDING_KINDS:
		buf_put(&b, "bound the container that holds them, or remove "
			    "entries that are done with");
		break;
	}
	text = b.failed ? NULL : arena_string(a, buf_string(&b));
	buf_fini(&b);
	return text;
}
