#include "config.h"

#include "cli/read_report.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/read_finding.h"
#include "cli/read_json.h"
#include "common/arena.h"
#include "common/buf.h"
#include "report/missed.h"
#include "report/report.h"

enum { MOST_BLANKED = 100 }; /* the whole text is read again for each */

static void
read_process(struct reader *r, const json_t *o, struct report *out)
{
	const json_t *argv = read_array(r, o, "argv");
	const char **list;
	size_t i, n = json_array_size(argv);

	out->pid = read_integer(r, o, "pid");
	out->ppid = read_integer(r, o, "ppid");
	out->exe = read_string(r, o, "exe");
	out->host = read_string(r, o, "host");
	out->time = read_string(r, o, "time");
	out->trigger = read_string(r, o, "trigger");
	out->argv_known = json_is_array(argv);
	list = arena_array(r->arena, n, sizeof *list);
	for (i = 0; list && i < n; i++) {
		const json_t *word = json_array_get(argv, i);

		if (!json_is_string(word)) {
			read_doubt(r, "argv", "is not a list of strings");
			out->argv_known = false;
			n = 0;
			break;
		}
		list[i] = arena_string(r->arena, json_string_value(word));
	}
	out->argv = list;
	out->n_argv = list ? n : 0;
}

static void
read_coverage(struct reader *r, const json_t *o, struct report *out)
{
	const json_t *missed = read_array(r, o, "missed");
	struct report_missed *list;
	size_t i, n = json_array_size(missed);

	out->tracking = read_string(r, o, "tracking");
	out->free_lists = read_string(r, o, "free_lists");
	out->native = read_truth(r, o, "native") == 1;
	out->reachability = read_truth(r, o, "reachability") == 1;
	list = arena_array(r->arena, n, sizeof *list);
	for (i = 0; list && i < n; i++) {
		const json_t *m = json_array_get(missed, i);

		list[i].what = read_string(r, m, "what");
		list[i].count = read_integer(r, m, "count");
		list[i].why = read_string(r, m, "why");
		list[i].is_asked = json_is_true(json_object_get(m, "asked"));
		if (!list[i].what) {
			read_doubt(r, "what", "is null");
			list[i].what = "?";
		}
		/* Older reports do not say so. */
		list[i].is_asked |= missed_is(&list[i], MISSED_ANALYSIS);
	}
	out->missed = list;
	out->n_missed = list ? n : 0;
}

static void
read_numbers(const json_t *array, int64_t out[3])
{
	size_t i;

	for (i = 0; i < 3; i++) {
		const json_t *v = json_array_get(array, i);

		out[i] = json_is_integer(v) ? json_integer_value(v) :
					      REPORT_UNKNOWN;
	}
}

static void
read_heap(struct reader *r, const json_t *o, struct report *out)
{
	out->heap_objects = read_integer(r, o, "objects");
	out->heap_tracked = read_integer(r, o, "tracked");
	out->permanent = read_integer(r, o, "permanent");
	out->unreachable = read_integer(r, o, "unreachable");
	out->blocks = read_integer(r, o, "blocks");
	out->heap_bytes = read_integer(r, o, "bytes");
	read_numbers(read_array(r, o, "generations"), out->generations);
}

static void
read_gc(struct reader *r, const json_t *o, struct report *out)
{
	const json_t *list = read_array(r, o, "generations");
	size_t i;

	out->gc_enabled = read_truth(r, o, "enabled");
	out->debug_flags = read_integer(r, o, "debug_flags");
	out->garbage = read_integer(r, o, "garbage");
	read_numbers(read_array(r, o, "thresholds"), out->thresholds);
	for (i = 0; i < 3 && i < json_array_size(list); i++) {
		const json_t *g = json_array_get(list, i);

		out->gc[i].collections = read_integer(r, g, "collections");
		out->gc[i].collected = read_integer(r, g, "collected");
		out->gc[i].uncollectable = read_integer(r, g, "uncollectable");
		out->gc[i].seconds = read_seconds(r, g, "seconds");
		out->gc[i].longest_seconds =
			read_seconds(r, g, "longest_seconds");
	}
	out->n_gc = i;
}

static void
take_off(int64_t *from, int64_t part)
{
	if (*from == REPORT_UNKNOWN || part == REPORT_UNKNOWN)
		*from = REPORT_UNKNOWN;
	else
		*from -= part;
}

static bool
is_less_than_0(int64_t v)
{
	return v < 0 && v != REPORT_UNKNOWN;
}

/* No findings but those of the list: nothing is left, known or not. */
static void
settle_rest(struct reader *r, struct report_sum *rest)
{
	if (rest->findings < 0 || is_less_than_0(rest->objects) ||
	    is_less_than_0(rest->bytes)) {
		read_doubt(r, "summary", "is less than its findings");
		*rest = (struct report_sum){0};
	}
	if (!rest->findings)
		*rest = (struct report_sum){0};
}

