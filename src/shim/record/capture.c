#include "config.h"

#include "shim/record/capture.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "python/frames.h"
#include "python/gil.h"
#include "shim/base/fault.h"
#include "shim/record/callers.h"
#include "shim/record/codes.h"
#include "shim/record/programstart.h"
#include "shim/record/rounds.h"
#include "shim/record/stacks.h"
#include "shim/record/threadcache.h"

enum {
	MAX_PUSHED = 8, /* new frames that the fast way looks over */
};

/* In the place of a code's id, which is far below. */
#define NATIVE_STEP UINT32_MAX

static const struct frame_layout *layout_used;
static const char *problem;
static bool is_on;
static bool has_memory;
static bool keeps_stacks; /* backtrace= is not 0 */

/* Grows when something that caches refer to has died. */
static _Atomic uint32_t epoch = 1;

bool
capture_init(int n_frames)
{
	const char *why;

	keeps_stacks = n_frames > 0;
	if (!has_memory)
		has_memory = stacks_init();
	why = frames_find();
	if (!why)
		why = frames_verify();
	if (!why && !has_memory)
		why = "no memory for interned stacks";
	if (why && why != problem)
		fault_count(FAULT_FRAMES_UNVERIFIED);
	problem = why;
	layout_used = frames_layout();
	is_on = !why;
	/* With backtrace=0, frames only show when the program starts. */
	if (!keeps_stacks && !programstart_is_pending())
		is_on = false;
	return !why;
}

const char *
capture_problem(void)
{
	return problem || keeps_stacks ? problem : "backtrace=0";
}

/* This thread has captured before, and still runs in that thread state. */
static bool
runs_python(void)
{
	const struct thread_cache *c = threadcache_mine;
	const void *tstate = frames_tstate();

	return c > THREAD_CACHE_ENDING && tstate && c->tstate == tstate &&
	       gil_is_of_this_thread(tstate);
}

void
capture_code_died(void *code)
{
	codes_retire(code);
	atomic_fetch_add_explicit(&epoch, 1, memory_order_relaxed);
}

void
capture_forget(void)
{
	nativestack_forget();
	atomic_fetch_add_explicit(&epoch, 1, memory_order_relaxed);
}

uint32_t
capture_begin_round(void)
{
	uint32_t n = stacks_begin_round();

	capture_forget();
	return n;
}

bool
capture_may_keep(stack_id id)
{
	return stacks_is_permanent(id) || runs_python();
}

void
capture_forked(void)
{
	/* The one thread left is the main thread of the new process. */
	atomic_fetch_add_explicit(&epoch, 1, memory_order_relaxed);
}

static stack_id
root_of_thread(void)
{
	return stacks_root(syscall(SYS_gettid) == syscall(SYS_getpid) ?
				   STACKS_ROOT_MAIN :
				   STACKS_ROOT_OTHER);
}

/*
 * The frame runs another code than the last one in its slot.  Once for each
 * code and place in the stack, mostly.
 */
static __attribute__((noinline)) void
look_up_code(struct thread_frame *f, void *code)
{
	int saved = errno;
	bool is_new = false;

	f->code = codes_intern(code, &is_new);
	f->code_object = f->code ? code : NULL;
	if (is_new)
		programstart_look(f->frame, f->code);
	if (!keeps_stacks && !programstart_is_pending())
		is_on = false;
	errno = saved;
}

static inline struct thread_step *
step_at(struct thread_cache *c, uintptr_t place, stack_id below)
{
	return &c->steps[(place ^ place >> 8 ^ below * 7u) %
			 THREAD_CACHE_STEPS];
}

static inline bool
is_step(const struct thread_step *s, uintptr_t place, uint32_t code,
	stack_id below)
{
	return s->place == place && s->code == code && s->below == below;
}

/* stacks_intern(), remembered: most programs go the same ways again. */
static inline stack_id
take_step(const struct frame_layout *l, struct thread_cache *c,
	  const struct thread_frame *f, stack_id below)
{
	struct thread_step *s = step_at(c, f->place, below);

	if (is_step(s, f->place, f->code, below))
		return s->node;
	*s = (struct thread_step){
		f->place, f->code, below,
		stacks_intern(below, f->code,
			      frames_offset(l, f->code_object, f->place))};
	if (!s->node)
		s->code = 0; /* the depot is full; codes start at 1 */
	return s->node;
}

/*
 * The node of a frame on top of its caller's; entries have their caller's.
 * The slot may still know another frame's code: its id is as good as ever,
 * since the death of any code empties all caches.
 */
static inline stack_id
intern(const struct frame_layout *l, struct thread_cache *c,
       struct thread_frame *f, stack_id below)
{
	void *code;

