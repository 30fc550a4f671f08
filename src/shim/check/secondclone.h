/*
 * secondclone.h - what is lost, asked of a second clone
 *
 * Threads that do not hold the GIL keep running while memory is cloned, and a
 * reference that one of them passes on at that moment may be only in its
 * registers, which no clone has.  So if other threads run, a second clone is
 * made later, and only what both found lost is lost.
 *
 * Contract of the functions here:
 *   side       secondclone_begin(), _end(): the process, the GIL held;
 *              secondclone_is_lost(): the first clone
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe; blocked while cloning
 */
#ifndef LEAKSHIM_SHIM_SECONDCLONE_H
#define LEAKSHIM_SHIM_SECONDCLONE_H

#include <stdbool.h>

struct source;

/*
 * Before the first clone: prepare, if threads make it necessary, and let s ask
 * for the result. steps_back: the program does not wait for the report.
 */
void secondclone_prepare(struct source *s, bool steps_back);

/* Will there be one? */
bool secondclone_is_prepared(void);

/* Has the process more than one thread?  Signals: safe. */
bool secondclone_is_needed(void);

/* After the first clone has been made: the second. */
void secondclone_begin(void);

/* The process needs no clone any more. */
void secondclone_end(void);

/* In the child of a fork: the clone is the parent's. */
void secondclone_forget(void);

#endif /* LEAKSHIM_SHIM_SECONDCLONE_H */
