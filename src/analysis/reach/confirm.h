/*
 * confirm.h - look once more for pointers that are not plain words
 *
 * Records packed by numpy or ctypes keep pointers at odd offsets, and some
 * runtimes keep a tag in the 16 bits that addresses do not use or, where all
 * addresses are small, half a word.  What is still unmarked is looked for once
 * more, at every byte, in each of these forms, and marked if it is found.  Then
 * the second clone is asked, if there is one.
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
