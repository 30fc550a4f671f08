/*
 * inject.h - a thread of ours in another process
 *
 * One thread of the target is stopped at a safe point and made to call
 * pthread_create(), nothing else; it then continues as if nothing had happened.
 * The new thread loads the library, unless it is there, and calls
 * leakshim_serve() in it.  If this command is killed at any moment, the target
 * runs on: the stopped thread returns by a signal frame that was prepared
 * before.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3)
 *   locks      none
 *   signals    not safe; blocked while a thread is stopped
 */
#ifndef LEAKSHIM_ATTACH_INJECT_H
#define LEAKSHIM_ATTACH_INJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "attach/refusal.h"

struct attach_page;
struct program;

struct injection {
	struct program *program;
	int channel;                                 /* our end */
	uint64_t page, page_bytes, code, code_bytes; /* in the target */
	unsigned tries;
	int in_target[2]; /* descriptors there: channel and library, or -1 */
};

/*
 * Make the thread and let it serve request, whose other fields are filled in
 * here.  library: the file to load where there is no shim yet.  False, with the
 * reason in why: the target is as it was.
 */
bool inject(struct injection *in, struct program *p,
	    struct attach_page *request, const char *library,
	    char why[REFUSAL_BYTES]);

/*
 * The thread has ended without having served anything: close and unmap what it
 * was given.
 */
void inject_clean_up(struct injection *in);

/*
 * Let the main thread call that function, if it waits in the kernel.
 */
bool inject_main_thread(struct injection *in, uint64_t function,
			char why[REFUSAL_BYTES]);

#endif /* LEAKSHIM_ATTACH_INJECT_H */
