/*
 * attachpage.h - the protocol between the command and the shim in a process
 *
 * The command maps one page into the target (struct attach_page): the stub's
 * functions, the request, its options.  The shim answers by messages over a
 * private descriptor; the command closes its end to give up.  What is published
 * in leakshim_status is read without stopping the target.
 *
 * Every struct begins with a magic number and a version: each side refuses a
 * version that is not its own.  Fields are only ever added at the end.
 *
 * Contract: plain data, both sides.
 */
#ifndef LEAKSHIM_COMMON_ATTACHPAGE_H
#define LEAKSHIM_COMMON_ATTACHPAGE_H

#include <stdint.h>

enum {
	ATTACH_MAGIC = 0x4c53484d, /* "MHSL" */
	ATTACH_VERSION = 1,
	ATTACH_PATH_BYTES = 64,
	ATTACH_NAME_BYTES = 32,
	ATTACH_ERROR_BYTES = 256,
	ATTACH_OPTIONS_BYTES = 6144,
};

/*
 * The names of the symbols that the command looks for.  What a script calls, by
 * --method=python, takes the path of a file with the page, and a descriptor
 * that becomes the channel; 0, or an errno.
 */
#define ATTACH_SERVE "leakshim_serve"
#define ATTACH_ENTER "leakshim_enter"
#define ATTACH_STATUS "leakshim_status"

enum attach_verb {
	ATTACH_VERB_ATTACH = 1,
	ATTACH_VERB_CHECK,
	ATTACH_VERB_DETACH
};

/* How far the thread in the target has come; it writes, the command reads. */
enum attach_stage {
	ATTACH_STAGE_NONE,
	ATTACH_STAGE_LOADED, /* leakshim_serve() is about to run */
	ATTACH_STAGE_FAILED, /* the library cannot be loaded: error says why */
};

struct attach_page {
	uint32_t magic, version;
	/* Addresses in the target; 0 where there is no such function. */
	uint64_t errno_location, create, detach; /* pthread_* */
	uint64_t dlopen, dlsym, dlerror;
	uint64_t lock, unlock; /* keep fork() out while dlopen() runs */
	uint64_t thread_start; /* the stub's */
	uint64_t serve;        /* leakshim_serve; 0: load the library first */
	/* The stub's own. */
	uint64_t thread, handle;
	int32_t saved_errno, create_result;
	int32_t dlopen_flags;
	int32_t kernel_thread;
	volatile uint32_t stage; /* enum attach_stage */
	/*
	 * 1: no thread runs in the stub or on its stack: unmap all when done.
	 */
	volatile uint32_t may_unmap;
	uint64_t code, code_bytes; /* the stub's mapping */
	uint64_t self, self_bytes; /* this page's, with a stack behind it */
	int32_t channel;
	int32_t library;  /* descriptor that it is loaded from, or -1 */
	uint32_t verb;    /* enum attach_verb */
	uint32_t timeout; /* seconds until it is too late to begin */
	uint32_t colour;
	char path[ATTACH_PATH_BYTES];
	char name[ATTACH_NAME_BYTES];
	char error[ATTACH_ERROR_BYTES];
	char options[ATTACH_OPTIONS_BYTES]; /* as LEAKSHIM_OPTIONS */
	uint32_t skips_check; /* attach without one: memory is short */
	uint32_t tells_json;  /* what attach reports, whatever format= says */
};

/* ---- messages, from the shim to the command ---- */

enum attach_message {
	ATTACH_SAY = 1, /* a line for stderr */
	ATTACH_REPORT,  /* a piece of the report */
	ATTACH_BEGUN,   /* it has the GIL */
	ATTACH_THREADS, /* Python before 3.7 needs its main thread, see below */
	ATTACH_DONE,    /* the last one: struct attach_result */
};

enum { ATTACH_MESSAGE_BYTES = 1 << 16 }; /* the most that follows a header */

struct attach_header {
	uint32_t magic;
	uint32_t kind;  /* enum attach_message */
	uint32_t bytes; /* that follow */
	uint32_t unused;
};

/*
 * ATTACH_THREADS: its main thread must call this function, with 0 and at a safe
 * point: it waits in the kernel, and nothing else can make it do so.
 */
struct attach_call {
	uint64_t function;
};

enum attach_status {
	ATTACH_OK,
	ATTACH_FOUND,   /* failing findings */
	ATTACH_REFUSED, /* a line has said why */
};

struct attach_result {
	uint32_t status; /* enum attach_status */
	uint32_t n_failing;
	int32_t thread; /* that ends now; its ID in its own namespace */
	uint32_t unused;
};

/* ---- what is published ---- */

enum attach_state {
	ATTACH_STATE_LOADED,   /* the library is there, and does nothing */
	ATTACH_STATE_WATCHING, /* its hooks are in place */
	ATTACH_STATE_DETACHED,
};

struct attach_status_page {
	uint32_t magic, version;
	uint32_t bytes;       /* of this struct */
	uint32_t state;       /* enum attach_state */
	uint32_t is_attached; /* 1: not preloaded */
	uint32_t n_checks;
	int64_t since; /* seconds since the epoch, of the last attach or start
			*/
	int64_t checked_at;
	uint64_t last_pause_ns;
	uint64_t n_failing; /* of the last check */
	/* Addresses of words that grow while the program runs. */
	uint64_t regions, region_bytes;
	uint64_t stacks, stack_bytes; /* uint32_t, from stacks_from on */
	uint64_t stacks_from;
	char tool[16];
	char python[32];
	char hooks[32];
	char free_lists[32];
	char problem[96];
	/* More words, each of 64 bits but for the first, which is uint32_t. */
	uint64_t free_stacks; /* of the stacks: not in use */
	uint64_t code_bytes;
	uint64_t growth_bytes; /* of the counts that growth= keeps */
};

#endif /* LEAKSHIM_COMMON_ATTACHPAGE_H */
