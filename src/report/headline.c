#include "config.h"

#include "report/headline.h"

#include "common/buf.h"

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

/* Alone in gc.garbage an object is no cycle. */
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
	buf_count(out, (uint64_t)f->objects, "object", "objects");
	if (!is_cycle(f) && f->n_types)
		buf_printf(out, " of %s", f->types[0].name);
	buf_put(out, ", ");
	buf_size(out, (uint64_t)f->bytes);
}

/* The class to name: the one with the finalizer, or the head. */
static const char *
subject(const struct finding *f)
{
	if (f->n_finalizers)
		return f->finalizers[0].type;
	if (f->n_cycle)
		return f->cycle[0].type;
	return f->n_types ? f->types[0].name : "an object";
}

static void
put_uncollectable(struct buf *out, const struct finding *f)
{
	switch (f->reason) {
	case REASON_LEGACY_FINALIZER:
		buf_printf(out, is_cycle(f) ?
					"%s has a finalizer in a reference "
					"cycle" :
					"%s has a finalizer and hung on a "
					"reference cycle",
			   subject(f));
		break;
	case REASON_NOT_CLEARABLE:
		buf_printf(out,
			   "still there after a full collection: nothing in "
			   "the cycle through %s can be cleared",
			   subject(f));
		break;
	case REASON_DEBUG_SAVEALL:
		buf_put(out, "in gc.garbage, only because gc.DEBUG_SAVEALL "
			     "keeps all garbage");
		break;
	default:
		buf_put(out, "in gc.garbage, and nowhere else");
	}
}

static void
put_unreachable(struct buf *out, const struct finding *f)
{
	switch (f->reason) {
	case REASON_GC_DISABLED:
		buf_printf(out, "a cycle through %s, and the collector is "
				"disabled",
			   subject(f));
		break;
	case REASON_FROZEN:
		buf_printf(out,
			   "a cycle through %s was frozen by gc.freeze(): no "
			   "collection will look at it again",
			   subject(f));
		break;
	default:
		buf_printf(out,
			   "a cycle through %s waits for a collection",
			   subject(f));
		if (f->n_finalizers)
			buf_put(out, ", its finalizer has not run");
	}
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
		if (f->refcount != REPORT_UNKNOWN)
			buf_printf(out, "reference count %ld, ", f->refcount);
		buf_put(out, f->reason == REASON_SURPLUS ?
				     "more than the references that exist" :
				     "nothing points to them");
		break;
	case FINDING_HIDDEN_CYCLE:
		buf_put(out, "a cycle that the collector cannot see");
		if (f->hidden_type)
			buf_printf(out, ", hidden by %s", f->hidden_type);
		break;
	case FINDING_GROWTH:
		buf_put(out, "their number grows from check to check");
		break;
	case FINDING_COLLECTED:
		buf_put(out, "freed by the collector, not by its last "
			     "reference");
		break;
	case FINDING_KINDS:
		break;
	}
}

void
headline_total(struct buf *out, enum finding_kind kind, int64_t objects,
	       int64_t bytes)
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
		buf_count(out, (uint64_t)objects, "lost reference",
			  "lost references");
	} else {
		buf_count(out, (uint64_t)objects, "object", "objects");
		buf_printf(out, " %s", words[kind]);
	}
	buf_put(out, " (");
	buf_size(out, (uint64_t)bytes);
	buf_putc(out, ')');
}
