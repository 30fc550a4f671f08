#include "config.h"

#include <string.h>

#include "common/arena.h"
#include "common/buf.h"
#include "formats/backtrace.h"
#include "formats/cycle.h"
#include "formats/escape.h"
#include "formats/html_part.h"
#include "formats/html_text.h"
#include "formats/level.h"
#include "formats/place.h"
#include "report/headline.h"
#include "report/text_finding.h"

/* ---- the cycle ---- */

static void
put_member(struct buf *out, const struct finding *f, size_t i)
{
	const struct report_edge *e = &f->cycle[i];

	html_code(out, e->type);
	buf_put(out, " <span class=\"dim\">refcount ");
	if (e->refcount == REPORT_UNKNOWN)
		buf_put(out, "unknown");
	else
		html_number(out, e->refcount);
	if (e->generation == 3)
		buf_put(out, ", permanent generation");
	else if (e->generation >= 0)
		buf_printf(out, ", generation %d", e->generation);
	if (cycle_is_guilty(f, i))
		buf_put(out, ", hides the cycle");
	buf_put(out, "</span>");
}

static void
put_edge(struct buf *out, const struct finding *f, size_t i)
{
	const char *name = f->cycle[i].edge;
	bool is_last = i + 1 == f->n_cycle;

	buf_put(out, "<br><span class=\"edge\">");
	html_code(out, name ? name : "(an unnamed reference)");
	buf_put(out, " &rarr; ");
	html_text(out, f->cycle[is_last ? 0 : i + 1].type);
	if (is_last)
		buf_put(out, " (back to the start)");
	buf_put(out, "</span>");
	if (i == cycle_cut(f))
		buf_put(out, " <strong class=\"cut\">cut here</strong>");
}

/* For readers without the picture, and for screen readers. */
static void
put_list(struct buf *out, const struct finding *f)
{
	size_t i, next;

	buf_put(out, "<ol class=\"cycle\">\n");
	for (i = 0; i < f->n_cycle; i++) {
		next = cycle_fold(f, i);
		if (next > i) {
			buf_printf(out,
				   "<li class=\"dim\">%lu more members</li>\n",
				   next - i);
			i = next;
		}
		buf_printf(out, "<li value=\"%lu\">", i + 1);
		put_member(out, f, i);
		if (cycle_is_known(f))
			put_edge(out, f, i);
		buf_put(out, "</li>\n");
	}
	buf_put(out, "</ol>\n");
}

static void
put_cycle(struct buf *out, const struct finding *f, const char *svg,
	  size_t n_svg)
{
	if (!f->n_cycle)
		return;
	buf_put(out,
		cycle_is_known(f) ? "<h4>Cycle</h4>\n" : "<h4>Object</h4>\n");
	if (!svg) {
		put_list(out, f);
		return;
	}
	buf_put(out, "<figure>\n");
	buf_putn(out, svg, n_svg);
	buf_put(out, "\n</figure>\n<details class=\"as-list\"><summary>"
		     "The cycle as a list</summary>\n");
	put_list(out, f);
	buf_put(out, "</details>\n");
}

/* ---- where it was allocated ---- */

static void
put_frame(struct buf *out, const struct frame *p)
{
	struct buf label;

	buf_put(out, p->native ? "<li class=\"native\">" : "<li>");
	if (!p->native) {
		html_code(out, p->function ? p->function : "?");
		buf_put(out, " <span class=\"file\">");
		html_text(out, p->file ? p->file : "?");
		if (p->line > 0)
			buf_printf(out, ":%d", p->line);
		buf_put(out, "</span></li>\n");
		return;
	}
	buf_init(&label);
	frame_put(&label, p);
	html_code(out, buf_string(&label));
	buf_put(out, "</li>\n");
	buf_fini(&label);
}

