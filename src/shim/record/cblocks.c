#include "config.h"

#include "shim/record/cblocks.h"

#include <errno.h>
#include <string.h>

#include "shim/base/interpose.h"
#include "shim/record/callers.h"
#include "shim/record/capture.h"
#include "shim/record/layer.h"
#include "shim/record/programstart.h"
#include "shim/record/stacks.h"

bool cblocks_is_on;
bool cblocks_was_on;

void
cblocks_start(void)
{
	if (!interpose_malloc_is_libc() || cblocks_is_on)
		return;
	callers_init();
	cblocks_was_on = true;
	cblocks_is_on = true;
}

void
cblocks_stop(void)
{
	cblocks_is_on = false;
}

/*
 * Libraries allocate pools of memory and use them little by little (sqlite3's
 * page cache): what the former owner left there hides leaks.  Larger blocks
 * mostly have a mapping of their own, which is clean.
 */
enum { CLEARED_MOST = 128 << 10 };

/*
 * What is allocated inside an allocator of Python's is mostly the block that it
 * returns, and recorded as such.  Its own tables are large: the nodes of the
 * map of arenas have 256 and 128 KiB (Objects/obmalloc.c, 3.10+).
 */
enum { ALLOCATORS_LEAST = 64 << 10 };

/* What the unwinder allocates is its own. */
static __thread bool is_noting __attribute__((tls_model("initial-exec")));

void
cblocks_record(void *p, size_t n, size_t n_dirty, const void *caller,
	       const void *sp)
{
	int saved = errno;
	stack_id stack;

	if (is_noting || (layer_depth && n < ALLOCATORS_LEAST))
		return;
	if (n_dirty <= CLEARED_MOST && !layer_depth)
		memset(p, 0, n_dirty);
	if (!layer_records_all())
		return;
	is_noting = true;
	layer_depth++;
	stack = capture_in_c((uintptr_t)caller, (uintptr_t)sp);
	layer_depth--;
	is_noting = false;
	/* Before the program's first line the interpreter makes its own. */
	if (stack && !programstart_is_pending())
		sidetable_note(p, stack);
	errno = saved;
}

stack_id
cblocks_forget(void *p)
{
	return sidetable_unnote(p);
}

void
cblocks_restore(void *p, stack_id stack)
{
	if (capture_may_keep(stack))
		sidetable_note(p, stack);
}
