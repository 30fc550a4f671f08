/*
 * processor.h - what attaching must know about the processor
 *
 * One file per processor: its registers, its system calls, the code that runs
 * in the target, the frame by which a thread returns.  A processor without one
 * uses processor_other.c, and attach says so.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ATTACH_PROCESSOR_H
#define LEAKSHIM_ATTACH_PROCESSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	PROCESSOR_GENERAL_BYTES = 512,
	PROCESSOR_FLOATING_BYTES = 16384, /* 11 KiB with AMX */
	PROCESSOR_FRAME_BYTES = 20480,    /* for processor_frame() */
	PROCESSOR_CALL_BYTES = 8,         /* of code before a return address */
	PROCESSOR_SIGNAL_BYTES = 20480,   /* of stack, for a signal handler */
};

/* The state of a stopped thread, to be restored. */
struct processor_state {
	unsigned char general[PROCESSOR_GENERAL_BYTES]
		__attribute__((aligned(16)));
	unsigned char floating[PROCESSOR_FLOATING_BYTES]
		__attribute__((aligned(64)));
	size_t n_general, n_floating;
	uint64_t mask; /* of blocked signals */
};

/* Instructions of the C library that we use and look for; 0: not found. */
struct processor_landmarks {
	uint64_t system_call;
	uint64_t signal_return; /* where signal handlers return to */
};

/* The code for the target, and places in it. */
struct processor_stub {
	const unsigned char *code;
	size_t n_code;
	size_t call;         /* calls a function, then returns by the frame */
	size_t system_call;  /* an instruction; then it returns as well */
	size_t after_return; /* after the instruction that returns */
	size_t create;       /* the function: makes the thread */
	size_t thread;       /* what the thread runs */
};

/* NULL, or why attaching is not possible here. */
const char *processor_problem(void);

/* ELF's number of it. */
unsigned processor_machine(void);

bool processor_save(pid_t tid, struct processor_state *s);
bool processor_restore(pid_t tid, const struct processor_state *s);

uint64_t processor_pc(const struct processor_state *s);
uint64_t processor_sp(const struct processor_state *s);

/* The number of the system call that was interrupted, -1: none was. */
long processor_system_call(const struct processor_state *s);
uint64_t processor_argument(const struct processor_state *s, int i);

/* What that call is about to return: -EINTR or the kernel's own codes. */
long processor_returned(const struct processor_state *s);
void processor_set_returned(struct processor_state *s, long value);

/* Look through n bytes of the C library's code, which stand at `address'. */
void processor_search(const unsigned char *code, size_t n, uint64_t address,
		      struct processor_landmarks *out);

/*
 * Let the stopped thread make a system call next, at that instruction.  Unless
 * it is stopped, it then returns through the frame: by the stub, or from libc,
 * where the word before the frame must be landmarks.signal_return.
 */
bool processor_set_call(pid_t tid, const struct processor_state *s,
			uint64_t instruction, uint64_t frame, long number,
			const uint64_t arguments[6]);
bool processor_result(pid_t tid, long *value);

void processor_get_stub(struct processor_stub *out);

/*
 * What the kernel would have put on the stack for a signal at s, to be stored
 * at `address'; the number of bytes of out, 0: it cannot be made.  The thread
 * returns by it if we are gone.
 */
size_t processor_frame(const struct processor_state *s, uint64_t address,
		       unsigned char out[PROCESSOR_FRAME_BYTES]);

/*
 * Can these bytes of a stack, from landmarks.signal_return at `address' on, be
 * what the kernel put there for a handler?  Parts of old ones remain for a long
 * time in the gaps of younger frames.
 */
bool processor_is_signal_frame(uint64_t address, const unsigned char *stack,
			       size_t n);

/* Let it call function(argument) on that stack, through the stub at `code'. */
bool processor_call(pid_t tid, const struct processor_state *s, uint64_t code,
		    uint64_t function, uint64_t argument, uint64_t stack,
		    uint64_t frame);

/* Is it about to return, at this address?  Then keep the kernel from it. */
bool processor_is_returning(pid_t tid, uint64_t after_return);

/* A hardware breakpoint at the address; 0: none. */
bool processor_break_at(pid_t tid, uint64_t address);

/* Do these bytes before an address end in a call? */
bool processor_is_call(const unsigned char code[PROCESSOR_CALL_BYTES]);

#endif /* LEAKSHIM_ATTACH_PROCESSOR_H */
