/*
 * A thread state, frames and code objects as CPython 3.8 has them, but without
 * Python: what is captured of them is known to the byte.
 */
#include "config.h"

#include "shim/record/capture.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/frames.h"
#include "python/versions.h"
#include "shim/record/stacks.h"
#include "tap.h"

enum { DEEP = 3000, MOST_LINES = 8 };

/* Objects that are looked into: offsets are 3.8's. */
struct text {
	uintptr_t refcount, type, length, hash;
	uint32_t state, padding;
	uintptr_t wide;
	char data[32];
};

struct code {
	uintptr_t refcount, type;
	char more[24];
	int first_line;
	char padding[60];
	const void *filename, *name, *lines;
	uintptr_t rest[4];
};

struct frame {
	uintptr_t refcount, type, size;
	struct frame *back;
	const struct code *code;
	char padding[64];
	int last;
	char rest[64];
};

struct tstate {
	uintptr_t before[3];
	struct frame *top;
	uintptr_t rest[64];
};

_Static_assert(offsetof(struct text, data) == 48, "a compact ASCII str");
_Static_assert(offsetof(struct code, first_line) == 40 &&
		       offsetof(struct code, filename) == 104 &&
		       offsetof(struct code, lines) == 120,
	       "PyCodeObject");
_Static_assert(offsetof(struct frame, back) == 24 &&
		       offsetof(struct frame, code) == 32 &&
		       offsetof(struct frame, last) == 104,
	       "PyFrameObject");
_Static_assert(offsetof(struct tstate, top) == 24, "PyThreadState");

static uintptr_t type_type[64], code_type[64], text_type[64], bytes_type[64];
static struct tstate main_state, other_state;
static __thread struct tstate *running;

static void *
current(void)
{
	return running;
}

static void
set_up(void)
{
	text_type[TP_FLAGS / 8] = FLAG_UNICODE;
	bytes_type[TP_FLAGS / 8] = 1 << 27;
	type_type[OB_TYPE / 8] = code_type[OB_TYPE / 8] = (uintptr_t)type_type;
	py.PyCode_Type = code_type;
	py.PyThreadState_GetUnchecked = current;
	layout = versions_find(3 << 8 | 8);
	sidetable_init(0, NULL); /* which hears of the deaths of code objects */
}

/* What is made stays, as in a program that does not end. */
static void *
take(size_t n)
{
	static _Alignas(16) char room[1 << 14];
	static size_t n_taken;
	void *p = room + n_taken;

	n_taken += (n + 15) & ~(size_t)15;
	if (n_taken > sizeof room)
		abort();
	return p;
}

static struct text *
make_text(const char *s)
{
	struct text *t = take(sizeof *t);

	t->type = (uintptr_t)text_type;
	t->length = strlen(s);
	t->state = 1 << 2 | 1 << 5 | 1 << 6; /* one byte, compact, ASCII */
	memcpy(t->data, s, strlen(s) + 1);
	return t;
}

/* Its bytecode advances a line every two bytes. */
static struct code *
make_code(const char *name)
{
	static const char table[] = {2, 1, 2, 1, 2, 1};
	struct code *c = take(sizeof *c);
	struct text *lines = take(sizeof *lines);

	lines->type = (uintptr_t)bytes_type;
	lines->length = sizeof table;
	memcpy(&lines->state, table, sizeof table); /* ob_sval at 32 */
	c->type = (uintptr_t)code_type;
	c->first_line = 10;
	c->filename = make_text("/srv/program.py");
	c->name = make_text(name);
	c->lines = lines;
	return c;
}

static void
enter(struct frame *f, const struct code *c)
{
	*f = (struct frame){.code = c, .back = running->top};
	running->top = f;
}

static void
leave(void)
{
	running->top = running->top->back;
}

/* "inner:12 outer:10", say. */
static const char *
show(stack_id id)
{
	static char text[256];
	struct report_line lines[MOST_LINES];
	size_t n = stacks_lines(id, lines, MOST_LINES), i;

	text[0] = '\0';
	for (i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text),
			 "%s%s:%d", i ? " " : "", lines[i].function,
			 lines[i].line);
	return text;
}

