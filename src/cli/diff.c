#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/compare.h"
#include "cli/inputs.h"
#include "cli/merge.h"
#include "cli/screen.h"
#include "cli/symbolize.h"
#include "cli/verdict.h"
#include "common/arena.h"
#include "common/buf.h"
#include "report/headline.h"
#include "report/json_finding.h"
#include "report/jsonwriter.h"
#include "report/missed.h"
#include "report/report.h"
#include "report/text.h"
#include "report/text_finding.h"

static const char *const classes[COMPARE_CLASSES] = {
	[COMPARE_NEW] = "new",
	[COMPARE_GROWN] = "grown",
	[COMPARE_KNOWN] = "known",
	[COMPARE_FIXED] = "fixed",
};

struct diff {
	bool as_json;
	const char *suppressions;
	struct verdict verdict;
	struct screen screen;
	struct arena arena;
	struct merge *merges[2]; /* OLD, NEW */
	struct report reports[2];
	struct compare compare;
};

static void
usage(void)
{
	puts("usage: leakshim diff [OPTION...] OLD NEW\n\n"
	     "Compares two JSON reports, or directories of them: what is new, "
	     "known, "
	     "grown and\nfixed. Exit status 23 if what is new fails.\n\n"
	     "Options:\n"
	     "  --format=FORMAT      text (the default) or json\n"
	     "  --suppressions=FILE  rules to apply\n"
	     "  --fail_on=KINDS      what fails, as for leakshim run\n"
	     "  --help               print this help");
}

static const struct option long_options[] = {
	{"format", required_argument, NULL, 'o'},
	{"suppressions", required_argument, NULL, 's'},
	{"fail_on", required_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},
	{0},
};

static int
set_format(struct diff *d, const char *value)
{
	d->as_json = !strcmp(value, "json");
	if (d->as_json || !strcmp(value, "text"))
		return 0;
	complain("diff: unknown format '%s': use text or json", value);
	return -1;
}

/* -1 to go on, or the exit status. */
static int
parse(int argc, char **argv, struct diff *d)
{
	int c, faults = 0;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
		switch (c) {
		case 'h':
			usage();
			return STATUS_OK;
		case 'o':
			faults += set_format(d, optarg) != 0;
			break;
		case 's':
			d->suppressions = optarg;
			break;
		case 'f':
			faults += verdict_set_fail_on(&d->verdict, optarg) != 0;
			break;
		default:
			return complain_of_option("diff", c, argv[optind - 1]);
		}
	}
	if (!faults && argc - optind != 2) {
		complain("diff: expected two files or directories: leakshim "
			 "diff OLD NEW");
		return STATUS_USAGE;
	}
	return faults ? STATUS_USAGE : -1;
}

/* ---- text ---- */

static void
put_counts(struct buf *out, const struct diff *d)
{
	size_t k;

	buf_put(out, "==leakshim== ");
	for (k = 0; k < COMPARE_CLASSES; k++)
		buf_printf(out, "%s%zu %s", k ? ", " : "", d->compare.counts[k],
			   classes[k]);
	buf_putc(out, '\n');
}

/* "3 objects (168 bytes)". */
static void
put_size(struct buf *out, const struct finding *f)
{
	buf_count(out, (uint64_t)f->objects, "object", "objects");
	buf_put(out, " (");
	buf_size(out, (uint64_t)f->bytes);
	buf_putc(out, ')');
}

/* What was described before is one line. */
static void
put_line(struct buf *out, const struct compare_pair *p)
{
	const struct finding *f = p->after ? p->after : p->before;

	buf_printf(out, "%s: ", p->class == COMPARE_GROWN ? "grown" : "fixed");
	buf_printf(out, "%s ", headline_title(f->kind));
	if (p->class == COMPARE_GROWN) {
		put_size(out, p->before);
		buf_put(out, " -> ");
	}
	put_size(out, f);
	buf_put(out, ": ");
	headline_put(out, f);
	if (f->n_python && f->python[0].file) {
		buf_put(out, ", allocated at ");
		buf_shown(out, f->python[0].file, SIZE_MAX);
		if (f->python[0].line > 0)
			buf_printf(out, ":%d", f->python[0].line);
	}
	buf_printf(out, " [%s]\n", f->fingerprint);
}

/* Nothing counts as fixed that the new report did not examine. */
static void
put_missed(struct buf *out, const struct report *r)
{
	size_t i;

	for (i = 0; i < r->n_missed; i++) {
		if (!missed_is_said(&r->missed[i]))
			continue;
		buf_put(out, "missed in the new report: ");
		missed_put(out, &r->missed[i]);
		buf_putc(out, '\n');
	}
}

