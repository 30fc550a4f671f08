#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "common/buf.h"
#include "report/missed.h"

void
complain(const char *format, ...)
{
	struct buf line;
	va_list args;
	char *text;
	int n;

	fflush(stdout);
	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0) {
		fputs("leakshim: out of memory\n", stderr);
		return;
	}
	/* It contains names of files, and bytes of files that are not JSON. */
	buf_init(&line);
	buf_put(&line, "leakshim: ");
	buf_shown(&line, text, SIZE_MAX);
	buf_putc(&line, '\n');
	fputs(line.failed ? "leakshim: out of memory\n" : buf_string(&line),
	      stderr);
	buf_fini(&line);
	free(text);
}

int
complain_of_option(const char *verb, int c, const char *word)
{
	if (c == ':')
		complain("%s: %s needs a value", verb, word);
	else
		complain("%s: unknown option '%s' (see leakshim %s --help)",
			 verb, word, verb);
	return STATUS_USAGE;
}

void
complain_of_missed(const char *verb, const struct report *r)
{
	struct buf line;
	size_t i;

	buf_init(&line);
	for (i = 0; i < r->n_missed; i++) {
		if (!missed_is_said(&r->missed[i]))
			continue;
		buf_clear(&line);
		missed_put(&line, &r->missed[i]);
		complain("%s: missed: %s", verb, buf_string(&line));
	}
	buf_fini(&line);
}

int
write_out(const char *verb, const struct buf *text)
{
	bool is_empty = !text->len; /* and has no data */

	if (!text->failed &&
	    (is_empty || fwrite(text->data, text->len, 1, stdout) == 1) &&
	    fflush(stdout) == 0)
		return STATUS_OK;
	complain("%s: cannot write: %s", verb,
		 text->failed ? "out of memory" : strerror(errno));
	return STATUS_FAILED;
}

bool
wants_colour(void)
{
	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
}

void
abort_for_memory(void)
{
	complain("out of memory");
	exit(STATUS_FAILED);
}
