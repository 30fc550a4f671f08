#include "config.h"

#include "cli/symbolize.h"

#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "common/arena.h"
#include "report/advice.h"
#include "report/cxxname.h"
#include "report/report.h"

/* A module that frames were in; name and build id are the report's. */
struct module {
	const char *path, *build_id;
	Dwfl *dwfl;
	Dwfl_Module *mod; /* NULL: nothing is known of it */
	Dwarf_Addr bias;
	struct module *next;
};

static char *debug_path; /* NULL: elfutils' own default */

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.section_address = dwfl_offline_section_address,
	.debuginfo_path = &debug_path,
};

enum { MOST_ID = 64, UNKNOWN_SIZE = 1 << 30 };

/* The bytes of a build ID; 0 if it is not one. */
static int
id_bytes(const char *hex, unsigned char out[MOST_ID])
{
	int n = 0;

	for (; hex && hex[0] && hex[1] && n < MOST_ID; hex += 2) {
		char pair[3] = {hex[0], hex[1], '\0'};
		char *end;

		out[n++] = (unsigned char)strtoul(pair, &end, 16);
		if (*end)
			return 0;
	}
	return hex && !*hex ? n : 0;
}

static bool
is_same(Dwfl_Module *mod, const unsigned char *id, int n)
{
	const unsigned char *bits = NULL;
	GElf_Addr at;
	int got = dwfl_module_build_id(mod, &bits, &at);

	if (got <= 0)
		return !n; /* linked without ids */
	return got == n && !memcmp(bits, id, (size_t)n);
}

static bool
is_regular(const char *path)
{
	struct stat st;

	return path[0] == '/' && stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* The file at its path; or, by its id, from wherever it can be had. */
static void
open_module(struct module *m)
{
	unsigned char id[MOST_ID];
	int n = id_bytes(m->build_id, id);

	m->dwfl = dwfl_begin(&callbacks);
	if (!m->dwfl)
		return;
	/* What the report names may be anything, a terminal or a pipe too. */
	if (is_regular(m->path))
		m->mod = dwfl_report_offline(m->dwfl, m->path, m->path, -1);
	if (m->mod && !is_same(m->mod, id, n))
		m->mod = NULL;
	if (!m->mod && n) {
		dwfl_report_begin(m->dwfl);
		m->mod = dwfl_report_module(m->dwfl, m->path, 0, UNKNOWN_SIZE);
		if (m->mod &&
		    dwfl_module_report_build_id(m->mod, id, (size_t)n, 0) != 0)
			m->mod = NULL;
	}
	dwfl_report_end(m->dwfl, NULL, NULL);
	if (m->mod && !dwfl_module_getelf(m->mod, &m->bias))
		m->mod = NULL;
}

static const struct module *
find_module(struct module **list, const struct report_native *p)
{
	struct module *m;

	for (m = *list; m; m = m->next)
		if (!strcmp(m->path, p->module) &&
		    !strcmp(m->build_id, p->build_id ? p->build_id : ""))
			return m;
	m = calloc(1, sizeof *m);
	if (!m)
		return NULL;
	m->path = p->module;
	m->build_id = p->build_id ? p->build_id : "";
	open_module(m);
	m->next = *list;
	*list = m;
	return m;
}

/* True when something new is known. */
static bool
look(struct arena *a, struct module **list, struct report_native *p)
{
	const struct module *m;
	const char *function, *file;
	Dwfl_Line *line;
	Dwarf_Addr at;

	if (!p->module || p->offset < 0 || p->file)
		return false;
	m = find_module(list, p);
	if (!m || !m->mod)
		return false;
	at = m->bias + (Dwarf_Addr)p->offset;
	function = dwfl_module_addrname(m->mod, at);
	if (function)
		p->function = cxxname_show(a, arena_string(a, function));
	line = dwfl_module_getsrc(m->mod, at);
	file = line ? dwfl_lineinfo(line, NULL, &p->line, NULL, NULL, NULL) :
		      NULL;
	if (file)
		p->file = arena_string(a, file);
	return function || file;
}

static bool
look_at_frames(struct arena *a, struct module **list, struct finding *f)
{
	struct report_native *frames =
		arena_array(a, f->n_native, sizeof *frames);
	bool is_new = false;
	size_t i;

	if (!frames)
		return false;
	memcpy(frames, f->native, f->n_native * sizeof *frames);
	for (i = 0; i < f->n_native; i++)
		is_new |= look(a, list, &frames[i]);
	f->native = frames;
	return is_new;
}

static void
drop(struct module *list)
{
	struct module *next;

	for (; list; list = next) {
		next = list->next;
		if (list->dwfl)
			dwfl_end(list->dwfl);
		free(list);
	}
}

void
symbolize(struct arena *a, struct report *r)
{
	struct module *list = NULL;
	/* Unknown is rather 3 than 2. */
	bool is_python3 = !r->python_version || *r->python_version != '2';
	size_t i;

	for (i = 0; i < r->n_findings; i++) {
		struct finding *f = &r->findings[i];

		if (f->n_native && look_at_frames(a, &list, f))
			f->advice = advice_for(a, f, is_python3);
	}
	drop(list);
}

/* What stands between two tabs must not have one. */
static void
put_field(const char *text, char end)
{
	if (text && !strpbrk(text, "\t\n"))
		fputs(text, stdout);
	putchar(end);
}

int
symbolize_main(int argc, char **argv)
{
	struct module *list = NULL;
	struct arena arena;
	char *line = NULL;
	size_t room = 0;

	(void)argv;
	if (argc > 1) {
		complain("symbolize: takes no arguments; libleakshim.so asks "
			 "on standard input");
		return STATUS_USAGE;
	}
	arena_init(&arena);
	while (getline(&line, &room, stdin) > 0) {
		char *offset = strchr(line, '\t'), *id, number[16];
		struct report_native p = {.line = 0};

		id = offset ? strchr(offset + 1, '\t') : NULL;
		if (!id)
			break;
		*offset = *id = '\0';
		id[1 + strcspn(id + 1, "\n")] = '\0';
		p.module = arena_string(&arena, line);
		p.offset = (int64_t)strtoull(offset + 1, NULL, 16);
		p.build_id = id[1] ? arena_string(&arena, id + 1) : NULL;
		look(&arena, &list, &p);
		snprintf(number, sizeof number, "%d", p.line);
		put_field(p.function, '\t');
		put_field(p.file, '\t');
		put_field(number, '\n');
	}
	free(line);
	drop(list);
	arena_fini(&arena);
	return fflush(stdout) == 0 ? STATUS_OK : STATUS_FAILED;
}
