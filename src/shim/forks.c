#include "config.h"

#include "shim/forks.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shim/capture.h"
#include "shim/finish.h"
#include "shim/lineage.h"
#include "shim/process.h"
#include "shim/serve.h"
#include "shim/stacks.h"
#include "shim/triggers.h"

static void
in_child(void)
{
	process.parent = process.pid;
	process.pid = (pid_t)syscall(SYS_getpid);
	process.is_forked = true;
	if (!process.options.follow)
		process.is_inert = true;
	serve_forked();
	capture_forked();
	lineage_is_child();
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
	lineage_init();
	pthread_atfork(NULL, lineage_has_child, in_child);
}

bool
forks_is_own_process(void)
{
	return process.pid == (pid_t)syscall(SYS_getpid);
}
