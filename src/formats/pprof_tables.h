/*
 * pprof_tables.h - the numbered things of a profile: strings, functions, places
 *
 * A profile refers to strings, functions, locations and mappings by number;
 * each is written once.  Strings are numbered from 0, which is the empty one,
 * the others from 1.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  the arena and the bufs of the tables
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_FORMATS_PPROF_TABLES_H
#define LEAKSHIM_FORMATS_PPROF_TABLES_H

#include <stdint.h>

#include "common/arena.h"
#include "common/buf.h"

struct frame;
struct pprof_entry;

struct pprof_table {
	struct pprof_entry *entries; /* a hash */
	int64_t n;
};

struct pprof {
	struct arena arena;
	struct pprof_table strings, functions, locations, mappings;
	/*
	 * The tables as fields of the profile, in the order of their numbers.
	 */
	struct buf string_fields, function_fields, location_fields,
		mapping_fields;
};

void pprof_init(struct pprof *p);
void pprof_fini(struct pprof *p);

/* The tables, behind everything that has put something into them. */
void pprof_put(const struct pprof *p, struct buf *out);

/* The string as it can be shown; NULL is the empty one. */
int64_t pprof_string(struct pprof *p, const char *s);

/* The module; the first one is what pprof names the profile after. */
int64_t pprof_mapping(struct pprof *p, const char *file, const char *build_id);

int64_t pprof_location(struct pprof *p, const struct frame *frame);

#endif /* LEAKSHIM_FORMATS_PPROF_TABLES_H */
