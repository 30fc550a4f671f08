#include "config.h"

#include "report/headline.h"

#include <string.h>

#include "common/buf.h"
#include "report/native.h"

const char *
headline_title(enum finding_kind kind)
{
	static const char *const titles[FINDING_KINDS] = {
		[FINDING_UNCOLLECTABLE] = "UNCOLLECTABLE",
		[FINDING_LOST_REFERENCE] = "LOST REFERENCE",
		[FINDING_HIDDEN_CYCLE] = "HIDDEN CYCLE",
		[FINDING_UNREACHABLE] = "UNREACHABLE",
		[FINDING_RESURRECTED] = "RESURRECTED",
		[FINDING_GROWTH] = "GROWTH",
		[FINDING_COLLECTED] = "COLLECTED",
	};

	return titles[kind];
}

/* An object that is alone in gc.garbage is not a cycle. */
static bool
is_cycle(const struct finding *f)
{
	return f->kind != FINDING_RESURRECTED && f->kind != FINDING_GROWTH &&
	       f->kind != FINDING_LOST_REFERENCE && f->n_cycle &&
	       f->cycle[f->n_cycle - 1].edge;
}

void
headline_counts(struct buf *out, const struct finding *f)
{
	if (is_cycle(f)) {
		buf_count(out, (uint64_t)f->count, "cycle", "cycles");
		buf_put(out, ", ");
	}
	if (finding_is_memory(f) && f->n_types == 1) {
		buf_count(out, (uint64_t)f->objects, "block of memory",
			  "blocks of memory");
	} else {
		buf_count(out, (uint64_t)f->objects, "object", "objects");
		if (!is_cycle(f) && f->n_types) {
			buf_put(out, f->n_types == 1 ? " of " : " headed by ");
			buf_shown(out, f->types[0].name, SIZE_MAX);
		}
	}
	buf_put(out, ", ");
	buf_size(out, (uint64_t)f->bytes);
}

static bool
is_in_cycle(const struct finding *f, const char *type)
{
	size_t i;

	for (i = 0; i < f->n_cycle; i++)
		if (!strcmp(f->cycle[i].type, type))
			return true;
	return false;
}

/* The finalizer's class is not said to be in a cycle that it only hangs on. */
static bool
has_finalizer_in_cycle(const struct finding *f)
{
	return f->n_finalizers &&
	       (!f->n_cycle || is_in_cycle(f, f->finalizers[0].type));
}

/* The class to name: the one with the finalizer, or the head. */
static void
put_subject(struct buf *out, const struct finding *f)
{
	bool is_finalizer = f->reason == REASON_LEGACY_FINALIZER ?
				    f->n_finalizers > 0 :
				    has_finalizer_in_cycle(f);
	const char *name = is_finalizer ? f->finalizers[0].type :
			   f->n_cycle   ? f->cycle[0].type :
			   f->n_types   ? f->types[0].name :
					  "an object";

	buf_shown(out, name, SIZE_MAX);
}

/* "before SUBJECT after" */
static void
put_about(struct buf *out, const char *before, const struct finding *f,
	  const char *after)
{
	buf_put(out, before);
	put_subject(out, f);
	buf_put(out, after);
}

static const char *
them(const struct finding *f)
{
	return f->objects == 1 ? "it" : "them";
}

/* A generator has no method that could be named: what it waits in is. */
static bool
is_suspended(const struct finding *f)
{
	return f->n_finalizers && strchr(f->finalizers[0].name, ' ');
}

static void
put_uncollectable(struct buf *out, const struct finding *f)
{
	switch (f->reason) {
	case REASON_LEGACY_FINALIZER:
		if (is_suspended(f)) {
			put_about(out, "", f, " is ");
			buf_shown(out, f->finalizers[0].name, SIZE_MAX);
			buf_put(out, ", in a reference cycle");
		} else {
			put_about(out, "", f,
				  is_cycle(f) ? " has a finalizer in a "
						"reference cycle" :
						" has a finalizer and was part "
						"of a reference cycle");
		}
		break;
	case REASON_NOT_CLEARABLE:
		put_about(out,
			  "still there after a full collection: nothing in "
			  "the cycle through ",
			  f, " can be cleared");
		break;
	case REASON_DEBUG_SAVEALL:
		put_about(out, "", f,
			  " is in gc.garbage, only because gc.DEBUG_SAVEALL "
			  "keeps all garbage");
		break;
	default:
		put_about(out, "gc.garbage alone holds ", f, "");
	}
}

