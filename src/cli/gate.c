#include "config.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/inputs.h"
#include "cli/merge.h"
#include "cli/screen.h"
#include "cli/symbolize.h"
#include "cli/verdict.h"
#include "cli/write_baseline.h"
#include "common/arena.h"
#include "common/buf.h"
#include "report/missed.h"
#include "report/report.h"
#include "report/text.h"

struct gate {
	const char *suppressions, *baseline, *to_write;
	struct verdict verdict;
	struct screen screen;
	struct arena arena;
	struct merge *merge;
	struct report report;
	size_t n_unanalysed; /* reports that found nothing: nothing was seen */
	bool fails_on_missed;
	bool has_unread; /* files that are not reports, or are broken */
};

static void
usage(void)
{
	puts("usage: leakshim gate [OPTION...] FILE...\n\n"
	     "Reads JSON reports (files, directories, `-') as one and says whether "
	     "they let a build\npass: exit status 23 for findings that are "
	     "new, "
	     "0 for none.\n\nOptions:\n"
	     "  --baseline=FILE      findings of this report are known, and "
	     "pass\n"
	     "  --suppressions=FILE  findings that its rules match pass\n"
	     "  --fail_on=KINDS      what fails, as for leakshim run\n"
	     "  --max=KIND:N         up to N findings of the kind pass, more "
	     "fail; again for\n"
	     "                       another kind\n"
	     "  --write_baseline=FILE\n"
	     "                       make or refresh a baseline with what "
	     "would "
	     "fail, and pass\n"
	     "  --fail_on_missed     also fail if something asked for was not "
	     "done\n"
	     "  --help               print this help");
}

static const struct option long_options[] = {
	{"baseline", required_argument, NULL, 'b'},
	{"suppressions", required_argument, NULL, 's'},
	{"fail_on", required_argument, NULL, 'f'},
	{"max", required_argument, NULL, 'm'},
	{"write_baseline", required_argument, NULL, 'w'},
	{"fail_on_missed", no_argument, NULL, 'i'},
	{"fail-on-missed", no_argument, NULL, 'i'},
	{"help", no_argument, NULL, 'h'},
	{0},
};

/* -1 to go on, or the exit status. */
static int
parse(int argc, char **argv, struct gate *g)
{
	int c, faults = 0;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
		switch (c) {
		case 'h':
			usage();
			return STATUS_OK;
		case 'b':
			g->baseline = optarg;
			break;
		case 's':
			g->suppressions = optarg;
			break;
		case 'w':
			g->to_write = optarg;
			break;
		case 'i':
			g->fails_on_missed = true;
			break;
		case 'f':
			faults += verdict_set_fail_on(&g->verdict, optarg) != 0;
			break;
		case 'm':
			faults += verdict_add_limit(&g->verdict, optarg) != 0;
			break;
		default:
			return complain_of_option("gate", c, argv[optind - 1]);
		}
	}
	if (!faults && optind == argc) {
		complain("gate: no file given (leakshim gate --help)");
		return STATUS_USAGE;
	}
	return faults ? STATUS_USAGE : -1;
}

static int
put_report(const struct report *r)
{
	struct text_style style = {
		.colour = wants_colour(),
	};
	struct buf text;
	int status;

	buf_init(&text);
	report_text(&text, r, &style);
	status = write_out("gate", &text);
	buf_fini(&text);
	return status;
}

/* Rules that do nothing hide nothing, but should be cleaned up. */
static void
put_rules(const struct screen *s)
{
	size_t i;

	for (i = 0; i < s->rules.n; i++) {
		const struct suppression *rule = &s->rules.rules[i];
		bool is_over = suppression_is_over(rule, s->today);
		struct buf b;

		if (rule->is_used && !is_over)
			continue;
		buf_init(&b);
		buf_shown(&b, rule->text, SIZE_MAX);
		printf("gate: %s:%d: %s%s: %s\n", s->rules_name, rule->line,
		       is_over ? "expired" : "",
		       rule->is_used ? "" :
		       is_over       ? " and unused" :
				       "unused",
		       buf_string(&b));
		buf_fini(&b);
	}
}

static void
put_limits(const struct verdict *v)
{
	size_t i;

	for (i = 0; i < v->n_limits; i++)
		if (v->limits[i].found > v->limits[i].most)
			printf("gate: %s: %" PRId64 " new, but --max allows "
			       "%" PRId64 "\n",
			       v->limits[i].kinds, v->limits[i].found,
			       v->limits[i].most);
}

/* What was counted when a report was written cannot be judged now. */
static void
put_cut(const struct report *r)
{
	const struct report_missed *m = missed_find(r, MISSED_FINDINGS);

	if (m && m->count != REPORT_UNKNOWN)
		printf("gate: %" PRId64 " findings were only counted "
		       "(max_findings=) and cannot be judged\n",
		       m->count);
}

/* Why findings of the baseline fail. */
static void
put_too_many(const struct gate *g)
{
	const struct baseline *b = &g->screen.baseline;
	size_t i;

	for (i = 0; g->baseline && i < g->report.n_findings; i++) {
		const struct finding *f = &g->report.findings[i];

		if (f->state == STATE_NEW && baseline_has(b, f->fingerprint))
			printf("gate: %s: %" PRId64 " at an unknown place, and "
			       "the baseline has %" PRId64 "\n",
			       f->fingerprint, f->count,
			       baseline_count(b, f->fingerprint));
	}
}

