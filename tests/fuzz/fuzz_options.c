/* LEAKSHIM_OPTIONS. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/options.h"
#include "fuzz.h"
#include "report/kinds.h"

const char *const fuzz_words[] = {
	":",
	"=",
	"'",
	"\"",
	",",
	"/",
	"%p",
	"all",
	"none",
	"auto",
	"0",
	"1",
	"-1",
	"99999999999999999999",
	"64M",
	"sample=",
	"USR2",
	"kinds=",
	"fail_on=",
	"log_path=",
	"suppressions=",
	"baseline=",
	"track=",
	"uncollectable",
	"unreachable/frozen",
	"exitcode=",
	"timeout=",
	"max_table=",
	"signal=",
	"\x1b[31m",
	NULL,
};

static void
must_be_sane(const struct options *o)
{
	fuzz_must(o->backtrace >= 0 && o->backtrace <= 255 && o->native >= 0 &&
			  o->native <= 255 && o->exitcode >= 0 &&
			  o->exitcode <= 255 && o->timeout >= 0 &&
			  o->timeout <= 86400 && o->max_findings >= 0 &&
			  o->verbosity >= 0 && o->verbosity <= 2,
		  "numbers are within their limits");
	fuzz_must(strlen(o->log_path) < sizeof o->log_path && o->log_path[0] &&
			  strlen(o->suppressions) < sizeof o->suppressions &&
			  strlen(o->baseline) < sizeof o->baseline &&
			  strlen(o->kinds) < sizeof o->kinds,
		  "texts are within their limits");
	kinds_match(o->kinds, FINDING_UNREACHABLE, REASON_FROZEN);
	kinds_fail(o->fail_on, FINDING_UNREACHABLE, REASON_FROZEN);
}

/* What was understood, written and read again, is the same. */
static void
must_be_read_again(const struct options *o)
{
	static struct options again;
	struct buf text, value;
	size_t i;

	buf_init(&text);
	buf_init(&value);
	options_init(&again);
	for (i = 0; options_key(i); i++) {
		buf_clear(&value);
		options_value(o, options_key(i), &value);
		/* No quotes can stand around a value that has both. */
		if (strstr(buf_string(&value), "':") &&
		    strstr(buf_string(&value), "\":"))
			goto out;
		options_append(&text, options_key(i), buf_string(&value));
	}
	buf_clear(&value);
	options_parse(&again, buf_string(&text), &value);
	fuzz_must(!strcmp(o->log_path, again.log_path) &&
			  !strcmp(o->suppressions, again.suppressions) &&
			  !strcmp(o->fail_on, again.fail_on) &&
			  o->max_table == again.max_table &&
			  o->signal == again.signal,
		  "options are written as they are read");
out:
	buf_fini(&text);
	buf_fini(&value);
}

void
fuzz_try(const char *data, size_t n)
{
	static struct options o;
	size_t i, n_lines = 0;
	char *text = malloc(n + 1);
	struct buf b;
	int faults;

	memcpy(text, data, n);
	text[n] = '\0';
	buf_init(&b);
	options_init(&o);
	faults = options_parse(&o, text, &b);
	for (i = 0; i < b.len; i++) {
		n_lines += b.data[i] == '\n';
		fuzz_must((unsigned char)b.data[i] >= 32 || b.data[i] == '\n',
			  "no control character for the terminal");
	}
	fuzz_must(n_lines == (size_t)faults, "a line for each fault");
	must_be_sane(&o);
	must_be_read_again(&o);
	buf_clear(&b);
	options_help(&o, &b);
	buf_fini(&b);
	free(text);
}
