/*
 * running.h - the frames that all threads are running
 *
 * Contract of every function here:
 *   side       shim and child
 *   allocates  from the arena that is passed
 *   locks      none; the GIL is held, or this is the child
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_RUNNING_H
#define LEAKSHIM_PYTHON_RUNNING_H

struct arena;

/*
 * each() Python frame of each thread of each interpreter, as frames_first()
 * returns them, innermost first; none if their layout is not known.
 */
void running_visit(void (*each)(void *frame, void *ctx), void *ctx);

/* "frame NAME", with the function that it runs; NULL when memory is out. */
const char *running_name(struct arena *a, void *frame);

#endif /* LEAKSHIM_PYTHON_RUNNING_H */
