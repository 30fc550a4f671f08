#include "config.h"

#include "tap.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* In memory that processes may share. */
static struct counts {
	int tests, failed;
} own, *counts = &own;

void
tap_share(void)
{
	void *p = mmap(NULL, sizeof own, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return;
	counts = p;
	*counts = own;
}

static bool
verdict(bool fact, const char *file, int line, const char *text, va_list args)
{
	counts->tests++;
	printf("%s %d - ", fact ? "ok" : "not ok", counts->tests);
	vprintf(text, args);
	putchar('\n');
	if (!fact) {
		counts->failed++;
		printf("# %s:%d\n", file, line);
	}
	/* What is known survives a crash in the next test. */
	fflush(stdout);
	return fact;
}

bool
tap_ok(bool fact, const char *file, int line, const char *text, ...)
{
	va_list args;

	va_start(args, text);
	verdict(fact, file, line, text, args);
	va_end(args);
	return fact;
}

bool
tap_is_string(const char *got, const char *want, const char *file, int line,
	      const char *text, ...)
{
	bool same = got && want ? !strcmp(got, want) : got == want;
	va_list args;

	va_start(args, text);
	verdict(same, file, line, text, args);
	va_end(args);
	if (!same)
		diag("got  %s\nwant %s", got ? got : "(null)",
		     want ? want : "(null)");
	return same;
}

bool
tap_is_number(intmax_t got, intmax_t want, const char *file, int line,
	      const char *text, ...)
{
	va_list args;

	va_start(args, text);
	verdict(got == want, file, line, text, args);
	va_end(args);
	if (got != want)
		diag("got  %" PRIdMAX "\nwant %" PRIdMAX, got, want);
	return got == want;
}

void
skip(const char *text, const char *reason)
{
	printf("ok %d - %s # SKIP %s\n", ++counts->tests, text, reason);
	fflush(stdout);
}

void
diag(const char *text, ...)
{
	char lines[4096], *line, *rest = lines;
	va_list args;

	va_start(args, text);
	vsnprintf(lines, sizeof lines, text, args);
	va_end(args);
	while ((line = strsep(&rest, "\n")))
		printf("# %s\n", line);
	fflush(stdout);
}

unsigned
random_below(unsigned n)
{
	static uint64_t state = 20261121;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % n;
}

int
tap_done(void)
{
	printf("1..%d\n", counts->tests);
	return counts->failed != 0;
}
