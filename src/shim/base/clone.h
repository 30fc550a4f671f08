/*
 * clone.h - a copy of the process that the program does not notice
 *
 * A raw clone with exit signal 0: no atfork handlers run, no SIGCHLD comes, and
 * wait(2) of the program does not see the child.  The child has all signals
 * blocked, no descriptor but stderr's and stdout's, and is the first to be
 * killed when memory runs out; if it crashes, it leaves no core, and the
 * program runs on.
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  never
 *   locks      none
 *   signals    not safe; errno is kept
 */
#ifndef LEAKSHIM_SHIM_CLONE_H
#define LEAKSHIM_SHIM_CLONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Clones started from now on may use that much CPU time. */
void clone_limit(unsigned seconds);

/*
 * Run child(ctx) in a copy of the process; it must not return.  The pid, or
 * -1 with the reason in *why (static storage).
 */
pid_t clone_start(void (*child)(void *ctx), void *ctx, const char **why);

/*
 * The same from a signal handler, on a stack of the child's own: the program's
 * may be a small signal stack.  Signals: safe.
 */
pid_t clone_start_on(void *stack, size_t bytes, void (*child)(void *ctx),
		     void *ctx, const char **why);

/* Has the child exited?  It must still be reaped. */
bool clone_has_ended(pid_t pid);

enum clone_state {
	CLONE_REACHED, /* *stage has the wanted value, or a higher one */
	CLONE_LATE,    /* the deadline passed; the child still runs */
	CLONE_DEAD,    /* the child ended before; it has been reaped */
};

/*
 * Wait until *stage is at least `wanted'; until_ns on CLOCK_MONOTONIC.  With
 * CLONE_DEAD, *status is what waitpid(2) said.
 */
enum clone_state clone_wait(pid_t pid, volatile uint32_t *stage,
			    uint32_t wanted, uint64_t until_ns, int *status);

/*
 * Has *stage the wanted value, or a higher one?  Waits for a moment if not:
 * for loops that have other things to look at.
 */
bool clone_has(volatile uint32_t *stage, uint32_t wanted);

/* Wake the other process if it waits for *word. */
void clone_wake(volatile uint32_t *word);

/*
 * Kill the child if it still runs, and reap it.  If kill(2) might end the
 * process itself (common/sandbox.h), wait for the child first: it has been told
 * to give up, and clone_limit() bounds its CPU time.
 */
void clone_reap(pid_t pid);

/*
 * In the child, if the program does not wait for it: let the program run first.
 */
void clone_step_back(void);

/* In the child: wait for *order to become nonzero; false: the parent died. */
bool clone_wait_for_order(volatile uint32_t *order, pid_t parent);

uint64_t clone_now_ns(void);

#endif /* LEAKSHIM_SHIM_CLONE_H */
