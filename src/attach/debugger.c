#include "config.h"

#include "attach/debugger.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/program.h"

static bool
word(const struct debugger *d, uint64_t address, uint64_t *out)
{
	return remote_read(&d->program->memory, address, out, sizeof *out);
}

static bool
number(const struct debugger *d, uint64_t address, int32_t *out)
{
	return remote_read(&d->program->memory, address, out, sizeof *out);
}

static bool
set_number(const struct debugger *d, uint64_t address, int32_t value)
{
	return remote_write(&d->program->memory, address, &value, sizeof value);
}

/* The ID of its main thread in its own namespace. */
static long
inner_pid(pid_t pid)
{
	char text[8192], *line, *last;

	if (remote_file(pid, "status", text, sizeof text) <= 0)
		return 0;
	line = strstr(text, "\nNSpid:");
	if (!line)
		return pid;
	line += 7;
	line[strcspn(line, "\n")] = '\0';
	last = strrchr(line, '\t');
	return strtol(last ? last : line, NULL, 10);
}

/* The state of a thread that is certainly the main one. */
static bool
find_thread(struct debugger *d, uint64_t interpreter)
{
	uint64_t owner, kernel_thread;

	return word(d, interpreter + d->at.main_thread, &d->thread) &&
	       /* The interpreter's own memory, which is never freed. */
	       d->thread > interpreter &&
	       d->thread < interpreter + d->at.bytes &&
	       word(d, d->thread + d->at.interpreter, &owner) &&
	       owner == interpreter &&
	       word(d, d->thread + d->at.kernel_thread, &kernel_thread) &&
	       kernel_thread == (uint64_t)inner_pid(d->program->facts.pid);
}

bool
debugger_open(struct debugger *d, const struct program *p,
	      char why[REFUSAL_BYTES])
{
	uint64_t words[DEBUGOFFSETS_WORDS] = {0}, interpreter, next, finalizing;
	uint64_t runtime =
		images_find(&p->images, &p->memory, "_PyRuntime", NULL);
	const char *problem;
	int32_t is_enabled;

	*d = (struct debugger){.program = p};
	if (runtime)
		remote_read_some(&p->memory, runtime, words, sizeof words);
	problem = debugoffsets_read(words, &d->at);
	if (problem)
		return refusal_put(why, problem, NULL);
	if (!word(d, runtime + d->at.interpreters, &interpreter) ||
	    !interpreter || !word(d, interpreter + d->at.next, &next) ||
	    !number(d, interpreter + d->at.is_enabled, &is_enabled) ||
	    !word(d, runtime + d->at.finalizing, &finalizing))
		return refusal_put(why, "its Python is not initialized", NULL);
	if (finalizing)
		return refusal_put(why, "its Python is being finalized", NULL);
	if (next)
		return refusal_put(why, "it has several interpreters", NULL);
	if (is_enabled != 1)
		return refusal_put(why,
				   "remote debugging is disabled in it "
				   "(PYTHON_DISABLE_REMOTE_DEBUG, -X "
				   "disable-remote-debug): use --method=ptrace",
				   NULL);
	if (!find_thread(d, interpreter))
		return refusal_put(
			why,
			"its main thread is not the one that started "
			"Python: use --method=ptrace",
			NULL);
	return true;
}

/* One byte: what is asked of the thread as we write is not lost. */
static bool
make_it_look(const struct debugger *d)
{
	uint64_t breaker = d->thread + d->at.breaker;
	uint8_t bits;

	if (!remote_read(&d->program->memory, breaker, &bits, sizeof bits))
		return false;
	bits = (uint8_t)((bits | d->at.look) & ~d->at.never);
	return remote_write(&d->program->memory, breaker, &bits, sizeof bits);
}

bool
debugger_ask(const struct debugger *d, const char *path,
	     char why[REFUSAL_BYTES])
{
	const struct remote *memory = &d->program->memory;
	int32_t pending;

	if (strlen(path) >= d->at.path_bytes ||
	    !number(d, d->thread + d->at.pending, &pending))
		return refusal_put(why, "its memory cannot be read", NULL);
	if (pending)
		return refusal_put(why,
				   "another debugger's script is pending in it",
				   NULL);
	if (!remote_write(memory, d->thread + d->at.path, path,
			  strlen(path) + 1) ||
	    !set_number(d, d->thread + d->at.pending, 1) || !make_it_look(d))
		return refusal_put(why, "its memory cannot be written",
				   strerror(errno));
	return true;
}

bool
debugger_withdraw(const struct debugger *d)
{
	int32_t pending;

	return number(d, d->thread + d->at.pending, &pending) && pending &&
	       set_number(d, d->thread + d->at.pending, 0);
}
