/*
 * tally.h - the totals of all processes under `leakshim run'
 *
 * The command makes a page of shared memory and exports where it is,
 * LEAKSHIM_RUN=PID:FD:ID; each watched process maps it at its start and adds to
 * it.  A memfd, as /proc/PID/fd/FD, needs no system call that a filter might
 * refuse; the same page cannot be found there without a /proc, or with another
 * one (a chroot), so there is a second, the segment ID of shmget(2).  The
 * command adds the two up.  The command judges the exit status by it, so with
 * LEAKSHIM_RUN the shim changes no status itself.
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

/* Where /proc/PID/fd/FD leads to. */
#define TALLY_NAME "leakshim-tally"
#define TALLY_LINK "/memfd:" TALLY_NAME " (deleted)"

struct tally {
	uint32_t magic;
	uint32_t version;
	_Atomic uint32_t failing_findings;
	_Atomic uint32_t reports;
	_Atomic uint32_t processes; /* CPython processes that were watched */
	_Atomic uint32_t faults;    /* checks without a report */
};

#endif /* LEAKSHIM_COMMON_TALLY_H */
