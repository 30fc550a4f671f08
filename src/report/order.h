/*
 * order.h - the order of findings in a report
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_ORDER_H
#define LEAKSHIM_REPORT_ORDER_H

/*
 * Compare two struct finding, as qsort(3) wants it: those that are known or
 * suppressed last; then by kind, the most bytes first, by fingerprint and by
 * state.
 */
int order_compare(const void *a, const void *b);

#endif /* LEAKSHIM_REPORT_ORDER_H */
