/*
 * tally.h - what the processes under `leakshim run' add up
 *
 * The command makes a page of shared memory (shmget(2)) and exports its number,
 * LEAKSHIM_RUN=ID; each watched process attaches it at its start and adds to it.
 * A descriptor or a file would need a name that leads to it: there may be no
 * /proc (a chroot), and the program's file system is not the command's.  The
 * page goes away with the last process that has it.  The command judges the exit status by it, so with LEAKSHIM_RUN the
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
