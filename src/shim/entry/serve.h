/*
 * serve.h - what `leakshim attach', check and detach ask of a process
 *
 * The command has started a thread here (src/attach), which runs serve() and
 * ends.  It takes the GIL like any thread of the program; a clone does the
 * analysis, and the program keeps running meanwhile.
 *
 * Contract of every function here:
 *   side       shim; serve() in a thread of its own
 *   allocates  mmap(2); in Python what boot.h says
 *   locks      the GIL
 *   signals    not safe; all blocked in that thread
 */
#ifndef LEAKSHIM_SHIM_SERVE_H
#define LEAKSHIM_SHIM_SERVE_H

struct attach_page;

/* Do what the page requests; it is unmapped at the end. */
void serve(struct attach_page *page);

#endif /* LEAKSHIM_SHIM_SERVE_H */
