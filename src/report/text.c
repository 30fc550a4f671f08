#include "config.h"

#include "report/text.h"

#include <string.h>

#include "common/buf.h"
#include "report/headline.h"

enum { MAX_MEMBERS = 12, MAX_TYPES = 8 };

#define RED "\033[1;31m"
#define YELLOW "\033[1;33m"
#define CYAN "\033[36m"
#define PLAIN "\033[0m"

static void
colour(struct buf *out, const struct text_style *style, const char *code)
{
	if (style->colour)
		buf_put(out, code);
}

static void
put_prefix(struct buf *out, const struct report *r)
{
	buf_printf(out, "==leakshim:%ld== ", r->pid);
}

/* "python leak.py": the arguments, the program without its folder. */
static void
put_command(struct buf *out, const struct report *r)
{
	const char *program = r->n_argv ? r->argv[0] : r->exe;
	const char *slash = program ? strrchr(program, '/') : NULL;
	size_t i, n = 0;

	buf_put(out, slash ? slash + 1 : program);
	for (i = 1; i < r->n_argv; i++) {
		n += strlen(r->argv[i]);
		if (n > 200) {
			buf_put(out, " ...");
			break;
		}
		buf_printf(out, " %s", r->argv[i]);
	}
}

static void
put_header(struct buf *out, const struct report *r)
{
	put_prefix(out, r);
	buf_printf(out, "CPython %s (%s), ", r->python_version, r->linkage);
	put_command(out, r);
	buf_printf(out, ", %s %s\n",
		   r->trigger && !strcmp(r->trigger, "exit") ? "at" : "by",
		   r->trigger);
}

struct totals {
	int64_t findings, objects, bytes; /* of printed findings */
	int64_t hidden; /* findings beyond max_findings= or kinds= */
};

static struct totals
count(const struct report *r)
{
	struct totals t = {0};
	size_t i;

	for (i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];

		if (!f->is_printed) {
			t.hidden++;
			continue;
		}
		t.findings++;
		t.objects += f->objects;
		t.bytes += f->bytes;
	}
	return t;
}

static void
put_totals(struct buf *out, const struct report *r, const struct totals *t)
{
	const char *separator = ": ";
	enum finding_kind k;
	size_t i;

	put_prefix(out, r);
	buf_count(out, (uint64_t)t->findings, "finding", "findings");
	for (k = 0; k < FINDING_KINDS; k++) {
		int64_t objects = 0, bytes = 0;

		for (i = 0; i < r->n_findings; i++) {
			if (!r->findings[i].is_printed ||
			    r->findings[i].kind != k)
				continue;
			objects += r->findings[i].objects;
			bytes += r->findings[i].bytes;
		}
		if (!objects)
			continue;
		buf_put(out, separator);
		headline_total(out, k, objects, bytes);
		separator = ", ";
	}
	buf_putc(out, '\n');
}

static void
put_member(struct buf *out, const struct report_edge *e,
	   const struct text_style *style)
{
	buf_printf(out, "    %s  refcount ", e->type);
	if (e->refcount == REPORT_UNKNOWN)
		buf_put(out, "unknown");
	else
		buf_printf(out, "%ld", e->refcount);
	if (e->generation == 3)
		buf_put(out, ", permanent generation");
	else if (e->generation >= 0)
		buf_printf(out, ", generation %d", e->generation);
	if (style->with_addresses && e->address)
		buf_printf(out, ", at 0x%lx", e->address);
	buf_putc(out, '\n');
}

static void
put_edge(struct buf *out, const struct finding *f, size_t i)
{
	const struct report_edge *e = &f->cycle[i];
	bool is_last = i + 1 == f->n_cycle;

	if (is_last && f->n_cycle == 1 && !e->edge)
		return; /* no cycle: the object alone */
	buf_printf(out, "      %s -> %s%s\n",
		   e->edge ? e->edge : "(a reference of its own)",
		   f->cycle[is_last ? 0 : i + 1].type,
		   is_last ? " (back to the start)" : "");
}

static void
put_cycle(struct buf *out, const struct finding *f,
	  const struct text_style *style)
{
	size_t i;

	for (i = 0; i < f->n_cycle; i++) {
		if (f->n_cycle > MAX_MEMBERS && i == MAX_MEMBERS / 2) {
			buf_printf(out, "      ... %lu more members ...\n",
				   f->n_cycle - MAX_MEMBERS);
			i += f->n_cycle - MAX_MEMBERS;
		}
		put_member(out, &f->cycle[i], style);
		put_edge(out, f, i);
	}
}

/* What the cycle does not name already. */
static void
put_types(struct buf *out, const struct finding *f)
{
	const char *separator = "    in all: ";
	size_t i;

	if (f->n_types < 2 && f->count < 2)
		return;
	for (i = 0; i < f->n_types && i < MAX_TYPES; i++) {
		buf_printf(out, "%s%ld %s", separator, f->types[i].count,
			   f->types[i].name);
		separator = ", ";
	}
	if (f->n_types > MAX_TYPES)
		buf_printf(out, ", and %lu more types",
			   f->n_types - MAX_TYPES);
	buf_putc(out, '\n');
}

static void
put_finalizers(struct buf *out, const struct finding *f)
{
	size_t i;

	for (i = 0; i < f->n_finalizers; i++) {
		const struct report_finalizer *z = &f->finalizers[i];

		buf_printf(out, "    finalizer %s.%s", z->type, z->name);
		if (z->file)
			buf_printf(out, " at %s:%d", z->file, z->line);
		if (z->ran == 1)
			buf_put(out, " (has run)");
		buf_putc(out, '\n');
	}
}

