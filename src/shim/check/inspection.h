/*
 * inspection.h - a check under way: what the process and its clones share
 *
 * inspector.c is the process's side of it, inspection.c the clones'.
 *
 * Contract of the functions here:
 *   side       the clones; inspection_find() and inspection_write() with
 *              isolate=0 the process
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe; blocked in the clones
 */
#ifndef LEAKSHIM_SHIM_INSPECTION_H
#define LEAKSHIM_SHIM_INSPECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "analysis/base/source.h"
#include "analysis/heap/notcloned.h"
#include "shim/check/facts.h"

struct check;

enum stage {
	STAGE_LOOKED = 1, /* at what the clone lacks: the program may go on */
	STAGE_FOUND,
	STAGE_WRITTEN,
	STAGE_FAILED,
};

enum order {
	ORDER_WRITE = 1, /* the report */
	ORDER_GIVE_UP,   /* nothing waits for it any more */
};

/* An unreachable object, as it was before the last collection. */
struct suspect {
	uintptr_t address;
	uintptr_t type;
	uint64_t content;
	uint32_t index; /* of it in the unreachable set */
	uint32_t survived;
};

/* Memory that the process and its clones share. */
struct page {
	volatile uint32_t stage; /* enum stage; the clone writes */
	volatile uint32_t order; /* enum order; the process writes */
	uint32_t n_failing;
	uint32_t compare_stage; /* of the second clone */
	uint32_t lacks_compare; /* it began, and has not finished */
	uint32_t needs_second;  /* the first clone was not exact */
	uint64_t pause_ns;      /* how long the clone stopped the program */
	char problem[384];
	size_t n_suspects, n_room;
	struct suspect suspects[];
};

/* The one check that there is at a time. */
struct inspection {
	struct page *page;
	size_t page_bytes;
	pid_t pid, parent; /* the clone, and who made it */
	bool is_at_rest;   /* it began in a signal handler */
	uint64_t until_ns; /* the end of the program's patience */
	struct facts facts;
	struct source source;
	struct notcloned notcloned; /* if the source has one */
	int n_reports;              /* to log_path */
	int n_chosen;           /* to places that the caller of a check named */
	uint64_t last_pause_ns; /* of the last report that was made */
	uint64_t began_ns;      /* the last check of everything, 0: none yet */
};

extern struct inspection inspection;

/* What the first clone does, and the one after the last collection; page. */
void inspection_run(void *page);
void inspection_compare(void *page);

/*
 * The steps of the first, in the process itself. False: the failure has been
 * reported.
 */
bool inspection_find(struct check *c, struct page *page);
void inspection_write(struct check *c, struct page *page);

/*
 * A report of that failure alone: in the process, about a clone that is gone.
 */
void inspection_publish_failure(const char *why);

/* Is it for a command, so that the program does not wait for it? */
bool inspection_is_a_commands(void);

#endif /* LEAKSHIM_SHIM_INSPECTION_H */
