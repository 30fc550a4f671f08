/*
 * stopper.h - the helper that stops the other threads
 *
 * A thread cannot trace the threads of its own process, so a separate process
 * that shares their memory does it (standstill.c makes it).  It seizes each
 * thread with ptrace(2), reads its registers, and resumes all of them when it
 * is told to.  If it dies, the kernel resumes them.
 *
 * Contract of every function here:
 *   side       the helper, which shares the requester's thread-local storage:
 *              no errno, no call of the C library
 *   allocates  never
 *   locks      none
 *   signals    blocked, but for those of its own faults
 */
#ifndef LEAKSHIM_SHIM_STOPPER_H
#define LEAKSHIM_SHIM_STOPPER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "analysis/base/source.h"
#include "shim/stop/threadstate.h"

enum stopper_stage {
	STOPPER_MAY_BEGIN = 1, /* the requester writes */
	STOPPER_HAS_STOPPED,   /* the helper: all that it could */
	STOPPER_MAY_LET_GO,    /* the requester; also before all have stopped */
};

enum stopper_how {
	STOPPER_SEIZED, /* it has not stopped yet */
	STOPPER_READ,
	STOPPER_BLIND, /* stopped, but its registers cannot be read */
	STOPPER_LATE,  /* given up: it still does not stop */
	STOPPER_REFUSED,
	STOPPER_MOVING, /* data: a stop would cut its system call short */
	STOPPER_GONE,
};

struct stopper_thread {
	pid_t tid;
	enum stopper_how how;
	uint64_t since_ns; /* asked to stop */
};

struct stopper {
	volatile uint32_t stage;
	pid_t pid, requester; /* the process, and its thread that goes on */
	int error;            /* of the last refusal, an errno */
	struct stopper_thread *threads;
	size_t n, room;
	size_t next;                /* where the next known one is looked for */
	size_t n_over;              /* beyond the room, or not listed */
	struct source_thread *read; /* as many */
	size_t n_read;
	uintptr_t *words;
	size_t n_words, words_room;
	uint64_t began_ns;
	uint64_t ended_ns; /* the last was let go */
	unsigned char scratch[THREADSTATE_BYTES];
};

/* The helper's life; of struct stopper. */
int stopper_run(void *stopper);

/*
 * In a process that shares nothing: make the same system calls, without effect,
 * to find out whether a filter kills for one.
 */
void stopper_rehearse(void);

#endif /* LEAKSHIM_SHIM_STOPPER_H */