/* What the summary counts and the list does not have. */
static void
read_rest(struct reader *r, const json_t *summary, struct report *out)
{
	bool is_cut = missed_find(out, MISSED_FINDINGS) != NULL;
	enum finding_kind k;
	size_t i;

	for (k = 0; k < FINDING_KINDS && !r->problem; k++) {
		const json_t *o = read_object(r, summary, finding_kind_name(k));
		struct report_sum *rest = &out->rest[k];

		rest->findings = o ? read_count(r, o, "findings") : 0;
		if (!o || rest->findings == REPORT_UNKNOWN) {
			rest->findings = 0;
			continue;
		}
		rest->objects = read_count(r, o, "objects");
		rest->bytes = read_count(r, o, "bytes");
		for (i = 0; i < out->n_findings; i++) {
			const struct finding *f = &out->findings[i];

			if (f->kind != k)
				continue;
			rest->findings--;
			take_off(&rest->objects, f->objects);
			take_off(&rest->bytes, f->bytes);
		}
		settle_rest(r, rest);
		rest->count = rest->findings;
		if (is_cut && k != FINDING_UNREACHABLE)
			out->cut[k] = *rest;
	}
}

/* Only in reports of an audit. */
static void
read_audit(struct reader *r, const json_t *root, struct report *out)
{
	const json_t *list;
	struct report_audit *rows;
	size_t i, n, n_rows = 0;

	if (!json_object_get(root, "audit"))
		return;
	list = read_array(r, root, "audit");
	n = json_array_size(list);
	rows = arena_array(r->arena, n, sizeof *rows);
	for (i = 0; rows && i < n; i++) {
		const json_t *a = json_array_get(list, i);
		const char *reason = read_string(r, a, "reason");
		int k = reason ? audit_reason_find(reason, strlen(reason)) : -1;

		if (k < 0) {
			read_doubt(r, "reason", "has an unknown value");
			continue;
		}
		rows[n_rows].reason = (enum audit_reason)k;
		rows[n_rows].type = read_string(r, a, "type");
		rows[n_rows].module_file = read_string(r, a, "module_file");
		rows[n_rows].offset = read_integer(r, a, "offset");
		rows[n_rows].member = read_string(r, a, "member");
		rows[n_rows].instances = read_count(r, a, "instances");
		rows[n_rows].target = read_string(r, a, "target");
		rows[n_rows].advice = read_string(r, a, "advice");
		if (rows[n_rows].type && rows[n_rows].offset != REPORT_UNKNOWN)
			n_rows++;
		else
			read_doubt(r, "audit", "has a row without a field");
	}
	out->audit = rows;
	out->n_audit = n_rows;
	out->has_audit = true;
}

/* Only in reports of a program with suppressions=. */
static void
read_rules(struct reader *r, const json_t *root, struct report *out)
{
	const json_t *list;
	struct report_rule *rows;
	size_t i, n;

	if (!json_object_get(root, "suppressions"))
		return;
	list = read_array(r, root, "suppressions");
	n = json_array_size(list);
	rows = arena_array(r->arena, n, sizeof *rows);
	for (i = 0; rows && i < n; i++) {
		const json_t *o = json_array_get(list, i);

		rows[i].rule = read_string(r, o, "rule");
		rows[i].is_over = read_truth(r, o, "expired") == 1;
		rows[i].findings = read_count(r, o, "findings");
		rows[i].objects = read_count(r, o, "objects");
		rows[i].bytes = read_count(r, o, "bytes");
		if (!rows[i].rule) {
			read_doubt(r, "rule", "is null");
			rows[i].rule = "?";
		}
	}
	out->rules = rows;
	out->n_rules = rows ? n : 0;
	out->has_rules = true;
}

static void
read_merged(struct reader *r, const json_t *root, struct report *out)
{
	if (!json_object_get(root, "merged"))
		return;
	out->n_merged = read_count(r, root, "merged");
	if (out->n_merged >= 2)
		return;
	read_doubt(r, "merged", "is not a number of reports");
	out->n_merged = 0;
}

static void
read_all(struct reader *r, const json_t *root, struct report *out)
{
	const json_t *python = read_object(r, root, "python");
	const json_t *cost = read_object(r, root, "cost");
	const json_t *findings = read_array(r, root, "findings");
	size_t i, n = json_array_size(findings);

	memset(out, 0, sizeof *out);
	if (!json_is_array(json_object_get(root, "findings")))
		read_fail(r, "findings", "is not an array");
	out->tool_version =
		read_string(r, read_object(r, root, "tool"), "version");
	read_process(r, read_object(r, root, "process"), out);
	out->python_version = read_string(r, python, "version");
	out->linkage = read_string(r, python, "linkage");
	out->debug = read_truth(r, python, "debug");
	out->free_threaded = read_truth(r, python, "free_threaded");
	read_coverage(r, read_object(r, root, "coverage"), out);
	read_heap(r, read_object(r, root, "heap"), out);
	read_gc(r, read_object(r, root, "gc"), out);
	out->pause_seconds = read_seconds(r, cost, "pause_seconds");
	out->analysis_seconds = read_seconds(r, cost, "analysis_seconds");
	out->table_bytes = read_integer(r, cost, "table_bytes");
	out->stacks = read_integer(r, cost, "stacks");
	out->findings = arena_array(r->arena, n, sizeof *out->findings);
	for (i = 0; out->findings && !r->problem && i < n; i++)
		read_finding(r, json_array_get(findings, i),
			     &out->findings[out->n_findings++]);
	read_audit(r, root, out);
	read_rules(r, root, out);
	read_merged(r, root, out);
	if (!r->problem)
		read_rest(r, read_object(r, root, "summary"), out);
}

