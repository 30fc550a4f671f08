/*
 * next.h - the definitions behind the functions that we interpose
 *
 * next_NAME() returns the function that a call of NAME is passed on to.  It was
 * looked up by our constructor, or else is at the first call: a constructor
 * that runs before ours may have made that call, or a library that was loaded
 * later with its own copy of the function.
 *
 * Contract of every function here:
 *   side       shim, before our constructor too
 *   allocates  a look-up: what dlsym(3) does
 *   locks      a look-up: the loader's
 *   signals    safe once the name has been looked up
 */
#ifndef LEAKSHIM_SHIM_NEXT_H
#define LEAKSHIM_SHIM_NEXT_H

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#define INTERPOSED(owner, name, result, parameters, without) \
	typedef result next_type_##name parameters;
#include "shim/base/interposed.def"
#undef INTERPOSED

enum next_id {
#define INTERPOSED(owner, name, result, parameters, without) NEXT_##name,
#include "shim/base/interposed.def"
#undef INTERPOSED
	N_NEXT,
};

enum next_owner { NEXT_LIBC, NEXT_MALLOC, NEXT_PYTHON };

/* NULL: not looked up, or not defined by anything else in the process. */
extern struct next_functions {
#define INTERPOSED(owner, name, result, parameters, without) \
	next_type_##name *name;
#include "shim/base/interposed.def"
#undef INTERPOSED
} next;

/*
 * Look up all functions of an owner that are not known yet; handle is where to
 * look besides (of dlopen), or NULL.
 */
void next_look_up_all(enum next_owner owner, void *handle);

/*
 * Look one up for the code at caller.  Returns a function that fails, as
 * interposed.def says, if there is none.
 */
void *next_look_up(enum next_id id, const void *caller);

/* Is this thread inside our dlsym(3)?  Then that may call us for memory. */
bool next_is_looking_up(void);

/* Inline, always: the return address is that of the interposed function. */
#define INTERPOSED(owner, name, result, parameters, without)               \
	__attribute__((always_inline)) static inline next_type_##name      \
		*next_##name(void)                                         \
	{                                                                  \
		if (__builtin_expect(!next.name, 0))                       \
			return (next_type_##name *)next_look_up(           \
				NEXT_##name, __builtin_return_address(0)); \
		return next.name;                                          \
	}
#include "shim/base/interposed.def"
#undef INTERPOSED

#endif /* LEAKSHIM_SHIM_NEXT_H */
