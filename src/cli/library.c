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
	static const char *const places[] = {"/../lib/" LIBRARY,
					     "/../lib64/" LIBRARY,
					     "/.libs/" LIBRARY, "/" LIBRARY,
					     NULL};
	static char found[PATH_MAX];
	const char *given = getenv("LEAKSHIM_LIBRARY");

	if (given) {
		if (resolve(given, found))
			return found;
		complain("LEAKSHIM_LIBRARY: %s: %s", given, strerror(errno));
		return NULL;
	}
	if (find_beside(places, resolve, found) ||
	    resolve(LIBDIR "/" LIBRARY, found))
		return found;
	complain(LIBRARY " is neither in " LIBDIR " nor beside the command: "
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

int
preload_library(const char *library)
{
	const char *old = getenv("LD_PRELOAD");
	size_t room = strlen(library) + (old ? strlen(old) : 0) + 2;
	char *value = malloc(room);

	if (strpbrk(library, ": \t")) {
		complain("%s: a path with a blank or a colon cannot stand in "
			 "LD_PRELOAD: move the library",
			 library);
		free(value);
		return -1;
	}
	if (!value)
		return -1;
	strcpy(value, library);
	while (old && *old) {
		size_t n = strcspn(old, ": \t");

		if (n && !is_ours(old, n)) {
			strcat(value, ":");
			strncat(value, old, n);
		}
		old += n + (old[n] != '\0');
	}
	setenv("LD_PRELOAD", value, 1);
	free(value);
	return 0;
}
