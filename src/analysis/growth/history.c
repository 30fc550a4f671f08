#include "config.h"

#include "analysis/growth/history.h"

#include <string.h>

static size_t
site_bytes(uint32_t n_counts)
{
	size_t n = sizeof(struct history_site) + n_counts * sizeof(uint32_t);

	return (n + 7) & ~(size_t)7;
}

static uint32_t
most_sites(uint32_t n_counts)
{
	size_t n = HISTORY_MOST_BYTES / site_bytes(n_counts);

	return n < HISTORY_MOST_SITES ? (uint32_t)n : HISTORY_MOST_SITES;
}

size_t
history_bytes(int growth)
{
	uint32_t n_counts = (uint32_t)growth + 1;

	return sizeof(struct history) +
	       most_sites(n_counts) * site_bytes(n_counts);
}

size_t
history_used(const struct history *h)
{
	return sizeof *h + h->n_sites * site_bytes(h->n_counts);
}

void
history_begin(struct history *h, int growth, const struct history *before)
{
	h->n_counts = (uint32_t)growth + 1;
	h->room = most_sites(h->n_counts);
	h->n_checks = before ? before->n_checks + 1 : 1;
	if (h->n_checks > h->n_counts)
		h->n_checks = h->n_counts;
}

uint32_t
history_needs(const struct history *h)
{
	return h->n_counts - h->n_checks;
}

struct history_site *
history_site(const struct history *h, uint32_t i)
{
	return (void *)((char *)(h + 1) + i * site_bytes(h->n_counts));
}

struct history_site *
history_add(struct history *h)
{
	return history_site(h, h->n_sites++);
}

const struct history_site *
history_find(const struct history *h, uint64_t key)
{
	uint32_t low = 0, high = h->n_sites;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct history_site *s = history_site(h, middle);

		if (s->key == key)
			return s;
		if (s->key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void
history_continue(struct history_site *site, const struct history *h,
		 const struct history *before, uint32_t count)
{
	const struct history_site *old =
		before ? history_find(before, site->key) : NULL;
	uint32_t last;

	site->n = 0;
	site->since_ns = h->at_ns;
	if (old) {
		uint32_t n =
			old->n < h->n_counts - 1 ? old->n : h->n_counts - 1;

		memcpy(site->counts, old->counts + old->n - n,
		       n * sizeof *site->counts);
		site->n = n;
		last = old->counts[old->n - 1];
		if (count > last)
			site->since_ns = old->since_ns;
	} else if (before && !before->n_left_out) {
		site->counts[site->n++] = 0;
		site->since_ns = before->at_ns;
	}
	site->counts[site->n++] = count;
}

bool
history_grows(const struct history *h, const struct history_site *site)
{
	uint32_t i;

	if (site->n < h->n_counts)
		return false;
	for (i = 1; i < site->n; i++)
		if (site->counts[i] <= site->counts[i - 1])
			return false;
	return true;
}
