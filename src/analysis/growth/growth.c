#include "config.h"

#include "analysis/growth/growth.h"

#include <string.h>

#include "analysis/base/bigarray.h"
#include "analysis/growth/history.h"
#include "analysis/growth/paths.h"
#include "analysis/growth/sites.h"
#include "analysis/islands/describe.h"
#include "common/options.h"

/* Fewer may be a cache that fills, or what an import leaves now and then. */
enum { FEWEST_MORE = 10, FEWEST_BYTES_MORE = 64 << 10, PART_HELD = 10 };

/* A site that grows.  Steps are those of the search for paths. */
struct growing {
	struct site *site;
	const struct history_site *past;
	uint32_t first;   /* step: the first object that was found */
	uint32_t n_found; /* objects */
	uint32_t holder;  /* the step that holds most, as far as votes tell */
	uint32_t above;   /* the site that most are held by, 0: none */
	uint32_t holder_votes, above_votes;
	uint32_t n_held; /* by `above' */
	uint32_t n_by_holder;
	uint32_t example; /* step: of the holder of most, or the first */
	uint32_t into;    /* the site that this is a part of, or its own */
	int64_t n_heads;  /* not held by others of the finding */
};

struct growth {
	struct world *world;
	struct sites sites;
	const struct history *h;
	struct growing *all; /* number 0 is none */
	uint32_t n;
	struct paths paths;
};

static bool
is_enough_to_tell(const struct history *h, const struct history_site *past,
		  const struct site *site)
{
	int64_t more;

	if (!history_grows(h, past))
		return false;
	more = (int64_t)past->counts[past->n - 1] - past->counts[0];
	return more >= FEWEST_MORE ||
	       more * (site->bytes / site->count) >= FEWEST_BYTES_MORE;
}

/* In the order of their keys: the next check searches for them. */
static void
write_history(struct growth *g, const struct history *before,
	      struct history *after)
{
	uint32_t i;

	for (i = 0; i < g->sites.n; i++) {
		struct site *site = &g->sites.all[i];
		struct history_site *past;

		if (site->is_left_out)
			continue;
		past = history_add(after);
		past->key = site->key;
		history_continue(past, after, before,
				 site->count < UINT32_MAX ?
					 (uint32_t)site->count :
					 UINT32_MAX);
		if (is_enough_to_tell(after, past, site))
			g->n++;
	}
	after->n_left_out = g->sites.n_left_out;
	after->is_complete = 1;
}

static bool
list_growing(struct growth *g, struct arena *a)
{
	uint32_t i, k = 0;

	g->all = arena_array(a, g->n + 1, sizeof *g->all);
	if (!g->all)
		return false;
	for (i = 0; i < g->sites.n; i++) {
		struct site *site = &g->sites.all[i];
		const struct history_site *past = history_find(g->h, site->key);

		if (!past || !is_enough_to_tell(g->h, past, site))
			continue;
		site->number = ++k;
		g->all[k] = (struct growing){.site = site,
					     .past = past,
					     .into = k,
					     .first = PATHS_NOBODY,
					     .example = PATHS_NOBODY};
	}
	return true;
}

/* ---- how they are held ---- */

static uint32_t
site_of(void *o, uintptr_t node, void *ctx)
{
	const struct growth *g = ctx;
	const struct site *site = sites_find(&g->sites, g->world, o, node);

	return site ? site->number : 0;
}

/* Are most objects of each site found? */
static bool
is_enough(const struct paths *p, void *ctx)
{
	const struct growth *g = ctx;
	uint32_t *found = bigarray_map(g->n + 1, sizeof *found), k;
	bool ok = found;
	size_t i;

	for (i = 0; found && i < p->n; i++)
		if (p->steps[i].site & PATHS_IS_OF_SITE)
			found[paths_site(&p->steps[i])]++;
	for (k = 1; ok && k <= g->n; k++)
		ok = found[k] * (int64_t)2 >= g->all[k].site->count;
	if (found)
		bigarray_unmap(found, g->n + 1, sizeof *found);
	return ok;
}

