#include "config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "common/buf.h"
#include "common/options.h"

void
append_option(struct buf *text, const char *key, const char *value)
{
	bool is_file = !strcmp(key, "suppressions") || !strcmp(key, "baseline");
	char *directory =
		is_file && *value && *value != '/' ? getcwd(NULL, 0) : NULL;
	struct buf path;

	buf_init(&path);
	if (directory)
		buf_printf(&path, "%s/", directory);
	buf_put(&path, value);
	options_append(text, key, buf_string(&path));
	buf_fini(&path);
	free(directory);
}
