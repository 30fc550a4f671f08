#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "cli/cli.h"

bool
locate_self(char out[PATH_MAX])
{
	const char *called = (const char *)getauxval(AT_EXECFN);
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);

	if (n > 0) {
		out[n] = '\0';
		return true;
	}
	return called && realpath(called, out);
}

bool
locate_beside(const char *const *places,
	      bool (*is_it)(const char *path, char out[PATH_MAX]),
	      char out[PATH_MAX])
{
	char directory[PATH_MAX], path[PATH_MAX + 32];
	char *slash;

	if (!locate_self(directory))
		return false;
	slash = strrchr(directory, '/');
	if (!slash)
		return false;
	*slash = '\0';
	for (; *places; places++) {
		snprintf(path, sizeof path, "%s%s", directory, *places);
		if (is_it(path, out))
			return true;
	}
	return false;
}
