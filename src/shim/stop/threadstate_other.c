#include "config.h"

#include "shim/stop/threadstate.h"

#if !defined __x86_64__

const bool threadstate_is_known = false;

bool
threadstate_read(pid_t tid, unsigned char scratch[THREADSTATE_BYTES],
		 uintptr_t *words, struct threadstate *out)
{
	(void)tid;
	(void)scratch;
	(void)words;
	(void)out;
	return false;
}

void
threadstate_mend(pid_t tid)
{
	(void)tid;
}

#endif
