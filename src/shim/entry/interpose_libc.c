/*
 * interpose_libc.c - C library functions whose calls show what Python does
 *
 * Statically linked interpreters bind their own Py* calls internally, so the C
 * library is the only interface that every CPython has (malloc and its family:
 * interpose_malloc.c).  Three uses:
 *   getenv, setlocale, sem_init, called by every Python before it initializes
 *   pthread_key_create           and never by ld.so: here a libpython that was
 *                                loaded late may be looked for with dlopen
 *   dlclose                      code is unmapped (native=, callers.h)
 *   _exit, exec*                 a process ends or is replaced without
 *                                Python's finalization
 *
 * Contract of every function here: as the real one; errno is the real one's.
 */
#include "config.h"

#include <dlfcn.h>
#include <locale.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shim/base/arming.h"
#include "shim/base/export.h"
#include "shim/base/next.h"
#include "shim/entry/start.h"
#include "shim/occasions/finish.h"
#include "shim/record/callers.h"
#include "shim/record/nativestack.h"

extern char **environ;

/* A Python may have been loaded or started, with another malloc than ours. */
static void
look(void)
{
	if (arming_is_on)
		arming_call();
	else
		start_look_for_python();
}

/* No look-up: the environment is a plain array, and this runs early. */
LS_EXPORT char *
getenv(const char *name)
{
	size_t n = strlen(name);
	char **e;

	if (name[0] == 'P' && name[1] == 'Y')
		look();
	for (e = environ; e && *e && n; e++)
		if (!strncmp(*e, name, n) && (*e)[n] == '=')
			return *e + n + 1;
	return NULL;
}

LS_EXPORT char *
setlocale(int category, const char *locale)
{
	look();
	return next_setlocale()(category, locale);
}

LS_EXPORT int
sem_init(sem_t *sem, int pshared, unsigned value)
{
	look();
	return next_sem_init()(sem, pshared, value);
}

LS_EXPORT int
pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
	look();
	return next_pthread_key_create()(key, destructor);
}

LS_EXPORT int
dlclose(void *handle)
{
	int result;

	callers_closing();
	result = next_dlclose()(handle);
	nativestack_code_unmapped();
	callers_forget();
	return result;
}

LS_EXPORT void
_exit(int status)
{
	status = finish_before__exit(status);
	next__exit()(status);
	__builtin_unreachable();
}

LS_EXPORT void
_Exit(int status)
{
	_exit(status);
}

/*
 * The image is replaced: nothing is reported.  After a failure the process goes
 * on; a forked child that then exits at once never was a Python program.
 */
LS_EXPORT int
execve(const char *path, char *const *argv, char *const *envp)
{
	finish_exec_tried();
	return next_execve()(path, argv, envp);
}

LS_EXPORT int
execv(const char *path, char *const *argv)
{
	finish_exec_tried();
	return next_execv()(path, argv);
}

LS_EXPORT int
execvp(const char *file, char *const *argv)
{
	finish_exec_tried();
	return next_execvp()(file, argv);
}

LS_EXPORT int
fexecve(int fd, char *const *argv, char *const *envp)
{
	finish_exec_tried();
	return next_fexecve()(fd, argv, envp);
}
