#include "config.h"

#include "report/json.h"

#include "common/buf.h"
#include "report/json_finding.h"
#include "report/jsonwriter.h"
#include "report/sums.h"

static void
put_process(struct jsonwriter *w, const struct report *r)
{
	size_t i;

	jsonwriter_line(w);
	jsonwriter_begin(w, "process", '{');
	jsonwriter_number(w, "pid", r->pid);
	jsonwriter_number(w, "ppid", r->ppid);
	jsonwriter_string(w, "exe", r->exe);
	if (r->argv_known) {
		jsonwriter_begin(w, "argv", '[');
		for (i = 0; i < r->n_argv; i++)
			jsonwriter_string(w, NULL, r->argv[i]);
		jsonwriter_end(w, ']');
	} else {
		jsonwriter_null(w, "argv");
	}
	jsonwriter_string(w, "host", r->host);
	jsonwriter_string(w, "time", r->time);
	jsonwriter_string(w, "trigger", r->trigger);
	jsonwriter_end(w, '}');
}

static void
put_python(struct jsonwriter *w, const struct report *r)
{
	jsonwriter_line(w);
	jsonwriter_begin(w, "python", '{');
	jsonwriter_string(w, "version", r->python_version);
	jsonwriter_string(w, "linkage", r->linkage);
	jsonwriter_truth(w, "debug", r->debug);
	jsonwriter_truth(w, "free_threaded", r->free_threaded);
	jsonwriter_end(w, '}');
}

static void
put_coverage(struct jsonwriter *w, const struct report *r)
{
	size_t i;

	jsonwriter_line(w);
	jsonwriter_begin(w, "coverage", '{');
	jsonwriter_string(w, "tracking", r->tracking);
	jsonwriter_string(w, "free_lists", r->free_lists);
	jsonwriter_truth(w, "native", r->native);
	jsonwriter_truth(w, "reachability", r->reachability);
	jsonwriter_begin(w, "missed", '[');
	for (i = 0; i < r->n_missed; i++) {
		jsonwriter_line(w);
		jsonwriter_begin(w, NULL, '{');
		jsonwriter_string(w, "what", r->missed[i].what);
		jsonwriter_number(w, "count", r->missed[i].count);
		jsonwriter_string(w, "why", r->missed[i].why);
		jsonwriter_truth(w, "asked", r->missed[i].is_asked);
		jsonwriter_end(w, '}');
	}
	jsonwriter_end(w, ']');
	jsonwriter_end(w, '}');
}

static void
put_heap(struct jsonwriter *w, const struct report *r)
{
	int k;

	jsonwriter_line(w);
	jsonwriter_begin(w, "heap", '{');
	jsonwriter_number(w, "objects", r->heap_objects);
	jsonwriter_number(w, "tracked", r->heap_tracked);
	jsonwriter_begin(w, "generations", '[');
	for (k = 0; k < 3; k++)
		jsonwriter_number(w, NULL, r->generations[k]);
	jsonwriter_end(w, ']');
	jsonwriter_number(w, "permanent", r->permanent);
	jsonwriter_number(w, "unreachable", r->unreachable);
	jsonwriter_number(w, "blocks", r->blocks);
	jsonwriter_number(w, "bytes", r->heap_bytes);
	jsonwriter_end(w, '}');
}

static void
put_gc(struct jsonwriter *w, const struct report *r)
{
	size_t k;

	jsonwriter_line(w);
	jsonwriter_begin(w, "gc", '{');
	jsonwriter_truth(w, "enabled", r->gc_enabled);
	jsonwriter_begin(w, "thresholds", '[');
	for (k = 0; k < 3; k++)
		jsonwriter_number(w, NULL, r->thresholds[k]);
	jsonwriter_end(w, ']');
	jsonwriter_number(w, "debug_flags", r->debug_flags);
	jsonwriter_number(w, "garbage", r->garbage);
	jsonwriter_begin(w, "generations", '[');
	for (k = 0; k < r->n_gc; k++) {
		jsonwriter_line(w);
		jsonwriter_begin(w, NULL, '{');
		jsonwriter_number(w, "collections", r->gc[k].collections);
		jsonwriter_number(w, "collected", r->gc[k].collected);
		jsonwriter_number(w, "uncollectable", r->gc[k].uncollectable);
		jsonwriter_seconds(w, "seconds", r->gc[k].seconds);
		jsonwriter_seconds(w, "longest_seconds",
				   r->gc[k].longest_seconds);
		jsonwriter_end(w, '}');
	}
	jsonwriter_end(w, ']');
	jsonwriter_end(w, '}');
}

