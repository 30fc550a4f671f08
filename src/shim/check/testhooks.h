/*
 * testhooks.h - what the test suite needs to see and to break
 *
 * LEAKSHIM_TEST_UNREACHABLE=FILE  every unreachable object's address, a line
 *                                 each, for comparison with the collector
 * LEAKSHIM_TEST_SIZES=FILE        the file has addresses of objects, a decimal
 *                                 number a line; FILE.found gets their sizes
 * LEAKSHIM_TEST_FAULT=segv|kill|hang|nomem  what befalls the analysis
 * LEAKSHIM_TEST_SECOND=segv|kill|hang|held  the same of the second look; held:
 *                                 it finds nothing lost
 * LEAKSHIM_TEST_APART=1           each island is a finding of its own, even
 *                                 where fingerprints are the same
 * LEAKSHIM_TEST_SLOW=look|search  that step of the analysis takes two seconds
 *                                 longer: while the program waits, or not
 * LEAKSHIM_TEST_HOLDERS=TYPE  prints what points to the instances of that type
 *
 * Contract: side: the clone; allocates mmap(2) only; no locks.
 */
#ifndef LEAKSHIM_SHIM_TESTHOOKS_H
#define LEAKSHIM_SHIM_TESTHOOKS_H

#include <stdbool.h>

struct check;

void testhooks_fault(void);
void testhooks_slow(const char *step);
bool testhooks_apart(void);
bool testhooks_second(void); /* held */
void testhooks_holders(const struct check *c);
void testhooks_unreachable(const struct check *c);
void testhooks_sizes(void);

#endif /* LEAKSHIM_SHIM_TESTHOOKS_H */
