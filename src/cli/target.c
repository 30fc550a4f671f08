#include "config.h"

#include "cli/target.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#if defined __aarch64__
#define OUR_MACHINE EM_AARCH64
#else
#define OUR_MACHINE EM_X86_64
#endif

enum { MAX_HEADERS = 64, MAX_SCRIPTS = 4, DYNSTR_BYTES = 1 << 20 };

static bool
is_program(const char *path)
{
	struct stat s;

	return stat(path, &s) == 0 && S_ISREG(s.st_mode) &&
	       access(path, X_OK) == 0;
}

static bool
find_on_path(const char *command, char out[PATH_MAX])
{
	const char *path = getenv("PATH");
	char candidate[PATH_MAX];

	if (strchr(command, '/'))
		return is_program(command) && realpath(command, out);
	if (!path)
		path = "/usr/local/bin:/usr/bin:/bin";
	while (*path) {
		size_t n = strcspn(path, ":");

		snprintf(candidate, sizeof candidate, "%.*s/%s", n ? (int)n : 1,
			 n ? path : ".", command);
		if (is_program(candidate))
			return realpath(candidate, out);
		path += n + (path[n] == ':');
	}
	return false;
}

/* "#!/usr/bin/env python3" names python3; "#!/bin/sh -e" names /bin/sh. */
static bool
script_interpreter(int fd, char out[PATH_MAX])
{
	char line[PATH_MAX], *word, *rest;
	ssize_t n = pread(fd, line, sizeof line - 1, 0);

	if (n < 3 || line[0] != '#' || line[1] != '!')
		return false;
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	word = strtok_r(line + 2, " \t", &rest);
	if (word && strlen(word) >= 4 &&
	    !strcmp(word + strlen(word) - 4, "/env"))
		word = strtok_r(NULL, " \t", &rest);
	if (!word || strlen(word) >= PATH_MAX)
		return false;
	strcpy(out, word);
	return true;
}

/* The file offset of a virtual address. */
static off_t
offset_of(const Elf64_Phdr *p, int n, Elf64_Addr address)
{
	int i;

	for (i = 0; i < n; i++)
		if (p[i].p_type == PT_LOAD &&
		    address - p[i].p_vaddr < p[i].p_filesz)
			return (off_t)(address - p[i].p_vaddr + p[i].p_offset);
	return -1;
}

static void
read_dynamic(int fd, const Elf64_Phdr *p, int n, const Elf64_Phdr *dynamic,
	     struct target *out)
{
	size_t size = dynamic->p_filesz < 65536 ? dynamic->p_filesz : 65536;
	Elf64_Dyn *d = malloc(size);
	char *strings = calloc(1, DYNSTR_BYTES + 1);
	size_t i, n_dyn = size / sizeof *d;
	off_t at = -1;

	if (d && strings &&
	    pread(fd, d, size, (off_t)dynamic->p_offset) == (ssize_t)size) {
		for (i = 0; i < n_dyn; i++)
			if (d[i].d_tag == DT_STRTAB)
				at = offset_of(p, n, d[i].d_un.d_ptr);
		if (at >= 0 && pread(fd, strings, DYNSTR_BYTES, at) < 0)
			strings[0] = '\0';
		for (i = 0; at >= 0 && i < n_dyn; i++) {
			if (d[i].d_tag != DT_NEEDED ||
			    d[i].d_un.d_val >= DYNSTR_BYTES)
				continue;
			if (strstr(strings + d[i].d_un.d_val, "musl"))
				out->is_musl = true;
		}
	}
	free(d);
	free(strings);
}

static void
read_headers(int fd, const Elf64_Ehdr *e, struct target *out)
{
	Elf64_Phdr p[MAX_HEADERS];
	int n = e->e_phnum < MAX_HEADERS ? e->e_phnum : MAX_HEADERS, i;

	if (e->e_phentsize != sizeof *p ||
	    pread(fd, p, (size_t)n * sizeof *p, (off_t)e->e_phoff) !=
		    (ssize_t)((size_t)n * sizeof *p))
		return;
	for (i = 0; i < n; i++) {
		if (p[i].p_type == PT_INTERP && p[i].p_filesz < PATH_MAX) {
			ssize_t got = pread(fd, out->loader, p[i].p_filesz,
					    (off_t)p[i].p_offset);

			out->loader[got > 0 ? got : 0] = '\0';
			if (strstr(out->loader, "musl"))
				out->is_musl = true;
		}
		if (p[i].p_type == PT_DYNAMIC)
			read_dynamic(fd, p, n, &p[i], out);
	}
}

static void
read_program(int fd, struct target *out)
{
	Elf64_Ehdr e;
	struct stat s;

	if (fstat(fd, &s) == 0)
		out->is_setuid =
			(s.st_mode & S_ISUID && s.st_uid != geteuid()) ||
			(s.st_mode & S_ISGID && s.st_gid != getegid());
	out->has_capabilities =
		geteuid() != 0 &&
		fgetxattr(fd, "security.capability", NULL, 0) > 0;
	if (pread(fd, &e, sizeof e, 0) != sizeof e ||
	    memcmp(e.e_ident, ELFMAG, SELFMAG))
		return;
	out->is_elf = true;
	out->is_64_bit = e.e_ident[EI_CLASS] == ELFCLASS64;
	out->is_this_machine = e.e_machine == OUR_MACHINE;
	if (out->is_64_bit)
		read_headers(fd, &e, out);
}

bool
target_read(const char *command, struct target *out)
{
	char name[PATH_MAX];
	int depth, fd;

	memset(out, 0, sizeof *out);
	if (strlen(command) >= sizeof name)
		return false;
	strcpy(name, command);
	for (depth = 0; depth < MAX_SCRIPTS; depth++) {
		bool is_script;

		if (!find_on_path(name, out->path))
			return false;
		out->is_found = true;
		fd = open(out->path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return true;
		is_script = script_interpreter(fd, name);
		if (!is_script)
			read_program(fd, out);
		close(fd);
		if (!is_script)
			break;
	}
	return true;
}

const char *
target_problem(const char *command)
{
	struct target t;

	if (!target_read(command, &t) || !t.is_elf)
		return NULL;
	if (t.is_setuid)
		return "it runs with raised privileges (setuid or setgid), and "
		       "the loader ignores LD_PRELOAD";
	if (t.has_capabilities)
		return "it has file capabilities, and the loader ignores "
		       "LD_PRELOAD";
	if (!t.is_64_bit)
		return "it is a 32-bit program: leakshim is 64-bit only";
	if (!t.is_this_machine)
		return "it is for another processor";
	if (!t.loader[0])
		return "it is statically linked with its C library: nothing can "
		       "be preloaded; use a dynamically linked python";
	if (t.is_musl)
		return "it uses musl: leakshim needs glibc 2.31 or later; use a "
		       "Debian-based image";
	return NULL;
}
