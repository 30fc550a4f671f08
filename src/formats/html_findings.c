#include "config.h"

#include <stdio.h>

#include "common/buf.h"
#include "formats/cycle.h"
#include "formats/graphviz.h"
#include "formats/html_part.h"
#include "formats/level.h"

enum {
	MAX_OPEN = 3,       /* of findings that fail, the first stand open */
	MAX_PICTURES = 200, /* dot takes milliseconds for each */
};

static size_t
count_of(const struct report *r, enum finding_kind kind)
{
	size_t i, n = 0;

	for (i = 0; i < r->n_findings; i++)
		n += r->findings[i].is_printed && r->findings[i].kind == kind;
	return n;
}

/* A script shows it: without one there is nothing to press. */
static void
put_filters(struct buf *out, const struct report *r)
{
	enum finding_kind k;

	buf_put(out, "<form class=\"filters\" id=\"filters\" hidden>\n"
		     "<input type=\"search\" id=\"words\" placeholder=\""
		     "Filter by type, file, function&hellip;\" "
		     "aria-label=\"filter\">\n"
		     "<select id=\"state\" aria-label=\"state\">"
		     "<option value=\"\">every state</option>"
		     "<option value=\"fails\">failing</option>"
		     "<option>new</option><option>known</option>"
		     "<option>suppressed</option><option>startup</option>"
		     "</select>\n"
		     "<select id=\"order\" aria-label=\"order\">"
		     "<option value=\"\">as reported</option>"
		     "<option value=\"bytes\">most bytes</option>"
		     "<option value=\"objects\">most objects</option>"
		     "<option value=\"count\">most islands</option>"
		     "<option value=\"kind\">kind</option>"
		     "<option value=\"name\">type</option></select>\n"
		     "<button type=\"button\" id=\"all\">Open all</button>\n"
		     "<output id=\"shown\"></output>\n"
		     "<span class=\"kinds\">\n");
	for (k = 0; k < FINDING_KINDS; k++) {
		size_t n = count_of(r, k);
		const char *kind = finding_kind_name(k);

		if (!n)
			continue;
		buf_printf(out,
			   "<label class=\"badge k-%s\"><input "
			   "type=\"checkbox\" checked value=\"%s\">%s "
			   "%lu</label>\n",
			   kind, kind, kind, n);
	}
	buf_put(out, "</span>\n</form>\n");
}

/* ---- the list ---- */

/*
 * One run of dot for all cycles.  Returns how many of them it has drawn: the
 * others are lists.
 */
static size_t
draw(const struct report *r, struct buf *svgs, size_t *n_cycles)
{
	struct buf graphs;
	size_t i, n = 0;

	buf_init(&graphs);
	*n_cycles = 0;
	for (i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];

		if (!f->is_printed || !cycle_is_known(f) ||
		    ++*n_cycles > MAX_PICTURES)
			continue;
		buf_printf(&graphs, "digraph { id=f%lu; charset=\"UTF-8\";\n",
			   i);
		cycle_style(&graphs);
		cycle_graph(&graphs, f, i);
		buf_put(&graphs, "}\n");
		n++;
	}
	if (n && !graphviz_run(&graphs, svgs))
		n = 0;
	buf_fini(&graphs);
	return n;
}

static void
put_undrawn(struct buf *out, size_t n_drawn, size_t n_cycles)
{
	if (n_drawn == n_cycles)
		return;
	if (n_drawn)
		buf_printf(out,
			   "<p class=\"hint\">The first %lu cycles are drawn, "
			   "the others listed.</p>\n",
			   n_drawn);
	else
		buf_put(out,
			"<p class=\"hint\">Cycles are listed, not drawn: "
			"Graphviz (its program <code>dot</code>) was not "
			"found, or failed, when this page was made.</p>\n");
}

void
html_findings(struct buf *out, const struct report *r)
{
	size_t i, n_cycles, n_drawn, n_left, n_open = 0, n = 0;
	struct buf svgs;

	buf_init(&svgs);
	n_left = n_drawn = draw(r, &svgs, &n_cycles);
	buf_put(out, "<h2>Findings</h2>\n");
	put_filters(out, r);
	put_undrawn(out, n_drawn, n_cycles);
	buf_put(out, "<div id=\"findings\">\n");
	for (i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];
		const char *svg = NULL;
		size_t n_svg = 0;
		char id[32];
		bool is_open;

		if (!f->is_printed)
			continue;
		if (n_left && cycle_is_known(f)) {
			snprintf(id, sizeof id, "f%zu", i);
			svg = graphviz_find(&svgs, id, &n_svg);
			n_left--;
		}
		is_open = level_of(f) == LEVEL_FAILS && n_open < MAX_OPEN;
		n_open += is_open;
		html_finding(out, r, f, svg, n_svg, is_open);
		n++;
	}
	if (!n)
		buf_put(out, "<p>None.</p>\n");
	buf_put(out, "</div>\n");
	buf_fini(&svgs);
}
