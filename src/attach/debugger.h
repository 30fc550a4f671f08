/*
 * debugger.h - ask an interpreter to run a script (PEP 768)
 *
 * Three words are written into the state of its main thread, which runs the
 * script the next time it checks for such requests; nothing is stopped.  Only
 * the main thread's state is used: it exists as long as the interpreter, while
 * that of another could be freed while we write.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ATTACH_DEBUGGER_H
#define LEAKSHIM_ATTACH_DEBUGGER_H

#include <stdbool.h>
#include <stdint.h>

#include "attach/refusal.h"
#include "python/debugoffsets.h"

struct program;

struct debugger {
	const struct program *program;
	struct debugoffsets at;
	uint64_t thread; /* its state, in the target */
};

/* False, with the reason in why: it runs no scripts. */
bool debugger_open(struct debugger *d, const struct program *p,
		   char why[REFUSAL_BYTES]);

/* Ask for that script; its path is the target's. */
bool debugger_ask(const struct debugger *d, const char *path,
		  char why[REFUSAL_BYTES]);

/* Withdraw the request; true: it had not been taken. */
bool debugger_withdraw(const struct debugger *d);

#endif /* LEAKSHIM_ATTACH_DEBUGGER_H */
