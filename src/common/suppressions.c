#include "config.h"

#include "common/suppressions.h"

#include <string.h>

#include "common/buf.h"
#include "common/days.h"
#include "common/suggest.h"
#include "common/words.h"

enum { MAX_COMPLAINTS = 20, SHOWN_BYTES = 60, FINGERPRINT_DIGITS = 16 };

/* A line that is being parsed, and the first thing wrong with it. */
struct line {
	const char *start, *at, *end;
	const char *wrong;    /* where, or NULL */
	const char *expected; /* what is said about it */
	const char *near;     /* what the word was meant to be, or NULL */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool
fail(struct line *l, const char *where, const char *expected)
{
	l->wrong = where;
	l->expected = expected;
	return false;
}

static void
skip_blanks(struct line *l)
{
	while (l->at < l->end && is_blank(*l->at))
		l->at++;
}

/* Without what surrounds the rule: blanks, and a comment. */
static void
trim(struct line *l)
{
	const char *p;

	skip_blanks(l);
	for (p = l->at; p < l->end; p++)
		if (*p == '#' && (p == l->at || is_blank(p[-1])))
			l->end = p;
	while (l->end > l->at && is_blank(l->end[-1]))
		l->end--;
}

static bool
starts_with(const struct line *l, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(l->end - l->at) >= n && !memcmp(l->at, word, n);
}

/* "until=DATE ". */
static bool
take_until(struct line *l, struct suppression *rule)
{
	const char *date;

	rule->until = SUPPRESSION_FOREVER;
	if (!starts_with(l, "until="))
		return true;
	date = l->at + strlen("until=");
	for (l->at = date; l->at < l->end && !is_blank(*l->at);)
		l->at++;
	if (!days_parse(date, (size_t)(l->at - date), &rule->until))
		return fail(l, date, "expected a date, such as 2027-01-31");
	skip_blanks(l);
	return true;
}

/* What can stand before the colon; the kinds follow. */
static const char *
subject_word(size_t i)
{
	static const char *const subjects[] = {"leak", "type", "fingerprint",
					       "until="};
	enum { N = sizeof subjects / sizeof *subjects };

	return i < N ? subjects[i] : words_kind(i - N);
}

static bool
fail_word(struct line *l, const char *word, size_t n)
{
	char copy[SHOWN_BYTES + 1];

	n = n < SHOWN_BYTES ? n : SHOWN_BYTES;
	memcpy(copy, word, n);
	copy[n] = '\0';
	l->near = suggest(copy, subject_word);
	return fail(l, word,
		    "expected leak:, type:, fingerprint: or a kind (KIND:, "
		    "KIND/REASON:)");
}

static bool
is_word(const char *s, size_t n, const char *word)
{
	return n == strlen(word) && !memcmp(s, word, n);
}

/* "leak:", "type:", "fingerprint:", "KIND:". */
static bool
take_subject(struct line *l, struct arena *a, struct suppression *rule)
{
	const char *word = l->at;
	const char *colon = memchr(word, ':', (size_t)(l->end - word));
	size_t n = colon ? (size_t)(colon - word) : 0;

	rule->kinds = "all";
	if (!colon)
		return fail(l, word, "expected a rule, such as leak:PATTERN");
	if (is_word(word, n, "type")) {
		rule->subject = SUPPRESSION_TYPE;
	} else if (is_word(word, n, "fingerprint")) {
		rule->subject = SUPPRESSION_FINGERPRINT;
	} else if (!is_word(word, n, "leak")) {
		if (is_word(word, n, "all") || !words_are_kind(word, n))
			return fail_word(l, word, n);
		rule->kinds = arena_copy(a, word, n);
	}
	l->at = colon + 1;
	skip_blanks(l);
	return true;
}

/* KIND-16 hexadecimal digits. */
static bool
is_fingerprint(const char *s, size_t n)
{
	size_t i, n_kind = n > FINGERPRINT_DIGITS ? n - FINGERPRINT_DIGITS - 1 :
						    0;

	if (!n_kind || s[n_kind] != '-' || !words_are_kind(s, n_kind) ||
	    memchr(s, '/', n_kind))
		return false;
	for (i = n_kind + 1; i < n; i++)
		if (!memchr("0123456789abcdef", s[i], 16))
			return false;
	return true;
}

static bool
take_pattern(struct line *l, struct arena *a, struct suppression *rule)
{
	size_t n = (size_t)(l->end - l->at);
	const char *nul = memchr(l->at, '\0', n);

	if (nul)
		return fail(l, nul, "NUL byte in the rule");
	/* An empty pattern would hide everything. */
	if (!n || is_word(l->at, n, "^") || is_word(l->at, n, "$"))
		return fail(l, l->at, "expected a pattern after the colon");
	if (rule->subject == SUPPRESSION_FINGERPRINT &&
	    !is_fingerprint(l->at, n))
		return fail(l, l->at,
			    "expected a fingerprint as in reports: KIND and 16 "
			    "digits");
	rule->pattern = arena_copy(a, l->at, n);
	return true;
}

static bool
parse_line(struct line *l, struct arena *a, struct suppression *rule)
{
	const char *text = l->at;

	memset(rule, 0, sizeof *rule);
	if (!take_until(l, rule) || !take_subject(l, a, rule) ||
	    !take_pattern(l, a, rule))
		return false;
	rule->text = arena_copy(a, text, (size_t)(l->end - text));
	return true;
}

static void
complain(const struct line *l, const char *name, int number,
	 struct buf *complaints)
{
	size_t n = (size_t)(l->end - l->wrong);

