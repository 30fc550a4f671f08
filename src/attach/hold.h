/*
 * hold.h - one thread of another process, stopped
 *
 * Only this one stops: the others keep running, and release the locks they
 * hold.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  never
 *   locks      none
 *   signals    not safe; hold_* wait with signals blocked by the caller
 */
#ifndef LEAKSHIM_ATTACH_HOLD_H
#define LEAKSHIM_ATTACH_HOLD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum hold_event {
	HOLD_STOPPED,     /* as hold_interrupt() wants it */
	HOLD_SYSTEM_CALL, /* it enters or leaves one */
	HOLD_TRAP,        /* a step or a breakpoint */
	HOLD_FAULT,       /* a synchronous signal, caused by itself */
	HOLD_SIGNAL,      /* any other; *signal_number */
	HOLD_GROUP,       /* the whole process was stopped (SIGSTOP) */
	HOLD_LATE,
	HOLD_GONE,
};

/*
 * 0, or an errno.  suspend_seccomp: its filters do not see what we let it do.
 */
int hold_seize(pid_t tid, bool suspend_seccomp);

/* Ask it to stop; then wait for events. */
bool hold_interrupt(pid_t tid);

enum hold_event hold_wait(pid_t tid, unsigned milliseconds, int *signal_number);

/*
 * Wait until it has stopped as asked, delivering its signals meanwhile.
 * HOLD_STOPPED, HOLD_GROUP, HOLD_LATE or HOLD_GONE.
 */
enum hold_event hold_await_stop(pid_t tid, unsigned milliseconds);

bool hold_continue(pid_t tid, int signal_number);
bool hold_continue_to_call(pid_t tid, int signal_number);
void hold_release(pid_t tid);

uint64_t hold_now_us(void);

#endif /* LEAKSHIM_ATTACH_HOLD_H */
