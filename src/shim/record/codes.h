/*
 * codes.h - copies of code objects, kept for the report
 *
 * A line is resolved long after the code ran, when its code object may be gone
 * and its address reused.  What a line needs is copied when a code object is
 * first seen; when the object dies (its block is flagged BLOCK_IS_CODE) the
 * entry is retired: it keeps its id while a stack names it, but its address
 * finds it no more.
 *
 * Contract of the functions here:
 *   side       shim; codes_get() also in the child
 *   allocates  mmap(2) only
 *   locks      a spin lock in codes_intern() and codes_retire()
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_CODES_H
#define LEAKSHIM_SHIM_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct code_copy {
	const char *function; /* qualified from 3.11 on */
	const char *file;
	const unsigned char *table;
	uint32_t n_table;
	int first_line;
	int first_traceable; /* bytes of bytecode */
};

/*
 * The id (from 1) of a code object, copied if it is new; *is_new says so.  0
 * when memory is out.
 */
uint32_t codes_intern(void *code, bool *is_new);

/* The copy behind an id; NULL for 0 and for ids that were never assigned. */
const struct code_copy *codes_get(uint32_t id);

/* The code object at this address has died. */
void codes_retire(void *code);

struct recycle_marks;

/*
 * Recycling (shim/record/recycle.h): how many ids there are, and, when the
 * clone has marked those that stacks name, the end of what is not marked and
 * was retired before.
 */
uint32_t codes_begin_round(void);
void codes_sweep(const struct recycle_marks *m);

/*
 * Forget them all, and free the copies: from here on, deaths are not noticed.
 * Ids are not reused for a long time.
 */
void codes_forget(void);

size_t codes_number(void); /* copies */
size_t codes_bytes(void);
const size_t *codes_bytes_counter(void); /* to be read by another process */

#endif /* LEAKSHIM_SHIM_CODES_H */
