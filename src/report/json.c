#include "config.h"

#include "report/json.h"

#include "common/buf.h"

/* Where we are in the text: depth of indentation, and whether a comma is due. */
struct writer {
	struct buf *out;
	int depth;
	bool has_member;
};

static void
line(struct writer *w)
{
	int i;

	buf_putc(w->out, '\n');
	for (i = 0; i < w->depth; i++)
		buf_put(w->out, "  ");
}

/* The name of the next member; NULL for a member of an array. */
static void
name(struct writer *w, const char *key)
{
	if (w->has_member)
		buf_put(w->out, ", ");
	w->has_member = true;
	if (key) {
		buf_json_string(w->out, key);
		buf_put(w->out, ": ");
	}
}

/* As name(), on a line of its own. */
static void
name_on_line(struct writer *w, const char *key)
{
	if (w->has_member)
		buf_putc(w->out, ',');
	w->has_member = false;
	line(w);
	name(w, key);
}

static void
begin(struct writer *w, char bracket)
{
	buf_putc(w->out, bracket);
	w->depth++;
	w->has_member = false;
}

static void
end(struct writer *w, char bracket)
{
	w->depth--;
	buf_putc(w->out, bracket);
	w->has_member = true;
}

static void
string(struct writer *w, const char *key, const char *value)
{
	name(w, key);
	if (value)
		buf_json_string(w->out, value);
	else
		buf_put(w->out, "null");
}

static void
number(struct writer *w, const char *key, int64_t v)
{
	name(w, key);
	if (v == REPORT_UNKNOWN)
		buf_put(w->out, "null");
	else
		buf_printf(w->out, "%ld", v);
}

static void
truth(struct writer *w, const char *key, int v)
{
	name(w, key);
	buf_put(w->out, v < 0 ? "null" : v ? "true" : "false");
}

static void
seconds(struct writer *w, const char *key, double v)
{
	name(w, key);
	if (v < 0)
		buf_put(w->out, "null");
	else
		buf_decimal(w->out, v, 6);
}

static void
null(struct writer *w, const char *key)
{
	name(w, key);
	buf_put(w->out, "null");
}

static void
put_process(struct writer *w, const struct report *r)
{
	size_t i;

	name_on_line(w, "process");
	begin(w, '{');
	number(w, "pid", r->pid);
	number(w, "ppid", r->ppid);
	string(w, "exe", r->exe);
	name(w, "argv");
	if (r->argv_known) {
		begin(w, '[');
		for (i = 0; i < r->n_argv; i++)
			string(w, NULL, r->argv[i]);
		end(w, ']');
	} else {
		buf_put(w->out, "null");
	}
	string(w, "host", r->host);
	string(w, "time", r->time);
	string(w, "trigger", r->trigger);
	end(w, '}');
}

static void
put_python(struct writer *w, const struct report *r)
{
	name_on_line(w, "python");
	begin(w, '{');
	string(w, "version", r->python_version);
	string(w, "linkage", r->linkage);
	truth(w, "debug", r->debug);
	truth(w, "free_threaded", r->free_threaded);
	end(w, '}');
}

static void
put_coverage(struct writer *w, const struct report *r)
{
	size_t i;

	name_on_line(w, "coverage");
	begin(w, '{');
	string(w, "tracking", r->tracking);
	string(w, "free_lists", r->free_lists);
	truth(w, "native", r->native);
	truth(w, "reachability", r->reachability);
	name(w, "missed");
	begin(w, '[');
	for (i = 0; i < r->n_missed; i++) {
		name_on_line(w, NULL);
		begin(w, '{');
		string(w, "what", r->missed[i].what);
		number(w, "count", r->missed[i].count);
		string(w, "why", r->missed[i].why);
		end(w, '}');
	}
	end(w, ']');
	end(w, '}');
}

static void
put_heap(struct writer *w, const struct report *r)
{
	int k;

	name_on_line(w, "heap");
	begin(w, '{');
	number(w, "objects", r->heap_objects);
	number(w, "tracked", r->heap_tracked);
	name(w, "generations");
	begin(w, '[');
	for (k = 0; k < 3; k++)
		number(w, NULL, r->generations[k]);
	end(w, ']');
	number(w, "permanent", r->permanent);
	number(w, "unreachable", r->unreachable);
	number(w, "blocks", r->blocks);
	number(w, "bytes", r->heap_bytes);
	end(w, '}');
}