	buf_put(complaints, "leakshim: ");
	buf_shown(complaints, name, SIZE_MAX);
	buf_printf(complaints, ":%d:%d: ", number,
		   (int)(l->wrong - l->start) + 1);
	if (n) {
		buf_putc(complaints, '\'');
		buf_shown(complaints, l->wrong,
			  n < SHOWN_BYTES ? n : SHOWN_BYTES);
		buf_put(complaints, n > SHOWN_BYTES ? "...': " : "': ");
	}
	buf_put(complaints, l->expected);
	if (l->near)
		buf_printf(complaints, "; did you mean '%s'?", l->near);
	buf_put(complaints, "\n");
}

static size_t
count_lines(const char *text, size_t n)
{
	const char *end = text + n;
	size_t lines = 1;

	while (n && (text = memchr(text, '\n', (size_t)(end - text)))) {
		text++;
		lines++;
	}
	return lines;
}

bool
suppressions_parse(struct suppressions *s, const char *name, const char *text,
		   size_t n, struct buf *complaints)
{
	const char *at = text, *end = text + n;
	int number;

	memset(s, 0, sizeof *s);
	arena_init(&s->arena);
	s->rules =
		arena_array(&s->arena, count_lines(text, n), sizeof *s->rules);
	if (!s->rules)
		return false;
	/* Editors on other systems start a file with a byte order mark. */
	if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		at += 3;
	for (number = 1; at < end; number++) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		struct line l = {
			.start = at, .at = at, .end = stop ? stop : end};

		at = stop ? stop + 1 : end;
		trim(&l);
		if (l.at == l.end)
			continue;
		if (parse_line(&l, &s->arena, &s->rules[s->n]))
			s->rules[s->n++].line = number;
		else if (s->faults++ < MAX_COMPLAINTS)
			complain(&l, name, number, complaints);
	}
	if (s->faults > MAX_COMPLAINTS) {
		buf_put(complaints, "leakshim: ");
		buf_shown(complaints, name, SIZE_MAX);
		buf_printf(complaints, ": %d more lines are not rules\n",
			   s->faults - MAX_COMPLAINTS);
	}
	return !s->arena.failed;
}

bool
suppression_is_over(const struct suppression *rule, int64_t today)
{
	return today >= rule->until;
}

void
suppressions_fini(struct suppressions *s)
{
	arena_fini(&s->arena);
	memset(s, 0, sizeof *s);
}