static void
put_text(struct buf *out, const struct diff *d)
{
	const struct text_style style = {
		.colour = wants_colour(),
	};
	bool says_order = true;
	size_t i;

	put_counts(out, d);
	put_missed(out, &d->reports[1]);
	for (i = 0; i < d->compare.n; i++) {
		const struct compare_pair *p = &d->compare.pairs[i];

		if (p->class == COMPARE_NEW) {
			text_finding(out, &d->reports[1], p->after, &style,
				     says_order);
			says_order = false;
			continue;
		}
		if (p->class == COMPARE_KNOWN)
			continue;
		if (i && d->compare.pairs[i - 1].class != p->class)
			buf_putc(out, '\n');
		put_line(out, p);
	}
}

/* ---- JSON ---- */

static void
put_pair(struct jsonwriter *w, const struct compare_pair *p)
{
	struct finding f = p->after ? *p->after : *p->before;

	f.n_shared = 0; /* for merging alone */
	if (p->class != COMPARE_GROWN) {
		json_finding(w, &f, false);
		return;
	}
	jsonwriter_line(w);
	jsonwriter_begin(w, NULL, '{');
	jsonwriter_line(w);
	jsonwriter_begin(w, "before", '{');
	jsonwriter_number(w, "count", p->before->count);
	jsonwriter_number(w, "objects", p->before->objects);
	jsonwriter_number(w, "bytes", p->before->bytes);
	jsonwriter_end(w, '}');
	json_finding_as(w, "after", &f, false);
	jsonwriter_end(w, '}');
}

static void
put_json(struct buf *out, const struct diff *d)
{
	struct jsonwriter w = {.out = out};
	size_t i, k;

	jsonwriter_begin(&w, NULL, '{');
	jsonwriter_line(&w);
	jsonwriter_string(&w, "schema", "leakshim.diff/1");
	jsonwriter_line(&w);
	jsonwriter_begin(&w, "summary", '{');
	for (k = 0; k < COMPARE_CLASSES; k++)
		jsonwriter_number(&w, classes[k],
				  (int64_t)d->compare.counts[k]);
	jsonwriter_end(&w, '}');
	for (k = 0; k < COMPARE_CLASSES; k++) {
		jsonwriter_line(&w);
		jsonwriter_begin(&w, classes[k], '[');
		for (i = 0; i < d->compare.n; i++)
			if (d->compare.pairs[i].class == (enum compare_class)k)
				put_pair(&w, &d->compare.pairs[i]);
		jsonwriter_end(&w, ']');
	}
	jsonwriter_end(&w, '}');
	buf_putc(out, '\n');
}

/* ---- all together ---- */

static int
judge(struct diff *d)
{
	size_t i, n_failing = 0;
	struct buf out;
	int status;

	for (i = 0; i < 2; i++)
		merge_result(d->merges[i], &d->arena, &d->reports[i]);
	verdict_judge(&d->verdict, &d->reports[1]);
	symbolize(&d->arena, &d->reports[1]);
	compare_reports(&d->arena, &d->reports[0], &d->reports[1], &d->compare);
	for (i = 0; i < d->compare.n; i++)
		n_failing += d->compare.pairs[i].class == COMPARE_NEW &&
			     d->compare.pairs[i].after->is_failing;
	buf_init(&out);
	if (d->as_json) {
		put_json(&out, d);
		complain_of_missed("diff", &d->reports[1]);
	} else {
		put_text(&out, d);
	}
	status = write_out("diff", &out);
	buf_fini(&out);
	if (status != STATUS_OK)
		return status;
	if (n_failing)
		return STATUS_FOUND;
	return d->screen.rules.faults ? STATUS_BAD_FILE : STATUS_OK;
}

int
diff_main(int argc, char **argv)
{
	static struct diff d;
	const struct inputs_look look = {screen_look, &d.screen};
	int status, i, bad = 0;

	verdict_init(&d.verdict);
	status = parse(argc, argv, &d);
	if (status >= 0)
		return status;
	arena_init(&d.arena);
	status = screen_open(&d.screen, d.suppressions, NULL);
	for (i = 0; i < 2; i++) {
		d.merges[i] = merge_new();
		/* A rule that is written today has not fixed anything. */
		if (status == 0)
			bad |= inputs_read(argv + optind + i, 1,
					   i ? &look : NULL, d.merges[i]);
	}
	if (status == 0 && merge_count(d.merges[0]) && merge_count(d.merges[1]))
		status = judge(&d);
	else
		status = STATUS_BAD_FILE;
	if (bad && status != STATUS_FAILED)
		status = STATUS_BAD_FILE;
	for (i = 0; i < 2; i++)
		merge_free(d.merges[i]);
	screen_close(&d.screen);
	arena_fini(&d.arena);
	return status;
}
