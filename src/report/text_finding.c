#include "config.h"

#include "report/text_finding.h"

#include <string.h>

#include "common/buf.h"
#include "report/headline.h"
#include "report/missed.h"
#include "report/sums.h"
#include "report/text.h"

enum {
	MAX_MEMBERS = 12, /* of a cycle; a longer one is folded in its middle */
	MAX_TYPES = 8,
};

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

/* Names come from the program: whatever they contain stays on its line. */
static void
put_name(struct buf *out, const char *s)
{
	buf_shown(out, s, SIZE_MAX);
}

/* ---- the cycle ---- */

static void
put_member(struct buf *out, const struct report_edge *e,
	   const struct text_style *style)
{
	buf_put(out, "    ");
	put_name(out, e->type);
	buf_put(out, "  refcount ");
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

	if (f->n_cycle == 1 && !e->edge)
		return; /* no cycle: the object alone */
	buf_put(out, "      ");
	put_name(out, e->edge ? e->edge : "(an unnamed reference)");
	buf_put(out, " -> ");
	put_name(out, f->cycle[is_last ? 0 : i + 1].type);
	buf_put(out, is_last ? " (back to the start)\n" : "\n");
}

static void
put_cycle(struct buf *out, const struct finding *f,
	  const struct text_style *style)
{
	size_t n_folded =
		f->n_cycle > MAX_MEMBERS + 1 ? f->n_cycle - MAX_MEMBERS : 0;
	size_t i;

	for (i = 0; i < f->n_cycle; i++) {
		if (n_folded && i == MAX_MEMBERS / 2) {
			buf_printf(out, "    ... %lu more members\n", n_folded);
			i += n_folded;
		}
		put_member(out, &f->cycle[i], style);
		put_edge(out, f, i);
	}
}

/* ---- what else is known of the objects ---- */

/* Only when there is more than the cycle names. */
static void
put_types(struct buf *out, const struct finding *f)
{
	int64_t n_objects = 0;
	size_t i;

	for (i = 0; i < f->n_types; i++)
		sums_add(&n_objects, f->types[i].count);
	if (n_objects == (int64_t)f->n_cycle || (!f->n_cycle && f->n_types < 2))
		return;
	for (i = 0; i < f->n_types && i < MAX_TYPES; i++) {
		buf_put(out, i ? ", " : "    in all: ");
		if (f->types[i].count == REPORT_UNKNOWN)
			buf_put(out, "unknown number of ");
		else
			buf_printf(out, "%ld ", f->types[i].count);
		put_name(out, f->types[i].name);
	}
	if (f->n_types > MAX_TYPES) {
		buf_put(out, ", and ");
		buf_count(out, f->n_types - MAX_TYPES, "more type",
			  "more types");
	}
	buf_putc(out, '\n');
}

static void
put_finalizer(struct buf *out, const struct report_finalizer *z)
{
	bool is_method = !strchr(z->name, ' ');

	buf_put(out, "    finalizer ");
	put_name(out, z->type);
	buf_put(out, is_method ? "." : " ");
	put_name(out, z->name);
	if (z->file) {
		buf_put(out, " at ");
		put_name(out, z->file);
		if (z->line > 0)
			buf_printf(out, ":%d", z->line);
	}
	buf_put(out, z->ran == 1 ? " (has run)\n" : "\n");
}

static void
put_holders(struct buf *out, const char *before,
	    const struct report_holder *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		buf_put(out, i ? " -> " : before);
		put_name(out, list[i].type);
		if (list[i].edge) {
			buf_putc(out, ' ');
			put_name(out, list[i].edge);
		}
	}
	if (n)
		buf_putc(out, '\n');
}

static void
put_hidden_by(struct buf *out, const struct finding *f)
{
	if (!f->hidden_type || (!f->hidden_module_file && !f->hidden_member))
		return;
	buf_put(out, "    hidden by ");
	put_name(out, f->hidden_type);
	if (f->hidden_member) {
		buf_put(out, ", its ");
		put_name(out, f->hidden_member);
	}
	if (f->hidden_module_file) {
		buf_put(out, ", from ");
		put_name(out, f->hidden_module_file);
	}
	buf_putc(out, '\n');
}

