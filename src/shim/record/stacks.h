/*
 * stacks.h - interned Python backtraces: the stack depot
 *
 * A stack is a node of a trie of (parent, code, instruction); its id is the
 * innermost node.  Native frames, where they are kept, are nodes on top of it.
 * Capture (shim/record/capture.h) interns; the report resolves ids to function,
 * file and line long after, when frames and perhaps the code objects are gone:
 * what a line needs was copied when the code object was first seen
 * (shim/record/codes.h).
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
#include "shim/record/sidetable.h"

/* False when there is no memory. */
bool stacks_init(void);

/*
 * Resolve a stack, innermost frame first, at most n_max frames (the option
 * backtrace=).  Strings live as long as the process.  Returns the number of
 * frames; incomplete frames (still being set up) are left out.
 */
size_t stacks_lines(stack_id id, struct report_line *lines, size_t n_max);

struct recycle_marks;
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
 * Forget them all, and release the memory; nothing may refer to one any more.
 * Ids are not reused for a long time, so a remembered one finds nothing.
 */
void stacks_forget(void);

/*
 * Recycling (shim/record/recycle.h), the GIL held but for stacks_mark*(), which
 * are the clone's.  A round begins: caches are invalid from now on, so that
 * whatever is used is requested.  Returns the number of nodes so far.
 */
uint32_t stacks_begin_round(void);

/* Mark the nodes of a stack, and the ids of the codes in them. */
void stacks_mark(stack_id id, struct recycle_marks *m);

/* The codes of what a fork's child has from its parent, and keeps. */
void stacks_mark_inherited(struct recycle_marks *m);

/*
 * Remove at most n_most of those nodes that are neither marked nor have been
 * requested since the round began.  True if there are no more.
 */
bool stacks_sweep(const struct recycle_marks *m, size_t n_most);

enum { STACKS_NODE_BYTES = 17 };

/* The first number that is in use since the last stacks_forget(). */
uint32_t stacks_first(void);

/* The words that count the nodes, to be read by another process. */
const uint32_t *stacks_counter(void);
const uint32_t *stacks_free_counter(void); /* of them: not in use */

size_t stacks_number(void); /* nodes in use */
size_t stacks_bytes(void);

/* ---- adding to it: capture.c and nativestack.c ---- */

/*
 * The roots: every stack ends in one, which says the thread; or in none, if no
 * Python code runs.
 */
enum { STACKS_ROOT_NONE, STACKS_ROOT_MAIN, STACKS_ROOT_OTHER };

/* What is in the place of a root: after a fork there are others. */
stack_id stacks_root(stack_id kind);

/* The stack `parent' with one more frame on it; 0 when the depot is full. */
stack_id stacks_intern(stack_id parent, uint32_t code, int32_t offset);

/*
 * A native frame: the return address ip, in the place of code and offset.
 * n_python: of how many Python frames it is the interpreter's loop.
 */
stack_id stacks_intern_native(stack_id parent, uintptr_t ip, unsigned n_python);

/* Is it never removed, because it has no Python stack below? */
bool stacks_is_permanent(stack_id id);

#endif /* LEAKSHIM_SHIM_STACKS_H */
