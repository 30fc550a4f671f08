#include "config.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "common/buf.h"

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
	/* Names of files, and bytes of a file that is no JSON, are in it. */
	buf_init(&line);
	buf_put(&line, "leakshim: ");
	buf_shown(&line, text, SIZE_MAX);
	buf_putc(&line, '\n');
	fputs(buf_string(&line), stderr);
	buf_fini(&line);
	free(text);
}

void
abort_for_memory(void)
{
	complain("out of memory");
	exit(STATUS_FAILED);
}
