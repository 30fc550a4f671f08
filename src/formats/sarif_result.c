#include "config.h"

#include "formats/sarif_result.h"

#include "common/arena.h"
#include "common/buf.h"
#include "formats/backtrace.h"
#include "formats/escape.h"
#include "formats/formats.h"
#include "formats/level.h"
#include "formats/place.h"
#include "report/headline.h"
#include "report/jsonwriter.h"

void
sarif_message(struct jsonwriter *w, const char *key, const char *text)
{
	jsonwriter_begin(w, key, '{');
	jsonwriter_string(w, "text", text);
	jsonwriter_end(w, '}');
}

void
sarif_rule_id(struct jsonwriter *w, const char *key, enum finding_kind kind,
	      enum finding_reason reason)
{
	struct buf id;

	buf_init(&id);
	buf_put(&id, finding_kind_name(kind));
	if (reason != REASON_NONE)
		buf_printf(&id, "/%s", finding_reason_name(reason));
	jsonwriter_string(w, key, buf_string(&id));
	buf_fini(&id);
}

/* Relative files are found below the root of the sources, wherever that is. */
static void
put_artifact(struct sarif *s, const char *file)
{
	const char *name = place_relative(file, s->context->root);
	struct buf uri;

	buf_init(&uri);
	if (*name == '/')
		buf_put(&uri, "file://");
	escape_uri(&uri, name);
	jsonwriter_begin(s->w, "artifactLocation", '{');
	jsonwriter_string(s->w, "uri", buf_string(&uri));
	if (*name != '/')
		jsonwriter_string(s->w, "uriBaseId", "%SRCROOT%");
	jsonwriter_end(s->w, '}');
	buf_fini(&uri);
}

/* A location; any part of it may be unknown. */
static void
put_location(struct sarif *s, const char *key, const char *file, int line,
	     const char *function)
{
	jsonwriter_begin(s->w, key, '{');
	if (place_is_file(file)) {
		jsonwriter_begin(s->w, "physicalLocation", '{');
		put_artifact(s, file);
		if (line > 0) {
			jsonwriter_begin(s->w, "region", '{');
			jsonwriter_number(s->w, "startLine", line);
			jsonwriter_end(s->w, '}');
		}
		jsonwriter_end(s->w, '}');
	}
	if (function) {
		jsonwriter_begin(s->w, "logicalLocations", '[');
		jsonwriter_begin(s->w, NULL, '{');
		jsonwriter_string(s->w, "name", function);
		jsonwriter_string(s->w, "kind", "function");
		jsonwriter_end(s->w, '}');
		jsonwriter_end(s->w, ']');
	}
	jsonwriter_end(s->w, '}');
}

static void
put_stack(struct sarif *s, const struct finding *f)
{
	size_t i, n;
	struct frame *frames = backtrace_of(s->arena, f, &n);

	if (!n)
		return;
	jsonwriter_line(s->w);
	jsonwriter_begin(s->w, "stacks", '[');
	jsonwriter_begin(s->w, NULL, '{');
	sarif_message(s->w, "message", "allocated at");
	jsonwriter_begin(s->w, "frames", '[');
	for (i = 0; i < n; i++) {
		const struct frame *p = &frames[i];

		jsonwriter_line(s->w);
		jsonwriter_begin(s->w, NULL, '{');
		put_location(s, "location", p->file, p->line, p->function);
		if (p->native && p->native->module)
			jsonwriter_string(s->w, "module", p->native->module);
		jsonwriter_end(s->w, '}');
	}
	jsonwriter_end(s->w, ']');
	jsonwriter_end(s->w, '}');
	jsonwriter_end(s->w, ']');
}

static void
put_node_id(struct sarif *s, const char *key, size_t i)
{
	struct buf id;

	buf_init(&id);
	buf_printf(&id, "%lu", i);
	jsonwriter_string(s->w, key, buf_string(&id));
	buf_fini(&id);
}

