#include "config.h"

#include "shim/stop/ptracer.h"

#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_ulong named; /* by the program; 0: none */

void
ptracer_note(unsigned long name)
{
	atomic_store(&named, name);
}

void
ptracer_forked(void)
{
	atomic_store(&named, 0);
}

static bool
set(unsigned long name)
{
	return syscall(SYS_prctl, PR_SET_PTRACER, name, 0, 0, 0) == 0;
}

bool
ptracer_permit(pid_t helper)
{
	return !atomic_load(&named) && set((unsigned long)helper);
}

/* The program may have named one in the meantime. */
void
ptracer_withdraw(void)
{
	set(atomic_load(&named));
}