static void
put_unreachable(struct buf *out, const struct finding *f)
{
	switch (f->reason) {
	case REASON_GC_DISABLED:
		put_about(out, "a cycle through ", f,
			  ", and the collector is disabled");
		break;
	case REASON_FROZEN:
		put_about(out, "a cycle through ", f,
			  " was frozen by gc.freeze(): no collection will look "
			  "at it again");
		break;
	default:
		put_about(out, "a cycle through ", f,
			  " waits for a collection");
		if (!f->n_finalizers || f->finalizers[0].ran == 1)
			break;
		if (has_finalizer_in_cycle(f)) {
			buf_put(out, ", its finalizer has not run");
		} else {
			buf_put(out, ", the finalizer of ");
			buf_shown(out, f->finalizers[0].type, SIZE_MAX);
			buf_put(out, " has not run");
		}
	}
}

static void
put_asker(struct buf *out, const struct finding *f)
{
	const struct report_native *asker =
		finding_is_memory(f) ? native_asker(f) : NULL;
	const char *slash = asker ? strrchr(asker->module, '/') : NULL;

	if (!asker)
		return;
	buf_put(out, ", allocated by ");
	if (asker->function) {
		buf_shown(out, asker->function, SIZE_MAX);
		buf_put(out, " in ");
	}
	buf_shown(out, slash ? slash + 1 : asker->module, SIZE_MAX);
}

static void
put_lost(struct buf *out, const struct finding *f)
{
	if (f->refcount == 0) {
		buf_printf(out,
			   "deallocated and never freed: nothing points "
			   "to %s",
			   them(f));
		return;
	}
	if (f->refcount != REPORT_UNKNOWN)
		buf_printf(out, "reference count %ld, ", f->refcount);
	if (f->reason != REASON_SURPLUS)
		buf_printf(out, "nothing points to %s", them(f));
	else if (f->references_found != REPORT_UNKNOWN)
		buf_printf(out, "but only %ld %s found", f->references_found,
			   f->references_found == 1 ? "reference was" :
						      "references were");
	else
		buf_put(out, "more than the references that exist");
	put_asker(out, f);
}

static void
put_hidden(struct buf *out, const struct finding *f)
{
	static const char *const ways[REASONS] = {
		[REASON_NO_GC_FLAG] = " has no Py_TPFLAGS_HAVE_GC",
		[REASON_MISSING_TRAVERSE] =
			" has a tp_traverse that forgets a reference",
		[REASON_UNTRACKED] = " is not tracked",
		[REASON_FOREIGN_MEMORY] =
			" keeps a reference in memory of a C library",
	};

	buf_put(out, "the collector cannot see the cycle");
	if (!f->hidden_type)
		return;
	buf_put(out, ": ");
	buf_shown(out, f->hidden_type, SIZE_MAX);
	buf_put(out, ways[f->reason] ? ways[f->reason] : " hides it");
}

static void
put_growth(struct buf *out, const struct finding *f)
{
	size_t i;

	buf_put(out, "their number grows from check to check");
	for (i = 0; i < f->n_growth_checks; i++)
		if (f->growth_checks[i] == REPORT_UNKNOWN)
			buf_printf(out, "%sunknown", i ? ", " : ": ");
		else
			buf_printf(out, "%s%ld", i ? ", " : ": ",
				   f->growth_checks[i]);
}

void
headline_put(struct buf *out, const struct finding *f)
{
	switch (f->kind) {
	case FINDING_UNCOLLECTABLE:
		put_uncollectable(out, f);
		break;
	case FINDING_UNREACHABLE:
		put_unreachable(out, f);
		break;
	case FINDING_RESURRECTED:
		buf_put(out, "alive although the finalizer has run: it will "
			     "not run again");
		break;
	case FINDING_LOST_REFERENCE:
		put_lost(out, f);
		break;
	case FINDING_HIDDEN_CYCLE:
		put_hidden(out, f);
		break;
	case FINDING_GROWTH:
		put_growth(out, f);
		break;
	case FINDING_COLLECTED:
		put_about(out, "the collector, not the last reference, freed ",
			  f, "");
		break;
	case FINDING_KINDS:
		break;
	}
}

void
headline_total(struct buf *out, enum finding_kind kind,
	       const struct report_sum *sum)
{
	static const char *const words[FINDING_KINDS] = {
		[FINDING_UNCOLLECTABLE] = "uncollectable",
		[FINDING_HIDDEN_CYCLE] = "in hidden cycles",
		[FINDING_UNREACHABLE] = "unreachable",
		[FINDING_RESURRECTED] = "resurrected",
		[FINDING_GROWTH] = "growing",
		[FINDING_COLLECTED] = "collected",
	};

	if (kind == FINDING_LOST_REFERENCE) {
		buf_count(out, (uint64_t)sum->count, "lost reference",
			  "lost references");
	} else {
		buf_count(out, (uint64_t)sum->objects, "object", "objects");
		buf_printf(out, " %s", words[kind]);
	}
	buf_put(out, " (");
	buf_size(out, (uint64_t)sum->bytes);
	buf_putc(out, ')');
}