static void
put_gc(struct writer *w, const struct report *r)
{
	size_t k;

	name_on_line(w, "gc");
	begin(w, '{');
	truth(w, "enabled", r->gc_enabled);
	name(w, "thresholds");
	begin(w, '[');
	for (k = 0; k < 3; k++)
		number(w, NULL, r->thresholds[k]);
	end(w, ']');
	number(w, "debug_flags", r->debug_flags);
	number(w, "garbage", r->garbage);
	name(w, "generations");
	begin(w, '[');
	for (k = 0; k < r->n_gc; k++) {
		name_on_line(w, NULL);
		begin(w, '{');
		number(w, "collections", r->gc[k].collections);
		number(w, "collected", r->gc[k].collected);
		number(w, "uncollectable", r->gc[k].uncollectable);
		seconds(w, "seconds", r->gc[k].seconds);
		seconds(w, "longest_seconds", r->gc[k].longest_seconds);
		end(w, '}');
	}
	end(w, ']');
	end(w, '}');
}

static void
put_cost(struct writer *w, const struct report *r)
{
	name_on_line(w, "cost");
	begin(w, '{');
	seconds(w, "pause_seconds", r->pause_seconds);
	seconds(w, "analysis_seconds", r->analysis_seconds);
	number(w, "table_bytes", r->table_bytes);
	number(w, "stacks", r->stacks);
	end(w, '}');
}

/* Every kind stands in it, also with zeros: dashboards like fixed keys. */
static void
put_summary(struct writer *w, const struct report *r)
{
	enum finding_kind k;
	size_t i;

	name_on_line(w, "summary");
	begin(w, '{');
	for (k = 0; k < FINDING_KINDS; k++) {
		int64_t findings = 0, objects = 0, bytes = 0;

		for (i = 0; i < r->n_findings; i++) {
			if (r->findings[i].kind != k)
				continue;
			findings++;
			objects += r->findings[i].objects;
			bytes += r->findings[i].bytes;
		}
		name_on_line(w, finding_kind_name(k));
		begin(w, '{');
		number(w, "findings", findings);
		number(w, "objects", objects);
		number(w, "bytes", bytes);
		end(w, '}');
	}
	end(w, '}');
}

static void
put_types(struct writer *w, const struct finding *f)
{
	size_t i;

	name_on_line(w, "types");
	begin(w, '[');
	for (i = 0; i < f->n_types; i++) {
		name_on_line(w, NULL);
		begin(w, '{');
		string(w, "name", f->types[i].name);
		number(w, "count", f->types[i].count);
		number(w, "bytes", f->types[i].bytes);
		string(w, "module_file", f->types[i].module_file);
		end(w, '}');
	}
	end(w, ']');
}

static void
line_number(struct writer *w, int v)
{
	number(w, "line", v < 1 ? REPORT_UNKNOWN : v);
}

static void
put_finalizers(struct writer *w, const struct finding *f)
{
	size_t i;

	name_on_line(w, "finalizers");
	begin(w, '[');
	for (i = 0; i < f->n_finalizers; i++) {
		name_on_line(w, NULL);
		begin(w, '{');
		string(w, "type", f->finalizers[i].type);
		string(w, "name", f->finalizers[i].name);
		string(w, "file", f->finalizers[i].file);
		line_number(w, f->finalizers[i].line);
		truth(w, "ran", f->finalizers[i].ran);
		end(w, '}');
	}
	end(w, ']');
}

static void
put_cycle(struct writer *w, const struct finding *f, bool with_addresses)
{
	size_t i;

	name_on_line(w, "cycle");
	begin(w, '[');
	for (i = 0; i < f->n_cycle; i++) {
		const struct report_edge *e = &f->cycle[i];

		name_on_line(w, NULL);
		begin(w, '{');
		string(w, "type", e->type);
		number(w, "refcount", e->refcount);
		number(w, "generation",
		       e->generation < 0 ? REPORT_UNKNOWN : e->generation);
		string(w, "edge", e->edge);
		if (with_addresses) {
			name(w, "address");
			buf_printf(w->out, "\"0x%lx\"", e->address);
		}
		end(w, '}');
	}
	end(w, ']');
}

static void
put_holders(struct writer *w, const char *key,
	    const struct report_holder *list, size_t n)
{
	size_t i;

	name(w, key);
	begin(w, '[');
	for (i = 0; i < n; i++) {
		name(w, NULL);
		begin(w, '{');
		string(w, "type", list[i].type);
		string(w, "edge", list[i].edge);
		end(w, '}');
	}
	end(w, ']');
}

