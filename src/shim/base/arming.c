#include "config.h"

#include "shim/base/arming.h"

#include <stddef.h>

void (*volatile arming_hook)(void);
volatile int arming_is_on;

static void (*volatile of_malloc)(void);
static void (*waiting)(void);

void
arming_set_hook(void (*call)(void))
{
	arming_hook = call;
}

void
arming_set_malloc(void (*call)(void))
{
	of_malloc = call;
	arming_is_on = call != NULL;
}

void
arming_call(void)
{
	void (*call)(void) = of_malloc;

	if (call)
		call();
}

void
arming_wait(void (*call)(void))
{
	waiting = call;
	arming_wait_again();
}

void
arming_wait_again(void)
{
	arming_set_hook(waiting);
	arming_set_malloc(waiting);
}
