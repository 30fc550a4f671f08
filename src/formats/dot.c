#include "config.h"

#include "common/buf.h"
#include "formats/cycle.h"
#include "formats/escape.h"
#include "formats/formats.h"
#include "report/headline.h"

/* What has no cycle is a box that says so: no finding is left out. */
static void
put_plain(struct buf *out, const struct finding *f, size_t number)
{
	buf_printf(out, "  f%lun0 [id=f%lun0, class=\"member\", label=\"",
		   number, number);
	escape_put(out, f->n_types ? f->types[0].name : "object", ESCAPE_DOT);
	buf_put(out, "\\nno cycle\"];\n");
}

static void
put_finding(struct buf *out, const struct finding *f, size_t number)
{
	size_t start;

	buf_printf(out, "\n  subgraph cluster_f%lu {\n  id=f%lu; ", number,
		   number);
	buf_put(out, "style=rounded; color=\"#d0d7de\"; label=\"");
	start = out->len;
	buf_printf(out, "%s, ", headline_title(f->kind));
	headline_counts(out, f);
	escape_from(out, start, ESCAPE_DOT);
	buf_put(out, "\\n");
	escape_put(out, f->fingerprint, ESCAPE_DOT);
	buf_put(out, "\";\n");
	if (cycle_is_known(f))
		cycle_graph(out, f, number);
	else
		put_plain(out, f, number);
	buf_put(out, "  }\n");
}

void
format_dot(struct buf *out, const struct report *r,
	   const struct format_context *c)
{
	size_t i;

	(void)c;
	buf_put(out, "digraph leakshim {\n  charset=\"UTF-8\";\n");
	cycle_style(out);
	for (i = 0; i < r->n_findings; i++)
		if (r->findings[i].is_printed)
			put_finding(out, &r->findings[i], i);
	buf_put(out, "}\n");
}
