/*
 * session.h - one request to a process, from the refusals to the last message
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ATTACH_SESSION_H
#define LEAKSHIM_ATTACH_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "attach/refusal.h"
#include "common/attachpage.h"

enum session_method {
	SESSION_PTRACE, /* inject.h */
	SESSION_PYTHON, /* script.h */
};

struct session {
	pid_t pid;
	enum session_method method;
	enum attach_verb verb;
	const char *options; /* as LEAKSHIM_OPTIONS */
	unsigned timeout;    /* seconds: to begin; and as much for the rest */
	bool colour;
	/* what attach reports is JSON, whatever format= says */
	bool attach_json;
	/* The library to load; NULL: it has complained that there is none. */
	const char *(*library)(void);
	/* What the target says; it may be anything. */
	void (*say)(const struct session *s, const char *text, size_t n);
	void (*report)(const struct session *s, const char *text, size_t n);
};

enum session_result {
	SESSION_OK,
	SESSION_FOUND,
	SESSION_REFUSED, /* why is empty when a line has been said */
	SESSION_NO_LIBRARY,
};

enum session_result session_run(const struct session *s,
				char why[REFUSAL_BYTES]);

#endif /* LEAKSHIM_ATTACH_SESSION_H */