	if (__builtin_expect(frames_is_shim(l, f->frame), 0)) {
		f->code_object = NULL;
		return below;
	}
	code = frames_code(l, f->frame);
	if (f->code_object != code)
		look_up_code(f, code);
	if (!below || !f->code_object)
		return below;
	return take_step(l, c, f, below);
}

/* Does the cached frame run the same code at the same place? */
static inline bool
is_unchanged(const struct frame_layout *l, const struct thread_frame *f)
{
	return frames_place(l, f->frame) == f->place &&
	       (!l->has_lasti || frames_code(l, f->frame) == f->code_object);
}

/*
 * Walk the whole chain again: what still agrees with the cache, from the
 * outermost frame on, keeps its nodes.
 */
static stack_id
walk(const struct frame_layout *l, struct thread_cache *c, void *top)
{
	size_t n = 0, i;
	void *f = top;
	stack_id below;

	for (; f && n < THREAD_CACHE_FRAMES; f = frames_next(l, f))
		c->scratch[n++] = f;
	if (f)
		fault_count(FAULT_FRAMES_DEEP);
	if (c->beyond != f)
		c->n = 0;
	c->beyond = f;
	for (i = 0; i < n && i < c->n; i++)
		if (c->frames[i].frame != c->scratch[n - 1 - i] ||
		    !is_unchanged(l, &c->frames[i]))
			break;
	below = i ? c->frames[i - 1].node : c->root;
	for (; i < n; i++) {
		struct thread_frame *slot = &c->frames[i];

		slot->frame = c->scratch[n - 1 - i];
		slot->place = frames_place(l, slot->frame);
		slot->node = below = intern(l, c, slot, below);
	}
	c->n = n;
	if (n > c->n_used)
		c->n_used = n;
	return below;
}

/*
 * Is everything below cached frame k as it was, and linked as it was?  This
 * loop is most of what a capture costs, so the two kinds of frames have one
 * each, with nothing in it but the loads and compares.
 */
static inline bool
are_objects_unchanged(const struct frame_layout *l,
		      const struct thread_frame *f, size_t k)
{
	const size_t back = l->back, code = l->code, lasti = l->instruction;
	const struct thread_frame *const outermost = f - k;
	const char *frame = f->frame;

	while (f-- != outermost) {
		const char *below = f->frame;

		if (*(void *const *)(frame + back) != below ||
		    (uint32_t) * (const int *)(below + lasti) != f->place ||
		    *(void *const *)(below + code) != f->code_object)
			return false;
		frame = below;
	}
	return true;
}

static inline bool
are_pointers_unchanged(const struct frame_layout *l,
		       const struct thread_frame *f, size_t k)
{
	const size_t back = l->back, place = l->instruction;
	const struct thread_frame *const outermost = f - k;
	const char *frame = f->frame;

#pragma GCC unroll 4
	while (f-- != outermost) {
		const char *below = f->frame;

		if (*(void *const *)(frame + back) != below ||
		    *(const uintptr_t *)(below + place) != f->place)
			return false;
		frame = below;
	}
	return true;
}

static inline bool
is_chain_unchanged(const struct frame_layout *l, const struct thread_cache *c,
		   size_t k)
{
	const struct thread_frame *f = &c->frames[k];

	if (l->has_lasti ? !are_objects_unchanged(l, f, k) :
			   !are_pointers_unchanged(l, f, k))
		return false;
	return frames_next(l, c->frames[0].frame) == c->beyond;
}

/*
 * Where in the cache is one of the innermost frames?  *n_pushed frames are
 * new on top of it.  False: nowhere near.
 */
static inline bool
find_match(const struct frame_layout *l, const struct thread_cache *c,
	   void *top, size_t *k, size_t *n_pushed)
{
	const struct thread_frame *last = &c->frames[c->n - 1];
	void *f = top;

	/* The same frame, its caller, or one that it has called. */
	*n_pushed = 0;
	*k = c->n - 1;
	if (last->frame == top)
		return true;
	if (c->n > 1 && last[-1].frame == top) {
		--*k;
		return true;
	}
	if (frames_next(l, top) == last->frame) {
		*n_pushed = 1;
		return true;
	}
	for (*n_pushed = 0; f && *n_pushed < MAX_PUSHED; ++*n_pushed) {
		size_t i = c->n,
		       least = c->n > MAX_PUSHED ? c->n - MAX_PUSHED : 0;

		while (i-- > least) {
			if (c->frames[i].frame == f) {
				*k = i;
				return true;
			}
		}
		f = frames_next(l, f);
	}
	return false;
}

/*
 * Most allocations happen where the last one did, or one call away: prove that
 * by loads that do not depend on each other, and intern only what is new.
 */
