#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/options.h"
#include "python/linetable.h"
#include "report/kinds.h"
#include "report/output.h"
#include "tap.h"

/*
 * Hostile text for what parses in the target: LEAKSHIM_OPTIONS and log_path.
 * The same texts on each run; the sanitizers' build says more than this one.
 */
enum { ROUNDS = 40000, MAX_TEXT = 300 };

/* Half of it words that mean something, the rest any bytes but NUL. */
static void
make_text(char *out)
{
	static const char *const words[] = {
		":",
		"=",
		"'",
		"\"",
		",",
		"/",
		"%",
		"%p",
		"%n",
		"%%",
		"all",
		"none",
		"auto",
		"0",
		"1",
		"-1",
		"99999999999999999999",
		"1k",
		"64M",
		"sample=",
		"USR2",
		"uncollectable",
		"unreachable/frozen",
		"lost-reference",
		" ",
		"log_path=",
		"format=json",
		"./x",
	};
	size_t n = 0, length = random_below(MAX_TEXT - 40);

	while (n < length) {
		const char *word = NULL;

		switch (random_below(4)) {
		case 0:
			word = words[random_below(sizeof words /
						  sizeof *words)];
			break;
		case 1:
			for (size_t i = random_below(40); !word && i > 0; i--)
				word = options_key(i);
			break;
		default:
			out[n++] = (char)(1 + random_below(255));
		}
		if (word) {
			memcpy(out + n, word, strlen(word));
			n += strlen(word);
		}
	}
	out[n] = '\0';
}

static size_t
count(const struct buf *b, char c)
{
	size_t i, n = 0;

	for (i = 0; i < b->len; i++)
		n += b->data[i] == c;
	return n;
}

/* Values that cannot be are never taken over. */
static bool
is_sane(const struct options *o)
{
	return o->backtrace >= 0 && o->backtrace <= 255 && o->native >= 0 &&
	       o->native <= 255 && o->exitcode >= 0 && o->exitcode <= 255 &&
	       o->timeout >= 0 && o->timeout <= 86400 && o->max_findings >= 0 &&
	       strlen(o->log_path) < sizeof o->log_path &&
	       strlen(o->kinds) < sizeof o->kinds && o->log_path[0];
}

static void
options(void)
{
	static char text[MAX_TEXT];
	size_t i, n_bad = 0, n_lines = 0, n_insane = 0, n_steering = 0;
	struct options o;
	struct buf b;

	buf_init(&b);
	for (i = 0; i < ROUNDS; i++) {
		int faults;
		size_t k;

		make_text(text);
		buf_clear(&b);
		options_init(&o);
		faults = options_parse(&o, text, &b);
		n_bad += faults > 0;
		n_lines += count(&b, '\n') != (size_t)faults;
		n_insane += !is_sane(&o);
		for (k = 0; k < b.len; k++)
			n_steering += (unsigned char)b.data[k] < 32 &&
				      b.data[k] != '\n';
		kinds_match(o.kinds, FINDING_UNREACHABLE, REASON_FROZEN);
		kinds_fail(o.fail_on, FINDING_UNREACHABLE, REASON_FROZEN);
	}
	ok(n_bad > ROUNDS / 10, "many of the texts are wrong");
	is_number(n_lines, 0, "one line for each fault");
	is_number(n_insane, 0, "no value that cannot be");
	is_number(n_steering, 0, "no control character for the terminal");
	buf_fini(&b);
}

static void
patterns(void)
{
	static char text[MAX_TEXT];
	struct output_names names = {.pid = 4711,
				     .number = 2,
				     .exe = "a/b%p",
				     .host = "../%h",
				     .directory = "/tmp/%p"};
	size_t i, n_outside = 0;
	struct buf b;

	buf_init(&b);
	for (i = 0; i < ROUNDS / 10; i++) {
		make_text(text);
		output_expand(text, &names, &b);
		/* What a host is called does not lead elsewhere. */
		n_outside += !strstr(text, "..") &&
			     strstr(buf_string(&b), "../") != NULL;
	}
	is_number(n_outside, 0, "patterns bring no directory of their own");
	buf_fini(&b);
}

/* Line tables are copied from the target, where anything may have hit them. */
static void
line_tables(void)
{
	static const enum layout_lines kinds[] = {
		LAYOUT_LINES_UNKNOWN, LAYOUT_LINES_UNSIGNED,
		LAYOUT_LINES_SIGNED, LAYOUT_LINES_PEP626,
		LAYOUT_LINES_LOCATIONS};
	unsigned char *table;
	size_t i, k, n_absurd = 0;

	for (i = 0; i < ROUNDS; i++) {
		size_t n = random_below(60);

		/* Of just that size, so that a sanitizer sees a byte more. */
		table = malloc(n + !n);
		for (k = 0; k < n; k++)
			table[k] = (unsigned char)random_below(256);
		for (k = 0; k < sizeof kinds / sizeof *kinds; k++)
			n_absurd += linetable_find(kinds[k], table, n, 10,
						   (int)random_below(400) -
							   20) < -1;
		free(table);
	}
	is_number(n_absurd, 0, "line tables of any bytes are survived");
}

int
main(void)
{
	options();
	patterns();
	line_tables();
	return tap_done();
}
