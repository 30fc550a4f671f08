#include "config.h"

#include "common/words.h"

#include <signal.h>
#include <string.h>

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
#define KIND(name, word)                                                       \
	if (is_pair(s, n, name, NULL))                                         \
		return true;
#define REASON(name, kind, word)                                               \
	if (is_pair(s, n, kind, word))                                         \
		return true;
#include "common/kinds.def"
#undef KIND
#undef REASON
	return is_pair(s, n, "all", NULL);
}

int
words_signal(const char *s)
{
	static const struct {
		const char *name;
		int number;
	} names[] = {
		{"HUP", SIGHUP},       {"INT", SIGINT},	  {"QUIT", SIGQUIT},
		{"USR1", SIGUSR1},     {"USR2", SIGUSR2}, {"PIPE", SIGPIPE},
		{"ALRM", SIGALRM},     {"TERM", SIGTERM}, {"CONT", SIGCONT},
		{"URG", SIGURG},       {"VTALRM", SIGVTALRM},
		{"PROF", SIGPROF},     {"WINCH", SIGWINCH},
		{"IO", SIGIO},	       {"PWR", SIGPWR},
	};
	size_t i;
	int v = 0;

	if (!strncmp(s, "SIG", 3))
		s += 3;
	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(names[i].name, s))
			return names[i].number;
	for (i = 0; s[i] >= '0' && s[i] <= '9' && i < 3; i++)
		v = v * 10 + (s[i] - '0');
	/* KILL and STOP cannot be taken; faults are the program's own. */
	if (!i || s[i] || v > 64 || v == SIGKILL || v == SIGSTOP ||
	    v == SIGSEGV || v == SIGBUS || v == SIGILL || v == SIGFPE)
		return -1;
	return v;
}
