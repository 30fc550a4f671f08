#include "config.h"

#include "common/words.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "common/numbers.h"

/* "KIND" or "KIND/REASON" as it is written. */
static bool
is_pair(const char *s, size_t n, const char *kind, const char *reason)
{
	size_t n_kind = strlen(kind);

	if (n < n_kind || memcmp(s, kind, n_kind))
		return false;
	if (!reason)
		return n == n_kind;
	return n == n_kind + 1 + strlen(reason) && s[n_kind] == '/' &&
	       !memcmp(s + n_kind + 1, reason, strlen(reason));
}

bool
words_are_kind(const char *s, size_t n)
{
#define KIND(name, word) static const char name[] = word;
#define REASON(name, kind, word)
#include "common/kinds.def"
#undef KIND
#undef REASON
#define KIND(name, word)               \
	if (is_pair(s, n, name, NULL)) \
		return true;
#define REASON(name, kind, word)       \
	if (is_pair(s, n, kind, word)) \
		return true;
#include "common/kinds.def"
#undef KIND
#undef REASON
	return is_pair(s, n, "all", NULL);
}

const char *
words_kind(size_t i)
{
	static const char *const kinds[] = {
#define KIND(name, word) word,
#define REASON(name, kind, word)
#include "common/kinds.def"
#undef KIND
#undef REASON
	};

	return i < sizeof kinds / sizeof *kinds ? kinds[i] : NULL;
}

const char *
words_reason(size_t i)
{
	static const char *const reasons[] = {
#define KIND(name, word)
#define REASON(name, kind, word) word,
#include "common/kinds.def"
#undef KIND
#undef REASON
	};

	return i < sizeof reasons / sizeof *reasons ? reasons[i] : NULL;
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* strcasecmp(3) asks the locale. */
static bool
is_name(const char *s, const char *name)
{
	while (*s && upper(*s) == *name) {
		s++;
		name++;
	}
	return !*s && !*name;
}

/* KILL and STOP cannot be taken, faults are the program's own, and the C
 * library keeps the first real-time signals to itself. */
static bool
can_be_taken(uint64_t v)
{
	return v <= 64 && v != SIGKILL && v != SIGSTOP && v != SIGSEGV &&
	       v != SIGBUS && v != SIGILL && v != SIGFPE && v != SIGTRAP &&
	       v != SIGABRT && v != SIGSYS && v != 32 && v != 33;
}

/* Is s the name, perhaps with sign and a number behind it? */
static bool
is_name_and_number(const char *s, const char *name, char sign, uint64_t *number)
{
	while (*name && upper(*s) == *name) {
		s++;
		name++;
	}
	*number = 0;
	return !*name && (!*s || (*s == sign && numbers_parse(s + 1, number)));
}

/* They are counted from the ends, as the C library takes some for itself. */
static int
real_time_signal(const char *s)
{
	const int first = SIGRTMIN, last = SIGRTMAX;
	uint64_t n;

	if (is_name_and_number(s, "RTMIN", '+', &n))
		return n <= (uint64_t)(last - first) ? first + (int)n : -1;
	if (is_name_and_number(s, "RTMAX", '-', &n))
		return n <= (uint64_t)(last - first) ? last - (int)n : -1;
	return -1;
}

int
words_signal(const char *s)
{
	static const struct {
		const char *name;
		int number;
	} names[] = {
		{"HUP", SIGHUP},       {"INT", SIGINT},   {"QUIT", SIGQUIT},
		{"USR1", SIGUSR1},     {"USR2", SIGUSR2}, {"PIPE", SIGPIPE},
		{"ALRM", SIGALRM},     {"TERM", SIGTERM}, {"CHLD", SIGCHLD},
		{"CONT", SIGCONT},     {"URG", SIGURG},   {"XCPU", SIGXCPU},
		{"VTALRM", SIGVTALRM}, {"PROF", SIGPROF}, {"WINCH", SIGWINCH},
		{"IO", SIGIO},         {"PWR", SIGPWR},
	};
	uint64_t v;
	size_t i;

	if (numbers_parse(s, &v))
		return can_be_taken(v) ? (int)v : -1;
	if (upper(s[0]) == 'S' && upper(s[1]) == 'I' && upper(s[2]) == 'G')
		s += 3;
	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (is_name(s, names[i].name))
			return names[i].number;
	return real_time_signal(s);
}
