#include "config.h"

#include "attach/images.h"

#include <elf.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

enum {
	MOST_IMAGES = 4096,
	MOST_DYNAMIC = 512,   /* entries of a dynamic section */
	MOST_CHAIN = 1 << 20, /* symbols of one hash value */
	MOST_HEADERS = 64,
	NAME_BYTES = 64,
};

/* ---- one image ---- */

static void
take_entry(struct image *image, const Elf64_Dyn *d)
{
	uint64_t v = d->d_un.d_ptr;

	/* glibc adds the bias to these in place; the vdso's stay as they are.
	 */
	if (v < image->bias)
		v += image->bias;
	switch (d->d_tag) {
	case DT_SYMTAB:
		image->symbols = v;
		break;
	case DT_STRTAB:
		image->strings = v;
		break;
	case DT_GNU_HASH:
		image->gnu_hash = v;
		break;
	case DT_HASH:
		image->hash = v;
		break;
	default:
		break;
	}
}

/* The mappings of its file around the dynamic section. */
static void
find_extent(struct image *image, const struct remote *r, uint64_t dynamic)
{
	const struct remote_map *here = remote_map_of(r, dynamic), *m;

	if (!here)
		return;
	image->start = here->start;
	image->end = here->end;
	memcpy(image->name, here->name, sizeof image->name);
	for (m = r->maps; m < r->maps + r->n_maps; m++) {
		/* The same file may have been loaded twice. */
		if (m->device != here->device || m->inode != here->inode ||
		    !m->inode || m->end < image->bias)
			continue;
		if (m->start < image->start)
			image->start = m->start;
		if (m->end > image->end)
			image->end = m->end;
	}
}

static bool
read_image(struct image *image, const struct remote *r, uint64_t bias,
	   uint64_t dynamic)
{
	size_t i;

	*image = (struct image){.bias = bias};
	for (i = 0; i < MOST_DYNAMIC; i++) {
		Elf64_Dyn d;

		if (!remote_read(r, dynamic + i * sizeof d, &d, sizeof d))
			return false;
		if (d.d_tag == DT_NULL)
			break;
		take_entry(image, &d);
	}
	find_extent(image, r, dynamic);
	return image->symbols && image->strings &&
	       (image->gnu_hash || image->hash) && image->end;
}

/* ---- symbols ---- */

/* Is symbol number i this name, defined and no indirect function? */
static uint64_t
take_symbol(const struct image *image, const struct remote *r, uint64_t i,
	    const char *name)
{
	size_t n = strlen(name) + 1;
	char text[NAME_BYTES];
	Elf64_Sym s;

	if (n > sizeof text ||
	    !remote_read(r, image->symbols + i * sizeof s, &s, sizeof s) ||
	    /* Undefined ones have a value too, in a program at a fixed place.
	     */
	    s.st_shndx == SHN_UNDEF || !s.st_value ||
	    ELF64_ST_TYPE(s.st_info) == STT_GNU_IFUNC ||
	    ELF64_ST_TYPE(s.st_info) == STT_TLS ||
	    !remote_read(r, image->strings + s.st_name, text, n) ||
	    memcmp(text, name, n) != 0)
		return 0;
	return image->bias + s.st_value;
}

static uint64_t
find_by_gnu_hash(const struct image *image, const struct remote *r,
		 const char *name)
{
	uint32_t h = 5381, head[4], i, v, n;
	uint64_t buckets, chain;
	const char *c;

	for (c = name; *c; c++)
		h = h * 33 + (unsigned char)*c;
	if (!remote_read(r, image->gnu_hash, head, sizeof head) || !head[0])
		return 0;
	buckets = image->gnu_hash + sizeof head + head[2] * (uint64_t)8;
	chain = buckets + head[0] * (uint64_t)4;
	if (!remote_read(r, buckets + h % head[0] * (uint64_t)4, &i,
			 sizeof i) ||
	    i < head[1])
		return 0;
	for (n = 0; n < MOST_CHAIN; n++, i++) {
		uint64_t found;

		if (!remote_read(r, chain + (i - head[1]) * (uint64_t)4, &v,
				 sizeof v))
			return 0;
		if ((v | 1) == (h | 1) &&
		    (found = take_symbol(image, r, i, name)))
			return found;
		if (v & 1)
			return 0;
	}
	return 0;
}