static void
put_cycle(struct sarif *s, const struct finding *f)
{
	size_t i;

	if (!f->n_cycle || !f->cycle[f->n_cycle - 1].edge)
		return;
	jsonwriter_line(s->w);
	jsonwriter_begin(s->w, "graphs", '[');
	jsonwriter_begin(s->w, NULL, '{');
	sarif_message(s->w, "description", "the reference cycle");
	jsonwriter_begin(s->w, "nodes", '[');
	for (i = 0; i < f->n_cycle; i++) {
		jsonwriter_line(s->w);
		jsonwriter_begin(s->w, NULL, '{');
		put_node_id(s, "id", i);
		sarif_message(s->w, "label", f->cycle[i].type);
		jsonwriter_end(s->w, '}');
	}
	jsonwriter_end(s->w, ']');
	jsonwriter_begin(s->w, "edges", '[');
	for (i = 0; i < f->n_cycle; i++) {
		jsonwriter_line(s->w);
		jsonwriter_begin(s->w, NULL, '{');
		put_node_id(s, "id", i);
		if (f->cycle[i].edge)
			sarif_message(s->w, "label", f->cycle[i].edge);
		put_node_id(s, "sourceNodeId", i);
		put_node_id(s, "targetNodeId", (i + 1) % f->n_cycle);
		jsonwriter_end(s->w, '}');
	}
	jsonwriter_end(s->w, ']');
	jsonwriter_end(s->w, '}');
	jsonwriter_end(s->w, ']');
}

static void
put_finalizers(struct sarif *s, const struct finding *f)
{
	size_t i, n = 0;

	for (i = 0; i < f->n_finalizers; i++)
		n += place_is_file(f->finalizers[i].file);
	if (!n)
		return;
	jsonwriter_line(s->w);
	jsonwriter_begin(s->w, "relatedLocations", '[');
	for (i = 0; i < f->n_finalizers; i++) {
		const struct report_finalizer *z = &f->finalizers[i];

		if (place_is_file(z->file))
			put_location(s, NULL, z->file, z->line, z->name);
	}
	jsonwriter_end(s->w, ']');
}

static void
put_message(struct sarif *s, const struct finding *f)
{
	struct buf text;

	buf_init(&text);
	headline_counts(&text, f);
	buf_put(&text, ": ");
	headline_put(&text, f);
	if (f->advice)
		buf_printf(&text, ". To fix: %s", f->advice);
	buf_putc(&text, '.');
	jsonwriter_line(s->w);
	sarif_message(s->w, "message", buf_string(&text));
	buf_fini(&text);
}

/* What a rule or the startup excuses. */
static void
put_suppressions(struct sarif *s, const struct finding *f)
{
	jsonwriter_line(s->w);
	jsonwriter_begin(s->w, "suppressions", '[');
	if (f->state == STATE_SUPPRESSED || f->state == STATE_STARTUP) {
		jsonwriter_begin(s->w, NULL, '{');
		jsonwriter_string(s->w, "kind", "external");
		jsonwriter_string(s->w, "status", "accepted");
		jsonwriter_string(s->w, "justification",
				  level_state_text(f->state));
		jsonwriter_end(s->w, '}');
	}
	jsonwriter_end(s->w, ']');
}

static void
put_properties(struct sarif *s, const struct finding *f)
{
	jsonwriter_line(s->w);
	jsonwriter_begin(s->w, "properties", '{');
	jsonwriter_string(s->w, "state", finding_state_name(f->state));
	jsonwriter_number(s->w, "islands", f->count);
	jsonwriter_number(s->w, "objects", f->objects);
	jsonwriter_number(s->w, "bytes", f->bytes);
	jsonwriter_end(s->w, '}');
}

void
sarif_result(struct sarif *s, const struct finding *f, size_t rule)
{
	static const char *const levels[] = {
		[LEVEL_FAILS] = "error",
		[LEVEL_REPORTED] = "warning",
		[LEVEL_QUIET] = "note",
	};
	struct place place;

	jsonwriter_line(s->w);
	jsonwriter_begin(s->w, NULL, '{');
	sarif_rule_id(s->w, "ruleId", f->kind, f->reason);
	jsonwriter_number(s->w, "ruleIndex", (int64_t)rule);
	jsonwriter_string(s->w, "level", levels[level_of(f)]);
	if (s->has_baseline)
		jsonwriter_string(s->w, "baselineState",
				  f->state == STATE_KNOWN ? "unchanged" :
							    "new");
	put_message(s, f);
	jsonwriter_line(s->w);
	jsonwriter_begin(s->w, "locations", '[');
	if (place_find(s->report, f, &place))
		put_location(s, NULL, place.file, place.line, place.function);
	jsonwriter_end(s->w, ']');
	put_finalizers(s, f);
	put_stack(s, f);
	put_cycle(s, f);
	jsonwriter_line(s->w);
	jsonwriter_begin(s->w, "partialFingerprints", '{');
	jsonwriter_string(s->w, "leakshim/v1", f->fingerprint);
	jsonwriter_end(s->w, '}');
	put_suppressions(s, f);
	put_properties(s, f);
	jsonwriter_end(s->w, '}');
}
