#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"

void
complain(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("leakshim: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void
abort_for_memory(void)
{
	complain("out of memory");
	exit(STATUS_FAILED);
}
