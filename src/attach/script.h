/*
 * script.h - into a process by a script that its Python runs itself (PEP 768)
 *
 * The other way beside inject.h: no thread is stopped, but Python has to come
 * by, and for a moment there is a folder in the target's file system.  Killed
 * at any moment, this command leaves a target that runs on: a guardian takes
 * the question back and removes the folder.
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
 * A thread that serves the request; in->channel is our end, and there is nothing
 * else in it.  False, with the reason in why: nothing is left there.
 */
bool script_run(struct injection *in, struct program *p,
		const struct attach_page *request, const char *library,
		unsigned seconds, char why[REFUSAL_BYTES]);

#endif /* LEAKSHIM_ATTACH_SCRIPT_H */
