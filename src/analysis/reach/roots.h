/*
 * roots.h - the memory from which everything alive is reached
 *
 * All writable memory of the process except the blocks themselves, the
 * allocators' free memory, the dead part of each stack, and leakshim's own; and
 * the registers of the other threads.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_ROOTS_H
#define LEAKSHIM_ANALYSIS_ROOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/base/source.h"
#include "analysis/heap/gather.h"

enum roots_part {
	ROOTS_STACKS, /* and registers, of all threads */
	ROOTS_OTHERS,
	/* not a file, and read-only by now: code made at run time */
	ROOTS_SEALED,
};

/* Before the first visit: remove what is dead. */
void roots_prepare(struct gathered *g, const struct source *s);

/* visit() all the words, in pieces; returns their number of bytes. */
size_t roots_visit(struct gathered *g, enum roots_part part,
		   void (*visit)(const uintptr_t *from, const uintptr_t *to,
				 void *ctx),
		   void *ctx);

/* visit() copies of the words of a file's data that are roots. */
void roots_visit_data(struct gathered *g, uintptr_t from, uintptr_t to,
		      void (*visit)(const uintptr_t *from, const uintptr_t *to,
				    void *ctx),
		      void *ctx);

#endif /* LEAKSHIM_ANALYSIS_ROOTS_H */
