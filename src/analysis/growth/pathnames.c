#include "config.h"

#include "analysis/growth/paths.h"

#include <string.h>

#include "common/buf.h"
#include "python/api.h"
#include "python/edges.h"
#include "python/locals.h"
#include "python/names.h"
#include "python/objects.h"
#include "python/running.h"

enum { SHOWN_FROM_EACH_END = 16 };

static const char *
name_of(struct arena *a, const struct path_step *s)
{
	static const char *const names[PATH_TAGS] = {
		[PATH_MEMORY] = "(memory)",
		[PATH_STACKS] = "(the stack of a thread)",
		[PATH_STATIC] = "(static memory)",
	};
	void *what = path_pointer(s);
	const char *name;

	if (path_tag(s) == PATH_FRAME)
		return running_name(a, what);
	if (path_tag(s) != PATH_OBJECT)
		return names[path_tag(s)];
	name = name_of_module(a, what);
	return name ? name : name_of_class(a, what);
}

static bool
edge_between(const struct path_step *s, const struct path_step *to,
	     char out[EDGE_BYTES])
{
	out[0] = '\0';
	if (path_tag(to) != PATH_OBJECT)
		return false;
	if (path_tag(s) == PATH_FRAME)
		return locals_frame_edge(path_pointer(s), path_pointer(to), out,
					 EDGE_BYTES);
	return path_tag(s) == PATH_OBJECT &&
	       edge_name(path_pointer(s), path_pointer(to), out);
}

bool
paths_is_key(const struct paths *p, uint32_t i)
{
	char edge[EDGE_BYTES];

	return p->steps[i].parent != PATHS_NOBODY &&
	       edge_between(&p->steps[p->steps[i].parent], &p->steps[i],
			    edge) &&
	       !strcmp(edge, "(key)");
}

/*
 * How many steps one edge is the name of: a variable of a function has its
 * closure and a cell in between, one of a generator its frame (up to 3.10).
 */
static size_t
steps_at_once(const struct paths *p, const uint32_t *way, size_t n, size_t i)
{
	const struct path_step *cell = &p->steps[way[i + 2 < n ? i + 2 : i]];
	const struct path_step *frame = &p->steps[way[i + 1]];
	const struct path_step *s = &p->steps[way[i]];

	if (path_tag(s) != PATH_OBJECT)
		return 1;
	if (i + 3 < n && path_tag(cell) == PATH_OBJECT &&
	    is_go_between(path_pointer(cell)))
		return 3;
	if (i + 2 < n && object_is_generator(path_pointer(s)) &&
	    path_tag(frame) == PATH_OBJECT &&
	    object_type(path_pointer(frame)) == py.PyFrame_Type)
		return 2;
	return 1;
}

static bool
put_step(const struct paths *p, const uint32_t *way, size_t n, size_t *i,
	 struct report_holder *out)
{
	struct arena *a = &p->world->arena;
	const struct path_step *s = &p->steps[way[*i]];
	size_t more = steps_at_once(p, way, n, *i);
	char edge[EDGE_BYTES];
	bool has_edge = edge_between(s, &p->steps[way[*i + more]], edge);

	if (!has_edge && more > 1) {
		more = 1;
		has_edge = edge_between(s, &p->steps[way[*i + 1]], edge);
	}
	*i += more;
	out->type = name_of(a, s);
	out->edge = has_edge ? arena_string(a, edge) : NULL;
	return out->type && (!has_edge || out->edge);
}

static bool
put_gap(struct arena *a, size_t n, struct report_holder *out)
{
	struct buf b;

	buf_init(&b);
	buf_printf(&b, "(%lu more)", n);
	out->type = arena_string(a, buf_string(&b));
	buf_fini(&b);
	return out->type;
}

bool
paths_describe(const struct paths *p, uint32_t i, struct finding *out)
{
	enum { MOST = 2 * SHOWN_FROM_EACH_END };
	uint32_t way[MOST]; /* the root first */
	struct report_holder *list =
		arena_array(&p->world->arena, MOST + 1, sizeof *list);
	size_t depth = 0, gap = 0, n, k;
	uint32_t at;

	if (!list)
		return false;
	for (at = i; at != PATHS_NOBODY; at = p->steps[at].parent)
		depth++;
	if (depth > MOST)
		gap = depth - MOST;
	n = depth - gap;
	for (at = i, k = depth; k--; at = p->steps[at].parent)
		if (k < SHOWN_FROM_EACH_END)
			way[k] = at;
		else if (k >= SHOWN_FROM_EACH_END + gap)
			way[k - gap] = at;
	out->growth_path = list;
	for (k = 0; k + 1 < n;) {
		if (gap && k == SHOWN_FROM_EACH_END - 1) {
			/* Its edge leads to one that is not shown. */
			list[out->n_growth_path].type =
				name_of(&p->world->arena, &p->steps[way[k++]]);
			out->n_growth_path++;
			if (!put_gap(&p->world->arena, gap,
				     &list[out->n_growth_path++]))
				return false;
			continue;
		}
		if (!put_step(p, way,
			      gap && k < SHOWN_FROM_EACH_END ?
				      SHOWN_FROM_EACH_END :
				      n,
			      &k, &list[out->n_growth_path++]))
			return false;
	}
	return true;
}
