#include "config.h"

#include "shim/check/symbolizer.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/sandbox.h"
#include "report/advice.h"
#include "report/report.h"
#include "shim/base/clone.h"
#include "shim/base/process.h"

extern char **environ;

static bool
is_askable(const struct report_native *p)
{
	return p->module && p->offset >= 0 && !p->file &&
	       !strpbrk(p->module, "\t\n");
}

/* A line for each frame that can be asked for: module, offset, build id. */
static void
put_questions(struct buf *out, const struct report *r)
{
	size_t i, k;

	for (i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];

		for (k = 0; f->is_printed && k < f->n_native; k++) {
			const struct report_native *p = &f->native[k];

			if (is_askable(p))
				buf_printf(out, "%s\t%lx\t%s\n", p->module,
					   (unsigned long)p->offset,
					   p->build_id ? p->build_id : "");
		}
	}
}

/* Everything but what would have the command watched itself. */
static char **
clean_environment(struct arena *a)
{
	size_t n = 0, i;
	char **out;

	while (environ[n])
		n++;
	out = arena_array(a, n + 1, sizeof *out);
	for (i = n = 0; out && environ[i]; i++)
		if (strncmp(environ[i], "LD_", 3) &&
		    strncmp(environ[i], "LEAKSHIM_", 9))
			out[n++] = environ[i];
	return out;
}

/* In memory that the command reads as a file; -1 where there is none. */
static int
make_input(const struct buf *questions)
{
	int fd = (int)syscall(SYS_memfd_create, "leakshim", 0U);

	if (fd < 0)
		return -1;
	if (syscall(SYS_write, fd, questions->data, questions->len) !=
		    (long)questions->len ||
	    lseek(fd, 0, SEEK_SET) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The command with these as its input and output; its pid or -1. */
static pid_t
start(const char *command, int in, int out, char **env)
{
	const char *argv[] = {command, "symbolize", NULL};
	sigset_t none;
	pid_t pid = vfork();

	if (pid)
		return pid;
	/* Nothing here but system calls: the memory is the caller's. */
	sigemptyset(&none);
	if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0) {
		syscall(SYS_close, STDERR_FILENO);
		sigprocmask(SIG_SETMASK, &none, NULL);
		syscall(SYS_execve, command, argv, env);
	}
	syscall(SYS_exit_group, 127);
	__builtin_unreachable();
}

/* All that comes until the end or the deadline. */
static void
read_answers(int fd, uint64_t until_ns, struct buf *out)
{
	char data[4096];

	for (;;) {
		struct pollfd p = {fd, POLLIN, 0};
		uint64_t now = clone_now_ns();
		long n;

		if (now >= until_ns ||
		    poll(&p, 1, (int)((until_ns - now) / 1000000) + 1) <= 0)
			return;
		n = syscall(SYS_read, fd, data, sizeof data);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		buf_putn(out, data, (size_t)n);
	}
}

static void
ask(struct arena *a, const char *command, const struct buf *questions,
    uint64_t until_ns, struct buf *answers)
{
	char **env = clean_environment(a);
	int in = make_input(questions), pipe_fds[2];
	pid_t pid;

	if (in < 0)
		return;
	if (!env || pipe(pipe_fds) != 0) {
		close(in);
		return;
	}
	pid = start(command, in, pipe_fds[1], env);
	close(in);
	close(pipe_fds[1]);
	if (pid > 0)
		read_answers(pipe_fds[0], until_ns, answers);
	/* Then it has no reader, should it still run. */
	close(pipe_fds[0]);
	if (pid > 0) {
		if (!sandbox_is_possible())
			kill(pid, SIGKILL);
		waitpid(pid, NULL, __WALL);
	}
}

/* The field up to the delimiter, and what stands behind that. */
static const char *
take_field(struct arena *a, const char **at, const char *end, char delimiter)
{
	const char *from = *at,
		   *to = memchr(from, delimiter, (size_t)(end - from));
	char *copy;

	if (!to)
		return NULL;
	*at = to + 1;
	if (to == from)
		return NULL;
	copy = arena_grab(a, (size_t)(to - from) + 1);
	if (copy)
		memcpy(copy, from, (size_t)(to - from));
	return copy;
}

/* FUNCTION, FILE, LINE; empty: unknown.  False at the end of the answers. */
static bool
take_answer(struct arena *a, const char **at, const char *end,
	    struct report_native *p)
{
	const char *function, *file, *line;

	if (!memchr(*at, '\n', (size_t)(end - *at)))
		return false;
	function = take_field(a, at, end, '\t');
	file = take_field(a, at, end, '\t');
	line = take_field(a, at, end, '\n');
	if (function)
		p->function = function;
	p->file = file;
	for (; file && line && *line >= '0' && *line <= '9' &&
	       p->line < 100000000;
	     line++)
		p->line = p->line * 10 + *line - '0';
	return true;
}

static bool
answer_finding(struct arena *a, struct finding *f, const char **at,
	       const char *end)
{
	struct report_native *frames =
		arena_array(a, f->n_native, sizeof *frames);
	size_t k;

	if (!frames)
		return false;
	memcpy(frames, f->native, f->n_native * sizeof *frames);
	f->native = frames;
	for (k = 0; k < f->n_native; k++)
		if (is_askable(&frames[k]) &&
		    !take_answer(a, at, end, &frames[k]))
			return false;
	return true;
}

void
symbolizer_fill(struct arena *a, struct report *r, bool is_python3,
		uint64_t until_ns)
{
	const char *command = process_environment("LEAKSHIM_SYMBOLIZER");
	struct buf questions, answers;
	const char *at, *end;
	size_t i;

	if (!command || command[0] != '/')
		return;
	buf_init(&questions);
	buf_init(&answers);
	put_questions(&questions, r);
	if (questions.len && !questions.failed)
		ask(a, command, &questions, until_ns, &answers);
	at = answers.data;
	end = at + answers.len;
	for (i = 0; answers.len && i < r->n_findings; i++) {
		struct finding *f = &r->findings[i];

		if (!f->is_printed || !f->n_native)
			continue;
		if (!answer_finding(a, f, &at, end))
			break;
		f->advice = advice_for(a, f, is_python3);
	}
	buf_fini(&questions);
	buf_fini(&answers);
}