/* The schema's number: what is newer than ours is refused. */
static int
check_schema(const char *path, const json_t *root)
{
	const char *schema = json_string_value(json_object_get(root, "schema"));

	if (!schema || strncmp(schema, "leakshim.report/", 16)) {
		complain("%s: not a leakshim report: it has no \"schema\": "
			 "\"" REPORT_SCHEMA "\"",
			 path);
		return -1;
	}
	if (strcmp(schema, REPORT_SCHEMA)) {
		complain(
			"%s: its schema is %s, but this leakshim reads " REPORT_SCHEMA
			": use the leakshim that wrote it, or a newer one",
			path, schema);
		return -1;
	}
	return 0;
}

/* Once for the file, however many there are. */
static void
put_doubts(const char *path, const struct reader *r)
{
	if (r->n_doubts == 1)
		complain("%s: \"%s\" %s: taken as unknown", path, r->doubtful,
			 r->doubt);
	else if (r->n_doubts)
		complain("%s: \"%s\" %s, and %zu more: taken as unknown", path,
			 r->doubtful, r->doubt, r->n_doubts - 1);
}

static int
convert(struct arena *a, const char *path, const json_t *root, size_t n_blanked,
	struct report *out)
{
	struct reader r = {.arena = a};

	if (check_schema(path, root) != 0)
		return -1;
	while (n_blanked--)
		read_doubt(&r, "a number", "is larger than any");
	read_all(&r, root, out);
	if (!r.problem && !a->failed) {
		put_doubts(path, &r);
		return 0;
	}
	/* First: what there was no memory for looks invalid. */
	if (a->failed)
		complain("%s: out of memory", path);
	else
		complain("%s: \"%s\" %s", path, r.field, r.problem);
	return -1;
}

/* ---- from text ---- */

/*
 * A number that no double or int64_t can hold makes the library refuse the
 * whole text.  Make a null of it; false where none is found before `end'.
 */
static bool
blank_number(char *text, size_t end)
{
	size_t from = end;

	while (from && strchr("0123456789+-.eE", text[from - 1]) &&
	       text[from - 1])
		from--;
	if (end - from < 4)
		return false;
	memset(text + from, ' ', end - from);
	memcpy(text + from, "null", 4);
	return true;
}

static json_t *
parse(char *text, size_t n, size_t *n_blanked, json_error_t *error)
{
	for (*n_blanked = 0;; ++*n_blanked) {
		json_t *root =
			json_loadb(text, n, JSON_REJECT_DUPLICATES, error);
		size_t end = (size_t)error->position;

		if (root ||
		    json_error_code(error) != json_error_numeric_overflow ||
		    end > n || *n_blanked == MOST_BLANKED ||
		    !blank_number(text, end))
			return root;
	}
}

static int
read_text(struct arena *a, const char *path, char *text, size_t n,
	  struct report *out)
{
	char none[] = "";
	json_error_t error;
	size_t n_blanked;
	json_t *root;
	int status = -1;

	read_watch_memory();
	/* Of an empty file there is no text at all. */
	root = parse(text ? text : none, n, &n_blanked, &error);
	if (root)
		status = convert(a, path, root, n_blanked, out);
	else if (read_lacked_memory())
		complain("%s: out of memory", path);
	else
		complain("%s: line %d: %s (expected a JSON report; format=json "
			 "writes one)",
			 path, error.line, error.text);
	json_decref(root);
	return status;
}

int
read_report_text(struct arena *a, const char *name, const char *text, size_t n,
		 struct report *out)
{
	struct buf copy;
	int status;

	buf_init(&copy);
	buf_putn(&copy, text, n);
	if (copy.failed)
		abort_for_memory();
	status = read_text(a, name, copy.data, copy.len, out);
	buf_fini(&copy);
	return status;
}

int
read_report(struct arena *a, const char *path, struct report *out)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;
	struct buf text;
	char part[65536];
	size_t n;
	int status = -1;

	if (!f) {
		complain("%s: %s", path, strerror(errno));
		return -1;
	}
	buf_init(&text);
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_putn(&text, part, n);
	if (ferror(f))
		complain("%s: %s", path, strerror(errno));
	else if (text.failed)
		complain("%s: out of memory", path);
	else
		status = read_text(a, path, text.data, text.len, out);
	if (f != stdin)
		fclose(f);
	buf_fini(&text);
	return status;
}
