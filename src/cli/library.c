#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#define LIBRARY "libleakshim.so"

/* Make path absolute in out; false when there is no such file. */
static bool
resolve(const char *path, char out[PATH_MAX])
{
	return realpath(path, out) && access(out, R_OK) == 0;
}

const char *
find_library(void)
{
	/* An installation that was moved, or the build tree. */
	static const char *const places[] = {
		"/../lib/" LIBRARY, "/../lib64/" LIBRARY, "/.libs/" LIBRARY,
		"/" LIBRARY, NULL};
	static char found[PATH_MAX];
	const char *given = getenv("LEAKSHIM_LIBRARY");

	if (given) {
		if (resolve(given, found))
			return found;
		complain("LEAKSHIM_LIBRARY: %s: %s", given, strerror(errno));
		return NULL;
	}
	if (locate_beside(places, resolve, found) ||
	    resolve(LIBDIR "/" LIBRARY, found))
		return found;
	complain(LIBRARY " is neither in " LIBDIR " nor next to the command: "
			 "install it, or name it in LEAKSHIM_LIBRARY");
	return NULL;
}

/* Is the entry of LD_PRELOAD (n bytes) another path to our library? */
static bool
is_ours(const char *entry, size_t n)
{
	size_t tail = strlen(LIBRARY);

	return n >= tail && !memcmp(entry + n - tail, LIBRARY, tail) &&
	       (n == tail || entry[n - tail - 1] == '/');
}

/*
 * AddressSanitizer and similar libraries end the program when another library
 * stands before theirs.
 */
static bool
must_be_first(const char *entry, size_t n)
{
	static const char *const names[] = {
		"libasan.so",       "libtsan.so",       "libhwasan.so",
		"libclang_rt.asan", "libclang_rt.tsan", "libclang_rt.hwasan",
	};
	const char *slash = memrchr(entry, '/', n);
	const char *name = slash ? slash + 1 : entry;
	size_t n_name = n - (size_t)(name - entry), i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (n_name >= strlen(names[i]) &&
		    !memcmp(name, names[i], strlen(names[i])))
			return true;
	return false;
}

/* The end of the last entry of LD_PRELOAD that must precede ours, or NULL. */
static const char *
end_of_first(const char *old)
{
	const char *end = NULL;

	while (*old) {
		size_t n = strcspn(old, ": \t");

		if (must_be_first(old, n))
			end = old + n;
		old += n + (old[n] != '\0');
	}
	return end;
}

static void
add_entry(char *value, const char *entry, size_t n)
{
	size_t at = strlen(value);

	if (at)
		value[at++] = ':';
	memcpy(value + at, entry, n);
	value[at + n] = '\0';
}

int
preload_library(const char *library)
{
	const char *old = getenv("LD_PRELOAD");
	size_t room = strlen(library) + (old ? strlen(old) : 0) + 3;
	char *value = malloc(room);
	const char *behind;

	if (strpbrk(library, ": \t")) {
		complain("%s: a path with a blank or a colon cannot be used in "
			 "LD_PRELOAD: move the library",
			 library);
		free(value);
		return -1;
	}
	if (!value)
		return -1;
	value[0] = '\0';
	if (!old)
		old = "";
	behind = end_of_first(old);
	if (!behind)
		add_entry(value, library, strlen(library));
	while (*old) {
		size_t n = strcspn(old, ": \t");

		if (n && !is_ours(old, n))
			add_entry(value, old, n);
		old += n;
		if (old == behind)
			add_entry(value, library, strlen(library));
		old += *old != '\0';
	}
	setenv("LD_PRELOAD", value, 1);
	free(value);
	return 0;
}
