#include "config.h"

#include "attach/program.h"

#include <dlfcn.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* __libc_dlopen_mode() wants this flag as a proof of intent. */
	INTERNAL_DLOPEN = 0x80000000,
	MOST_CODE = 64 << 20,
};

/* A 64-bit program for this processor; its first page says so. */
static bool
check_processor(const struct program *p, char why[REFUSAL_BYTES])
{
	size_t i;

	for (i = 0; i < p->memory.n_maps; i++) {
		const struct remote_map *m = &p->memory.maps[i];
		Elf64_Ehdr e;

		if (!m->inode || m->offset ||
		    !remote_read(&p->memory, m->start, &e, sizeof e) ||
		    memcmp(e.e_ident, ELFMAG, SELFMAG) != 0)
			continue;
		if (e.e_ident[EI_CLASS] != ELFCLASS64)
			return refusal_put(why, "it is a 32-bit program", NULL);
		if (e.e_machine != processor_machine())
			return refusal_put(why,
					   "it is a program for another "
					   "processor",
					   NULL);
		return true;
	}
	return refusal_put(why, "no program is mapped in it", NULL);
}

static uint64_t
find(const struct program *p, const char *name)
{
	return images_find(&p->images, &p->memory, name, NULL);
}

static bool
is_pypy(const struct program *p)
{
	return find(p, "pypy_main_startup") || find(p, "PyPy_IsInitialized");
}

static bool
is_python(const struct program *p)
{
	return find(p, "Py_IsInitialized") && find(p, "Py_GetVersion");
}

static bool
check_python(const struct program *p, char why[REFUSAL_BYTES])
{
	uint64_t runtime = find(p, "_PyRuntime"), head[3];

	if (is_pypy(p))
		return refusal_put(why, "it is PyPy, not CPython", NULL);
	if (!is_python(p))
		return refusal_put(
			why, "it is not CPython (or exports no symbols)", NULL);
	/* _Py_DebugOffsets: cookie, version, free-threaded (3.13+). */
	if (runtime && remote_read(&p->memory, runtime, head, sizeof head) &&
	    !memcmp(head, "xdebugpy", 8) && head[2])
		return refusal_put(why,
				   "free-threaded builds of CPython are not "
				   "supported",
				   NULL);
	return true;
}

static bool
find_libc(struct program *p, char why[REFUSAL_BYTES])
{
	const struct image *threads;
	size_t i;

	if (!images_find(&p->images, &p->memory, "gnu_get_libc_version",
			 &p->libc))
		return refusal_put(why, "its C library is not glibc", NULL);
	images_find(&p->images, &p->memory, "malloc", &p->allocator);
	for (i = 0; i < p->images.n; i++)
		if (images_find_in(&p->images.all[i], &p->memory,
				   "_dl_catch_exception") ||
		    images_find_in(&p->images.all[i], &p->memory,
				   "__tls_get_addr"))
			p->loader = &p->images.all[i];
	p->errno_location =
		images_find_in(p->libc, &p->memory, "__errno_location");
	p->create = images_find_in(p->libc, &p->memory, "pthread_create");
	p->detach = images_find_in(p->libc, &p->memory, "pthread_detach");
	/* Before 2.34 they are in a library of their own. */
	if (!p->create &&
	    images_find(&p->images, &p->memory, "__pthread_initialize_minimal",
			&threads)) {
		p->create =
			images_find_in(threads, &p->memory, "pthread_create");
		p->detach =
			images_find_in(threads, &p->memory, "pthread_detach");
	}
	p->create = p->create ? p->create : find(p, "pthread_create");
	p->detach = p->detach ? p->detach : find(p, "pthread_detach");
	if (!p->allocator || !p->loader || !p->errno_location || !p->create ||
	    !p->detach)
		return refusal_put(why,
				   "its C library lacks what is needed to "
				   "start a thread",
				   NULL);
	return true;
}

