#include "config.h"

#include "cli/request.h"

#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "report/output.h"

/* log_path= is the command's, in its own directory. */
int
request_write_report(struct request *w)
{
	struct output_names names = {
		.pid = w->session.pid,
		.number = 1,
		.exe = "python",
		.host = "localhost",
		.time = (int64_t)time(NULL),
	};
	struct buf path;
	char host[256];
	int error;

	if (!gethostname(host, sizeof host - 1)) {
		host[sizeof host - 1] = '\0';
		names.host = host;
	}
	buf_init(&path);
	output_expand(w->options.log_path, &names, &path);
	error = output_write_file(buf_string(&path), &w->report);
	if (error)
		complain("%s: cannot write %s: %s", w->verb, buf_string(&path),
			 strerror(error));
	buf_fini(&path);
	return error ? STATUS_FAILED : STATUS_OK;
}

bool
request_has_file(const struct request *w)
{
	return strcmp(w->options.log_path, "stderr") &&
	       strcmp(w->options.log_path, "stdout");
}