static void
places(void)
{
	struct frame outer, inner, third;
	const struct code *one = make_code("one"), *two = make_code("two");
	stack_id a, b;

	is_number(capture_stack(), 0, "no frame, no stack");
	enter(&outer, one);
	a = capture_stack();
	is_string(show(a), "one:10", "one frame");
	enter(&inner, two);
	b = capture_stack();
	is_string(show(b), "two:10 one:10", "a call on top of it");
	ok(capture_stack() == b, "the same place is the same stack");
	inner.last = 2;
	is_string(show(capture_stack()), "two:11 one:10", "a line further");
	inner.last = 0;
	ok(capture_stack() == b, "and back");
	outer.last = 4;
	is_string(show(capture_stack()), "two:10 one:12",
		  "the caller's line counts as well");
	outer.last = 0;
	leave();
	ok(capture_stack() == a, "a return");
	enter(&inner, two);
	enter(&third, one);
	is_string(show(capture_stack()), "one:10 two:10 one:10",
		  "two calls at once");
	leave();
	leave();
	enter(&inner, one);
	is_string(show(capture_stack()), "one:10 one:10",
		  "another function's frame at the same address");
	leave();
	ok(stacks_is_main_thread(a) == 1, "of the main thread");
	leave();
	is_number(capture_stack(), 0, "the last return");
}

/* A code object dies, and another one is made in its place. */
static void
deaths(void)
{
	struct frame f;
	struct code *c = make_code("dead");
	stack_id before, after;

	enter(&f, c);
	before = capture_stack();
	ok(sidetable_forget(c) & BLOCK_IS_CODE, "its death is heard of");
	capture_code_died(c);
	c->name = make_text("young");
	after = capture_stack();
	is_string(show(before), "dead:10", "what is dead keeps its name");
	is_string(show(after), "young:10", "what is in its place has its own");
	leave();
}

/* More frames than are kept: the innermost ones, and no crash. */
static void
deep(void)
{
	static struct frame frames[DEEP];
	const struct code *c = make_code("again"), *last = make_code("last");
	struct frame top;
	stack_id id;
	size_t i;

	for (i = 0; i < DEEP; i++)
		enter(&frames[i], c);
	enter(&top, last);
	id = capture_stack();
	ok(!strncmp(show(id), "last:10 again:10", 16), "a deep recursion");
	ok(capture_stack() == id, "is the same stack again");
	running->top = NULL;
	is_number(capture_stack(), 0, "and over");
}

static void *
in_thread(void *code)
{
	static struct frame f;
	stack_id id;

	running = &other_state;
	enter(&f, code);
	id = capture_stack();
	leave();
	return (void *)(uintptr_t)id;
}

static void
threads(void)
{
	struct frame f;
	pthread_t thread;
	void *other = NULL;
	stack_id mine;

	enter(&f, make_code("mine"));
	mine = capture_stack();
	pthread_create(&thread, NULL, in_thread, make_code("other"));
	pthread_join(thread, &other);
	is_string(show((stack_id)(uintptr_t)other), "other:10",
		  "another thread has its own");
	is_number(stacks_is_main_thread((stack_id)(uintptr_t)other), 0,
		  "and is known by it");
	ok(capture_stack() == mine, "which disturbs nobody");
	leave();
	running = NULL;
	is_number(capture_stack(), 0, "without a thread state there is none");
	running = &main_state;
}

/* backtrace=0. */
static void
none(void)
{
	struct frame f;

	capture_forget();
	ok(capture_init(0), "no backtraces are wanted");
	is_string(capture_problem(), "backtrace=0", "which is said");
	programstart_end();
	enter(&f, make_code("unseen"));
	is_number(capture_stack(), 0, "then there are none");
	leave();
}

/* A frame whose code is none: better no backtraces than wrong ones. */
static void
unverified(void)
{
	struct frame f;

	enter(&f, (const struct code *)(const void *)make_text("no code"));
	ok(!capture_init(8), "frames that are not as known are refused");
	ok(capture_problem() != NULL, "and why");
	is_number(capture_stack(), 0, "then there are no stacks");
	leave();
}

int
main(void)
{
	running = &main_state;
	set_up();
	ok(capture_init(8), "the frames of 3.8");
	is_string(capture_problem(), NULL, "are as they are known to be");
	places();
	deaths();
	deep();
	threads();
	none();
	unverified();
	return tap_done();
}
