#include "config.h"

#include "shim/entry/forks.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/glibconly.h"
#include "shim/base/clone.h"
#include "shim/base/process.h"
#include "shim/check/secondclone.h"
#include "shim/entry/serve.h"
#include "shim/occasions/askapi.h"
#include "shim/occasions/finish.h"
#include "shim/occasions/triggers.h"
#include "shim/record/callers.h"
#include "shim/record/capture.h"
#include "shim/record/sharedblocks.h"
#include "shim/record/stacks.h"
#include "shim/stop/ptracer.h"

#if defined __x86_64__
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");
#elif defined __aarch64__
__asm__(".symver dlsym,dlsym@GLIBC_2.17");
#endif

extern void *__dso_handle __attribute__((visibility("hidden")));

enum { MOST_NS = 1000000000, NAP_NS = 50000 };

static atomic_int n_forking;
/* Of the thread that forks, for its child. */
static __thread bool leaves_threads
	__attribute__((tls_model("initial-exec")));
static atomic_bool is_kept_out;

static void
nap(void)
{
	struct timespec t = {0, NAP_NS};

	nanosleep(&t, NULL);
}

/*
 * Registered last, it runs first: a malloc's own handler has not yet taken its
 * locks, which a thread that keeps us out may need.
 */
static void
before(void)
{
	uint64_t until = clone_now_ns() + MOST_NS;
	int saved = errno;

	leaves_threads = secondclone_is_needed();
	atomic_fetch_add(&n_forking, 1);
	while (atomic_load(&is_kept_out) && clone_now_ns() < until)
		nap();
	errno = saved;
}

void
forks_keep_out(void)
{
	uint64_t until = clone_now_ns() + MOST_NS;

	for (;;) {
		atomic_store(&is_kept_out, true);
		if (!atomic_load(&n_forking) || clone_now_ns() >= until)
			return;
		atomic_store(&is_kept_out, false);
		nap();
	}
}

void
forks_let_in(void)
{
	atomic_store(&is_kept_out, false);
}

static void
in_parent(void)
{
	/* For a fork that had begun before we were registered, do nothing. */
	if (atomic_load(&n_forking) > 0)
		atomic_fetch_sub(&n_forking, 1);
	sharedblocks_has_child();
}

static void
in_child(void)
{
	atomic_store(&n_forking, 0);
	atomic_store(&is_kept_out, false);
	process.parent = process.pid;
	process.pid = (pid_t)syscall(SYS_getpid);
	process.is_forked = true;
	process.has_left_threads |= leaves_threads;
	if (!process.options.follow)
		process.is_inert = true;
	serve_forked();
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
	nap();
	if (lock && unlock) {
		lock();
		unlock();
	}
}

bool
forks_is_own_process(void)
{
	return process.pid == (pid_t)syscall(SYS_getpid);
}
