#include "config.h"

#include "shim/check/callstack.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <unwind.h>

#include "common/oldsymbol.h"
#include "common/ownmap.h"
#include "python/frames.h"
#include "python/ownframes.h"
#include "python/peek.h"

OLD_SYMBOL(dlopen);
OLD_SYMBOL(dlsym);

enum {
	MOST_FRAMES = 1 << 16, /* of C */
	MOST_RUNS = 512,
};

/* DWARF's numbers of the registers that a function keeps for its caller. */
static const int kept[] = {
#if defined __x86_64__
	3, 6, 12, 13, 14, 15,
#elif defined __aarch64__
	19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
#endif
};

static struct {
	_Unwind_Reason_Code (*backtrace)(_Unwind_Trace_Fn each, void *ctx);
	_Unwind_Word (*get_cfa)(struct _Unwind_Context *c);
	_Unwind_Ptr (*get_ip)(struct _Unwind_Context *c);
	_Unwind_Word (*get_register)(struct _Unwind_Context *c, int which);
	bool has_tried, is_there;
} unwind;

static void
load(void)
{
	void *lib = dlopen("libgcc_s.so.1", RTLD_LAZY | RTLD_LOCAL);

	if (!lib)
		return;
	*(void **)&unwind.backtrace = dlsym(lib, "_Unwind_Backtrace");
	*(void **)&unwind.get_cfa = dlsym(lib, "_Unwind_GetCFA");
	*(void **)&unwind.get_ip = dlsym(lib, "_Unwind_GetIP");
	*(void **)&unwind.get_register = dlsym(lib, "_Unwind_GetGR");
	unwind.is_there = unwind.backtrace && unwind.get_cfa && unwind.get_ip &&
			  unwind.get_register;
}

void
callstack_prepare(void)
{
	int saved = errno;

	if (!unwind.has_tried)
		load();
	unwind.has_tried = true;
	errno = saved;
}

/* ---- which C frame it is ---- */

struct search {
	struct callstack *out;
	/* 3.11+: the frame that this address is in. */
	uintptr_t marker;
	/* Before: the frame of that number, from 0, which runs this code. */
	uintptr_t loop_from, loop_to;
	size_t wanted, n_loops;
	bool is_found;
	size_t n;
	uintptr_t end;                  /* of the last that was seen */
	struct callstack before, inner; /* the two that were seen last */
	uintptr_t before_ip;
};

static void
take(struct callstack *out, struct _Unwind_Context *c)
{
	size_t i;

	out->from = (uintptr_t)unwind.get_cfa(c);
	out->n_words = sizeof kept / sizeof *kept;
	for (i = 0; i < out->n_words; i++)
		out->words[i] = (uintptr_t)unwind.get_register(c, kept[i]);
}

static void
found(struct search *s, const struct callstack *frame)
{
	*s->out = *frame;
	s->is_found = true;
}

static void
look_for_marker(struct search *s, const struct callstack *here, uintptr_t ip)
{
	/* It begins above the marker: the one before has it. */
	if (!s->is_found && here->from > s->marker && s->n > 2)
		/* What the instruction has may be in the next one. */
		found(s, frames_loop_is_split(s->before_ip) ? &s->inner :
							      &s->before);
	s->inner = s->before;
	s->before = *here;
	s->before_ip = ip;
}

static _Unwind_Reason_Code
look_at(struct _Unwind_Context *c, void *ctx)
{
	struct search *s = ctx;
	uintptr_t ip = (uintptr_t)unwind.get_ip(c);
	struct callstack here;

	if (!ip || ++s->n > MOST_FRAMES)
		return _URC_END_OF_STACK;
	take(&here, c);
	s->end = here.from;
	if (s->marker)
		look_for_marker(s, &here, ip);
	else if (ip - s->loop_from < s->loop_to - s->loop_from &&
		 s->n_loops++ == s->wanted)
		found(s, &here);
	return _URC_NO_REASON;
}

/* Of our own Python frames, the next one's marker; 0: not known. */
static uintptr_t
find_marker(const struct frame_layout *l, size_t n_own)
{
	struct frames_run runs[MOST_RUNS];
	size_t n = frames_runs(l, runs, MOST_RUNS), seen = 0, i;

	for (i = 0; i < n; i++) {
		seen += runs[i].n;
		if (seen > n_own)
			return runs[i].marker;
	}
	return 0;
}

static void
take_arguments(struct callstack *out)
{
	uintptr_t *p = __builtin_frame_address(0);

	for (; (uintptr_t)p < out->from && out->n_words < CALLSTACK_WORDS; p++)
		if (ownframes_has_arguments(*p))
			out->words[out->n_words++] = *p;
}

bool
callstack_find(struct callstack *out)
{
	const struct frame_layout *l = frames_layout();
	struct search s = {.out = out};
	size_t n_own, n_all;
	int saved = errno;

	if (!unwind.is_there || !l)
		return false;
	n_own = ownframes_count(&n_all);
	if (!n_own || n_own == n_all)
		return false;
	if (frames_loop(l, &s.loop_from, &s.loop_to))
		s.wanted = n_own;
	else if (!(s.marker = find_marker(l, n_own)))
		return false;
	unwind.backtrace(look_at, &s);
	/* As in native.c: parts of the loop's function may lie elsewhere. */
	s.is_found = s.is_found && (s.marker || s.n_loops == n_all);
	if (s.is_found) {
		out->end = s.end;
		ownframes_next(&out->frame, &out->code, &out->runs_later);
		take_arguments(out);
		out->n_stacks =
			ownframes_stacks(n_own, out->stacks, CALLSTACK_STACKS);
	}
	errno = saved;
	return s.is_found;
}

/* ---- the stack at a mark ---- */

enum {
	NOTES = 16,           /* marks that are within each other */
	MOST_NOTED = 1 << 15, /* words */
};

struct note {
	uint32_t mark;
	uint32_t n;
	uintptr_t from;
	const void *frame, *code;
	uintptr_t words[MOST_NOTED];
};

static struct note *notes; /* the GIL is held */
static unsigned n_noted;

void
callstack_note(uint32_t mark)
{
	struct callstack here;
	struct note *note;
	size_t n;

	if (!callstack_find(&here) || here.runs_later)
		return;
	if (!notes)
		notes = ownmap(NOTES * sizeof *notes);
	if (!notes)
		return;
	n = here.end > here.from ?
		    (here.end - here.from) / sizeof *note->words :
		    0;
	n = n < MOST_NOTED ? n : MOST_NOTED;
	note = &notes[n_noted++ % NOTES];
	note->mark = 0;
	note->from = 0;
	/*
	 * Frames may lead from one stack to another, with anything in between.
	 */
	if (!peek(note->words, here.from, n * sizeof *note->words))
		return;
	note->mark = mark;
	note->from = here.from;
	note->frame = here.frame;
	note->code = here.code;
	note->n = (uint32_t)n;
}

const uintptr_t *
callstack_at(uint32_t mark, const struct callstack *c, size_t *n)
{
	size_t i;

	for (i = 0; notes && i < NOTES; i++) {
		const struct note *note = &notes[i];

		if (note->mark != mark || note->from != c->from ||
		    note->frame != c->frame || note->code != c->code)
			continue;
		*n = note->n;
		return note->words;
	}
	return NULL;
}
