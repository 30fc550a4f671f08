/*
 * stacks.h - interned Python backtraces: the stack depot
 *
 * A stack is a node of a trie of (parent, code, instruction); its id is the
 * innermost node.  Native frames, where they are kept, are nodes on top of it.  Capture (shim/capture.h) interns; the report resolves ids
 * to function, file and line long after, when frames and perhaps the code
 * objects are gone: what a line needs was copied when the code object was
 * first seen (shim/codes.h).
 *
 * Contract of the functions here:
 *   side       shim; stacks_lines() and stacks_*() readers also in the child
 *   allocates  mmap(2) only
 *   locks      a spin lock while a node is added
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_STACKS_H
#define LEAKSHIM_SHIM_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/report.h"
#include "shim/sidetable.h"

/* False when there is no memory. */
bool stacks_init(void);

/*
 * Resolve a stack, innermost frame first, at most n_max frames (the option
 * backtrace=).  Strings live as long as the process.  Returns the number of
 * frames; incomplete frames (still being set up) are left out.
 */
size_t stacks_lines(stack_id id, struct report_line *lines, size_t n_max);

struct source_native;

/*
 * The native frames on top of that (native=), innermost first; returns their
 * number.
 */
size_t stacks_natives(stack_id id, struct source_native *out, size_t n_max);

/* Whether the main thread allocated it: 1, 0, or -1 for an unknown stack. */
int stacks_is_main_thread(stack_id id);

/* In the child of a fork: what is known now is the parent's. */
void stacks_forked(void);

/* Did the parent allocate from there, before the fork? */
bool stacks_is_inherited(stack_id id);

/*
 * Forget them all, and give the memory back; nothing may refer to one any more.
 * Ids are not used again, so who remembers one finds nothing.
 */
void stacks_forget(void);

/* The word that counts the nodes, for who reads it from outside. */
const uint32_t *stacks_counter(void);

size_t stacks_number(void); /* nodes in use */
size_t stacks_bytes(void);

#endif /* LEAKSHIM_SHIM_STACKS_H */