static void
put_facts(struct buf *out, const struct finding *f)
{
	size_t i;

	put_types(out, f);
	for (i = 0; i < f->n_finalizers; i++)
		put_finalizer(out, &f->finalizers[i]);
	put_hidden_by(out, f);
	if (f->growth_age_seconds >= 0) {
		buf_put(out, "    growing for ");
		buf_decimal(out, f->growth_age_seconds, 0);
		buf_put(out, " s\n");
	}
	put_holders(out, "    reached through ", f->growth_path,
		    f->n_growth_path);
	put_holders(out, "    held by ", f->held_by, f->n_held_by);
}

/* ---- where they were allocated ---- */

const char *
text_why_unknown(const struct report *r, const struct finding *f)
{
	const char *tracking = r->tracking ? r->tracking : "";
	size_t i;

	if (f->state == STATE_STARTUP)
		return "it was before the program's first line";
	for (i = 0; i < r->n_missed; i++)
		if (r->missed[i].why && missed_is(&r->missed[i], "backtraces"))
			return r->missed[i].why;
	if (!strcmp(tracking, "none"))
		return "track=none records no allocations";
	if (!strcmp(tracking, "sample"))
		return "it is not among the sampled allocations";
	if (!strcmp(tracking, "since-attach"))
		return "it was before leakshim was attached";
	return "no Python code was running, or it was before the hooks were "
	       "installed";
}

static void
put_frame(struct buf *out, const struct report_line *p)
{
	buf_put(out, "    File \"");
	put_name(out, p->file ? p->file : "?");
	buf_putc(out, '"');
	if (p->line > 0)
		buf_printf(out, ", line %d", p->line);
	buf_put(out, ", in ");
	put_name(out, p->function ? p->function : "?");
	buf_putc(out, '\n');
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void
put_native(struct buf *out, const struct report_native *p)
{
	buf_put(out, "    ");
	put_name(out, p->function ? p->function : "?");
	if (p->module) {
		buf_put(out, " in ");
		put_name(out, p->file ? base_name(p->module) : p->module);
		if (!p->file && p->offset != REPORT_UNKNOWN)
			buf_printf(out, "+0x%lx", (unsigned long)p->offset);
	}
	if (p->file) {
		buf_put(out, " at ");
		put_name(out, p->file);
		if (p->line > 0)
			buf_printf(out, ":%d", p->line);
	}
	buf_putc(out, '\n');
}

static void
put_allocation(struct buf *out, const struct report *r, const struct finding *f,
	       bool says_order)
{
	bool is_other = f->thread && !strcmp(f->thread, "other");
	size_t i, done = 0;

	if (!f->n_python && !f->n_native) {
		buf_put(out, "  allocated at an unknown place: ");
		put_name(out, text_why_unknown(r, f));
		buf_putc(out, '\n');
		return;
	}
	buf_printf(out, "  allocated%s at%s\n",
		   is_other ? " by another thread" : "",
		   says_order ? " (innermost frame first)" : "");
	/*
	 * In place of each frame of the loop: the Python frames that it runs.
	 */
	for (i = 0; i < f->n_native; i++) {
		int n = f->native[i].n_python;

		if (!n)
			put_native(out, &f->native[i]);
		for (; n > 0 && done < f->n_python; n--)
			put_frame(out, &f->python[done++]);
	}
	while (done < f->n_python)
		put_frame(out, &f->python[done++]);
}

/* ---- all together ---- */

static const char *
state_note(enum finding_state state)
{
	static const char *const notes[] = {
		[STATE_NEW] = "",
		[STATE_KNOWN] = " (known: it is in the baseline)",
		[STATE_SUPPRESSED] = " (suppressed)",
		[STATE_STARTUP] =
			" (startup: older than the program's first line)",
	};

	return notes[state];
}

void
text_finding(struct buf *out, const struct report *r, const struct finding *f,
	     const struct text_style *style, bool says_order)
{
	buf_putc(out, '\n');
	colour(out, style, f->is_failing ? RED : YELLOW);
	buf_put(out, headline_title(f->kind));
	colour(out, style, PLAIN);
	buf_putc(out, ' ');
	headline_counts(out, f);
	buf_put(out, ": ");
	headline_put(out, f);
	buf_put(out, state_note(f->state));
	buf_putc(out, '\n');
	put_cycle(out, f, style);
	put_facts(out, f);
	put_allocation(out, r, f, says_order);
	if (f->advice) {
		buf_put(out, "  ");
		colour(out, style, CYAN);
		buf_put(out, "to fix:");
		colour(out, style, PLAIN);
		buf_putc(out, ' ');
		put_name(out, f->advice);
		buf_putc(out, '\n');
	}
	buf_put(out, "  [");
	put_name(out, f->fingerprint);
	buf_put(out, "]\n");
}