static void
put_gone(const struct gate *g)
{
	const struct report *r = &g->report;
	size_t i, n = g->screen.baseline.n;

	if (!g->baseline)
		return;
	for (i = 0; i < r->n_findings; i++) {
		const char *id = r->findings[i].fingerprint;
		size_t j;

		/* One that is also older than the program comes twice. */
		for (j = 0; j < i; j++)
			if (!strcmp(r->findings[j].fingerprint, id))
				break;
		n -= j == i && baseline_has(&g->screen.baseline, id);
	}
	if (n)
		printf("gate: %zu of the baseline %s not found: "
		       "--write_baseline=%s refreshes it\n",
		       n, n == 1 ? "was" : "were", g->baseline);
}

/* They pass, and users who rely on that should know. */
static void
put_unanalysed(const struct gate *g)
{
	size_t i, n = g->n_unanalysed, n_all = merge_count(g->merge);
	const char *separator = ": ";
	struct buf why;

	if (!n)
		return;
	buf_init(&why);
	for (i = 0; i < g->report.n_missed; i++) {
		const struct report_missed *m = &g->report.missed[i];

		if (!missed_is(m, MISSED_ANALYSIS) || !m->why)
			continue;
		buf_put(&why, separator);
		buf_shown(&why, m->why, SIZE_MAX);
		separator = "; ";
	}
	printf("gate: %zu of %zu %s %s no analysis%s\n", n, n_all,
	       n_all == 1 ? "report" : "reports", n == 1 ? "has" : "have",
	       buf_string(&why));
	buf_fini(&why);
}

static size_t
count_asked(const struct report *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->n_missed; i++)
		n += r->missed[i].is_asked;
	return n;
}

/*
 * The report has named them; what makes the build fail is named once more.
 * put_unanalysed() and put_cut() have lines of their own.
 */
static void
put_asked(const struct gate *g)
{
	size_t i, n = 0;

	for (i = 0; i < g->report.n_missed; i++)
		n += missed_is_said(&g->report.missed[i]) &&
		     !missed_is(&g->report.missed[i], MISSED_ANALYSIS);
	for (i = 0; g->fails_on_missed && i < g->report.n_missed; i++) {
		struct buf line;

		if (!g->report.missed[i].is_asked)
			continue;
		buf_init(&line);
		missed_put(&line, &g->report.missed[i]);
		printf("gate: asked for and not done: %s\n", buf_string(&line));
		buf_fini(&line);
	}
	if (n && !g->fails_on_missed)
		printf("gate: %zu %s asked for and not done: see `missed' "
		       "above; --fail_on_missed makes that a failure\n",
		       n, n == 1 ? "thing was" : "things were");
}

static void
put_verdict(const struct gate *g, size_t n_failing, size_t n_asked)
{
	size_t counts[4] = {0}, i;
	bool fails = n_failing || (n_asked && g->fails_on_missed);

	for (i = 0; i < g->report.n_findings; i++)
		counts[g->report.findings[i].state]++;
	printf("gate: %s: %zu of %zu %s %s; %zu new, %zu known, "
	       "%zu suppressed\n",
	       fails ? "FAILED" : "passed", n_failing, g->report.n_findings,
	       g->report.n_findings == 1 ? "finding" : "findings",
	       n_failing == 1 ? "fails" : "fail", counts[STATE_NEW],
	       counts[STATE_KNOWN], counts[STATE_SUPPRESSED]);
}

static int
judge(struct gate *g)
{
	size_t n_failing, n_asked;

	merge_result(g->merge, &g->arena, &g->report);
	screen_result(&g->screen, &g->report);
	screen_rows(&g->screen, &g->arena, &g->report);
	n_failing = verdict_judge(&g->verdict, &g->report);
	n_asked = count_asked(&g->report);
	if (g->to_write && g->has_unread) {
		complain("gate: not writing %s: the findings of the unreadable "
			 "files would be missing",
			 g->to_write);
		return STATUS_BAD_FILE;
	}
	if (g->to_write) {
		put_unanalysed(g);
		return write_baseline(g->to_write, &g->report, &g->verdict);
	}
	symbolize(&g->arena, &g->report);
	if (put_report(&g->report) != STATUS_OK)
		return STATUS_FAILED;
	put_cut(&g->report);
	put_rules(&g->screen);
	put_limits(&g->verdict);
	put_too_many(g);
	put_gone(g);
	put_unanalysed(g);
	put_asked(g);
	if (g->has_unread)
		puts("gate: some files could not be read; only the others were "
		     "judged");
	put_verdict(g, n_failing, n_asked);
	if (fflush(stdout) != 0) {
		complain("gate: cannot write");
		return STATUS_FAILED;
	}
	if (g->has_unread)
		return STATUS_BAD_FILE;
	if (n_failing || (n_asked && g->fails_on_missed))
		return STATUS_FOUND;
	return g->screen.rules.faults ? STATUS_BAD_FILE : STATUS_OK;
}

/* For inputs_read(). */
static void
look_at(struct report *r, void *gate)
{
	struct gate *g = gate;

	g->n_unanalysed += missed_find(r, MISSED_ANALYSIS) != NULL;
	screen_look(r, &g->screen);
}

int
gate_main(int argc, char **argv)
{
	static struct gate g;
	const struct inputs_look look = {look_at, &g};
	int status;

	verdict_init(&g.verdict);
	status = parse(argc, argv, &g);
	if (status >= 0)
		return status;
	arena_init(&g.arena);
	g.merge = merge_new();
	status = STATUS_BAD_FILE;
	if (screen_open(&g.screen, g.suppressions, g.baseline) == 0) {
		g.has_unread = inputs_read(argv + optind, argc - optind, &look,
					   g.merge) != 0;
		if (merge_count(g.merge))
			status = judge(&g);
	}
	merge_free(g.merge);
	screen_close(&g.screen);
	arena_fini(&g.arena);
	return status;
}
