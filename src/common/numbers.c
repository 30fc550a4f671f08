#include "config.h"

#include "common/numbers.h"

/* The digits at *s, which then points past them. */
static bool
take_digits(const char **s, uint64_t *out)
{
	const char *p = *s;
	uint64_t v = 0;

	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
			return false;
	if (p == *s)
		return false;
	*s = p;
	*out = v;
	return true;
}

bool
numbers_parse(const char *s, uint64_t *out)
{
	uint64_t v;

	if (!take_digits(&s, &v) || *s)
		return false;
	*out = v;
	return true;
}

static int
shift_of(char suffix)
{
	switch (suffix) {
	case 'k':
	case 'K':
		return 10;
	case 'm':
	case 'M':
		return 20;
	case 'g':
	case 'G':
		return 30;
	default:
		return 0;
	}
}

bool
numbers_parse_bytes(const char *s, uint64_t *out)
{
	uint64_t v;
	int shift;

	if (!take_digits(&s, &v))
		return false;
	shift = shift_of(*s);
	if (s[shift != 0] || v > UINT64_MAX >> shift)
		return false;
	*out = v << shift;
	return true;
}