static uint32_t
parent_site(const struct paths *p, const struct path_step *s)
{
	return s->parent == PATHS_NOBODY ? 0 : paths_site(&p->steps[s->parent]);
}

/* Boyer and Moore's majority vote: one that has more than half is left. */
static void
vote(uint32_t *who, uint32_t *votes, uint32_t candidate)
{
	if (!*votes)
		*who = candidate;
	*votes += *who == candidate ? 1 : -1u;
}

static void
count_holders(struct growth *g)
{
	const struct paths *p = &g->paths;
	uint32_t i;

	for (i = 0; i < p->n; i++) {
		const struct path_step *s = &p->steps[i];
		struct growing *k = &g->all[paths_site(s)];

		if (!(s->site & PATHS_IS_OF_SITE))
			continue;
		if (!k->n_found++)
			k->first = k->example = i;
		vote(&k->holder, &k->holder_votes, s->parent);
		vote(&k->above, &k->above_votes, parent_site(p, s));
	}
	for (i = 0; i < p->n; i++) {
		const struct path_step *s = &p->steps[i];
		struct growing *k = &g->all[paths_site(s)];

		if (!(s->site & PATHS_IS_OF_SITE))
			continue;
		k->n_held += parent_site(p, s) == k->above;
		if (s->parent == k->holder && !k->n_by_holder++)
			k->example = i;
	}
	for (i = 1; i <= g->n; i++)
		if (g->all[i].n_by_holder <= g->all[i].n_found / 2)
			g->all[i].example = g->all[i].first;
}

static uint32_t
holder_of(const struct growth *g, const struct growing *k)
{
	return k->example == PATHS_NOBODY ? PATHS_NOBODY :
					    g->paths.steps[k->example].parent;
}

/* The keys of a dict are a part of its values. */
static void
fold_keys(struct growth *g, uint32_t keys)
{
	uint32_t holder = holder_of(g, &g->all[keys]), i, k;

	if (g->all[keys].into != keys || holder == PATHS_NOBODY ||
	    !paths_is_key(&g->paths, g->all[keys].example))
		return;
	for (i = 1; i <= g->n; i++)
		if (i != keys && g->all[i].into == i &&
		    g->all[i].site->block.stack &&
		    holder_of(g, &g->all[i]) == holder &&
		    !paths_is_key(&g->paths, g->all[i].example))
			break;
	for (k = 1; i <= g->n && k <= g->n; k++)
		if (g->all[k].into == keys)
			g->all[k].into = i;
}

/*
 * If nearly all objects of a site are held by those of another one that was
 * found first, it is a part of that: of a tree's nodes and their lists of
 * nodes, the nodes remain.  A type alone does not count as a site here: nearly
 * everything is held by some dict.
 */
static void
fold(struct growth *g)
{
	uint32_t i, k;

	for (k = 1; k <= g->n; k++) {
		struct growing *part = &g->all[k];
		const struct growing *whole = &g->all[part->above];

		if (part->above && part->above != k &&
		    whole->site->block.stack && whole->first < part->first &&
		    part->n_held >= part->n_found - part->n_found / PART_HELD)
			part->into = part->above;
	}
	/* Each leads to one that was found earlier: no circles. */
	for (k = 1; k <= g->n; k++)
		for (i = k; g->all[i].into != i; i = g->all[i].into)
			g->all[k].into = g->all[i].into;
	for (k = 1; k <= g->n; k++)
		fold_keys(g, k);
	for (i = 0; i < g->paths.n; i++) {
		const struct path_step *s = &g->paths.steps[i];
		uint32_t own = paths_site(s), above;

		if (!(s->site & PATHS_IS_OF_SITE) || g->all[own].into != own)
			continue;
		above = parent_site(&g->paths, s);
		g->all[own].n_heads += !above || g->all[above].into != own;
	}
}