static bool
find_dlopen(struct program *p, char why[REFUSAL_BYTES])
{
	p->dlopen_flags = RTLD_NOW;
	p->dlopen = find(p, "dlopen");
	p->dlsym = find(p, "dlsym");
	p->dlerror = find(p, "dlerror");
	if (!p->dlopen || !p->dlsym) {
		p->dlopen = find(p, "__libc_dlopen_mode");
		p->dlsym = find(p, "__libc_dlsym");
		p->dlerror = 0;
		p->dlopen_flags |= (int)INTERNAL_DLOPEN;
	}
	if (!p->dlopen || !p->dlsym)
		return refusal_put(why,
				   "it has no dlopen(): nothing can be loaded "
				   "into it",
				   NULL);
	/* fork() waits for this lock when there are threads. */
	p->lock = images_find_in(p->libc, &p->memory, "_IO_list_lock");
	p->unlock = images_find_in(p->libc, &p->memory, "_IO_list_unlock");
	/*
	 * Another malloc than libc's may have its locks taken by fork() before
	 * that one, and dlopen() takes them after it.
	 */
	if (!p->lock || !p->unlock || p->allocator != p->libc)
		p->lock = p->unlock = 0;
	return true;
}

static bool
find_landmarks(struct program *p, char why[REFUSAL_BYTES])
{
	size_t i;

	for (i = 0; i < p->memory.n_maps; i++) {
		const struct remote_map *m = &p->memory.maps[i];
		size_t n = m->end - m->start;
		unsigned char *code;

		if (!m->is_executable || m->start < p->libc->start ||
		    m->end > p->libc->end || n > MOST_CODE)
			continue;
		code = malloc(n);
		if (code)
			n = remote_read_some(&p->memory, m->start, code, n);
		if (code)
			processor_search(code, n, m->start, &p->landmarks);
		free(code);
	}
	if (!p->landmarks.system_call || !p->landmarks.signal_return)
		return refusal_put(why, "its C library is not as expected",
				   NULL);
	return true;
}

static bool
look_around(struct program *p, char why[REFUSAL_BYTES])
{
	const char *problem;

	if (!check_processor(p, why))
		return false;
	problem = images_read(&p->images, &p->memory);
	if (problem)
		return refusal_put(why, problem, NULL);
	if (!check_python(p, why) || !find_libc(p, why) ||
	    !find_dlopen(p, why) || !find_landmarks(p, why))
		return false;
	p->serve = find(p, ATTACH_SERVE);
	p->status = find(p, ATTACH_STATUS);
	p->enter = find(p, ATTACH_ENTER);
	return true;
}

bool
program_open(struct program *p, pid_t pid, char why[REFUSAL_BYTES])
{
	int error;

	*p = (struct program){.memory.memory = -1};
	if (processor_problem())
		return refusal_put(why, processor_problem(), NULL);
	refusal_gather(&p->facts, pid);
	if (!refusal_judge(&p->facts, why))
		return false;
	error = remote_open(&p->memory, pid);
	if (error)
		return refusal_put(why, strerror(error), NULL);
	if (look_around(p, why))
		return true;
	program_close(p);
	return false;
}

enum program_kind
program_kind(pid_t pid)
{
	struct program p = {.memory.memory = -1};
	enum program_kind kind = PROGRAM_OTHER;
	char why[REFUSAL_BYTES];

	if (remote_open(&p.memory, pid) != 0)
		return PROGRAM_UNKNOWN;
	if (check_processor(&p, why) && !images_read(&p.images, &p.memory) &&
	    !is_pypy(&p) && is_python(&p))
		kind = PROGRAM_CPYTHON;
	program_close(&p);
	return kind;
}

void
program_close(struct program *p)
{
	images_free(&p->images);
	remote_close(&p->memory);
}

bool
program_status(const struct program *p, struct attach_status_page *out,
	       char why[REFUSAL_BYTES])
{
	memset(out, 0, sizeof *out);
	if (!p->status || !p->serve)
		return refusal_put(why,
				   "no shim is loaded in it: run `leakshim "
				   "attach' first",
				   NULL);
	if (!remote_read(&p->memory, p->status, out, 16) ||
	    out->magic != ATTACH_MAGIC || out->version != ATTACH_VERSION ||
	    out->bytes != sizeof *out) {
		snprintf(why, REFUSAL_BYTES,
			 "another version of leakshim is in it (interface %u, "
			 "this command has %u): use that version's command",
			 (unsigned)out->version, (unsigned)ATTACH_VERSION);
		return false;
	}
	if (!remote_read(&p->memory, p->status, out, sizeof *out))
		return refusal_put(why, "its memory cannot be read", NULL);
	out->tool[sizeof out->tool - 1] = '\0';
	out->python[sizeof out->python - 1] = '\0';
	out->hooks[sizeof out->hooks - 1] = '\0';
	out->free_lists[sizeof out->free_lists - 1] = '\0';
	out->problem[sizeof out->problem - 1] = '\0';
	return true;
}
