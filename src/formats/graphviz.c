#include "config.h"

#include "formats/graphviz.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buf.h"

enum { MAX_SECONDS = 60 }; /* of dot's processor time */

/* A file, not a pipe: dot reads while we read what it writes. */
static FILE *
input_of(const struct buf *graphs)
{
	FILE *f = tmpfile();

	if (!f)
		return NULL;
	if (fwrite(graphs->data, 1, graphs->len, f) == graphs->len &&
	    fflush(f) == 0 && lseek(fileno(f), 0, SEEK_SET) == 0)
		return f;
	fclose(f);
	return NULL;
}

static void
become_dot(int in, int out)
{
	struct rlimit limit = {MAX_SECONDS, MAX_SECONDS};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	setrlimit(RLIMIT_CPU, &limit);
	/* It warns about fonts. */
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    (null >= 0 && dup2(null, STDERR_FILENO) < 0))
		_exit(127);
	execlp("dot", "dot", "-Tsvg", (char *)NULL);
	_exit(127);
}

static bool
read_all(int fd, struct buf *out)
{
	char chunk[64 * 1024];
	ssize_t n;

	for (;;) {
		n = read(fd, chunk, sizeof chunk);
		if (n > 0)
			buf_putn(out, chunk, (size_t)n);
		else if (!n)
			return !out->failed;
		else if (errno != EINTR)
			return false;
	}
}

static bool
ended_well(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

bool
graphviz_run(const struct buf *graphs, struct buf *svgs)
{
	FILE *input = input_of(graphs);
	int ends[2];
	bool is_done;
	pid_t pid;

	if (!input)
		return false;
	if (pipe2(ends, O_CLOEXEC) != 0) {
		fclose(input);
		return false;
	}
	pid = fork();
	if (!pid)
		become_dot(fileno(input), ends[1]);
	close(ends[1]);
	is_done = pid > 0 && read_all(ends[0], svgs);
	close(ends[0]);
	fclose(input);
	return pid > 0 && ended_well(pid) && is_done;
}

/*
 * dot gives the graph's id to the first group of the picture; from the second
 * picture on with "page0,1_" before it.
 */
static bool
has_id(const char *svg, size_t n, const char *id)
{
	char mark[64];
	const char *at;

	snprintf(mark, sizeof mark, "%s\" class=\"graph", id);
	at = memmem(svg, n, mark, strlen(mark));
	return at && at > svg && (at[-1] == '"' || at[-1] == '_');
}

const char *
graphviz_find(struct buf *svgs, const char *id, size_t *n)
{
	const char *at = buf_string(svgs), *end;

	for (; (at = strstr(at, "<svg")) != NULL; at = end) {
		end = strstr(at, "</svg>");
		if (!end)
			return NULL;
		end += strlen("</svg>");
		*n = (size_t)(end - at);
		if (has_id(at, *n, id))
			return at;
	}
	return NULL;
}
