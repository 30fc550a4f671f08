#include "config.h"

#include "cli/merge_rows.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/merge_value.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/hash.h"
#include "report/missed.h"
#include "report/sums.h"

enum { NUMBERS = 3, TEXTS = 3 };

struct merge_row {
	char *key; /* what makes it this row; begins as it sorts */
	int64_t numbers[NUMBERS];
	char *texts[TEXTS]; /* or NULL */
	int64_t offset;
	int word; /* a reason, a truth */
	bool is_asked;
	char *name, *file;
	UT_hash_handle hh;
};

/* NULL is behind every text. */
static int
compare_texts(const char *const *x, char *const *y)
{
	int i, d = 0;

	for (i = 0; i < TEXTS && !d; i++) {
		if (!x[i] || !y[i])
			d = !x[i] - !y[i];
		else
			d = strcmp(x[i], y[i]);
	}
	return d;
}

static struct merge_row *
intern(struct merge_row **table, const char *key)
{
	struct merge_row *row;

	HASH_FIND_STR(*table, key, row);
	if (row)
		return row;
	row = calloc(1, sizeof *row);
	if (!row)
		abort_for_memory();
	row->key = merge_copy(key);
	row->numbers[0] = row->numbers[1] = row->numbers[2] = REPORT_UNKNOWN;
	HASH_ADD_KEYPTR(hh, *table, row->key, strlen(row->key), row);
	if (hash_was_full(&row->hh))
		abort_for_memory();
	return row;
}

static void
add_number(int64_t *to, int64_t more, bool is_new)
{
	if (is_new)
		*to = more;
	else
		sums_add(to, more);
}

static void
keep_least(struct merge_row *row, const char *const *texts, bool is_new)
{
	int i;

	if (!is_new && compare_texts(texts, row->texts) >= 0)
		return;
	for (i = 0; i < TEXTS; i++) {
		free(row->texts[i]);
		row->texts[i] = merge_copy(texts[i]);
	}
}

/* A unit separator parts the fields: no name of a file or type has it. */
static void
put_key(struct buf *key, const char *s)
{
	buf_put(key, s ? s : "\x1e");
	buf_putc(key, '\x1f');
}

void
merge_rows_missed(struct merge_row **table, const struct report *r)
{
	struct buf key;
	size_t i;

	buf_init(&key);
	for (i = 0; i < r->n_missed; i++) {
		const struct report_missed *m = &r->missed[i];
		struct merge_row *row;

		if (missed_is(m, MISSED_CHECKS))
			continue; /* merge_checks.c */
		buf_clear(&key);
		put_key(&key, m->what);
		put_key(&key, m->why);
		row = intern(table, buf_string(&key));
		if (!row->name)
			row->name = merge_copy(m->what);
		if (!row->file)
			row->file = merge_copy(m->why);
		row->is_asked |= m->is_asked;
		merge_sum(&row->numbers[0], m->count);
	}
	buf_fini(&key);
}

void
merge_rows_audit(struct merge_row **table, const struct report *r)
{
	struct buf key;
	size_t i;

	buf_init(&key);
	for (i = 0; i < r->n_audit; i++) {
		const struct report_audit *x = &r->audit[i];
		const char *const texts[TEXTS] = {x->member, x->target,
						  x->advice};
		struct merge_row *row;
		bool is_new;

		buf_clear(&key);
		buf_printf(&key, "%d\x1f", (int)x->reason);
		put_key(&key, x->type);
		buf_printf(&key, "%ld\x1f", x->offset);
		put_key(&key, x->module_file);
		row = intern(table, buf_string(&key));
		is_new = !row->name;
		if (is_new) {
			row->name = merge_copy(x->type);
			row->file = merge_copy(x->module_file);
			row->offset = x->offset;
			row->word = (int)x->reason;
		}
		add_number(&row->numbers[0], x->instances, is_new);
		keep_least(row, texts, is_new);
	}
	buf_fini(&key);
}

void
merge_rows_rules(struct merge_row **table, const struct report *r)
{
	struct buf key;
	size_t i;

	buf_init(&key);
	for (i = 0; i < r->n_rules; i++) {
		const struct report_rule *rule = &r->rules[i];
		struct merge_row *row;
		bool is_new;

		buf_clear(&key);
		put_key(&key, rule->rule);
		buf_put(&key, rule->is_over ? "over" : "");
		row = intern(table, buf_string(&key));
		is_new = !row->name;
		if (is_new)
			row->name = merge_copy(rule->rule);
		row->word = rule->is_over;
		add_number(&row->numbers[0], rule->findings, is_new);
		add_number(&row->numbers[1], rule->objects, is_new);
		add_number(&row->numbers[2], rule->bytes, is_new);
	}
	buf_fini(&key);
}

static int
compare_rows(const struct merge_row *x, const struct merge_row *y)
{
	if (x->word != y->word)
		return x->word - y->word;
	if (x->name && y->name && strcmp(x->name, y->name))
		return strcmp(x->name, y->name);
	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return strcmp(x->key, y->key);
}

static void
fill_missed(struct arena *a, struct merge_row *table, struct report *out)
{
	struct report_missed *list =
		arena_array(a, HASH_COUNT(table), sizeof *list);
	struct merge_row *row;

	out->missed = list;
	out->n_missed = 0;
	for (row = table; list && row; row = row->hh.next)
		list[out->n_missed++] = (struct report_missed){
			row->name, row->numbers[0], row->file, row->is_asked};
}

static void
fill_audit(struct arena *a, struct merge_row *table, struct report *out)
{
	struct report_audit *list =
		arena_array(a, HASH_COUNT(table), sizeof *list);
	struct merge_row *row;

	out->audit = list;
	out->n_audit = 0;
	for (row = table; list && row; row = row->hh.next)
		list[out->n_audit++] = (struct report_audit){
			.type = row->name,
			.module_file = row->file,
			.reason = (enum audit_reason)row->word,
			.offset = row->offset,
			.member = row->texts[0],
			.instances = row->numbers[0],
			.target = row->texts[1],
			.advice = row->texts[2],
		};
}

static void
fill_rules(struct arena *a, struct merge_row *table, struct report *out)
{
	struct report_rule *list =
		arena_array(a, HASH_COUNT(table), sizeof *list);
	struct merge_row *row;

	out->rules = list;
	out->n_rules = 0;
	for (row = table; list && row; row = row->hh.next)
		list[out->n_rules++] = (struct report_rule){
			row->name, row->word, row->numbers[0], row->numbers[1],
			row->numbers[2]};
}

void
merge_rows_sort(struct merge_row **table)
{
	HASH_SORT(*table, compare_rows);
}

void
merge_rows_result(struct arena *a, struct merge_row *missed,
		  struct merge_row *audit, struct merge_row *rules,
		  struct report *out)
{
	fill_missed(a, missed, out);
	fill_audit(a, audit, out);
	fill_rules(a, rules, out);
}

void
merge_rows_free(struct merge_row **table)
{
	struct merge_row *row, *next;
	int i;

	HASH_ITER(hh, *table, row, next)
	{
		HASH_DEL(*table, row); /* NOLINT: freed below, and not before */
		for (i = 0; i < TEXTS; i++)
			free(row->texts[i]);
		free(row->key);
		free(row->name);
		free(row->file);
		free(row);
	}
}
