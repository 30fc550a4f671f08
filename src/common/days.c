#include "config.h"

#include "common/days.h"

#include "common/buf.h"

/* n digits at s, or -1. */
static int64_t
digits(const char *s, int n)
{
	int64_t v = 0;
	int i;

	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

static bool
is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_of_month(int64_t year, int64_t month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30,
				   31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

bool
days_parse(const char *s, size_t n, int64_t *out)
{
	int64_t year, month, day, before, m;

	if (n != 10 || s[4] != '-' || s[7] != '-')
		return false;
	year = digits(s, 4);
	month = digits(s + 5, 2);
	day = digits(s + 8, 2);
	if (year < 1 || month < 1 || month > 12 || day < 1 ||
	    day > days_of_month(year, month))
		return false;
	before = year - 1;
	/* 719162 days from the first of January of the year 1. */
	*out = before * 365 + before / 4 - before / 100 + before / 400 -
	       719162 + day - 1;
	for (m = 1; m < month; m++)
		*out += days_of_month(year, m);
	return true;
}

static void
put_two(struct buf *b, int v)
{
	buf_printf(b, v < 10 ? "0%d" : "%d", v);
}

/* The proleptic Gregorian calendar, in years that begin with March. */
void
days_put_time(struct buf *b, int64_t seconds)
{
	int64_t days = seconds / 86400, rest = seconds % 86400;
	int64_t z = days + 719468, era = z / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153, month = mp < 10 ? mp + 3 : mp - 9;

	buf_printf(b, "%ld-", yoe + era * 400 + (month <= 2));
	put_two(b, (int)month);
	buf_putc(b, '-');
	put_two(b, (int)(doy - (153 * mp + 2) / 5 + 1));
	buf_putc(b, 'T');
	put_two(b, (int)(rest / 3600));
	buf_putc(b, ':');
	put_two(b, (int)(rest / 60 % 60));
	buf_putc(b, ':');
	put_two(b, (int)(rest % 60));
	buf_putc(b, 'Z');
}
