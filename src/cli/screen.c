#include "config.h"

#include "cli/screen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "common/buf.h"
#include "common/hash.h"
#include "common/readfile.h"
#include "report/filter.h"
#include "report/report.h"
#include "report/sums.h"

enum { SECONDS_OF_DAY = 86400 };

/* A finding in several reports is one for its rule. */
struct screen_seen {
	struct {
		char fingerprint[sizeof((struct finding *)0)->fingerprint];
		size_t rule;
	} key;
	UT_hash_handle hh;
};

static int
open_file(struct readfile *f, const char *name, size_t most)
{
	int error = readfile_open(f, name, most);

	if (error)
		complain("%s: %s", name,
			 error == EINVAL ? "it is not a regular "
					   "file" :
					   strerror(error));
	return error ? -1 : 0;
}

static int
read_rules(struct screen *s)
{
	struct buf complaints;
	struct readfile f;
	bool ok;

	if (open_file(&f, s->rules_name, SUPPRESSIONS_MAX_BYTES) != 0)
		return -1;
	buf_init(&complaints);
	ok = suppressions_parse(&s->rules, s->rules_name, f.data ? f.data : "",
				f.n, &complaints);
	fputs(buf_string(&complaints), stderr);
	buf_fini(&complaints);
	readfile_close(&f);
	if (!ok)
		abort_for_memory();
	return 0;
}

static int
read_baseline(struct screen *s)
{
	struct buf complaint;
	struct readfile f;
	bool ok;

	if (open_file(&f, s->baseline_name, BASELINE_MAX_BYTES) != 0)
		return -1;
	buf_init(&complaint);
	ok = baseline_parse(&s->baseline, s->baseline_name,
			    f.data ? f.data : "", f.n, &complaint);
	fputs(buf_string(&complaint), stderr);
	buf_fini(&complaint);
	readfile_close(&f);
	return ok ? 0 : -1;
}

int
screen_open(struct screen *s, const char *suppressions, const char *baseline)
{
	memset(s, 0, sizeof *s);
	s->rules_name = suppressions;
	s->baseline_name = baseline;
	s->today = (int64_t)time(NULL) / SECONDS_OF_DAY;
	if (suppressions && read_rules(s) != 0)
		return -1;
	return baseline ? read_baseline(s) : 0;
}

/* False if the rule has counted the finding in another report. */
static bool
see(struct screen *s, const struct suppression *rule, const struct finding *f)
{
	struct screen_seen *e, *like = calloc(1, sizeof *like);

	if (!like)
		abort_for_memory();
	strcpy(like->key.fingerprint, f->fingerprint);
	like->key.rule = (size_t)(rule - s->rules.rules);
	HASH_FIND(hh, s->seen, &like->key, sizeof like->key, e);
	if (e) {
		free(like);
		return false;
	}
	HASH_ADD(hh, s->seen, key, sizeof like->key, like);
	if (hash_was_full(&like->hh))
		abort_for_memory();
	return true;
}

static void
suppress(struct screen *s, struct finding *f)
{
	struct suppression *over, *rule;

	if (f->state == STATE_STARTUP)
		return;
	rule = filter_find(&s->rules, f, s->today, &over);
	if (f->state != STATE_NEW || (!rule && !over))
		return;
	filter_count(rule ? rule : over, f);
	if (!see(s, rule ? rule : over, f))
		(rule ? rule : over)->findings--;
	if (rule)
		f->state = STATE_SUPPRESSED;
}

/* The shim's own rows: a rule in them is used, even where findings are cut. */
static void
mark_used(struct screen *s, const struct report *r)
{
	size_t i, j;

	for (i = 0; i < s->rules.n; i++) {
		struct suppression *rule = &s->rules.rules[i];

		for (j = 0; !rule->is_used && j < r->n_rules; j++)
			rule->is_used = !strcmp(rule->text, r->rules[j].rule);
	}
}

void
screen_look(struct report *r, void *screen)
{
	struct screen *s = screen;
	size_t i;

	if (s->rules_name) {
		r->has_rules = true;
		mark_used(s, r);
		for (i = 0; i < r->n_findings; i++)
			suppress(s, &r->findings[i]);
	}
	if (s->baseline_name)
		filter_know(&s->baseline, r->findings, r->n_findings);
}

void
screen_result(const struct screen *s, struct report *r)
{
	size_t i;

	for (i = 0; s->baseline_name && i < r->n_findings; i++) {
		struct finding *f = &r->findings[i];

		/*
		 * Without that file, another baseline knew it, and it stays
		 * known.
		 */
		if (f->state != STATE_KNOWN ||
		    !baseline_has(&s->baseline, f->fingerprint) ||
		    filter_is_known(&s->baseline, f))
			continue;
		f->state = STATE_NEW;
		f->is_quiet = false;
	}
}

static struct report_rule *
find_row(struct report_rule *rows, size_t n, const struct report_rule *like)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (rows[i].is_over == like->is_over &&
		    !strcmp(rows[i].rule, like->rule))
			return &rows[i];
	return NULL;
}

void
screen_rows(struct screen *s, struct arena *a, struct report *r)
{
	struct report ours = {0};
	struct report_rule *rows;
	size_t i, n = r->n_rules;

	if (!s->rules_name)
		return;
	filter_rows(a, &s->rules, s->today, &ours);
	rows = arena_array(a, n + ours.n_rules, sizeof *rows);
	if (!rows)
		abort_for_memory();
	if (n)
		memcpy(rows, r->rules, n * sizeof *rows);
	for (i = 0; i < ours.n_rules; i++) {
		struct report_rule *row = find_row(rows, n, &ours.rules[i]);

		if (!row)
			rows[n++] = ours.rules[i];
		else if (!row->is_over) {
			/*
			 * Expired rules have been counted by the shim as by us.
			 */
			sums_add(&row->findings, ours.rules[i].findings);
			sums_add(&row->objects, ours.rules[i].objects);
			sums_add(&row->bytes, ours.rules[i].bytes);
		}
	}
	r->rules = rows;
	r->n_rules = n;
}

void
screen_close(struct screen *s)
{
	struct screen_seen *e, *next;

	HASH_ITER(hh, s->seen, e, next)
	{
		HASH_DEL(s->seen, e);
		free(e);
	}
	suppressions_fini(&s->rules);
	baseline_fini(&s->baseline);
}
