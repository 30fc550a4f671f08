/*
 * interpose_prctl.c - the program names a process that may trace it
 *
 * See ptracer.h; everything else that prctl(2) does is passed on.
 *
 * Contract of every function here: as the real one; errno is the real one's.
 */
#include "config.h"

#include <stdarg.h>
#include <sys/prctl.h>

#include "shim/base/export.h"
#include "shim/base/next.h"
#include "shim/stop/ptracer.h"

LS_EXPORT int
prctl(int option, ...)
{
	unsigned long a[4];
	va_list rest;
	int i;

	/*
	 * As in the C library, which does not know how many there are either.
	 */
	va_start(rest, option);
	for (i = 0; i < 4; i++)
		a[i] = va_arg(rest, unsigned long);
	va_end(rest);
	if (option == PR_SET_PTRACER)
		ptracer_note(a[0]);
	return next_prctl()(option, a[0], a[1], a[2], a[3]);
}