static void
put_cost(struct jsonwriter *w, const struct report *r)
{
	jsonwriter_line(w);
	jsonwriter_begin(w, "cost", '{');
	jsonwriter_seconds(w, "pause_seconds", r->pause_seconds);
	jsonwriter_seconds(w, "analysis_seconds", r->analysis_seconds);
	jsonwriter_number(w, "table_bytes", r->table_bytes);
	jsonwriter_number(w, "stacks", r->stacks);
	jsonwriter_end(w, '}');
}

/* Every kind stands in it, also with zeros: dashboards like fixed keys. */
static void
put_summary(struct jsonwriter *w, const struct report *r)
{
	enum finding_kind k;
	size_t i;

	jsonwriter_line(w);
	jsonwriter_begin(w, "summary", '{');
	for (k = 0; k < FINDING_KINDS; k++) {
		struct report_sum sum = r->rest[k];

		for (i = 0; i < r->n_findings; i++) {
			const struct finding *f = &r->findings[i];

			if (f->kind != k || !f->is_printed)
				continue;
			sums_add_finding(&sum, f);
		}
		jsonwriter_line(w);
		jsonwriter_begin(w, finding_kind_name(k), '{');
		jsonwriter_number(w, "findings", sum.findings);
		jsonwriter_number(w, "objects", sum.objects);
		jsonwriter_number(w, "bytes", sum.bytes);
		jsonwriter_end(w, '}');
	}
	jsonwriter_end(w, '}');
}

static void
put_audit(struct jsonwriter *w, const struct report *r)
{
	size_t i;

	jsonwriter_line(w);
	jsonwriter_begin(w, "audit", '[');
	for (i = 0; i < r->n_audit; i++) {
		const struct report_audit *a = &r->audit[i];

		jsonwriter_line(w);
		jsonwriter_begin(w, NULL, '{');
		jsonwriter_string(w, "type", a->type);
		jsonwriter_string(w, "module_file", a->module_file);
		jsonwriter_string(w, "reason", audit_reason_name(a->reason));
		jsonwriter_number(w, "offset", a->offset);
		jsonwriter_string(w, "member", a->member);
		jsonwriter_number(w, "instances", a->instances);
		jsonwriter_string(w, "target", a->target);
		jsonwriter_string(w, "advice", a->advice);
		jsonwriter_end(w, '}');
	}
	jsonwriter_end(w, ']');
}

/* Only what there was a file for. */
static void
put_rules(struct jsonwriter *w, const struct report *r)
{
	size_t i;

	jsonwriter_line(w);
	jsonwriter_begin(w, "suppressions", '[');
	for (i = 0; i < r->n_rules; i++) {
		const struct report_rule *rule = &r->rules[i];

		jsonwriter_line(w);
		jsonwriter_begin(w, NULL, '{');
		jsonwriter_string(w, "rule", rule->rule);
		jsonwriter_truth(w, "expired", rule->is_over);
		jsonwriter_number(w, "findings", rule->findings);
		jsonwriter_number(w, "objects", rule->objects);
		jsonwriter_number(w, "bytes", rule->bytes);
		jsonwriter_end(w, '}');
	}
	jsonwriter_end(w, ']');
}

static void
put_tool(struct jsonwriter *w, const struct report *r)
{
	jsonwriter_line(w);
	jsonwriter_begin(w, "tool", '{');
	jsonwriter_string(w, "name", "leakshim");
	jsonwriter_string(w, "version", r->tool_version);
	jsonwriter_end(w, '}');
}

void
report_json(struct buf *out, const struct report *r, bool with_addresses)
{
	struct jsonwriter w = {.out = out};
	size_t i;

	jsonwriter_begin(&w, NULL, '{');
	jsonwriter_line(&w);
	jsonwriter_string(&w, "schema", REPORT_SCHEMA);
	put_tool(&w, r);
	put_process(&w, r);
	put_python(&w, r);
	put_coverage(&w, r);
	put_heap(&w, r);
	put_gc(&w, r);
	put_cost(&w, r);
	put_summary(&w, r);
	if (r->has_audit)
		put_audit(&w, r);
	if (r->has_rules)
		put_rules(&w, r);
	if (r->n_merged) {
		jsonwriter_line(&w);
		jsonwriter_number(&w, "merged", r->n_merged);
	}
	jsonwriter_line(&w);
	jsonwriter_begin(&w, "findings", '[');
	for (i = 0; i < r->n_findings; i++)
		if (r->findings[i].is_printed)
			json_finding(&w, &r->findings[i], with_addresses);
	jsonwriter_end(&w, ']');
	jsonwriter_end(&w, '}');
	buf_putc(out, '\n');
}
