/*
 * tally.h - what the processes under `leakshim run' add up
 *
 * The command makes a memfd of one page and exports LEAKSHIM_RUN=PID:FD; each
 * watched process opens /proc/PID/fd/FD at its start, maps the page and adds
 * to it.  The command judges the exit status by it, so with LEAKSHIM_RUN the
 * shim changes no status itself.
 *
 * Contract: plain data, shared between processes; every field after `version'
 * is only ever added to, atomically.  The command writes magic and version
 * before it starts the program.
 */
#ifndef LEAKSHIM_COMMON_TALLY_H
#define LEAKSHIM_COMMON_TALLY_H

#include <stdatomic.h>
#include <stdint.h>

#define TALLY_MAGIC 0x6c73746cu /* "lstl" */
#define TALLY_VERSION 1u

struct tally {
	uint32_t magic;
	uint32_t version;
	_Atomic uint32_t failing_findings;
	_Atomic uint32_t reports;
	_Atomic uint32_t processes; /* CPython processes that were watched */
	_Atomic uint32_t faults;    /* checks that came to no report */
};

#endif /* LEAKSHIM_COMMON_TALLY_H */
