/*
 * script.h - attach to a process by a script that its Python runs (PEP 768)
 *
 * The alternative to inject.h: no thread is stopped, but Python has to run the
 * script, and for a moment there is a directory in the target's file system.
 * If this command is killed at any moment, the target runs on: a guardian
 * withdraws the request and removes the directory.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  mmap(2)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ATTACH_SCRIPT_H
#define LEAKSHIM_ATTACH_SCRIPT_H

#include <stdbool.h>

#include "attach/refusal.h"

struct attach_page;
struct injection;
struct program;

/*
 * A thread that serves the request; in->channel is our end, and there is
 * nothing else in it.  False, with the reason in why: nothing is left there.
 */
bool script_run(struct injection *in, struct program *p,
		const struct attach_page *request, const char *library,
		unsigned seconds, char why[REFUSAL_BYTES]);

#endif /* LEAKSHIM_ATTACH_SCRIPT_H */
