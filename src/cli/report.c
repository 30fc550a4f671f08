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
#include "formats/formats.h"
#include "report/report.h"

static void
usage(void)
{
	const struct format *f;

	puts("usage: leakshim report [--format=FORMAT] FILE...\n\n"
	     "Renders a JSON report (leakshim-report(5)); several are merged: "
	     "findings with\nthe same fingerprint become one, their numbers "
	     "add up. `-' is standard input.\n\nOptions:\n"
	     "  --format=FORMAT   one of these, text when none is given\n"
	     "  --help            this text\n\nFormats:");
	for (f = formats; f->name; f++)
		printf("  %-16s  %s\n", f->name, f->meaning);
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
	complain("report: '%s' is no format; there are %s", name,
		 buf_string(&names));
	buf_fini(&names);
	return NULL;
}

static int
write_out(const struct buf *text)
{
	bool is_empty = !text->len; /* and has no data */

	if (text->failed ||
	    (!is_empty &&
	     fwrite(text->data, text->len, 1, stdout) != 1) ||
	    fflush(stdout) != 0) {
		complain("report: cannot write: %s",
			 text->failed ? "out of memory" : strerror(errno));
		return STATUS_FAILED;
	}
	return STATUS_OK;
}

static int
render(const struct report *r, const struct format *format)
{
	char *root = getcwd(NULL, 0);
	struct format_context context = {
		.root = root,
		.has_colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
	};
	struct buf text;
	int status;

	buf_init(&text);
	format->write(&text, r, &context);
	status = write_out(&text);
	buf_fini(&text);
	free(root);
	return status;
}

int
report_main(int argc, char **argv)
{
	const struct format *format = formats;
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
			format = find_format(a + 9);
			if (!format)
				return STATUS_USAGE;
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
	i = render(&r, format);
	arena_fini(&arena);
	return i;
}