static stack_id
capture(const struct frame_layout *l, struct thread_cache *c, void *top)
{
	size_t k, n_pushed, i;
	struct thread_frame *slot;
	stack_id below;
	void *f = top;

	if (!c->n || !find_match(l, c, top, &k, &n_pushed) ||
	    k + n_pushed >= THREAD_CACHE_FRAMES || !is_chain_unchanged(l, c, k))
		return walk(l, c, top);
	slot = &c->frames[k];
	if (!is_unchanged(l, slot)) {
		slot->place = frames_place(l, slot->frame);
		slot->node = intern(l, c, slot, k ? slot[-1].node : c->root);
	}
	for (i = n_pushed; i > 0; i--) {
		c->frames[k + i].frame = f;
		f = frames_next(l, f);
	}
	below = slot->node;
	for (i = k + 1; i <= k + n_pushed; i++) {
		slot = &c->frames[i];
		slot->place = frames_place(l, slot->frame);
		slot->node = below = intern(l, c, slot, below);
	}
	c->n = k + n_pushed + 1;
	if (c->n > c->n_used)
		c->n_used = c->n;
	return below;
}

static void
forget_nodes(struct thread_cache *c)
{
	memset(c->steps, 0, sizeof c->steps);
	c->round = rounds_now;
}

/* Only as many slots as were ever used can know a code. */
static void
forget_codes(struct thread_cache *c)
{
	size_t i;

	for (i = 0; i < c->n_used; i++)
		c->frames[i].code_object = NULL;
	c->n_used = 0;
}

static __attribute__((noinline)) void
start_anew(struct thread_cache *c, void *tstate, uint32_t now)
{
	c->tstate = tstate;
	if (c->epoch != now)
		forget_codes(c);
	if (c->round != rounds_now)
		forget_nodes(c);
	c->epoch = now;
	c->n = 0;
	c->root = keeps_stacks ? root_of_thread() : 0; /* 0: stays 0 */
}

/* A root alone is not a stack. */
static inline stack_id
known(const struct thread_cache *c, stack_id id)
{
	return id == c->root ? 0 : id;
}

static __attribute__((noinline)) stack_id
capture_slowly(struct thread_cache *c, void *tstate, void *top)
{
	uint32_t now = atomic_load_explicit(&epoch, memory_order_relaxed);

	if (c->tstate != tstate || c->epoch != now)
		start_anew(c, tstate, now);
	return known(c, capture(layout_used, c, top));
}

/*
 * The frame that allocated last allocates again, maybe at another place.  The
 * other cases are last calls, so that this one needs few registers.
 */
stack_id
capture_stack(void)
{
	const struct frame_layout *l = layout_used;
	struct thread_frame *last;
	struct thread_cache *c;
	struct thread_step *s;
	void *tstate, *top;
	uintptr_t place;
	stack_id below;

	if (!is_on || !(tstate = frames_tstate()) ||
	    !(top = frames_first(l, tstate)) || !(c = threadcache_take()))
		return 0;
	if (c->n < 2)
		return capture_slowly(c, tstate, top);
	last = &c->frames[c->n - 1];
	if (last->frame != top || c->tstate != tstate ||
	    c->epoch != atomic_load_explicit(&epoch, memory_order_relaxed) ||
	    !last->code_object || frames_code(l, top) != last->code_object ||
	    !is_chain_unchanged(l, c, c->n - 1))
		return capture_slowly(c, tstate, top);
	place = frames_place(l, top);
	if (place == last->place)
		return known(c, last->node);
	below = last[-1].node;
	s = step_at(c, place, below);
	if (!below || !is_step(s, place, last->code, below))
		return capture_slowly(c, tstate, top);
	last->place = place;
	last->node = s->node;
	return known(c, s->node);
}

/* stacks_intern_native(), remembered as take_step() does. */
static inline stack_id
take_native_step(struct thread_cache *c, uintptr_t ip, stack_id below)
{
	struct thread_step *s = step_at(c, ip, below);

	if (!is_step(s, ip, NATIVE_STEP, below))
		*s = (struct thread_step){ip, NATIVE_STEP, below,
					  stacks_intern_native(below, ip, 0)};
	if (!s->node)
		s->code = 0; /* the depot is full */
	return s->node;
}

stack_id
capture_in_c(uintptr_t caller, uintptr_t sp)
{
	uintptr_t callers[CALLERS_MOST];
	stack_id id = 0;
	size_t n;

	if (!is_on || !keeps_stacks)
		return 0;
	n = callers_find(caller, sp, callers);
	if (runs_python())
		id = capture_stack();
	if (!id) {
		id = stacks_root(STACKS_ROOT_NONE);
		while (n)
			id = stacks_intern_native(id, callers[--n], 0);
		return id;
	}
	/* With native frames those are among them. */
	if (nativestack_keeps(n))
		return nativestack_capture(id);
	while (n && id)
		id = take_native_step(threadcache_mine, callers[--n], id);
	return id;
}
