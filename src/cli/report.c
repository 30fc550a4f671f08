#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/inputs.h"
#include "cli/merge.h"
#include "cli/screen.h"
#include "cli/symbolize.h"
#include "cli/verdict.h"
#include "common/arena.h"
#include "common/buf.h"
#include "formats/formats.h"
#include "report/report.h"

static void
usage(void)
{
	const struct format *f;

	puts("usage: leakshim report [OPTION...] FILE...\n\n"
	     "Renders a JSON report (leakshim-report(5)); several, and those "
	     "of directories, are\nmerged: findings with the same fingerprint "
	     "become one, and their numbers add up.\n`-' is standard input."
	     "\n\nOptions:\n"
	     "  --format=FORMAT      one of those below; text is the default\n"
	     "  --suppressions=FILE  rules to apply\n"
	     "  --baseline=FILE      findings of this report are known\n"
	     "  --help               print this help\n\nFormats:");
	for (f = formats; f->name; f++)
		printf("  %-19s  %s\n", f->name, f->meaning);
}

/* NULL after a complaint. */
static const struct format *
find_format(const char *name)
{
	const struct format *f = format_find(name);
	struct buf names;

	if (f)
		return f;
	buf_init(&names);
	for (f = formats; f->name; f++)
		buf_printf(&names, "%s%s", f == formats ? "" : ", ", f->name);
	complain("report: unknown format '%s': the formats are %s", name,
		 buf_string(&names));
	buf_fini(&names);
	return NULL;
}

struct arguments {
	const struct format *format;
	const char *suppressions, *baseline;
};

static const struct option long_options[] = {
	{"format", required_argument, NULL, 'f'},
	{"suppressions", required_argument, NULL, 's'},
	{"baseline", required_argument, NULL, 'b'},
	{"help", no_argument, NULL, 'h'},
	{0},
};

/* -1 to go on, or the exit status. */
static int
parse(int argc, char **argv, struct arguments *w)
{
	int c;

	opterr = 0;
	w->format = formats;
	while ((c = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
		switch (c) {
		case 'h':
			usage();
			return STATUS_OK;
		case 'f':
			w->format = find_format(optarg);
			if (!w->format)
				return STATUS_USAGE;
			break;
		case 's':
			w->suppressions = optarg;
			break;
		case 'b':
			w->baseline = optarg;
			break;
		default:
			return complain_of_option("report", c,
						  argv[optind - 1]);
		}
	}
	if (optind < argc)
		return -1;
	complain("report: no file given (leakshim report --help)");
	return STATUS_USAGE;
}

static int
put(const struct report *r, const struct arguments *w)
{
	char *root = getcwd(NULL, 0);
	struct format_context context = {
		.root = root,
		.has_colour = wants_colour(),
		.has_baseline = w->baseline != NULL,
	};
	struct buf text;
	int status;

	buf_init(&text);
	w->format->write(&text, r, &context);
	if (!w->format->says_missed)
		complain_of_missed("report", r);
	status = write_out("report", &text);
	buf_fini(&text);
	free(root);
	return status;
}

static int
render(const struct arguments *w, struct screen *screen, struct merge *merge)
{
	struct verdict verdict;
	struct arena arena;
	struct report r;
	int status;

	arena_init(&arena);
	merge_result(merge, &arena, &r);
	screen_result(screen, &r);
	screen_rows(screen, &arena, &r);
	verdict_init(&verdict);
	verdict_judge(&verdict, &r);
	symbolize(&arena, &r);
	status = put(&r, w);
	arena_fini(&arena);
	if (status == STATUS_OK && screen->rules.faults)
		status = STATUS_BAD_FILE;
	return status;
}

int
report_main(int argc, char **argv)
{
	struct arguments arguments = {0};
	struct screen screen;
	const struct inputs_look look = {screen_look, &screen};
	struct merge *merge;
	int status = parse(argc, argv, &arguments), bad;

	if (status >= 0)
		return status;
	merge = merge_new();
	status = STATUS_BAD_FILE;
	if (screen_open(&screen, arguments.suppressions, arguments.baseline) ==
	    0) {
		bad = inputs_read(argv + optind, argc - optind, &look, merge);
		if (merge_count(merge))
			status = render(&arguments, &screen, merge);
		if (bad && status == STATUS_OK)
			status = STATUS_BAD_FILE;
	}
	merge_free(merge);
	screen_close(&screen);
	return status;
}
