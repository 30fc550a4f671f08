#include "config.h"

#include "shim/occasions/atrest.h"

#include "common/ownmap.h"
#include "python/gil.h"
#include "python/names.h"
#include "shim/base/process.h"
#include "shim/check/background.h"
#include "shim/check/secondclone.h"
#include "shim/gc/gcwatch.h"
#include "shim/occasions/interrupted.h"

enum { STACK_BYTES = 1 << 20 };

static void *stack; /* for the clone: a handler's may be small */

void
atrest_prepare(void)
{
	struct gcwatch_state state;

	gcwatch_look(&state);
	dict_of_modules();
	if (!stack)
		stack = ownmap_reserve(STACK_BYTES);
}

static bool
is_at_rest(const void *context)
{
	return stack && process.options.isolate &&
	       interrupted_while_waiting(context) && gil_is_at_rest() &&
	       !secondclone_is_needed();
}

bool
atrest_check(const char *trigger, const void *context)
{
	if (!is_at_rest(context))
		return false;
	background_settle();
	return !background_is_there() &&
	       background_begin_at_rest(trigger, stack, STACK_BYTES);
}
