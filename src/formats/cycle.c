#include "config.h"

#include "formats/cycle.h"

#include <string.h>

#include "common/buf.h"
#include "formats/escape.h"
#include "report/advice_cut.h"

bool
cycle_is_known(const struct finding *f)
{
	return f->n_cycle && f->cycle[f->n_cycle - 1].edge;
}

static bool
is_cured_by_a_cut(enum finding_kind kind)
{
	switch (kind) {
	case FINDING_UNCOLLECTABLE:
	case FINDING_UNREACHABLE:
	case FINDING_COLLECTED:
	case FINDING_HIDDEN_CYCLE:
		return true;
	case FINDING_LOST_REFERENCE:
	case FINDING_RESURRECTED:
	case FINDING_GROWTH:
	case FINDING_KINDS:
		break;
	}
	return false;
}

size_t
cycle_cut(const struct finding *f)
{
	struct cut cut = cut_find(f);

	/* A class cannot be opened; gc.garbage is not part of the cycle. */
	if (!is_cured_by_a_cut(f->kind) || !cut.edge || cut.way == CUT_CLASS ||
	    f->reason == REASON_GARBAGE)
		return f->n_cycle;
	return (size_t)(cut.edge - f->cycle);
}

bool
cycle_is_guilty(const struct finding *f, size_t i)
{
	return f->hidden_type && !strcmp(f->hidden_type, f->cycle[i].type);
}

void
cycle_style(struct buf *out)
{
	buf_put(out,
		"  bgcolor=transparent; fontname=Helvetica; fontsize=11;\n"
		"  nodesep=0.4; ranksep=0.45;\n"
		"  node [shape=box, style=\"rounded,filled\", "
		"fontname=Helvetica, fontsize=11, margin=\"0.16,0.08\", "
		"color=\"#8c959f\", fillcolor=\"#f6f8fa\"];\n"
		"  edge [fontname=Helvetica, fontsize=10, color=\"#57606a\", "
		"arrowsize=0.7];\n");
}

/* ---- members ---- */

static void
put_member(struct buf *out, const struct finding *f, size_t i, size_t number)
{
	const struct report_edge *e = &f->cycle[i];
	bool is_guilty = cycle_is_guilty(f, i);

	buf_printf(out, "  f%lun%lu [id=f%lun%lu, class=\"%s\", label=\"",
		   number, i, number, i, is_guilty ? "guilty" : "member");
	escape_put(out, e->type, ESCAPE_DOT);
	buf_put(out, "\\n");
	if (is_guilty)
		buf_put(out, "hides the cycle");
	else if (e->refcount == REPORT_UNKNOWN)
		buf_put(out, "refcount unknown");
	else
		buf_printf(out, "refcount %ld", e->refcount);
	if (e->generation == 3)
		buf_put(out, ", permanent generation");
	else if (e->generation >= 0)
		buf_printf(out, ", generation %d", e->generation);
	buf_put(out, "\"");
	if (is_guilty)
		buf_put(out, ", color=\"#9a6700\", penwidth=2");
	buf_put(out, "];\n");
}

static void
put_edge(struct buf *out, const struct finding *f, size_t i, size_t to,
	 size_t number)
{
	const char *name = f->cycle[i].edge;
	bool is_cut = i == cycle_cut(f);

	buf_printf(out, "  f%lun%lu -> f%lun%lu [id=f%lue%lu, label=\"   ",
		   number, i, number, to, number, i);
	escape_put(out, name ? name : "(an unnamed reference)", ESCAPE_DOT);
	if (is_cut)
		buf_put(out, "   \\n   cut here   \", class=\"cut\", "
			     "fontname=\"Helvetica-Bold\", color=\"#cf222e\", "
			     "fontcolor=\"#cf222e\", penwidth=2, "
			     "style=dashed");
	else
		buf_put(out, "   \", class=\"edge\"");
	buf_put(out, "];\n");
}

/* ---- a long one ---- */

static void
put_folded(struct buf *out, const struct finding *f, size_t from, size_t to,
	   size_t number)
{
	size_t cut = cycle_cut(f);

	buf_printf(out,
		   "  f%lun%lu [id=f%lun%lu, class=\"folded\", "
		   "style=\"rounded,dashed\", label=\"",
		   number, from, number, from);
	buf_printf(out, "%lu more members", to - from);
	if (cut >= from && cut < to)
		buf_put(out, "\\nthe edge to cut is among theirs");
	buf_put(out, "\"];\n");
}

size_t
cycle_fold(const struct finding *f, size_t i)
{
	/* One box would stand for one member: rather that member. */
	if (i != CYCLE_MAX_MEMBERS / 2 || f->n_cycle <= CYCLE_MAX_MEMBERS + 1)
		return i;
	return i + f->n_cycle - CYCLE_MAX_MEMBERS;
}

void
cycle_graph(struct buf *out, const struct finding *f, size_t number)
{
	size_t i, next;

	for (i = 0; i < f->n_cycle; i = next) {
		next = cycle_fold(f, i);
		if (next > i) {
			put_folded(out, f, i, next, number);
			buf_printf(out,
				   "  f%lun%lu -> f%lun%lu "
				   "[class=\"edge\"];\n",
				   number, i, number, next);
			continue;
		}
		next = i + 1;
		put_member(out, f, i, number);
		put_edge(out, f, i, next % f->n_cycle, number);
	}
}
