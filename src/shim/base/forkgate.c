#include "config.h"

#include "shim/base/forkgate.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "shim/base/clone.h"

enum { MOST_NS = 1000000000, NAP_NS = 50000 };

static atomic_int n_forking;
static atomic_bool is_kept_out;

void
forkgate_nap(void)
{
	struct timespec t = {0, NAP_NS};

	nanosleep(&t, NULL);
}

void
forkgate_begin(void)
{
	uint64_t until = clone_now_ns() + MOST_NS;

	atomic_fetch_add(&n_forking, 1);
	while (atomic_load(&is_kept_out) && clone_now_ns() < until)
		forkgate_nap();
}

void
forkgate_end(void)
{
	/* For a fork that had begun before we were registered, do nothing. */
	if (atomic_load(&n_forking) > 0)
		atomic_fetch_sub(&n_forking, 1);
}

void
forkgate_forked(void)
{
	atomic_store(&n_forking, 0);
	atomic_store(&is_kept_out, false);
}

void
forkgate_keep_out(void)
{
	uint64_t until = clone_now_ns() + MOST_NS;

	for (;;) {
		atomic_store(&is_kept_out, true);
		if (!atomic_load(&n_forking) || clone_now_ns() >= until)
			return;
		atomic_store(&is_kept_out, false);
		forkgate_nap();
	}
}

void
forkgate_let_in(void)
{
	atomic_store(&is_kept_out, false);
}
