/*
 * history.h - how many objects each allocation site had in the last checks
 *
 * Each check is made by a clone that exits; what the next one must know is in a
 * table that the process and its clones share.  A check reads the table of the
 * previous one and writes another, which replaces it when it is complete: a
 * clone that dies before that has changed nothing.
 *
 * Sites are identified by a hash of their names (type, functions, files,
 * lines), because stacks are recycled and types are freed.
 *
 * Contract of every function here:
 *   side       shim and analysis child
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_ANALYSIS_HISTORY_H
#define LEAKSHIM_ANALYSIS_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HISTORY_MOST_SITES = 65536,
	HISTORY_MOST_BYTES = 16 << 20,
};

struct history {
	uint32_t is_complete;
	uint32_t n_counts; /* that a site has room for: one more than growth= */
	uint32_t n_sites;
	uint32_t room;
	uint32_t n_checks;   /* up to this one, n_counts at most */
	uint64_t n_left_out; /* sites with fewer objects than all that are in */
	uint64_t at_ns;      /* when the check was made, CLOCK_MONOTONIC */
};

/* Followed by the counts, the last check's last. */
struct history_site {
	uint64_t key;
	uint64_t since_ns; /* the check before the first that found more */
	uint32_t n;        /* counts in use */
	uint32_t counts[];
};

/* Of a table for that many checks that find more: what it takes. */
size_t history_bytes(int growth);

/* What is written of it. */
size_t history_used(const struct history *h);

/* Checks to come before anything can have grown in each of the last ones. */
uint32_t history_needs(const struct history *h);

/* In zeroed memory of so many bytes; before: as history_continue() has it. */
void history_begin(struct history *h, int growth, const struct history *before);

/* Site number i. */
struct history_site *history_site(const struct history *h, uint32_t i);

/* The next site behind the last one: the caller checks the room. */
struct history_site *history_add(struct history *h);

/* The site of that key, NULL if there is none; they were added in its order. */
const struct history_site *history_find(const struct history *h, uint64_t key);

/*
 * The site's entry in `before' (NULL: there was no check), with one more count.
 * A site that was not there had no objects, unless some were left out; then its
 * count is unknown.
 */
void history_continue(struct history_site *site, const struct history *h,
		      const struct history *before, uint32_t count);

/* Did each of the last checks that count find more? */
bool history_grows(const struct history *h, const struct history_site *site);

#endif /* LEAKSHIM_ANALYSIS_HISTORY_H */
