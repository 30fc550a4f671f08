/*
 * refusal.h - may this process be attached to?  Asked before it is touched
 *
 * First the facts are read, from /proc alone; then functions without side
 * effects judge them, so that what this machine cannot show (Yama, limits) can
 * be tested as well.  Each refusal is one line that says what would help.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ATTACH_REFUSAL_H
#define LEAKSHIM_ATTACH_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { REFUSAL_BYTES = 256, REFUSAL_UNKNOWN = -1 };

struct refusal_facts {
	pid_t pid;
	const char *proc_problem; /* static; NULL: /proc is this namespace's */
	bool exists;
	bool is_self;
	pid_t process; /* whose thread it is, if it is a thread */
	bool is_kernel_thread;
	bool is_ending;     /* its memory is gone already */
	bool shares_memory; /* of its parent: between vfork() and exec() */
	bool is_frozen;     /* by its cgroup */
	char state;         /* of /proc/PID/status */
	pid_t tracer;
	char tracer_name[32];
	int seccomp; /* 0 none, 1 strict, 2 filter */
	uid_t own_uid, uid;
	bool has_capability; /* CAP_SYS_PTRACE */
	bool is_descendant;  /* of ours */
	int yama;            /* ptrace_scope, or REFUSAL_UNKNOWN */
	int open_error;      /* of its memory: 0 or an errno */
	/* Bytes; REFUSAL_UNKNOWN where there is no limit. */
	int64_t resident, address_space, address_limit;
	int64_t available, group_available;
};

void refusal_gather(struct refusal_facts *f, pid_t pid);

/* False, with the reason in why: do not go on. */
bool refusal_judge(const struct refusal_facts *f, char why[REFUSAL_BYTES]);

/* The same for the memory that a check may need at most. */
bool refusal_judge_memory(const struct refusal_facts *f, bool for_check,
			  char why[REFUSAL_BYTES]);

/* Put "what: detail" (or what alone) into why; false, to be returned. */
bool refusal_put(char why[REFUSAL_BYTES], const char *what, const char *detail);

#endif /* LEAKSHIM_ATTACH_REFUSAL_H */
