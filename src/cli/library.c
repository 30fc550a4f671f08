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

/* Beside the command: an installation that was moved, or the build tree. */
static bool
find_beside(char out[PATH_MAX])
{
	static const char *const places[] = {"/../lib/" LIBRARY,
					     "/../lib64/" LIBRARY,
					     "/.libs/" LIBRARY, "/" LIBRARY};
	char folder[PATH_MAX], path[PATH_MAX + 32];
	ssize_t n = readlink("/proc/self/exe", folder, sizeof folder - 1);
	char *slash;
	size_t i;

	if (n <= 0)
		return false;
	folder[n] = '\0';
	slash = strrchr(folder, '/');
	if (!slash)
		return false;
	*slash = '\0';
	for (i = 0; i < sizeof places / sizeof *places; i++) {
		snprintf(path, sizeof path, "%s%s", folder, places[i]);
		if (resolve(path, out))
			return true;
	}
	return false;
}

const char *
find_library(void)
{
	static char found[PATH_MAX];
	const char *given = getenv("LEAKSHIM_LIBRARY");

	if (given) {
		if (resolve(given, found))
			return found;
		complain("LEAKSHIM_LIBRARY: %s: %s", given, strerror(errno));
		return NULL;
	}
	if (find_beside(found) || resolve(LIBDIR "/" LIBRARY, found))
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