static void
put_allocation(struct buf *out, const struct report *r,
	       const struct finding *f)
{
	size_t i;

	if (!f->n_python && !f->n_native) {
		buf_printf(out, "  allocated where is not known: %s\n",
			   r->tracking && !strcmp(r->tracking, "none") ?
				   "no allocation was recorded" :
				   "no Python code was running, or it was "
				   "before the hooks");
		return;
	}
	buf_put(out, "  allocated at\n");
	for (i = 0; i < f->n_python; i++) {
		const struct report_line *p = &f->python[i];

		buf_printf(out, "    File \"%s\"", p->file);
		if (p->line > 0)
			buf_printf(out, ", line %d", p->line);
		buf_printf(out, ", in %s\n", p->function);
	}
	for (i = 0; i < f->n_native; i++)
		buf_printf(out, "    %s in %s+0x%lx\n", f->native[i].function,
			   f->native[i].module,
			   (unsigned long)f->native[i].offset);
}

static void
put_finding(struct buf *out, const struct report *r, const struct finding *f,
	    const struct text_style *style)
{
	buf_putc(out, '\n');
	colour(out, style, f->is_failing ? RED : YELLOW);
	buf_put(out, headline_title(f->kind));
	colour(out, style, PLAIN);
	buf_putc(out, ' ');
	headline_counts(out, f);
	buf_put(out, ": ");
	headline_put(out, f);
	if (f->state != STATE_NEW)
		buf_printf(out, " (%s)", finding_state_name(f->state));
	buf_putc(out, '\n');
	put_cycle(out, f, style);
	put_types(out, f);
	put_finalizers(out, f);
	put_allocation(out, r, f);
	if (f->advice) {
		colour(out, style, CYAN);
		buf_put(out, "  to fix: ");
		colour(out, style, PLAIN);
		buf_printf(out, "%s\n", f->advice);
	}
	buf_printf(out, "  [%s]\n", f->fingerprint);
}

static void
put_quiet(struct buf *out, const struct report *r)
{
	if (!r->pending_quiet_objects)
		return;
	buf_putc(out, '\n');
	put_prefix(out, r);
	buf_count(out, (uint64_t)r->pending_quiet_objects, "object",
		  "objects");
	buf_put(out, " (");
	buf_size(out, (uint64_t)r->pending_quiet_bytes);
	buf_put(out, ") of cyclic garbage only wait for a collection: "
		     "kinds=all shows them\n");
}

static void
put_missed(struct buf *out, const struct report *r)
{
	size_t i;

	for (i = 0; i < r->n_missed; i++) {
		put_prefix(out, r);
		buf_printf(out, "missed: %s", r->missed[i].what);
		if (r->missed[i].count != REPORT_UNKNOWN)
			buf_printf(out, " (%ld)", r->missed[i].count);
		buf_printf(out, ": %s\n", r->missed[i].why);
	}
}

static void
put_milliseconds(struct buf *out, double s)
{
	buf_decimal(out, s * 1000, 1);
	buf_put(out, " ms");
}

static void
put_collections(struct buf *out, const struct report *r)
{
	int64_t n = 0;
	double s = 0;
	size_t k;

	for (k = 0; k < r->n_gc; k++) {
		if (r->gc[k].collections == REPORT_UNKNOWN)
			return;
		n += r->gc[k].collections;
		s += r->gc[k].seconds;
	}
	if (!r->n_gc)
		return;
	buf_put(out, "; gc ");
	buf_count(out, (uint64_t)n, "collection", "collections");
	buf_put(out, ", ");
	put_milliseconds(out, s);
}

static void
put_summary(struct buf *out, const struct report *r, const struct totals *t)
{
	put_prefix(out, r);
	buf_put(out, "SUMMARY: ");
	buf_count(out, (uint64_t)t->findings, "finding", "findings");
	buf_put(out, ", ");
	buf_count(out, (uint64_t)t->objects, "object", "objects");
	buf_put(out, ", ");
	buf_size(out, (uint64_t)t->bytes);
	put_collections(out, r);
	if (r->analysis_seconds >= 0) {
		buf_put(out, "; analysis ");
		put_milliseconds(out, r->analysis_seconds);
	}
	if (r->pause_seconds >= 0) {
		buf_put(out, ", paused ");
		put_milliseconds(out, r->pause_seconds);
	}
	buf_putc(out, '\n');
}

/* An approximate line may name the block's first owner: it must be said. */
static void
put_approximate(struct buf *out, const struct report *r)
{
	if (!r->free_lists || strcmp(r->free_lists, "approximate") ||
	    !r->tracking || !strcmp(r->tracking, "none"))
		return;
	put_prefix(out, r);
	buf_put(out, "free lists are approximate: a backtrace may be that of "
		     "an earlier object in the same memory\n");
}

void
report_text(struct buf *out, const struct report *r,
	    const struct text_style *style)
{
	struct totals t = count(r);
	size_t i;

	if (t.findings) {
		put_header(out, r);
		put_totals(out, r, &t);
		put_approximate(out, r);
		put_prefix(out, r);
		buf_put(out, "backtraces have the innermost frame first\n");
		for (i = 0; i < r->n_findings; i++)
			if (r->findings[i].is_printed)
				put_finding(out, r, &r->findings[i], style);
	}
	put_quiet(out, r);
	if (t.findings && !r->pending_quiet_objects)
		buf_putc(out, '\n');
	if (style->with_missed)
		put_missed(out, r);
	put_summary(out, r, &t);
}
