#include "config.h"

#include "common/suppressions.h"
#include "tap.h"

#include <string.h>

#include "common/buf.h"
#include "common/days.h"
#include "common/pattern.h"

static struct suppressions s;
static struct buf said;

static const char *
parse_n(const char *text, size_t n)
{
	suppressions_fini(&s);
	buf_clear(&said);
	suppressions_parse(&s, "my.supp", text, n, &said);
	return buf_string(&said);
}

static const char *
parse(const char *text)
{
	return parse_n(text, strlen(text));
}

static void
patterns(void)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} cases[] = {
		{"foo", "foo", true},
		{"foo", "a foo b", true},
		{"foo", "fo", false},
		{"^foo", "food", true},
		{"^foo", "a foo", false},
		{"foo$", "a foo", true},
		{"foo$", "food", false},
		{"foo$", "foo foo", true},
		{"^foo$", "foo", true},
		{"^foo$", "foofoo", false},
		{"f*o", "xfabcoy", true},
		{"f*o", "of", false},
		{"^a*b$", "aXXb", true},
		{"^a*b$", "aXXbc", false},
		{"^a*b$", "ab", true},
		{"^a*a$", "a", false},
		{"a*b*c", "1a2b3c4", true},
		{"a*b*c", "acb", false},
		{"*", "x", true},
		{"^*x", "yx", true},
		{"x*$", "xyz", true},
		{"^x*$", "axyz", false},
		{"ab*ab", "aab", false},
		{"a.b", "a.b", true},
		{"a.b", "axb", false},
		{"a$b", "xa$by", true},
		{"a^b", "a^b", true},
		{"[a]?", "a", false},
		{"\xc3\xa4", "gr\xc3\xa4n", true},
		{"x", "", false},
		{"*", "", false},
		{"x", NULL, false},
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		ok(pattern_match(cases[i].pattern, cases[i].text) ==
			   cases[i].matches,
		   "%s %s %s", cases[i].pattern,
		   cases[i].matches ? "matches" : "does not match",
		   cases[i].text ? cases[i].text : "(nothing)");
}

static void
days(void)
{
	static const char *const bad[] = {
		"2027-02-29", "2027-13-01", "2027-00-01", "2027-01-00",
		"2027-01-32", "27-01-01",   "2027-1-1",   "2027/01/01",
		"0000-01-01", "2027-01-0x", "1900-02-29", "",
	};
	int64_t day = -1;
	size_t i;

	ok(days_parse("1970-01-01", 10, &day) && day == 0, "the epoch");
	ok(days_parse("1969-12-31", 10, &day) && day == -1, "the day before");
	ok(days_parse("2000-02-29", 10, &day) && day == 11016, "a leap day");
	ok(days_parse("2027-01-31", 10, &day) && day == 20849, "SPEC's");
	ok(days_parse("9999-12-31", 10, &day) && day == 2932896, "the last");
	for (i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(!days_parse(bad[i], strlen(bad[i]), &day), "no day: '%s'",
		   bad[i]);
}

static void
rules(void)
{
	is_string(parse("# a comment\n\n"
			"leak:function\n"
			"  type: ^m.T$  # why\n"
			"lost-reference/surplus:a # b#c\n"
			"hidden-cycle:a#b c\r\n"
			"fingerprint:unreachable-0123456789abcdef\n"
			"until=2027-01-31 leak:x\n"
			"leak:no newline"),
		  "", "no complaint");
	is_number(s.n, 7, "rules");
	is_string(s.rules[0].kinds, "all", "leak: is every kind");
	is_string(s.rules[0].pattern, "function", "a pattern");
	is_number(s.rules[0].line, 3, "its line");
	ok(s.rules[0].until == SUPPRESSION_FOREVER, "it does not expire");
	ok(!suppression_is_over(&s.rules[0], 1 << 30), "ever");
	is_number(s.rules[1].subject, SUPPRESSION_TYPE, "a type");
	is_string(s.rules[1].pattern, "^m.T$", "without blanks and comment");
	is_string(s.rules[1].text, "type: ^m.T$", "as it is written");
	is_string(s.rules[2].kinds, "lost-reference/surplus", "with a reason");
	is_string(s.rules[2].pattern, "a", "a comment needs a blank");
	is_string(s.rules[3].pattern, "a#b c", "a # inside is none");
	is_number(s.rules[4].subject, SUPPRESSION_FINGERPRINT, "an id");
	is_string(s.rules[5].text, "until=2027-01-31 leak:x", "with its date");
	ok(!suppression_is_over(&s.rules[5], 20848), "the day before");
	ok(suppression_is_over(&s.rules[5], 20849), "from that day on");
	is_string(s.rules[6].pattern, "no newline", "the last line");
	is_string(parse(""), "", "an empty file");
	is_number(s.n, 0, "has no rules");
	is_string(parse("\xef\xbb\xbfleak:x\n"), "", "a mark of other systems");
	is_number(s.n, 1, "is passed over");
}

/* One line is wrong: where and how is said, and those around it hold. */
static void
is_bad(const char *line, const char *what)
{
	char text[200] = "leak:before\n";

	strcat(text, line);
	strcat(text, "\ntype:after\n");
	is_string(parse(text), what, "what is said of '%s'", line);
	ok(s.n == 2 && s.faults == 1 && !strcmp(s.rules[1].pattern, "after"),
	   "the others are in force");
}

static void
faults(void)
{
	char many[300] = "";
	int i;

	is_bad("lek:x", "leakshim: my.supp:2:1: 'lek:x': expected leak:, "
			"type:, fingerprint: or a kind (KIND:, KIND/REASON:); "
			"did you mean 'leak'?\n");
	is_bad("  nonsense", "leakshim: my.supp:2:3: 'nonsense': expected a "
			     "rule, such as leak:PATTERN\n");
	is_bad("leak:  # x", "leakshim: my.supp:2:6: expected a pattern after "
			     "the colon\n");
	is_bad("leak:^", "leakshim: my.supp:2:6: '^': expected a pattern after "
			 "the colon\n");
	is_bad("until=soon leak:x", "leakshim: my.supp:2:7: 'soon leak:x': "
				    "expected a date, such as 2027-01-31\n");
	is_bad("until=2027-01-31", "leakshim: my.supp:2:17: expected a rule, "
				   "such as leak:PATTERN\n");
	is_bad("fingerprint:growth-12",
	       "leakshim: my.supp:2:13: 'growth-12': expected a fingerprint as "
	       "in reports: KIND and 16 digits\n");
	is_bad("lost-reference/frozen:x",
	       "leakshim: my.supp:2:1: 'lost-reference/frozen:x': expected "
	       "leak:, type:, fingerprint: or a kind (KIND:, KIND/REASON:)\n");
	ok(strstr(parse_n("leak:a\0b\n", 9), ":1:7: "), "a NUL byte");
	is_number(s.n, 0, "is in no rule");
	ok(!strchr(parse("\x1b[31m:x\n"), '\x1b'), "nothing steers a terminal");
	for (i = 0; i < 30; i++)
		strcat(many, "x\n");
	ok(strstr(parse(many), "\nleakshim: my.supp: 10 more lines are not "
			       "rules\n"),
	   "of many faults the first ones");
	is_number(s.faults, 30, "all are counted");
}

int
main(void)
{
	patterns();
	days();
	rules();
	faults();
	suppressions_fini(&s);
	buf_fini(&said);
	return tap_done();
}
