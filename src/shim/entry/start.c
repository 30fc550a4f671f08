#include "config.h"

#include "shim/entry/start.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/glibconly.h"
#include "common/oldsymbol.h"
#include "python/api.h"
#include "python/layout.h"
#include "report/output.h"
#include "shim/base/arming.h"
#include "shim/base/interpose.h"
#include "shim/base/loaded.h"
#include "shim/base/process.h"
#include "shim/base/say.h"
#include "shim/entry/boot.h"
#include "shim/entry/diagnosis.h"
#include "shim/entry/forks.h"
#include "shim/record/hooks.h"

OLD_SYMBOL(dlerror);
OLD_SYMBOL(dlsym);

/*
 * Our constructor has run.  Constructors of libpython may run before it (3.13:
 * mimalloc's calls pthread_key_create()); they are not a reason to look.
 */
static bool has_started;
/* The process is not for us (setuid, declined): look no further. */
static bool is_closed;
static const char no_glibc[] = "its C library is not glibc";
/* How often objects had been loaded when we last looked. */
static unsigned long long adds_seen;
static atomic_flag looking = ATOMIC_FLAG_INIT;

/* Say (verbosity=1) why this process is not watched. */
static void
decline(const char *why)
{
	const char *text = process_environment("LEAKSHIM_OPTIONS");
	struct buf b;

	is_closed = true;
	process.declined = why;
	diagnosis_tell_declined(why);
	process.is_inert = true;
	buf_init(&b);
	options_init(&process.options);
	if (text)
		options_parse(&process.options, text, &b);
	buf_clear(&b);
	if (process.options.verbosity > 0) {
		output_remember_stderr();
		say("not watched", why);
	}
	buf_fini(&b);
}

/*
 * An allocation while we wait: from any thread, inside malloc(3), so it takes
 * no lock of ours and allocates nothing.
 */
static void
try_boot(void)
{
	int saved = errno;

	/* 2.7 and 3.6 say so at the start of Py_InitializeEx(): boot copes. */
	if (arming_is_on && py.Py_IsInitialized && py.Py_IsInitialized()) {
		arming_set_malloc(NULL);
		arming_set_hook(NULL);
		if (py.Py_AddPendingCall(boot, NULL) != 0)
			arming_wait_again(); /* the queue of 32 is full */
	}
	errno = saved;
}

/* Py_IsInitialized is known; the interpreter has not been started, or has. */
static void
found_python(void *handle)
{
	const char *why;

	if (!api_load(handle, &why)) {
		if (why)
			decline(why);
		return;
	}
	is_closed = true;
	process_init();
	if (process.is_inert)
		return;
	forks_init();
	arming_wait(try_boot);
	hooks_install_early(&process.options);
}

static const char *
load_running(void *handle)
{
	const char *why = NULL;

	if (api_load(handle, &why))
		return NULL;
	return why ? why : "no CPython was found in it";
}

static int
count_adds(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	*(unsigned long long *)ctx = info->dlpi_adds;
	return 1;
}

const char *
start_find_running(void)
{
	void *handle = RTLD_DEFAULT; /* which is NULL */

	is_closed = true; /* from now on we only come when called */
	if (!glibconly_all_here())
		return no_glibc;
	if (layout->version)
		return NULL; /* it was found before */
	if (!dlsym(handle, "Py_IsInitialized") &&
	    !(handle = loaded_with("Py_IsInitialized")))
		return "no CPython was found in it";
	return load_running(handle);
}

void
start_look_for_python(void)
{
	unsigned long long adds = 0;
	void *handle;
	int saved = errno;

	if (!has_started || is_closed || atomic_flag_test_and_set(&looking))
		return;
	dl_iterate_phdr(count_adds, &adds);
	if (adds != adds_seen) {
		adds_seen = adds;
		handle = loaded_with("Py_IsInitialized");
		if (handle)
			found_python(handle);
		dlerror();
	}
	atomic_flag_clear(&looking);
	errno = saved;
}

/*
 * Loaded into a running program (leakshim attach): wait to be called.  A thread
 * of ours or Python loads the library then; at the start of a program, its
 * first thread does.
 */
static bool
is_late(void)
{
	int (*is_initialized)(void);

	long thread = syscall(SYS_gettid), pid = syscall(SYS_getpid);

	/* Where one fails, nothing says that this is not the first. */
	if (thread > 0 && pid > 0 && thread != pid)
		return true;
	*(void **)&is_initialized = dlsym(RTLD_DEFAULT, "Py_IsInitialized");
	return is_initialized && is_initialized();
}

/* CPython, or PyPy, which is reported as not watched. */
static bool
has_python(void)
{
	return dlsym(RTLD_DEFAULT, "Py_IsInitialized") ||
	       dlsym(RTLD_DEFAULT, "pypy_main_startup");
}

__attribute__((constructor)) static void
start(void)
{
	int saved = errno;

	interpose_resolve();
	if (getauxval(AT_SECURE) || is_late()) {
		is_closed = true;
	} else if (!glibconly_all_here()) {
		is_closed = true;
		if (has_python())
			decline(no_glibc);
	} else if (has_python()) {
		found_python(RTLD_DEFAULT);
	} else {
		/* What is loaded now has no Python: look at later libraries. */
		dl_iterate_phdr(count_adds, &adds_seen);
	}
	interpose_py27_look(start_look_for_python);
	has_started = true;
	dlerror(); /* this failure is not the program's */
	errno = saved;
}
