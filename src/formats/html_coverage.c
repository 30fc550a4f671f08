#include "config.h"

#include "common/buf.h"
#include "formats/html_part.h"
#include "formats/html_text.h"

static void
put_separated(struct buf *out, const char *s)
{
	if (!s)
		return;
	buf_put(out, " <span class=\"dot\">&middot;</span> ");
	html_text(out, s);
}

/* One line below the title. */
void
html_process(struct buf *out, const struct report *r)
{
	buf_put(out, "<p class=\"process\">CPython ");
	html_text(out, r->python_version ? r->python_version : "(unknown)");
	if (r->linkage) {
		buf_put(out, ", ");
		html_text(out, r->linkage);
	}
	if (r->debug == 1)
		buf_put(out, ", debug");
	if (r->pid != REPORT_UNKNOWN)
		buf_printf(out, " <span class=\"dot\">&middot;</span> pid %ld",
			   r->pid);
	put_separated(out, r->host);
	put_separated(out, r->time);
	if (r->trigger) {
		buf_put(out, " <span class=\"dot\">&middot;</span> trigger: ");
		html_text(out, r->trigger);
	}
	buf_put(out, "</p>\n");
}

/* ---- what was looked at ---- */

static void
put_fact(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "<dt>%s</dt><dd>", name);
	html_text(out, value ? value : "unknown");
	buf_put(out, "</dd>\n");
}

static void
put_count(struct buf *out, const char *name, int64_t v)
{
	buf_printf(out, "<dt>%s</dt><dd>", name);
	if (v == REPORT_UNKNOWN)
		buf_put(out, "unknown");
	else
		html_number(out, v);
	buf_put(out, "</dd>\n");
}

static void
put_milliseconds(struct buf *out, const char *name, double seconds)
{
	buf_printf(out, "<dt>%s</dt><dd>", name);
	if (seconds < 0) {
		buf_put(out, "unknown");
	} else {
		buf_decimal(out, seconds * 1000, 1);
		buf_put(out, " ms");
	}
	buf_put(out, "</dd>\n");
}

static void
put_collections(struct buf *out, const struct report *r)
{
	size_t k;

	if (!r->n_gc)
		return;
	buf_put(out, "<table><thead><tr><th>generation</th>"
		     "<th class=\"n\">collections</th>"
		     "<th class=\"n\">collected</th>"
		     "<th class=\"n\">uncollectable</th>"
		     "<th class=\"n\">time</th></tr></thead><tbody>\n");
	for (k = 0; k < r->n_gc; k++) {
		const struct report_generation *g = &r->gc[k];
		const int64_t columns[] = {g->collections, g->collected,
					   g->uncollectable};
		size_t i;

		buf_printf(out, "<tr><td>%lu</td>", k);
		for (i = 0; i < 3; i++) {
			buf_put(out, "<td class=\"n\">");
			if (columns[i] == REPORT_UNKNOWN)
				buf_put(out, "?");
			else
				html_number(out, columns[i]);
			buf_put(out, "</td>");
		}
		buf_put(out, "<td class=\"n\">");
		if (g->seconds >= 0) {
			buf_decimal(out, g->seconds * 1000, 1);
			buf_put(out, " ms");
		} else {
			buf_putc(out, '?');
		}
		buf_put(out, "</td></tr>\n");
	}
	buf_put(out, "</tbody></table>\n");
}

/* What could not be seen is put where it cannot be missed. */
static void
put_missed(struct buf *out, const struct report *r)
{
	size_t i;

	if (!r->n_missed) {
		buf_put(out, "<p class=\"whole\">The check saw everything it "
			     "looks for.</p>\n");
		return;
	}
	buf_put(out, "<div class=\"missed\"><h3>Not seen by this check</h3>\n"
		     "<ul>\n");
	for (i = 0; i < r->n_missed; i++) {
		const struct report_missed *m = &r->missed[i];

		buf_put(out, "<li><b>");
		html_text(out, m->what);
		buf_put(out, "</b>");
		if (m->count != REPORT_UNKNOWN) {
			buf_put(out, " (");
			html_number(out, m->count);
			buf_putc(out, ')');
		}
		buf_put(out, m->is_asked ? ", asked for" : "");
		if (m->why) {
			buf_put(out, ": ");
			html_text(out, m->why);
		}
		buf_put(out, "</li>\n");
	}
	buf_put(out, "</ul></div>\n");
}

static void
put_rest(struct buf *out, const struct report *r)
{
	enum finding_kind k;
	int64_t n = 0;

	for (k = 0; k < FINDING_KINDS; k++)
		n += r->rest[k].findings;
	if (n <= 0)
		return;
	buf_put(out, "<p class=\"rest\">");
	html_number(out, n);
	buf_put(out, n == 1 ? " more finding is" : " more findings are");
	buf_put(out,
		" counted in the report, and not listed "
		"(<code>kinds=</code>, <code>max_findings=</code>).</p>\n");
}

static void
put_whole_argv(struct buf *out, const struct report *r)
{
	size_t i;

	if (!r->n_argv)
		return;
	buf_put(out, "<dt>command</dt><dd>");
	for (i = 0; i < r->n_argv; i++) {
		if (i)
			buf_putc(out, ' ');
		html_code(out, r->argv[i]);
	}
	buf_put(out, "</dd>\n");
}

void
html_coverage(struct buf *out, const struct report *r)
{
	put_missed(out, r);
	put_rest(out, r);
	buf_put(out, "<details class=\"coverage\"><summary>The process, what "
		     "was recorded, the collector</summary>\n"
		     "<dl class=\"facts\">\n");
	put_whole_argv(out, r);
	put_fact(out, "executable", r->exe);
	put_fact(out, "tracking", r->tracking);
	put_fact(out, "free lists", r->free_lists);
	put_fact(out, "native frames", r->native ? "yes" : "no");
	put_fact(out, "lost references and hidden cycles",
		 r->reachability ? "looked for" : "not looked for");
	put_fact(out, "collector",
		 r->gc_enabled < 0 ? NULL :
		 r->gc_enabled     ? "enabled" :
				     "disabled");
	put_count(out, "objects in gc.garbage", r->garbage);
	put_count(out, "objects in the heap", r->heap_objects);
	put_count(out, "bytes in the heap", r->heap_bytes);
	put_milliseconds(out, "program stopped for", r->pause_seconds);
	put_milliseconds(out, "analysis", r->analysis_seconds);
	buf_put(out, "</dl>\n");
	put_collections(out, r);
	buf_put(out, "</details>\n");
}
