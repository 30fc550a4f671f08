#include "config.h"

#include "common/jsonscan.h"

#include <string.h>

/*
 * Reports are nested ten deep; jansson, which the command reads with, says so.
 */
enum { MAX_DEPTH = 2048 };

void
jsonscan_init(struct jsonscan *j, const char *text, size_t n)
{
	*j = (struct jsonscan){.start = text, .at = text, .end = text + n};
}

bool
jsonscan_fail(struct jsonscan *j, const char *problem)
{
	if (!j->problem)
		j->problem = problem;
	return false;
}

char
jsonscan_peek(struct jsonscan *j)
{
	while (j->at < j->end && (*j->at == ' ' || *j->at == '\t' ||
				  *j->at == '\n' || *j->at == '\r'))
		j->at++;
	return j->at < j->end ? *j->at : '\0';
}

static bool
take(struct jsonscan *j, char c, const char *problem)
{
	if (j->problem || jsonscan_peek(j) != c)
		return jsonscan_fail(j, problem);
	j->at++;
	return true;
}

bool
jsonscan_open(struct jsonscan *j, char bracket)
{
	char close = bracket == '{' ? '}' : ']';

	if (!take(j, bracket,
		  bracket == '{' ? "expected an object" : "expected a list"))
		return false;
	if (jsonscan_peek(j) != close)
		return true;
	j->at++;
	return false;
}

bool
jsonscan_next(struct jsonscan *j, char bracket)
{
	if (j->problem)
		return false;
	if (jsonscan_peek(j) == bracket) {
		j->at++;
		return false;
	}
	return take(j, ',', "expected a comma or a closing bracket");
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* After the backslash: the byte that it stands for, or -1. */
static int
take_escape(struct jsonscan *j)
{
	static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
	const char *name;
	int v = 0, i;

	if (j->at == j->end)
		return -1;
	if (*j->at == 'u') {
		for (i = 1; i <= 4; i++) {
			int digit =
				j->end - j->at > i ? hex_value(j->at[i]) : -1;

			if (digit < 0)
				return -1;
			v = v * 16 + digit;
		}
		j->at += 5;
		return v > 0 && v < 0x80 ? v : '?';
	}
	name = memchr(names, *j->at, sizeof names - 1);
	if (!name)
		return -1;
	j->at++;
	return bytes[name - names];
}

bool
jsonscan_string(struct jsonscan *j, char *out, size_t room)
{
	size_t n = 0;

	if (room)
		out[0] = '\0';
	if (!take(j, '"', "expected a string"))
		return false;
	while (j->at < j->end && *j->at != '"') {
		int c = (unsigned char)*j->at;

		if (c < 0x20)
			return jsonscan_fail(j, "control character in a "
						"string");
		j->at++;
		if (c == '\\' && (c = take_escape(j)) < 0)
			return jsonscan_fail(j, "invalid escape");
		if (n + 1 < room)
			out[n++] = (char)c;
	}
	if (room)
		out[n] = '\0';
	return take(j, '"', "unterminated string");
}

bool
jsonscan_key(struct jsonscan *j, char *out, size_t room)
{
	return jsonscan_string(j, out, room) &&
	       take(j, ':', "expected a colon");
}

static size_t
skip_digits(struct jsonscan *j)
{
	const char *from = j->at;

	while (j->at < j->end && *j->at >= '0' && *j->at <= '9')
		j->at++;
	return (size_t)(j->at - from);
}

static bool
skip_one(struct jsonscan *j, const char *set)
{
	bool is_there = j->at < j->end && *j->at && strchr(set, *j->at);

	j->at += is_there;
	return is_there;
}

static bool
skip_number(struct jsonscan *j)
{
	bool ok;

	skip_one(j, "-");
	ok = skip_one(j, "0") || skip_digits(j);
	if (ok && skip_one(j, "."))
		ok = skip_digits(j);
	if (ok && skip_one(j, "eE")) {
		skip_one(j, "+-");
		ok = skip_digits(j);
	}
	return ok || jsonscan_fail(j, "expected a value");
}

static bool
skip_word(struct jsonscan *j, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(j->end - j->at) < n || memcmp(j->at, word, n))
		return jsonscan_fail(j, "expected a value");
	j->at += n;
	return true;
}

static bool
skip_scalar(struct jsonscan *j)
{
	switch (jsonscan_peek(j)) {
	case '"':
		return jsonscan_string(j, NULL, 0);
	case 't':
		return skip_word(j, "true");
	case 'f':
		return skip_word(j, "false");
	case 'n':
		return skip_word(j, "null");
	default:
		return skip_number(j);
	}
}

/* In an object, the key of the next member. */
static bool
begin_member(struct jsonscan *j, char close)
{
	return close == ']' || jsonscan_key(j, NULL, 0);
}

/* Not recursive: the stack is the target's. */
bool
jsonscan_skip(struct jsonscan *j)
{
	char close[MAX_DEPTH];
	size_t depth = 0;

	for (;;) {
		char c = jsonscan_peek(j);

		if (c != '{' && c != '[') {
			if (j->problem || !skip_scalar(j))
				return false;
		} else if (depth == MAX_DEPTH) {
			return jsonscan_fail(j, "nested too deeply");
		} else if (jsonscan_open(j, c)) {
			close[depth++] = c == '{' ? '}' : ']';
			if (!begin_member(j, close[depth - 1]))
				return false;
			continue;
		}
		while (depth && !jsonscan_next(j, close[depth - 1]))
			depth--;
		if (j->problem || !depth)
			return !j->problem;
		if (!begin_member(j, close[depth - 1]))
			return false;
	}
}

bool
jsonscan_count(struct jsonscan *j, int64_t *out)
{
	const char *from;
	int64_t v = 0;

	jsonscan_peek(j);
	from = j->at;
	*out = -1;
	if (!jsonscan_skip(j))
		return false;
	for (; from < j->at && *from >= '0' && *from <= '9'; from++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, *from - '0', &v))
			v = INT64_MAX;
	if (from == j->at)
		*out = v;
	return true;
}

bool
jsonscan_end(struct jsonscan *j)
{
	if (j->problem)
		return false;
	jsonscan_peek(j);
	return j->at == j->end ||
	       jsonscan_fail(j, "trailing data after the end");
}

void
jsonscan_place(const struct jsonscan *j, int *line, int *column)
{
	const char *p;

	*line = *column = 1;
	for (p = j->start; p < j->at; p++) {
		++*column;
		if (*p == '\n') {
			++*line;
			*column = 1;
		}
	}
}