struct growth *
growth_find(struct world *world, struct omissions *missed, const char **why)
{
	const struct source *s = world->source;
	struct growth *g = arena_grab(&world->arena, sizeof *g);

	*why = "no memory for the counts of the checks: raise it";
	if (!g || !s->history)
		return NULL;
	if (!world->has_reach) {
		*why = "it needs the reachability analysis";
		return NULL;
	}
	g->world = world;
	g->h = s->history;
	if (!sites_count(&g->sites, world, s->history->room)) {
		if (s->is_late())
			*why = "the count did not finish in time: "
			       "timeout=SECONDS gives it longer";
		return g;
	}
	write_history(g, s->history_before, s->history);
	omissions_count(missed, OMISSION_GROWTH_CHECKS,
			history_needs(s->history));
	if (g->n && !list_growing(g, &world->arena))
		return g;
	*why = NULL;
	if (!g->n)
		return g;
	g->paths = (struct paths){.world = world,
				  .site_of = site_of,
				  .is_enough = is_enough,
				  .ctx = g};
	paths_find(&g->paths);
	count_holders(g);
	fold(g);
	return g;
}

/* ---- findings ---- */

static struct report_type *
type_of_finding(struct finding *f, const char *name)
{
	struct report_type *types = (struct report_type *)f->types;
	size_t i;

	for (i = 0; i < f->n_types; i++)
		if (!strcmp(types[i].name, name))
			return &types[i];
	return &types[f->n_types++];
}

static void
add_part(struct finding *f, int64_t *checks, const struct growing *k)
{
	struct report_type *t = type_of_finding(f, k->site->class->name);
	uint32_t i;

	t->name = k->site->class->name;
	t->module_file = k->site->class->module_file;
	t->count += k->site->count;
	t->bytes += k->site->bytes;
	f->objects += k->site->count;
	f->bytes += k->site->bytes;
	for (i = 0; i < k->past->n; i++)
		checks[i] += k->past->counts[i];
}

static bool
describe(struct growth *g, uint32_t number, struct finding *f)
{
	const struct growing *head = &g->all[number];
	struct arena *a = &g->world->arena;
	uint32_t k, n_parts = 0;
	int64_t *checks;

	for (k = 1; k <= g->n; k++)
		n_parts += g->all[k].into == number;
	if (!describe_site(a, g->world->source, &head->site->block, f))
		return false;
	f->types = arena_array(a, n_parts, sizeof *f->types);
	checks = arena_array(a, head->past->n, sizeof *checks);
	if (!f->types || !checks)
		return false;
	add_part(f, checks, head);
	for (k = 1; k <= g->n; k++)
		if (g->all[k].into == number && k != number)
			add_part(f, checks, &g->all[k]);
	f->kind = FINDING_GROWTH;
	/* Those that the search has not found are as the others. */
	f->count = head->n_heads + head->site->count - head->n_found;
	if (f->count < 1)
		f->count = 1;
	f->growth_checks = checks;
	f->n_growth_checks = head->past->n;
	f->growth_age_seconds =
		(double)(g->h->at_ns - head->past->since_ns) / 1e9;
	return head->example == PATHS_NOBODY ||
	       paths_describe(&g->paths, head->example, f);
}

bool
growth_walk(struct growth *g, struct omissions *missed,
	    void (*each)(struct check *c, struct finding *f), struct check *c)
{
	uint32_t k;

	for (k = 1; g && k <= g->n; k++) {
		struct finding f;

		if (g->all[k].into != k)
			continue;
		/* Then no container can grow without bound. */
		if (g->all[k].example == PATHS_NOBODY && !g->paths.is_partial) {
			omissions_count(missed, OMISSION_GROWTH_UNHELD, 1);
			continue;
		}
		if (!describe(g, k, &f))
			return false;
		each(c, &f);
	}
	return true;
}

int64_t
growth_left_out(const struct growth *g)
{
	return g ? (int64_t)g->sites.n_left_out : 0;
}

void
growth_fini(struct growth *g)
{
	if (!g)
		return;
	paths_fini(&g->paths);
	sites_fini(&g->sites);
}