/* The fields that only one kind of finding has; null for the others. */
static void
put_special(struct writer *w, const struct finding *f)
{
	size_t i;

	name_on_line(w, "references");
	if (f->kind == FINDING_LOST_REFERENCE) {
		begin(w, '{');
		number(w, "refcount", f->refcount);
		number(w, "found", f->references_found);
		number(w, "lost", f->references_lost);
		end(w, '}');
	} else {
		buf_put(w->out, "null");
	}
	name_on_line(w, "hidden_by");
	if (f->hidden_type) {
		begin(w, '{');
		string(w, "type", f->hidden_type);
		string(w, "module_file", f->hidden_module_file);
		string(w, "member", f->hidden_member);
		end(w, '}');
	} else {
		buf_put(w->out, "null");
	}
	name_on_line(w, "growth");
	if (f->kind == FINDING_GROWTH) {
		begin(w, '{');
		name(w, "checks");
		begin(w, '[');
		for (i = 0; i < f->n_growth_checks; i++)
			number(w, NULL, f->growth_checks[i]);
		end(w, ']');
		seconds(w, "age_seconds", f->growth_age_seconds);
		put_holders(w, "path", f->growth_path, f->n_growth_path);
		end(w, '}');
	} else {
		buf_put(w->out, "null");
	}
	if (f->held_by)
		put_holders(w, "held_by", f->held_by, f->n_held_by);
	else
		null(w, "held_by");
}

static void
put_allocated(struct writer *w, const struct finding *f)
{
	size_t i;

	name_on_line(w, "allocated");
	begin(w, '{');
	string(w, "thread", f->thread);
	name(w, "python");
	begin(w, '[');
	for (i = 0; i < f->n_python; i++) {
		name_on_line(w, NULL);
		begin(w, '{');
		string(w, "function", f->python[i].function);
		string(w, "file", f->python[i].file);
		line_number(w, f->python[i].line);
		end(w, '}');
	}
	end(w, ']');
	name(w, "native");
	begin(w, '[');
	for (i = 0; i < f->n_native; i++) {
		name_on_line(w, NULL);
		begin(w, '{');
		string(w, "function", f->native[i].function);
		string(w, "module", f->native[i].module);
		number(w, "offset", f->native[i].offset);
		string(w, "file", f->native[i].file);
		line_number(w, f->native[i].line);
		end(w, '}');
	}
	end(w, ']');
	truth(w, "known", f->allocation_known);
	end(w, '}');
}

static void
put_finding(struct writer *w, const struct finding *f, bool with_addresses)
{
	name_on_line(w, NULL);
	begin(w, '{');
	string(w, "fingerprint", f->fingerprint);
	name_on_line(w, "kind");
	buf_json_string(w->out, finding_kind_name(f->kind));
	string(w, "reason",
	       f->reason == REASON_NONE ? NULL :
					  finding_reason_name(f->reason));
	string(w, "state", finding_state_name(f->state));
	name_on_line(w, "count");
	buf_printf(w->out, "%ld", f->count);
	number(w, "objects", f->objects);
	number(w, "bytes", f->bytes);
	put_types(w, f);
	put_finalizers(w, f);
	put_cycle(w, f, with_addresses);
	put_special(w, f);
	put_allocated(w, f);
	name_on_line(w, "advice");
	if (f->advice)
		buf_json_string(w->out, f->advice);
	else
		buf_put(w->out, "null");
	end(w, '}');
}

void
report_json(struct buf *out, const struct report *r, bool with_addresses)
{
	struct writer w = {.out = out};
	size_t i;

	begin(&w, '{');
	string(&w, "schema", REPORT_SCHEMA);
	name_on_line(&w, "tool");
	begin(&w, '{');
	string(&w, "name", "leakshim");
	string(&w, "version", r->tool_version);
	end(&w, '}');
	put_process(&w, r);
	put_python(&w, r);
	put_coverage(&w, r);
	put_heap(&w, r);
	put_gc(&w, r);
	put_cost(&w, r);
	put_summary(&w, r);
	name_on_line(&w, "findings");
	begin(&w, '[');
	for (i = 0; i < r->n_findings; i++)
		if (r->findings[i].is_printed)
			put_finding(&w, &r->findings[i], with_addresses);
	end(&w, ']');
	w.depth = 0;
	line(&w);
	buf_put(out, "}\n");
}
