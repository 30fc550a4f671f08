/*
 * baseline.h - the fingerprints of a report of an earlier run
 *
 * Findings with one of them are `known'.  The file is a report in JSON, or what
 * `leakshim gate --write_baseline' made of some; findings that were suppressed
 * or older than the program in it are not known.
 *
 * Contract of every function here:
 *   side       shim and tool
 *   allocates  mmap(2) only
 *   locks      the pool's of hash.h
 *   signals    not safe
 */
#ifndef LEAKSHIM_COMMON_BASELINE_H
#define LEAKSHIM_COMMON_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/arena.h"

struct buf;
struct baseline_entry;

struct baseline {
	struct arena arena;
	struct baseline_entry *table;
	size_t n;
};

enum { BASELINE_MAX_BYTES = 32 << 20 };

/*
 * Parse the n bytes of the file `name'.  False, after a line "leakshim:
 * NAME:LINE:COLUMN: WHAT" in *complaint, if that is not a report; then nothing
 * is known.
 */
bool baseline_parse(struct baseline *b, const char *name, const char *text,
		    size_t n, struct buf *complaint);

bool baseline_has(const struct baseline *b, const char *fingerprint);

/* How many of them (islands) it has; 0: none, or not known. */
int64_t baseline_count(const struct baseline *b, const char *fingerprint);

void baseline_fini(struct baseline *b);

#endif /* LEAKSHIM_COMMON_BASELINE_H */
