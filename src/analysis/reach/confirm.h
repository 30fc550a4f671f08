/*
 * confirm.h - a second look for pointers that are no plain words
 *
 * Records packed by numpy or ctypes keep pointers at odd offsets, and some
 * runtimes keep a tag in the 16 bits that addresses do not use or, where all
 * addresses are small, half a word.  What the mark left over is looked for once
 * more, at every byte, in each of these forms, and what is found is marked.
 * Then the second clone is asked, where there is one.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_CONFIRM_H
#define LEAKSHIM_ANALYSIS_CONFIRM_H

#include <stdbool.h>

#include "analysis/reach/reach.h"

/* False with the reason in *why: then nothing may be called lost. */
bool confirm_lost(struct reach *r, const char **why);

#endif /* LEAKSHIM_ANALYSIS_CONFIRM_H */
