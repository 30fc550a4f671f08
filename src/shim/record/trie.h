/*
 * trie.h - adding to the stack depot; capture.c's side of it
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  never (the depot's memory is reserved)
 *   locks      a spin lock while a node is added
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_TRIE_H
#define LEAKSHIM_SHIM_TRIE_H

#include <stdbool.h>
#include <stdint.h>

#include "shim/record/sidetable.h"

/*
 * The roots: every stack ends in one, which tells the thread; or in none, where
 * no Python runs.
 */
enum { TRIE_ROOT_NONE, TRIE_ROOT_MAIN, TRIE_ROOT_OTHER };

/* What is in the place of a root: after a fork there are others. */
stack_id trie_root(stack_id kind);

/* The stack `parent' with one more frame on it; 0 when the depot is full. */
stack_id trie_intern(stack_id parent, uint32_t code, int32_t offset);

/*
 * A native frame: the return address ip, in the place of code and offset.
 * n_python: of how many Python frames it is the interpreter's loop.
 */
stack_id trie_intern_native(stack_id parent, uintptr_t ip, unsigned n_python);

/* Is it never removed, because it has no Python stack below? */
bool trie_is_permanent(stack_id id);

#endif /* LEAKSHIM_SHIM_TRIE_H */
