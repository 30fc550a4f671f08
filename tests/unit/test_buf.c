#include "config.h"

#include "common/buf.h"
#include "tap.h"

#include <limits.h>
#include <string.h>

static struct buf b;

/* What was put since the last call. */
static const char *
text(void)
{
	static char kept[400];
	const char *s = buf_string(&b);

	strncpy(kept, s, sizeof kept - 1);
	buf_clear(&b);
	return kept;
}

static void
is_size(uint64_t n, const char *want)
{
	buf_size(&b, n);
	is_string(text(), want, "%lu as a size", n);
}

static void
is_decimal(double v, int decimals, const char *want)
{
	buf_decimal(&b, v, decimals);
	is_string(text(), want, "%s", want);
}

static void
is_json(const char *s, const char *want)
{
	buf_json_string(&b, s);
	is_string(text(), want, "JSON %s", want);
}

static void
is_shown(const char *s, const char *want)
{
	buf_shown(&b, s, s ? strlen(s) : 5);
	is_string(text(), want, "shown: %s", want);
}

static void
plain(void)
{
	is_string(text(), "", "a new buf is an empty string");
	buf_put(&b, NULL);
	buf_putn(&b, "abc", 2);
	buf_putc(&b, 'c');
	is_string(text(), "abc", "pieces join; NULL is nothing");
	buf_count(&b, 1, "cycle", "cycles");
	buf_count(&b, 0, "cycle", "cycles");
	is_string(text(), "1 cycle0 cycles", "one and many");
}

static void
formats(void)
{
	static const char *volatile nothing; /* gcc warns of a plain NULL */

	buf_printf(&b, "%s|%.*s|%c|%d|%i|%u|%x|%%", "a", 2, "xyz", '!', -5, 7,
		   8u, 255u);
	is_string(text(), "a|xy|!|-5|7|8|ff|%", "all conversions");
	buf_printf(&b, "%ld %lu %zu %lx %lld", LONG_MIN, ULONG_MAX, (size_t)3,
		   0xdeadbeefUL, -1LL);
	is_string(text(),
		  "-9223372036854775808 18446744073709551615 3 "
		  "deadbeef -1",
		  "long numbers");
	buf_printf(&b, "%d %s", INT_MIN, nothing);
	is_string(text(), "-2147483648 ", "the least int, and NULL");
	buf_printf(&b, "100%%");
	is_string(text(), "100%", "a percent sign at the end");
}

static void
sizes(void)
{
	is_size(0, "0 bytes");
	is_size(1, "1 byte");
	is_size(1023, "1023 bytes");
	is_size(1024, "1.0 KiB");
	is_size(32153, "31.4 KiB");
	is_size(1048523, "1023.9 KiB");
	is_size(1048575, "1.0 MiB");
	is_size((uint64_t)5 << 40, "5.0 TiB");
	is_size(UINT64_MAX, "unknown size");
	is_decimal(0, 0, "0");
	is_decimal(0.05, 1, "0.1");
	is_decimal(12.3456, 3, "12.346");
	is_decimal(0.000001, 6, "0.000001");
	is_decimal(-1.5, 1, "-1.5");
	is_decimal(9.999, 2, "10.00");
}

static void
strings(void)
{
	is_json("a\"b\\c", "\"a\\\"b\\\\c\"");
	is_json("\n\t\x01\x7f", "\"\\n\\u0009\\u0001\\u007f\"");
	is_json("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x8d",
		"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x8d\"");
	is_json("\xff", "\"\xef\xbf\xbd\"");
	is_json("\xc3", "\"\xef\xbf\xbd\"");
	is_json("\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\"");
	is_json("\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	is_json(NULL, "\"\"");
	is_shown("a\nb\tc", "a\\nb\\tc");
	is_shown("\x1b[1m\x7f", "\\x1b[1m\\x7f");
	is_shown("\xc2\x9b"
		 "1m",
		 "\\x9b1m");
	is_shown("caf\xc3\xa9 \xff", "caf\xc3\xa9 \xef\xbf\xbd");
	is_shown(NULL, "");
	buf_shown(&b, "\xc3\xa9\xc3\xa9", 3);
	is_string(text(), "\xc3\xa9\xef\xbf\xbd", "cut inside of a letter");
}

static void
growing(void)
{
	size_t i;

	for (i = 0; i < 100000; i++)
		buf_put(&b, "0123456789");
	is_number(b.len, 1000000, "a million bytes");
	ok(!memcmp(b.data + 999990, "0123456789", 10) &&
		   !memcmp(b.data + 16380, "0123456789", 10),
	   "in order");
	is_number(buf_string(&b)[b.len], 0, "with a NUL behind them");
	buf_clear(&b);
	for (i = 0; i < 16 * 1024; i++)
		buf_putc(&b, 'x');
	is_number(strlen(buf_string(&b)), 16 * 1024,
		  "a full buf still has room for its NUL");
	ok(!b.failed, "nothing failed");
}

int
main(void)
{
	buf_init(&b);
	plain();
	formats();
	sizes();
	strings();
	growing();
	buf_fini(&b);
	ok(!b.data && !b.len, "nothing is left");
	return tap_done();
}
