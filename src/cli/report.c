#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/merge.h"
#include "cli/read_report.h"
#include "cli/symbolize.h"
#include "common/arena.h"
#include "common/buf.h"
#include "report/json.h"
#include "report/text.h"

static void
usage(void)
{
	puts("usage: leakshim report [--format=text|json] FILE...\n\n"
	     "Renders a JSON report (leakshim-report(5)); several are merged: "
	     "findings with\nthe same fingerprint become one, their numbers "
	     "add up. `-' is standard input.\n\nOptions:\n"
	     "  --format=text|json   text when none is given\n"
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

static int
render(const struct report *r, bool as_json)
{
	struct text_style style = {
		.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
		.with_missed = true,
	};
	struct buf text;
	int status;

	buf_init(&text);
	if (as_json)
		report_json(&text, r, false);
	else
		report_text(&text, r, &style);
	status = write_out(&text);
	buf_fini(&text);
	return status;
}

int
report_main(int argc, char **argv)
{
	bool as_json = false;
	struct report r, next;
	struct arena arena;
	int i, n_files = 0;

	arena_init(&arena);
	for (i = 1; i < argc; i++) {
		const char *a = argv[i];

		if (!strcmp(a, "--help") || !strcmp(a, "-h")) {
			usage();
			return STATUS_OK;
		}
		if (!strncmp(a, "--format=", 9)) {
			if (strcmp(a + 9, "text") && strcmp(a + 9, "json")) {
				complain("report: format '%s' is not text or "
					 "json",
					 a + 9);
				return STATUS_USAGE;
			}
			as_json = a[9] == 'j';
			continue;
		}
		if (a[0] == '-' && a[1] && strcmp(a, "--")) {
			complain("report: '%s' is no option (leakshim report "
				 "--help)",
				 a);
			return STATUS_USAGE;
		}
		if (!strcmp(a, "--"))
			continue;
		if (read_report(&arena, a, n_files ? &next : &r) != 0)
			return STATUS_BAD_FILE;
		if (n_files++)
			merge_reports(&arena, &r, &next);
	}
	if (!n_files) {
		complain("report: no file given (leakshim report --help)");
		return STATUS_USAGE;
	}
	symbolize(&arena, &r);
	i = render(&r, as_json);
	arena_fini(&arena);
	return i;
}
