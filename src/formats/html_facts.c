#include "config.h"

#include "common/buf.h"
#include "formats/html_part.h"
#include "formats/html_text.h"
#include "formats/level.h"

void
html_types(struct buf *out, const struct finding *f)
{
	size_t i;

	if (!f->n_types)
		return;
	buf_put(out, "<h4>Types</h4>\n<table class=\"types\"><thead><tr>"
		     "<th>type</th><th class=\"n\">objects</th>"
		     "<th class=\"n\">bytes</th></tr></thead><tbody>\n");
	for (i = 0; i < f->n_types; i++) {
		buf_put(out, "<tr><td>");
		html_code(out, f->types[i].name);
		if (f->types[i].module_file) {
			buf_put(out, "<br><span class=\"file\">");
			html_text(out, f->types[i].module_file);
			buf_put(out, "</span>");
		}
		buf_put(out, "</td><td class=\"n\">");
		html_number(out, f->types[i].count);
		buf_put(out, "</td><td class=\"n\">");
		html_number(out, f->types[i].bytes);
		buf_put(out, "</td></tr>\n");
	}
	buf_put(out, "</tbody></table>\n");
}

static void
put_row(struct buf *out, const char *name)
{
	buf_printf(out, "<dt>%s</dt><dd>", name);
}

static void
put_finalizers(struct buf *out, const struct finding *f)
{
	size_t i;

	for (i = 0; i < f->n_finalizers; i++) {
		const struct report_finalizer *z = &f->finalizers[i];

		put_row(out, "finalizer");
		html_code(out, z->type);
		buf_putc(out, ' ');
		html_code(out, z->name);
		if (z->file) {
			buf_put(out, " at ");
			html_text(out, z->file);
			if (z->line > 0)
				buf_printf(out, ":%d", z->line);
		}
		buf_put(out, z->ran == 1 ? " (has run)</dd>\n" :
			     z->ran == 0 ? " (has not run)</dd>\n" :
					   "</dd>\n");
	}
}

static void
put_holders(struct buf *out, const char *name, const struct report_holder *list,
	    size_t n)
{
	size_t i;

	if (!n)
		return;
	put_row(out, name);
	for (i = 0; i < n; i++) {
		if (i)
			buf_put(out, " &rarr; ");
		html_code(out, list[i].type);
		if (list[i].edge) {
			buf_putc(out, ' ');
			html_text(out, list[i].edge);
		}
	}
	buf_put(out, "</dd>\n");
}

static void
put_known_number(struct buf *out, const char *name, int64_t v)
{
	if (v == REPORT_UNKNOWN)
		return;
	put_row(out, name);
	html_number(out, v);
	buf_put(out, "</dd>\n");
}

void
html_facts(struct buf *out, const struct finding *f)
{
	buf_put(out, "<dl class=\"facts\">\n");
	put_row(out, "state");
	buf_printf(out, "%s</dd>\n", level_state_text(f->state));
	put_known_number(out, "reference count", f->refcount);
	put_known_number(out, "references found", f->references_found);
	put_known_number(out, "references lost", f->references_lost);
	put_finalizers(out, f);
	if (f->hidden_type) {
		put_row(out, "hidden by");
		html_code(out, f->hidden_type);
		if (f->hidden_member) {
			buf_put(out, ", its ");
			html_code(out, f->hidden_member);
		}
		if (f->hidden_module_file) {
			buf_put(out, ", from ");
			html_text(out, f->hidden_module_file);
		}
		buf_put(out, "</dd>\n");
	}
	if (f->growth_age_seconds >= 0) {
		put_row(out, "growing for");
		buf_decimal(out, f->growth_age_seconds, 0);
		buf_put(out, " s</dd>\n");
	}
	put_holders(out, "reached through", f->growth_path, f->n_growth_path);
	put_holders(out, "held by", f->held_by, f->n_held_by);
	put_row(out, "fingerprint");
	html_code(out, f->fingerprint);
	buf_put(out, "</dd>\n</dl>\n");
}
