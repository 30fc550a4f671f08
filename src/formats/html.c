#include "config.h"

#include <string.h>

#include "common/buf.h"
#include "formats/escape.h"
#include "formats/formats.h"
#include "formats/html_part.h"
#include "formats/html_text.h"
#include "formats/level.h"
#include "report/missed.h"
#include "report/sums.h"

/* Made from page.css and page.js: as they are, and the script's SHA-256. */
static const char page_css[] =
#include "formats/page.css.inc"
	;
static const char page_js[] =
#include "formats/page.js.inc"
	;
static const char page_js_hash[] =
#include "formats/page.js.hash.inc"
	;

/* ---- head ---- */

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* "python app.py", cut short. */
static void
put_command(struct buf *out, const struct report *r)
{
	enum { MAX_BYTES = 160 };
	struct buf words;
	size_t i;

	buf_init(&words);
	buf_put(&words, base_name(r->n_argv ? r->argv[0] :
				  r->exe    ? r->exe :
					      "?"));
	for (i = 1; i < r->n_argv && words.len < MAX_BYTES; i++)
		buf_printf(&words, " %s", r->argv[i]);
	escape_putn(out, buf_string(&words), MAX_BYTES, ESCAPE_XML);
	if (words.len > MAX_BYTES || i < r->n_argv)
		buf_put(out, "&hellip;");
	buf_fini(&words);
}

/* Even if a name were not escaped, no script but ours runs. */
static void
put_head(struct buf *out, const struct report *r)
{
	buf_put(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
		     "<meta charset=\"utf-8\">\n"
		     "<meta http-equiv=\"Content-Security-Policy\" "
		     "content=\"default-src 'none'; style-src "
		     "'unsafe-inline'; script-src 'sha256-");
	buf_put(out, page_js_hash);
	buf_put(out, "'; base-uri 'none'; form-action 'none'\">\n"
		     "<meta name=\"viewport\" content=\"width=device-width, "
		     "initial-scale=1\">\n"
		     "<meta name=\"color-scheme\" content=\"light dark\">\n"
		     "<title>leakshim: ");
	put_command(out, r);
	buf_put(out, "</title>\n<style>\n");
	buf_put(out, page_css);
	buf_put(out, "</style>\n</head>\n<body>\n");
}

/* ---- numbers ---- */

static struct report_sum
sum_of(const struct report *r, enum finding_kind kind, bool wants_failing)
{
	struct report_sum sum = {0};
	size_t i;

	if (!wants_failing && kind != FINDING_KINDS)
		sum = r->cut[kind];
	for (i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];

		if (!f->is_printed ||
		    (kind != FINDING_KINDS && f->kind != kind) ||
		    (wants_failing && level_of(f) != LEVEL_FAILS))
			continue;
		sums_add_finding(&sum, f);
	}
	return sum;
}

static void
put_card(struct buf *out, const char *class, const char *name, int64_t v)
{
	buf_printf(out, "<div class=\"card %s\"><b>", class);
	html_number(out, v);
	buf_printf(out, "</b><span>%s</span></div>\n", name);
}

static void
put_numbers(struct buf *out, const struct report *r)
{
	struct report_sum all = {0}, failing = sum_of(r, FINDING_KINDS, true);
	enum finding_kind k;

	for (k = 0; k < FINDING_KINDS; k++) {
		struct report_sum sum = sum_of(r, k, false);

		sums_add(&all.findings, sum.findings);
		sums_add(&all.objects, sum.objects);
		sums_add(&all.bytes, sum.bytes);
	}
	buf_put(out, "<section class=\"cards\" aria-label=\"summary\">\n");
	/* No failures are not good if not everything was examined. */
	put_card(out,
		 failing.findings ? "bad" :
		 missed_n_said(r) ? "" :
				    "good",
		 failing.findings == 1 ? "finding fails" : "findings fail",
		 failing.findings);
	put_card(out, "", all.findings == 1 ? "finding" : "findings",
		 all.findings);
	if (missed_n_said(r))
		put_card(out, "bad", "asked for and not done",
			 (int64_t)missed_n_said(r));
	put_card(out, "", all.objects == 1 ? "object" : "objects", all.objects);
	buf_put(out, "<div class=\"card\"><b>");
	buf_size(out, (uint64_t)all.bytes);
	buf_put(out, "</b><span>in all</span></div>\n</section>\n");
}

void
format_html(struct buf *out, const struct report *r,
	    const struct format_context *c)
{
	(void)c;
	put_head(out, r);
	buf_put(out, "<header>\n<p class=\"product\">leakshim</p>\n<h1><code>");
	put_command(out, r);
	buf_put(out, "</code></h1>\n");
	html_process(out, r);
	buf_put(out, "</header>\n<main>\n");
	put_numbers(out, r);
	html_coverage(out, r);
	html_flame(out, r);
	html_findings(out, r);
	buf_put(out, "</main>\n<footer>Made by leakshim ");
	html_text(out, r->tool_version);
	buf_put(out, ".</footer>\n<script>");
	buf_put(out, page_js);
	buf_put(out, "</script>\n</body>\n</html>\n");
}
