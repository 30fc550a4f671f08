/*
 * borrow.h - a thread of the target, stopped at a safe point
 *
 * Between borrow_thread() and borrow_end() the thread can make system calls and
 * call one function; then it is as it was, registers, signal mask, floating
 * point and interrupted system call.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  never
 *   locks      none
 *   signals    not safe; blocked in between
 */
#ifndef LEAKSHIM_ATTACH_BORROW_H
#define LEAKSHIM_ATTACH_BORROW_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "attach/processor.h"
#include "attach/refusal.h"

struct program;

enum borrow_choice {
	BORROW_ANY,
	BORROW_MAIN, /* the main thread, and only where it waits */
};

struct borrowed {
	struct program *program;
	pid_t tid;
	struct processor_state state;
	sigset_t signals; /* ours, as they were */
	unsigned tries;
	/* The frame, on its stack at first; the stub, once there (supply.h). */
	uint64_t code, frame;
	uint64_t on_stack; /* where that was */
	bool has_ended;    /* the thread or the process did */
	bool must_stop;    /* a SIGSTOP came meanwhile */
};

bool borrow_thread(struct borrowed *b, struct program *p,
		   enum borrow_choice choice, unsigned milliseconds,
		   char why[REFUSAL_BYTES]);

/*
 * A system call; -ESRCH when the thread is gone, else what it returns.  If we
 * are killed meanwhile, the thread returns by itself.
 */
long borrow_call(struct borrowed *b, long number, const uint64_t arguments[6]);

/*
 * Return by the frame on its own stack again: the stub is about to be unmapped.
 */
bool borrow_renew(struct borrowed *b);

enum borrow_result {
	BORROW_RETURNED,
	BORROW_CRASHED,
	BORROW_STUCK, /* it will return by itself: nothing is left to end */
};

/* Let it run function(argument) on that stack, and return by the frame. */
enum borrow_result borrow_run(struct borrowed *b, uint64_t function,
			      uint64_t argument, uint64_t stack);

void borrow_end(struct borrowed *b);

#endif /* LEAKSHIM_ATTACH_BORROW_H */
