/*
 * leakshim.h - ask leakshim for a check, from the tests of an extension module
 *
 *     long mark = leakshim_checkpoint();
 *     ... what is to be tested ...
 *     assert(leakshim_check_since(mark, NULL) <= 0);
 *
 * Nothing has to be linked: without the library in LD_PRELOAD (`leakshim run')
 * the same program runs, leakshim_is_active() is 0, and the other functions
 * return -1 with errno ENOSYS. An executable that does not find the library may
 * have to be linked with -Wl,-z,dynamic-undefined-weak; an extension never.
 *
 * The caller may hold the GIL or not, in any thread, and the functions may be
 * called any number of times.  They run no Python code and free nothing.
 *
 * errno after -1:
 *   ENOSYS     leakshim is not loaded
 *   ENOTSUP    this process is not watched from its start, its heap cannot be
 *              analysed, or allocations are not recorded (then no marks)
 *   EAGAIN     a collection or another check is in progress, or
 *              the interpreter is not ready yet
 *   EDEADLK    it cannot be determined whether the caller holds the GIL
 *   ESHUTDOWN  the interpreter is ending, or has ended
 *   EINVAL     unknown mark or option
 *   EIO        no report could be made or written; standard error says why
 */
#ifndef LEAKSHIM_H
#define LEAKSHIM_H

#include <errno.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the library exports under these names is NULL when it is not loaded. */
int leakshim_abi1_is_active(void) __attribute__((weak));
int leakshim_abi1_check(const char *log_path) __attribute__((weak));
long leakshim_abi1_checkpoint(void) __attribute__((weak));
int leakshim_abi1_check_since(long mark, const char *log_path)
	__attribute__((weak));

/* 1 when this process is watched from its start and can be checked, else 0. */
static inline int
leakshim_is_active(void)
{
	return leakshim_abi1_is_active ? leakshim_abi1_is_active() : 0;
}

/*
 * Look for leaks now, and write a report to the option log_path, or to log_path
 * if that is not NULL, with the same patterns (%p, %n).  Returns the number of
 * findings that fail according to the option fail_on, or -1 and errno.
 */
static inline int
leakshim_check(const char *log_path)
{
	if (leakshim_abi1_check)
		return leakshim_abi1_check(log_path);
	errno = ENOSYS;
	return -1;
}

/* A mark, greater than all before it; or -1 and errno. */
static inline long
leakshim_checkpoint(void)
{
	if (leakshim_abi1_checkpoint)
		return leakshim_abi1_checkpoint();
	errno = ENOSYS;
	return -1;
}

/* As leakshim_check(), for objects that were allocated after the mark. */
static inline int
leakshim_check_since(long mark, const char *log_path)
{
	if (leakshim_abi1_check_since)
		return leakshim_abi1_check_since(mark, log_path);
	errno = ENOSYS;
	return -1;
}

#ifdef __cplusplus
}
#endif

#endif /* LEAKSHIM_H */
