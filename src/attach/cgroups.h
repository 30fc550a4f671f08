/*
 * cgroups.h - how much memory the cgroups of a process allow
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ATTACH_CGROUPS_H
#define LEAKSHIM_ATTACH_CGROUPS_H

#include <stdint.h>

struct refusal_facts;

/*
 * Of a process with that /proc/PID/cgroup; root is where cgroups (version 2)
 * are mounted.
 */
void cgroups_gather(struct refusal_facts *f, const char *root,
		    const char *groups);

/* The number in a file of the kernel's, or REFUSAL_UNKNOWN. */
int64_t cgroups_number(const char *path);

#endif /* LEAKSHIM_ATTACH_CGROUPS_H */
