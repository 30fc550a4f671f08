#include "config.h"

#include "report/cxxname.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "common/arena.h"

enum { NAME_BYTES = 1024, MOST_DEPTH = 64, RUST_HASH = 17 };

struct parser {
	const char *at, *end;
	char *out; /* NAME_BYTES */
	size_t n;
	int silent; /* above 0: what is read is skipped */
	int depth;
	bool failed;
	/* The last part, for constructors and destructors. */
	size_t last, last_end;
};

static void name(struct parser *p);
static void type(struct parser *p);

static void
fail(struct parser *p)
{
	p->failed = true;
	p->at = p->end;
}

static char
look(const struct parser *p, size_t ahead)
{
	return (size_t)(p->end - p->at) > ahead ? p->at[ahead] : '\0';
}

static bool
eat(struct parser *p, const char *s)
{
	size_t n = strlen(s);

	if ((size_t)(p->end - p->at) < n || memcmp(p->at, s, n) != 0)
		return false;
	p->at += n;
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

static void
put(struct parser *p, const char *s, size_t n)
{
	if (p->silent)
		return;
	if (n >= NAME_BYTES - p->n) {
		fail(p);
		return;
	}
	memcpy(p->out + p->n, s, n);
	p->n += n;
}

/* One more part of a qualified name. */
static void
put_part(struct parser *p, const char *s, size_t n)
{
	if (p->silent)
		return;
	if (p->n)
		put(p, "::", 2);
	p->last = p->n;
	put(p, s, n);
	p->last_end = p->n;
}

static size_t
number(struct parser *p)
{
	size_t v = 0;

	while (is_digit(look(p, 0)) && v < NAME_BYTES)
		v = v * 10 + (size_t)(*p->at++ - '0');
	return v;
}

/* "_", "0_", "1A_": which one it is does not matter here. */
static void
sequence(struct parser *p)
{
	while (is_digit(look(p, 0)) || (look(p, 0) >= 'A' && look(p, 0) <= 'Z'))
		p->at++;
	if (!eat(p, "_"))
		fail(p);
}

static bool
is_rust_hash(const char *s, size_t n)
{
	size_t i;

	if (n != RUST_HASH || s[0] != 'h')
		return false;
	for (i = 1; i < n; i++)
		if (!is_hex(s[i]))
			return false;
	return true;
}

static void
source_name(struct parser *p)
{
	size_t n = number(p);

	if (!n || n > (size_t)(p->end - p->at)) {
		fail(p);
		return;
	}
	if (n > 10 && !memcmp(p->at, "_GLOBAL__N", 10))
		put_part(p, "(anonymous)", 11);
	else if (!is_rust_hash(p->at, n) || p->at[n] != 'E')
		put_part(p, p->at, n);
	p->at += n;
}

static void
until_e(struct parser *p, void (*each)(struct parser *p))
{
	while (!p->failed && !eat(p, "E"))
		if (p->at < p->end)
			each(p);
		else
			fail(p);
}

/* ---- what is left out: types, and the arguments of templates ---- */

static void
argument(struct parser *p)
{
	if (++p->depth > MOST_DEPTH) {
		fail(p);
	} else if (eat(p, "J")) {
		until_e(p, argument);
	} else if (eat(p, "L_Z")) {
		name(p);
		until_e(p, type);
	} else if (eat(p, "L")) {
		type(p);
		while (is_digit(look(p, 0)) || is_hex(look(p, 0)) ||
		       look(p, 0) == 'n')
			p->at++;
		if (!eat(p, "E"))
			fail(p);
	} else if (eat(p, "X")) {
		fail(p); /* an expression */
	} else {
		type(p);
	}
	p->depth--;
}

static void
template_arguments(struct parser *p)
{
	if (!eat(p, "I"))
		return;
	p->silent++;
	until_e(p, argument);
	p->silent--;
	put(p, "<...>", 5);
}

static void
array(struct parser *p)
{
	number(p);
	if (!eat(p, "_"))
		fail(p);
	type(p);
}

/* Those whose first letter is D. */
static void
type_d(struct parser *p)
{
	char c = look(p, 0);

	p->at++;
	if (c == 'p' || c == 'o' || c == 'w')
		type(p);
	else if (!c || !strchr("acdefhinsu", c))
		fail(p); /* decltype, and what is rare */
}

static void
type(struct parser *p)
{
	char c = look(p, 0);

	p->silent++;
	if (++p->depth > MOST_DEPTH) {
		fail(p);
	} else if (is_digit(c) || c == 'N' || c == 'Z' || c == 'S') {
		name(p);
	} else if (eat(p, "T")) {
		sequence(p);
		template_arguments(p);
	} else if (eat(p, "F")) {
		eat(p, "Y");
		until_e(p, type);
	} else if (eat(p, "A")) {
		array(p);
	} else if (eat(p, "M")) {
		type(p);
		type(p);
	} else if (eat(p, "D")) {
		type_d(p);
	} else if (eat(p, "u")) {
		source_name(p);
	} else if (eat(p, "U")) {
		source_name(p);
		type(p);
	} else if (c && strchr("PROCGrVK", c)) {
		p->at++;
		type(p);
	} else if (eat(p, "E") || c < 'a' || c > 'z') {
		fail(p);
	} else {
		p->at++; /* a built-in type */
	}
	p->depth--;
	p->silent--;
}

/* The end of a function type as of a member: "RE" and "OE". */
static void
function_argument(struct parser *p)
{
	if ((look(p, 0) == 'R' || look(p, 0) == 'O') && look(p, 1) == 'E')
		p->at++;
	else
		type(p);
}

/* ---- names ---- */

static const struct {
	char code[3];
	const char *text;
} operators[] = {
	{"nw", " new"},      {"na", " new[]"},    {"dl", " delete"},
	{"da", " delete[]"}, {"aw", " co_await"}, {"ps", "+"},
	{"ng", "-"},         {"ad", "&"},         {"de", "*"},
	{"co", "~"},         {"pl", "+"},         {"mi", "-"},
	{"ml", "*"},         {"dv", "/"},         {"rm", "%"},
	{"an", "&"},         {"or", "|"},         {"eo", "^"},
	{"aS", "="},         {"pL", "+="},        {"mI", "-="},
	{"mL", "*="},        {"dV", "/="},        {"rM", "%="},
	{"aN", "&="},        {"oR", "|="},        {"eO", "^="},
	{"ls", "<<"},        {"rs", ">>"},        {"lS", "<<="},
	{"rS", ">>="},       {"eq", "=="},        {"ne", "!="},
	{"lt", "<"},         {"gt", ">"},         {"le", "<="},
	{"ge", ">="},        {"ss", "<=>"},       {"nt", "!"},
	{"aa", "&&"},        {"oo", "||"},        {"pp", "++"},
	{"mm", "--"},        {"cm", ","},         {"pm", "->*"},
	{"pt", "->"},        {"cl", "()"},        {"ix", "[]"},
};

static void
operator_name(struct parser *p)
{
	size_t i;

	for (i = 0; i < sizeof operators / sizeof *operators; i++) {
		if (!eat(p, operators[i].code))
			continue;
		put_part(p, "operator", 8);
		put(p, operators[i].text, strlen(operators[i].text));
		return;
	}
	if (!eat(p, "cv")) {
		fail(p);
		return;
	}
	put_part(p, "operator ...", 12);
	type(p);
}

/* Named like the part before. */
static void
structor(struct parser *p, bool is_destructor)
{
	size_t n = p->last_end - p->last;
	char copy[NAME_BYTES];

	p->at += 2;
	memcpy(copy, p->out + p->last, n);
	put_part(p, is_destructor ? "~" : "", is_destructor);
	put(p, copy, n);
	p->last_end = p->n;
}

static void
unqualified(struct parser *p)
{
	char c = look(p, 0), next = look(p, 1);

	eat(p, "L"); /* of internal linkage */
	if (is_digit(look(p, 0))) {
		source_name(p);
	} else if (c == 'C' && is_digit(next)) {
		structor(p, false);
	} else if (c == 'D' && is_digit(next)) {
		structor(p, true);
	} else if (eat(p, "Ul")) {
		p->silent++;
		until_e(p, type);
		p->silent--;
		sequence(p);
		put_part(p, "{lambda}", 8);
	} else if (eat(p, "Ut")) {
		sequence(p);
		put_part(p, "{unnamed}", 9);
	} else {
		operator_name(p);
	}
	while (eat(p, "B")) { /* tags of the ABI */
		p->silent++;
		source_name(p);
		p->silent--;
	}
}

/* A substitution.  False: "St", which a name follows. */
static bool
substitution(struct parser *p)
{
	static const struct {
		char code;
		const char *text;
	} known[] = {{'a', "allocator"}, {'b', "basic_string"},
		     {'s', "string"},    {'i', "istream"},
		     {'o', "ostream"},   {'d', "iostream"}};
	size_t i;

	p->at++;
	for (i = 0; i < sizeof known / sizeof *known; i++) {
		if (look(p, 0) != known[i].code)
			continue;
		p->at++;
		put_part(p, "std", 3);
		put_part(p, known[i].text, strlen(known[i].text));
		return true;
	}
	if (eat(p, "t")) {
		put_part(p, "std", 3);
		return false;
	}
	/* A back reference: in names of functions, of arguments. */
	sequence(p);
	put_part(p, "...", 3);
	return true;
}

static void
nested_part(struct parser *p)
{
	if (look(p, 0) == 'S')
		substitution(p);
	else if (look(p, 0) == 'I')
		template_arguments(p);
	else if (eat(p, "T"))
		sequence(p);
	else
		unqualified(p);
}

static void
name(struct parser *p)
{
	if (++p->depth > MOST_DEPTH) {
		fail(p);
	} else if (eat(p, "N")) {
		while (look(p, 0) && strchr("rVKRO", look(p, 0)))
			p->at++;
		until_e(p, nested_part);
	} else if (eat(p, "Z")) {
		name(p);
		p->silent++;
		until_e(p, function_argument);
		p->silent--;
		if (!eat(p, "s"))
			name(p);
	} else {
		if (look(p, 0) != 'S' || !substitution(p))
			if (!p->failed && look(p, 0) != 'I')
				unqualified(p);
		template_arguments(p);
	}
	p->depth--;
}

/* ---- all together ---- */

static const char *
copy(struct arena *a, const char *s, size_t n)
{
	char *text = arena_grab(a, n + 1);

	if (!text)
		return NULL;
	memcpy(text, s, n);
	text[n] = '\0';
	return text;
}

const char *
cxxname_show(struct arena *a, const char *symbol)
{
	/*
	 * Behind a dot stands what the compiler has made of it, or a version.
	 */
	size_t n = strcspn(symbol, ".@");
	char out[NAME_BYTES];
	struct parser p = {.at = symbol + 2, .end = symbol + n, .out = out};
	const char *text;

	if (n > 2 && symbol[0] == '_' && symbol[1] == 'Z') {
		name(&p);
		if (!p.failed && p.n)
			text = copy(a, out, p.n);
		else
			return symbol;
	} else if (!symbol[n] || !n) {
		return symbol;
	} else {
		text = copy(a, symbol, n);
	}
	return text ? text : symbol;
}
