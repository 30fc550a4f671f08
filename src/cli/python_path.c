#include "config.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#define MODULE "leakshim.py"

static bool
has_module(const char *directory, char out[PATH_MAX])
{
	char path[PATH_MAX + 64];
	int n = snprintf(path, sizeof path, "%s/" MODULE, directory);

	return n < (int)sizeof path && access(path, R_OK) == 0 &&
	       realpath(directory, out);
}

int
python_path_main(int argc, char **argv)
{
	/* A moved installation, or a build tree inside the source's. */
	static const char *const places[] = {"/../share/leakshim/python",
					     "/../src/interface", NULL};
	char directory[PATH_MAX];

	if (argc == 2 &&
	    (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		puts("usage: leakshim python-path\n\nPrint the directory of "
		     "leakshim.py and pytest_leakshim.py, for PYTHONPATH.");
		return STATUS_OK;
	}
	if (argc > 1) {
		complain("python-path: unexpected argument '%s'", argv[1]);
		return STATUS_USAGE;
	}
	if (!locate_beside(places, has_module, directory) &&
	    !has_module(PKGDATADIR "/python", directory)) {
		complain(MODULE " is neither in " PKGDATADIR "/python nor next "
				"to the command: install it");
		return STATUS_FAILED;
	}
	puts(directory);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return STATUS_OK;
	complain("cannot write to standard output");
	return STATUS_FAILED;
}