static void
put_allocation(struct buf *out, const struct report *r, const struct finding *f)
{
	struct arena arena;
	struct frame *frames;
	size_t i, n;

	arena_init(&arena);
	frames = backtrace_of(&arena, f, &n);
	buf_put(out, "<h4>Allocated");
	if (f->thread && !strcmp(f->thread, "other"))
		buf_put(out, " by another thread");
	if (n) {
		buf_put(out, " <span class=\"dim\">(innermost frame first)"
			     "</span></h4>\n<ol class=\"frames\">\n");
		for (i = 0; i < n; i++)
			put_frame(out, &frames[i]);
		buf_put(out, "</ol>\n");
	} else {
		buf_put(out, "</h4>\n<p>At an unknown place: ");
		html_text(out, text_why_unknown(r, f));
		buf_put(out, ".</p>\n");
	}
	arena_fini(&arena);
}

/* ---- the whole ---- */

static void
put_headline(struct buf *out, const struct finding *f)
{
	size_t start = out->len;

	headline_put(out, f);
	escape_from(out, start, ESCAPE_XML);
}

static void
put_summary(struct buf *out, const struct report *r, const struct finding *f)
{
	const char *kind = finding_kind_name(f->kind);
	struct place place;

	buf_printf(out, "<summary><span class=\"badge k-%s\">%s</span>", kind,
		   kind);
	if (f->reason != REASON_NONE)
		buf_printf(out, "<span class=\"reason\">%s</span>",
			   finding_reason_name(f->reason));
	if (level_of(f) != LEVEL_REPORTED)
		buf_printf(out, "<span class=\"state %s\">%s</span>",
			   level_of(f) == LEVEL_FAILS ? "fails" : "quiet",
			   level_of(f) == LEVEL_FAILS ?
				   "fails" :
				   finding_state_name(f->state));
	buf_put(out, "<span class=\"size\">");
	buf_size(out, (uint64_t)f->bytes);
	buf_put(out, "<span class=\"dim\"> in ");
	html_number(out, f->objects);
	buf_put(out, f->objects == 1 ? " object" : " objects");
	buf_put(out, "</span></span>\n<span class=\"name\">");
	html_code(out, f->n_types ? f->types[0].name : "object");
	if (place_find(r, f, &place)) {
		buf_put(out, " <span class=\"file\">");
		html_text(out, place.file);
		if (place.line > 0)
			buf_printf(out, ":%d", place.line);
		buf_put(out, "</span>");
	}
	buf_put(out, "</span>\n</summary>\n");
}

/* For sorting: what is not known comes last. */
static void
put_data(struct buf *out, const char *name, int64_t v)
{
	buf_printf(out, " data-%s=\"%ld\"", name, v < 0 ? -1 : v);
}

void
html_finding(struct buf *out, const struct report *r, const struct finding *f,
	     const char *svg, size_t n_svg, bool is_open)
{
	buf_put(out, "<article class=\"finding\" id=\"");
	html_text(out, f->fingerprint);
	/* It may also be there from the program itself. */
	buf_put(out, f->state == STATE_STARTUP ? "-startup" : NULL);
	buf_printf(out, "\" data-kind=\"%s\" data-state=\"%s\"",
		   finding_kind_name(f->kind), finding_state_name(f->state));
	buf_printf(out, " data-fails=\"%d\"", level_of(f) == LEVEL_FAILS);
	put_data(out, "bytes", f->bytes);
	put_data(out, "objects", f->objects);
	put_data(out, "count", f->count);
	buf_put(out, is_open ? ">\n<details open>" : ">\n<details>");
	put_summary(out, r, f);
	buf_put(out, "<div class=\"body\">\n<p class=\"headline\">");
	put_headline(out, f);
	buf_put(out, ".</p>\n");
	if (f->advice) {
		buf_put(out, "<p class=\"advice\"><strong>To fix:</strong> ");
		html_text(out, f->advice);
		buf_put(out, ".</p>\n");
	}
	buf_put(out, "<div class=\"columns\">\n<div>\n");
	put_cycle(out, f, svg, n_svg);
	html_facts(out, f);
	buf_put(out, "</div>\n<div>\n");
	put_allocation(out, r, f);
	html_types(out, f);
	buf_put(out, "</div>\n</div>\n</div></details>\n</article>\n");
}
