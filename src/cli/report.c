#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/inputs.h"
#include "cli/merge.h"
#include "cli/rules_format.h"
#include "cli/screen.h"
#include "cli/symbolize.h"
#include "cli/verdict.h"
#include "common/arena.h"
#include "common/buf.h"
#include "report/json.h"
#include "report/text.h"

static void
usage(void)
{
	puts("usage: leakshim report [OPTION...] FILE...\n\n"
	     "Renders a JSON report (leakshim-report(5)); several, and those "
	     "of folders, are\nmerged: findings with the same fingerprint "
	     "become one, their numbers add up.\n`-' is standard input."
	     "\n\nOptions:\n"
	     "  --format=FORMAT      text (when none is given), json, or\n"
	     "                       suppressions: rules for what is new\n"
	     "  --suppressions=FILE  rules to apply\n"
	     "  --baseline=FILE      findings of this report are known\n"
	     "  --help               this text");
}

static int
write_out(const struct buf *text)
{
	if (text->failed || fwrite(text->data, 1, text->len, stdout) !=
				    text->len ||
	    fflush(stdout) != 0) {
		complain("report: cannot write: %s",
			 text->failed ? "out of memory" : strerror(errno));
		return STATUS_FAILED;
	}
	return STATUS_OK;
}

static void
put_text(struct buf *out, const struct report *r)
{
	struct text_style style = {
		.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
		.with_missed = true,
	};

	report_text(out, r, &style);
}

static void
put_json(struct buf *out, const struct report *r)
{
	report_json(out, r, false);
}

static const struct format {
	const char *name;
	void (*render)(struct buf *out, const struct report *r);
} formats[] = {
	{"text", put_text},
	{"json", put_json},
	{"suppressions", rules_format},
};

static const struct format *
find_format(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof formats / sizeof *formats; i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}

struct wishes {
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
parse(int argc, char **argv, struct wishes *w)
{
	int c;

	opterr = 0;
	w->format = &formats[0];
	while ((c = getopt_long(argc, argv, ":h", long_options, NULL)) != -1) {
		switch (c) {
		case 'h':
			usage();
			return STATUS_OK;
		case 'f':
			w->format = find_format(optarg);
			if (w->format)
				break;
			complain("report: format '%s' is not text, json or "
				 "suppressions",
				 optarg);
			return STATUS_USAGE;
		case 's':
			w->suppressions = optarg;
			break;
		case 'b':
			w->baseline = optarg;
			break;
		case ':':
			complain("report: %s needs a value", argv[optind - 1]);
			return STATUS_USAGE;
		default:
			complain("report: '%s' is no option (leakshim report "
				 "--help)",
				 argv[optind - 1]);
			return STATUS_USAGE;
		}
	}
	if (optind < argc)
		return -1;
	complain("report: no file given (leakshim report --help)");
	return STATUS_USAGE;
}

static int
render(const struct wishes *w, struct screen *screen, struct merge *merge)
{
	struct verdict verdict;
	struct arena arena;
	struct report r;
	struct buf text;
	int status;

	arena_init(&arena);
	buf_init(&text);
	merge_result(merge, &arena, &r);
	screen_rows(screen, &arena, &r);
	verdict_init(&verdict);
	verdict_judge(&verdict, &r);
	symbolize(&arena, &r);
	w->format->render(&text, &r);
	status = write_out(&text);
	buf_fini(&text);
	arena_fini(&arena);
	if (status == STATUS_OK && screen->rules.faults)
		status = STATUS_BAD_FILE;
	return status;
}

int
report_main(int argc, char **argv)
{
	struct wishes wishes = {0};
	struct screen screen;
	const struct inputs_look look = {screen_look, &screen};
	struct merge *merge;
	int status = parse(argc, argv, &wishes);

	if (status >= 0)
		return status;
	merge = merge_new();
	status = STATUS_BAD_FILE;
	if (screen_open(&screen, wishes.suppressions, wishes.baseline) == 0 &&
	    inputs_read(argv + optind, argc - optind, &look, merge) == 0)
		status = render(&wishes, &screen, merge);
	merge_free(merge);
	screen_close(&screen);
	return status;
}
