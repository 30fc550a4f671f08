#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/buf.h"
#include "formats/backtrace.h"
#include "formats/escape.h"
#include "formats/html_part.h"
#include "formats/html_text.h"
#include "formats/level.h"
#include "report/sums.h"

enum {
	ROW_PIXELS = 22,
	MAX_DEPTH = 400,
};

/* Of the whole; what is narrower cannot be seen or hit. */
#define MIN_SHARE 0.0004

struct node {
	struct frame frame;
	const struct finding *leaf; /* a finding stands here, not a frame */
	int64_t bytes, objects;
	struct node *children, *next;
};

static struct node *
add_child(struct arena *a, struct node *parent, const struct frame *frame,
	  const struct finding *leaf)
{
	struct node *n, **at = &parent->children;

	for (; *at; at = &(*at)->next)
		if (!leaf && !(*at)->leaf &&
		    frame_is_same(&(*at)->frame, frame))
			return *at;
	n = arena_grab(a, sizeof *n);
	if (!n)
		return NULL;
	if (frame)
		n->frame = *frame;
	n->leaf = leaf;
	return *at = n;
}

static void
add(struct node *to, const struct finding *f)
{
	to->bytes += f->bytes; /* only of those that are known */
	sums_add(&to->objects, f->objects);
}

static void
add_finding(struct arena *a, struct node *root, const struct finding *f)
{
	static const struct frame unknown = {.function = "(unknown place)"};
	struct node *at = root;
	struct frame *frames;
	size_t n;

	frames = backtrace_of(a, f, &n);
	add(root, f);
	if (!n) {
		at = add_child(a, at, &unknown, NULL);
		if (at)
			add(at, f);
	}
	while (at && n-- > 0) {
		at = add_child(a, at, &frames[n], NULL);
		if (at)
			add(at, f);
	}
	at = at ? add_child(a, at, NULL, f) : NULL;
	if (at)
		add(at, f);
}

/* ---- drawing ---- */

struct drawing {
	struct buf *out;
	double whole;
	int depth; /* of the deepest row */
};

static void
put_label(struct buf *out, const struct node *n)
{
	struct buf label;

	if (n->leaf) {
		html_text(out,
			  n->leaf->n_types ? n->leaf->types[0].name : "object");
		return;
	}
	buf_init(&label);
	frame_put(&label, &n->frame);
	html_text(out, buf_string(&label));
	buf_fini(&label);
}

static void
put_sizes(struct buf *out, const struct node *n)
{
	buf_size(out, (uint64_t)n->bytes);
	buf_put(out, ", ");
	buf_count(out, (uint64_t)n->objects, "object", "objects");
}

static void
put_box(struct drawing *d, const struct node *n, double left, int depth,
	const char *root_label)
{
	struct buf *out = d->out;

	buf_printf(out, "<button type=\"button\" class=\"box %s%s\"",
		   n->leaf ? "k-" : "",
		   n->leaf ? finding_kind_name(n->leaf->kind) : "frame");
	buf_put(out, " style=\"left:");
	buf_decimal(out, left / d->whole * 100, 4);
	buf_put(out, "%;width:");
	buf_decimal(out, (double)n->bytes / d->whole * 100, 4);
	buf_printf(out, "%%;top:%dpx\" title=\"", depth * ROW_PIXELS);
	if (root_label)
		buf_put(out, root_label);
	else
		put_label(out, n);
	buf_put(out, ": ");
	put_sizes(out, n);
	buf_put(out, "\"><span>");
	if (root_label)
		buf_put(out, root_label);
	else
		put_label(out, n);
	buf_put(out, "</span></button>\n");
}

static int
compare(const void *x, const void *y)
{
	const struct node *const *a = x, *const *b = y;

	return ((*b)->bytes > (*a)->bytes) - ((*b)->bytes < (*a)->bytes);
}

/* The big ones first; equal ones stay as they were found. */
static struct node *
sorted(struct node *list)
{
	struct node **all, *n, *head = NULL, **tail = &head;
	size_t count = 0, i = 0;

	for (n = list; n; n = n->next)
		count++;
	all = calloc(count, sizeof *all);
	if (!all)
		return list;
	for (n = list; n; n = n->next)
		all[i++] = n;
	/* glibc's sorts by merging, unless memory is short. */
	qsort(all, count, sizeof *all, compare);
	for (i = 0; i < count; i++) {
		*tail = all[i];
		tail = &all[i]->next;
	}
	*tail = NULL;
	free(all);
	return head;
}

static void
put_children(struct drawing *d, struct node *parent, double left, int depth)
{
	struct node *n;

	if (depth > MAX_DEPTH)
		return;
	for (n = sorted(parent->children); n; n = n->next) {
		if ((double)n->bytes < d->whole * MIN_SHARE)
			break;
		if (depth > d->depth)
			d->depth = depth;
		put_box(d, n, left, depth, NULL);
		put_children(d, n, left, depth + 1);
		left += (double)n->bytes;
	}
}

void
html_flame(struct buf *out, const struct report *r)
{
	struct node root = {0};
	struct arena arena;
	struct buf boxes;
	struct drawing d = {.out = &boxes};
	size_t i;

	arena_init(&arena);
	for (i = 0; i < r->n_findings; i++)
		/* An unknown size is below 0. */
		if (level_counts(&r->findings[i]) && r->findings[i].bytes > 0)
			add_finding(&arena, &root, &r->findings[i]);
	if (root.bytes > 0) {
		buf_init(&boxes);
		d.whole = (double)root.bytes;
		put_box(&d, &root, 0, 0, "all leaking sites");
		put_children(&d, &root, 0, 1);
		buf_put(out, "<section class=\"flame-section\">\n"
			     "<h2>Where the bytes were allocated</h2>\n"
			     "<p class=\"hint\">Callers above, what they call "
			     "below, what was leaked at the bottom; as wide as "
			     "it has bytes. <span class=\"js-only\">A click "
			     "enlarges a part.</span></p>\n");
		buf_printf(out, "<div class=\"flame\" style=\"height:%dpx\">\n",
			   (d.depth + 1) * ROW_PIXELS);
		buf_putn(out, boxes.data, boxes.len);
		out->failed |= boxes.failed;
		buf_put(out, "</div>\n</section>\n");
		buf_fini(&boxes);
	}
	arena_fini(&arena);
}
