#include "config.h"

#include "common/arena.h"
#include "common/buf.h"
#include "formats/catalog.h"
#include "formats/formats.h"
#include "formats/sarif_result.h"
#include "report/jsonwriter.h"
#include "report/missed.h"

#define SARIF_SCHEMA                                                          \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/" \
	"sarif-schema-2.1.0.json"

static void
put_rules(struct jsonwriter *w)
{
	enum finding_kind kind;
	enum finding_reason reason;
	size_t i;

	jsonwriter_line(w);
	jsonwriter_begin(w, "rules", '[');
	for (i = 0; catalog_pair(i, &kind, &reason); i++) {
		jsonwriter_line(w);
		jsonwriter_begin(w, NULL, '{');
		sarif_rule_id(w, "id", kind, reason);
		sarif_message(w, "shortDescription",
			      catalog_meaning(kind, reason));
		jsonwriter_begin(w, "defaultConfiguration", '{');
		jsonwriter_string(w, "level",
				  catalog_fails(kind, reason) ? "error" :
								"warning");
		jsonwriter_end(w, '}');
		jsonwriter_end(w, '}');
	}
	jsonwriter_end(w, ']');
}

/* A pair that the list lacks (a reason of another kind) counts for its kind. */
static size_t
rule_of(const struct finding *f)
{
	enum finding_kind kind;
	enum finding_reason reason;
	size_t i, best = 0;

	for (i = 0; catalog_pair(i, &kind, &reason); i++) {
		if (kind != f->kind)
			continue;
		if (reason == f->reason)
			return i;
		best = i;
	}
	return best;
}

static void
put_tool(struct jsonwriter *w, const struct report *r)
{
	jsonwriter_line(w);
	jsonwriter_begin(w, "tool", '{');
	jsonwriter_begin(w, "driver", '{');
	jsonwriter_string(w, "name", "leakshim");
	if (r->tool_version)
		jsonwriter_string(w, "version", r->tool_version);
	put_rules(w);
	jsonwriter_end(w, '}');
	jsonwriter_end(w, '}');
}

/* What the report does not cover, where viewers show a tool's own notes. */
static void
put_invocation(struct jsonwriter *w, const struct report *r)
{
	bool is_whole = !missed_find(r, MISSED_ANALYSIS);
	struct buf text;
	size_t i;

	jsonwriter_line(w);
	jsonwriter_begin(w, "invocations", '[');
	jsonwriter_begin(w, NULL, '{');
	jsonwriter_truth(w, "executionSuccessful", is_whole);
	jsonwriter_begin(w, "toolExecutionNotifications", '[');
	buf_init(&text);
	for (i = 0; i < r->n_missed; i++) {
		const struct report_missed *m = &r->missed[i];

		buf_clear(&text);
		buf_put(&text, "missed: ");
		missed_put(&text, m);
		jsonwriter_line(w);
		jsonwriter_begin(w, NULL, '{');
		sarif_message(w, "message", buf_string(&text));
		jsonwriter_string(w, "level", m->is_asked ? "warning" : "note");
		jsonwriter_end(w, '}');
	}
	buf_fini(&text);
	jsonwriter_end(w, ']');
	jsonwriter_end(w, '}');
	jsonwriter_end(w, ']');
}

static void
put_results(struct sarif *s)
{
	const struct report *r = s->report;
	size_t i;

	jsonwriter_line(s->w);
	jsonwriter_begin(s->w, "results", '[');
	for (i = 0; i < r->n_findings; i++)
		if (r->findings[i].is_printed)
			sarif_result(s, &r->findings[i],
				     rule_of(&r->findings[i]));
	jsonwriter_end(s->w, ']');
}

/* Without one, `new' would say that the finding was not there before. */
static bool
had_baseline(const struct report *r, const struct format_context *c)
{
	size_t i;

	for (i = 0; i < r->n_findings; i++)
		if (r->findings[i].state == STATE_KNOWN)
			return true;
	return c->has_baseline;
}

void
format_sarif(struct buf *out, const struct report *r,
	     const struct format_context *c)
{
	struct jsonwriter w = {.out = out};
	struct arena arena;
	struct sarif s = {&w, &arena, r, c, had_baseline(r, c)};

	arena_init(&arena);
	jsonwriter_begin(&w, NULL, '{');
	jsonwriter_line(&w);
	jsonwriter_string(&w, "$schema", SARIF_SCHEMA);
	jsonwriter_line(&w);
	jsonwriter_string(&w, "version", "2.1.0");
	jsonwriter_line(&w);
	jsonwriter_begin(&w, "runs", '[');
	jsonwriter_begin(&w, NULL, '{');
	put_tool(&w, r);
	put_invocation(&w, r);
	jsonwriter_line(&w);
	/* What we count in are bytes of UTF-8, but no result has columns. */
	jsonwriter_string(&w, "columnKind", "unicodeCodePoints");
	put_results(&s);
	jsonwriter_end(&w, '}');
	jsonwriter_end(&w, ']');
	jsonwriter_line(&w);
	jsonwriter_end(&w, '}');
	buf_putc(out, '\n');
	arena_fini(&arena);
}
