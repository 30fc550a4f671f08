#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

bool
find_beside(const char *const *places,
	    bool (*is_it)(const char *path, char out[PATH_MAX]),
	    char out[PATH_MAX])
{
	char folder[PATH_MAX], path[PATH_MAX + 32];
	ssize_t n = readlink("/proc/self/exe", folder, sizeof folder - 1);
	char *slash;

	if (n <= 0)
		return false;
	folder[n] = '\0';
	slash = strrchr(folder, '/');
	if (!slash)
		return false;
	*slash = '\0';
	for (; *places; places++) {
		snprintf(path, sizeof path, "%s%s", folder, *places);
		if (is_it(path, out))
			return true;
	}
	return false;
}
