/*
 * enter.h - a command that came by a script of Python's own (PEP 768)
 *
 * The script runs in a thread of the program, with the GIL; it loads the
 * library if need be, calls this, and is done.  What follows is as if the
 * command had made the thread itself (serve.h).
 *
 * Contract of every function here:
 *   side       shim; the thread that runs the script, without the GIL
 *   allocates  mmap(2), and a thread
 *   locks      those of pthread_create(3)
 *   signals    not safe; blocked meanwhile, for the new thread
 */
#ifndef LEAKSHIM_SHIM_ENTER_H
#define LEAKSHIM_SHIM_ENTER_H

/* Serve the page in that file in a thread of its own; 0, or an errno. */
int enter(const char *path, int channel);

#endif /* LEAKSHIM_SHIM_ENTER_H */
