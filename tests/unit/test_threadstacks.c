/*
 * Where a thread's stack begins, and when nothing of it may be taken for dead.
 */
#include "config.h"

#include "analysis/reach/threadstacks.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "analysis/heap/maps.h"
#include "shim/stop/threadstate.h"
#include "tap.h"

static uintptr_t start_in_handler, sp_in_handler;

static uintptr_t
find_start(uintptr_t sp)
{
	struct maps maps;
	uintptr_t start;

	if (!maps_read(&maps, 0))
		return 1;
	start = threadstacks_start(&maps, sp, (uintptr_t)pthread_self());
	maps_fini(&maps);
	return start;
}

static void
handle(int number)
{
	(void)number;
	sp_in_handler = (uintptr_t)__builtin_frame_address(0);
	start_in_handler = find_start(sp_in_handler);
}

/* Below the array, as deep as what is interrupted usually is. */
static __attribute__((noinline)) uintptr_t
be_interrupted(void)
{
	volatile char room[64 << 10];
	uintptr_t start;

	memset((void *)room, 1, sizeof room);
	raise(SIGUSR1);
	start = find_start((uintptr_t)room);
	return room[0] ? start : 0;
}

static void *
run(void *has_array)
{
	char array[256 << 10];
	stack_t s = {.ss_sp = array, .ss_size = sizeof array};
	struct sigaction a = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
	uintptr_t start;

	memset(array, 1, sizeof array);
	if (has_array)
		sigaltstack(&s, NULL);
	sigaction(SIGUSR1, &a, NULL);
	start = be_interrupted();
	ok(start > 1 && start < (uintptr_t)array,
	   "it is known where it begins");
	if (has_array) {
		ok(sp_in_handler - (uintptr_t)array < sizeof array,
		   "a handler runs on an array in it");
		is_number(start_in_handler, 0, "then nothing below it is dead");
	} else {
		is_number(start_in_handler, start, "a handler runs on it");
	}
	s.ss_flags = SS_DISABLE;
	sigaltstack(&s, NULL);
	return NULL;
}

int
main(void)
{
	static int yes;
	pthread_t thread;
	int i;

	if (!threadstate_is_known) {
		skip("stacks of threads", "not for this processor");
		return tap_done();
	}
	for (i = 0; i < 2; i++)
		if (pthread_create(&thread, NULL, run, i ? &yes : NULL) != 0 ||
		    pthread_join(thread, NULL) != 0)
			return 1;
	return tap_done();
}