static uint64_t
find_by_hash(const struct image *image, const struct remote *r,
	     const char *name)
{
	uint32_t h = 0, head[2], i, n;
	const char *c;

	for (c = name; *c; c++) {
		h = (h << 4) + (unsigned char)*c;
		h ^= h >> 24 & 0xf0;
		h &= 0x0fffffff;
	}
	if (!remote_read(r, image->hash, head, sizeof head) || !head[0] ||
	    !remote_read(r, image->hash + 8 + h % head[0] * (uint64_t)4, &i,
			 sizeof i))
		return 0;
	for (n = 0; i && n < MOST_CHAIN; n++) {
		uint64_t found = take_symbol(image, r, i, name);

		if (found)
			return found;
		if (!remote_read(r,
				 image->hash + 8 + (head[0] + i) * (uint64_t)4,
				 &i, sizeof i))
			return 0;
	}
	return 0;
}

uint64_t
images_find_in(const struct image *image, const struct remote *r,
	       const char *symbol)
{
	return image->gnu_hash ? find_by_gnu_hash(image, r, symbol) :
				 find_by_hash(image, r, symbol);
}

uint64_t
images_find(const struct images *list, const struct remote *r,
	    const char *symbol, const struct image **where)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		uint64_t found = images_find_in(&list->all[i], r, symbol);

		if (!found)
			continue;
		if (where)
			*where = &list->all[i];
		return found;
	}
	return 0;
}

const struct image *
images_at(const struct images *list, uint64_t address)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (address >= list->all[i].start && address < list->all[i].end)
			return &list->all[i];
	return NULL;
}

/* ---- the list ---- */

static uint64_t
auxiliary(pid_t pid, uint64_t type)
{
	uint64_t words[128];
	ssize_t n = remote_file(pid, "auxv", (char *)words, sizeof words);
	size_t i;

	for (i = 0; n > 0 && i + 1 < (size_t)n / sizeof *words; i += 2)
		if (words[i] == type)
			return words[i + 1];
	return 0;
}

/* The dynamic section and the bias of what the kernel has started. */
static uint64_t
first_dynamic(const struct remote *r, uint64_t *bias)
{
	uint64_t at = auxiliary(r->pid, AT_PHDR), dynamic = 0;
	uint64_t n = auxiliary(r->pid, AT_PHNUM);
	Elf64_Phdr p[MOST_HEADERS];
	size_t i;

	*bias = 0;
	if (!at || !n || n > MOST_HEADERS ||
	    !remote_read(r, at, p, n * sizeof *p))
		return 0;
	for (i = 0; i < n; i++) {
		if (p[i].p_type == PT_PHDR)
			*bias = at - p[i].p_vaddr;
		if (p[i].p_type == PT_DYNAMIC)
			dynamic = p[i].p_vaddr;
	}
	if (*bias || !dynamic)
		return dynamic ? dynamic + *bias : 0;
	/* ld.so has no PT_PHDR: its headers stand behind its first 64 bytes. */
	for (i = 0; i < n; i++)
		if (p[i].p_type == PT_LOAD && !p[i].p_offset)
			*bias = at - sizeof(Elf64_Ehdr) - p[i].p_vaddr;
	return dynamic + *bias;
}

static uint64_t
find_debug(const struct remote *r)
{
	uint64_t bias, dynamic = first_dynamic(r, &bias);
	struct image image;
	size_t i;

	for (i = 0; dynamic && i < MOST_DYNAMIC; i++) {
		Elf64_Dyn d;

		if (!remote_read(r, dynamic + i * sizeof d, &d, sizeof d) ||
		    d.d_tag == DT_NULL)
			break;
		if (d.d_tag == DT_DEBUG && d.d_un.d_ptr)
			return d.d_un.d_ptr;
	}
	/* `ld.so PROGRAM': it is ld.so that the kernel has started. */
	if (dynamic && read_image(&image, r, bias, dynamic))
		return images_find_in(&image, r, "_r_debug");
	return 0;
}

const char *
images_read(struct images *list, const struct remote *r)
{
	uint64_t debug = find_debug(r), at;
	struct r_debug d;

	*list = (struct images){0};
	if (!debug)
		return "it is statically linked: nothing can be loaded into it";
	if (!remote_read(r, debug, &d, sizeof d) || !d.r_map)
		return "its loader's list of libraries cannot be read";
	list->all = calloc(MOST_IMAGES, sizeof *list->all);
	if (!list->all)
		return "out of memory";
	for (at = (uintptr_t)d.r_map; at && list->n < MOST_IMAGES;) {
		struct link_map m;

		if (!remote_read(r, at, &m, sizeof m))
			return "its loader's list of libraries keeps changing: "
			       "try again";
		list->n += read_image(&list->all[list->n], r, m.l_addr,
				      (uintptr_t)m.l_ld);
		at = (uintptr_t)m.l_next;
	}
	return NULL;
}

void
images_free(struct images *list)
{
	free(list->all);
	*list = (struct images){0};
}
