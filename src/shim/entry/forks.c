#include "config.h"

#include "shim/entry/forks.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/glibconly.h"
#include "common/oldsymbol.h"
#include "shim/base/forkgate.h"
#include "shim/base/process.h"
#include "shim/check/command.h"
#include "shim/check/secondclone.h"
#include "shim/occasions/askapi.h"
#include "shim/occasions/finish.h"
#include "shim/occasions/triggers.h"
#include "shim/record/callers.h"
#include "shim/record/capture.h"
#include "shim/record/sharedblocks.h"
#include "shim/record/stacks.h"
#include "shim/stop/ptracer.h"

OLD_SYMBOL(dlsym);

extern void *__dso_handle __attribute__((visibility("hidden")));

/* Of the thread that forks, for its child. */
static __thread bool leaves_threads __attribute__((tls_model("initial-exec")));

/*
 * Registered last, it runs first: a malloc's own has not taken its locks yet,
 * which a thread that keeps us out may need.
 */
static void
before(void)
{
	int saved = errno;

	leaves_threads = secondclone_is_needed();
	forkgate_begin();
	errno = saved;
}

static void
in_parent(void)
{
	forkgate_end();
	sharedblocks_has_child();
}

static void
in_child(void)
{
	forkgate_forked();
	process.parent = process.pid;
	process.pid = (pid_t)syscall(SYS_getpid);
	process.is_forked = true;
	process.has_left_threads |= leaves_threads;
	if (!process.options.follow)
		process.is_inert = true;
	command_forked();
	askapi_forked();
	callers_forked();
	capture_forked();
	sharedblocks_is_child();
	ptracer_forked();
	stacks_forked();
	finish_forked();
	triggers_forked();
}

void
forks_init(void)
{
	static bool is_done;

	if (is_done)
		return;
	is_done = true;
	sharedblocks_init();
	__register_atfork(before, in_parent, in_child, &__dso_handle);
}

void
forks_init_late(void)
{
	void (*lock)(void), (*unlock)(void);

	forks_init();
	/* A thread past `before' has it, until there is a child. */
	*(void **)&lock = dlsym(RTLD_DEFAULT, "_IO_list_lock");
	*(void **)&unlock = dlsym(RTLD_DEFAULT, "_IO_list_unlock");
	forkgate_nap();
	if (lock && unlock) {
		lock();
		unlock();
	}
}
