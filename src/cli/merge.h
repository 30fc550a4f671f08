/*
 * merge.h - several reports made one
 *
 * Contract: side tool; allocates from the arena; no locks; not signal-safe.
 */
#ifndef LEAKSHIM_CLI_MERGE_H
#define LEAKSHIM_CLI_MERGE_H

struct arena;
struct report;

/*
 * Add the findings of `from' to those of `to': the numbers of equal
 * fingerprints add up.  What describes the process stays that of `to', except
 * that collections and costs add up as well.
 */
void merge_reports(struct arena *a, struct report *to,
		   const struct report *from);

#endif /* LEAKSHIM_CLI_MERGE_H */
