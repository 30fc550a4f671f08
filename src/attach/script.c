#include "config.h"

#include "attach/script.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "attach/debugger.h"
#include "attach/guardian.h"
#include "attach/hold.h"
#include "attach/inject.h"
#include "attach/program.h"
#include "attach/scriptdir.h"
#include "common/attachpage.h"

enum {
	SCRIPT_BYTES = 4096,
	NAP_US = 1000,
	TAKEN_MS = 10000, /* that a script may run */
	GRACE_US = 20000, /* that it may take to open its file */
};

/*
 * What Python runs: the directory, then the address of ATTACH_ENTER or 0.
 *
 * Not a function, which would be in a cycle with its globals, for the next
 * collection and for our own check.  It reports by files how it went, because
 * writing to a channel whose reader has gone may kill a process.
 */
static const char text[] =
	"import posix\n"
	"directory, address, fd = '%s', %" PRIu64 ", -1\n"
	"try:\n"
	"    posix.rename(directory + 'page', directory + 'taken')\n"
	"    fd = posix.open(directory + 'channel', posix.O_WRONLY |\n"
	"                    posix.O_NONBLOCK | posix.O_CLOEXEC)\n"
	"    import _ctypes\n"
	"    if not address:\n"
	"        address = _ctypes.dlsym(\n"
	"            _ctypes.dlopen(directory + 'libleakshim.so', 2), '%s')\n"
	"    error = _ctypes.call_function(\n"
	"        address, ((directory + 'taken').encode(), fd))\n"
	"    if error:\n"
	"        raise OSError(error, posix.strerror(error))\n"
	"    fd = -1\n"
	"    posix.unlink(directory + 'taken')\n"
	"except BaseException as error:\n"
	"    if fd >= 0:\n"
	"        posix.close(fd)\n"
	"        try:\n"
	"            fd = posix.open(directory + 'error', posix.O_WRONLY |\n"
	"                            posix.O_CREAT | posix.O_CLOEXEC, 0o600)\n"
	"            posix.write(fd, ('%%s: %%s' %% (\n"
	"                type(error).__name__, error)).encode()[:200])\n"
	"            posix.close(fd)\n"
	"            posix.unlink(directory + 'taken')\n"
	"        except OSError:\n"
	"            pass\n"
	"    else:  # the command has gone\n"
	"        for name in ('taken', 'channel', 'libleakshim.so', "
	"'script'):\n"
	"            try:\n"
	"                posix.unlink(directory + name)\n"
	"            except OSError:\n"
	"                pass\n"
	"        try:\n"
	"            posix.rmdir(directory)\n"
	"        except OSError:\n"
	"            pass\n"
	"    if isinstance(error, KeyboardInterrupt):\n"
	"        import _thread\n"
	"        _thread.interrupt_main()\n";

struct errand {
	struct program *program;
	struct attach_page request;
	const char *library;
	pid_t parent;
	uint64_t until_us;
	char why[REFUSAL_BYTES];
	int channel;
	bool ok;
};

static bool
fill(struct scriptdir *f, struct errand *e)
{
	const struct program *p = e->program;
	char script[SCRIPT_BYTES];
	int n = snprintf(script, sizeof script, text, f->path, p->enter,
			 ATTACH_ENTER);

	e->channel = scriptdir_pipe(f, "channel");
	return (e->channel >= 0 && n < (int)sizeof script &&
		scriptdir_put(f, "script", script, (size_t)n) &&
		(p->enter || scriptdir_copy(f, "libleakshim.so", e->library)) &&
		scriptdir_put(f, "page", &e->request, sizeof e->request)) ||
	       refusal_put(e->why, "files for it cannot be made",
			   strerror(errno));
}

/* Has the script begun? */
static bool
await_begin(const struct scriptdir *f, const struct errand *e)
{
	while (scriptdir_has(f, "page")) {
		if (hold_now_us() > e->until_us || getppid() != e->parent)
			return false;
		usleep(NAP_US);
	}
	return true;
}

static bool
await_end(const struct scriptdir *f, struct errand *e)
{
	uint64_t until = hold_now_us() + TAKEN_MS * 1000;
	char said[160];
	size_t i;

	while (scriptdir_has(f, "taken")) {
		if (hold_now_us() > until)
			return refusal_put(e->why,
					   "the script in it did not finish",
					   NULL);
		usleep(NAP_US);
	}
	if (!scriptdir_text(f, "error", said, sizeof said))
		return true;
	for (i = 0; said[i]; i++)
		if (said[i] < ' ' || said[i] > '~')
			said[i] = '?';
	return refusal_put(e->why, "the library cannot be loaded into it",
			   said);
}

static bool
be_taken(const struct scriptdir *f, const struct debugger *d, struct errand *e)
{
	char path[128];

	snprintf(path, sizeof path, "%sscript", f->path);
	if (!debugger_ask(d, path, e->why))
		return false;
	if (!await_begin(f, e)) {
		bool was_waiting = debugger_withdraw(d);

		/* It may be about to open the file: better that it is there. */
		e->until_us = hold_now_us() +
			      (was_waiting ? GRACE_US : TAKEN_MS * 1000);
		e->parent = getppid();
		if (!await_begin(f, e))
			return refusal_put(
				e->why,
				"its main thread has run no Python "
				"code for that long: --method=ptrace "
				"needs none, and --timeout=SECONDS "
				"waits longer",
				NULL);
	}
	return await_end(f, e);
}

/* By the guardian. */
static void
run_errand(void *state)
{
	struct errand *e = state;
	struct debugger d;
	struct scriptdir f;

	if (!debugger_open(&d, e->program, e->why) ||
	    !scriptdir_make(&f, e->program->facts.pid, e->why))
		return;
	e->ok = fill(&f, e) && be_taken(&f, &d, e);
	scriptdir_remove(&f);
	if (!e->ok && e->channel >= 0) {
		close(e->channel);
		e->channel = -1;
	}
}

static bool
is_possible(const struct program *p, char why[REFUSAL_BYTES])
{
	if (p->facts.seccomp)
		return refusal_put(why,
				   "its seccomp filter cannot be read without "
				   "stopping it: use --method=ptrace",
				   NULL);
	return !p->serve || p->enter ||
	       refusal_put(why,
			   "the library in it is an older one: use "
			   "--method=ptrace",
			   NULL);
}

bool
script_run(struct injection *in, struct program *p,
	   const struct attach_page *request, const char *library,
	   unsigned seconds, char why[REFUSAL_BYTES])
{
	static struct errand e;

	*in = (struct injection){.program = p, .channel = -1};
	if (!is_possible(p, why))
		return false;
	e = (struct errand){
		.program = p,
		.library = library,
		.parent = getpid(),
		.until_us = hold_now_us() + (uint64_t)seconds * 1000000,
		.channel = -1,
	};
	e.request = *request;
	e.request.magic = ATTACH_MAGIC;
	e.request.version = ATTACH_VERSION;
	e.request.create = p->create;
	e.request.detach = p->detach;
	if (!guardian_run(run_errand, &e, sizeof e, &e.channel))
		return refusal_put(why, "cannot start a helper process",
				   strerror(errno));
	in->channel = e.channel;
	memcpy(why, e.why, REFUSAL_BYTES);
	return e.ok;
}
