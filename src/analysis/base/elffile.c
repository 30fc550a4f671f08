#include "config.h"

#include "analysis/base/elffile.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "python/peek.h"

enum { MOST_NOTES = 1024 };

#if defined __aarch64__
#define MACHINE EM_AARCH64
#else
#define MACHINE EM_X86_64
#endif

/* n bytes at offset, aligned for words; NULL when they are not there. */
static const void *
at(const struct elffile *f, uint64_t offset, uint64_t n)
{
	if (offset > f->size || n > f->size - offset || offset % 8)
		return NULL;
	return f->data + offset;
}

bool
elffile_open(struct elffile *f, const char *path)
{
	const Elf64_Ehdr *head;
	long fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	off_t size;
	void *data;

	memset(f, 0, sizeof *f);
	if (fd < 0)
		return false;
	size = lseek((int)fd, 0, SEEK_END);
	data = size <= 0 ? MAP_FAILED :
			   mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE,
				(int)fd, 0);
	syscall(SYS_close, fd);
	if (data == MAP_FAILED)
		return false;
	f->data = data;
	f->size = (size_t)size;
	head = at(f, 0, sizeof *head);
	if (head && !memcmp(head->e_ident, ELFMAG, SELFMAG) &&
	    head->e_ident[EI_CLASS] == ELFCLASS64 && head->e_machine == MACHINE)
		return true;
	elffile_close(f);
	return false;
}

void
elffile_close(struct elffile *f)
{
	if (f->data)
		munmap((void *)f->data, f->size);
	memset(f, 0, sizeof *f);
}

/* The program headers. */
static const Elf64_Phdr *
segments(const struct elffile *f, size_t *n)
{
	const Elf64_Ehdr *head = (const void *)f->data;

	*n = head->e_phnum;
	if (head->e_phentsize != sizeof(Elf64_Phdr))
		return NULL;
	return at(f, head->e_phoff, *n * sizeof(Elf64_Phdr));
}

bool
elffile_bias(const struct elffile *f, uintptr_t start, size_t offset,
	     uintptr_t *out)
{
	size_t n, i;
	const Elf64_Phdr *p = segments(f, &n);

	for (i = 0; p && i < n; i++) {
		uint64_t first = p[i].p_offset & ~(uint64_t)0xfff;

		if (p[i].p_type != PT_LOAD || offset < first ||
		    offset >= p[i].p_offset + p[i].p_filesz)
			continue;
		*out = start - offset + p[i].p_offset - p[i].p_vaddr;
		return true;
	}
	return false;
}

/* The build id among notes; NULL when there is none. */
static const unsigned char *
find_build_id(const unsigned char *notes, size_t size, size_t *n_out)
{
	while (size >= sizeof(Elf64_Nhdr)) {
		const Elf64_Nhdr *note = (const void *)notes;
		size_t name = ((size_t)note->n_namesz + 3) & ~(size_t)3;
		size_t body = ((size_t)note->n_descsz + 3) & ~(size_t)3;

		size -= sizeof *note;
		if (name > size || body > size - name)
			return NULL;
		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
		    !memcmp(note + 1, "GNU", 4)) {
			*n_out = note->n_descsz;
			return (const unsigned char *)(note + 1) + name;
		}
		notes += sizeof *note + name + body;
		size -= name + body;
	}
	return NULL;
}

/* The segment of notes with the build id in it, and the id. */
static const Elf64_Phdr *
find_id_segment(const struct elffile *f, const unsigned char **id, size_t *n_id)
{
	size_t n, i;
	const Elf64_Phdr *p = segments(f, &n);

	for (i = 0; p && i < n; i++) {
		const unsigned char *notes;

		if (p[i].p_type != PT_NOTE || p[i].p_offset % 4 ||
		    p[i].p_offset > f->size ||
		    p[i].p_filesz > f->size - p[i].p_offset)
			continue;
		notes = f->data + p[i].p_offset;
		*id = find_build_id(notes, p[i].p_filesz, n_id);
		if (*id)
			return &p[i];
	}
	return NULL;
}

const unsigned char *
elffile_build_id(const struct elffile *f, size_t *n)
{
	const unsigned char *id;

	return find_id_segment(f, &id, n) ? id : NULL;
}

bool
elffile_is_mapped(const struct elffile *f, uintptr_t bias)
{
	_Alignas(8) unsigned char notes[MOST_NOTES];
	const unsigned char *id, *mapped;
	size_t n, n_mapped, n_notes;
	const Elf64_Phdr *p = find_id_segment(f, &id, &n);

	if (!p)
		return true; /* nothing says otherwise */
	n_notes = p->p_memsz < sizeof notes ? p->p_memsz : sizeof notes;
	/* Another file than the one that is mapped may point anywhere. */
	if (!peek(notes, bias + p->p_vaddr, n_notes))
		return false;
	mapped = find_build_id(notes, n_notes, &n_mapped);
	return mapped && n_mapped == n && !memcmp(id, mapped, n);
}

/* A table of symbols with its strings. */
struct table {
	const Elf64_Sym *symbols;
	size_t n;
	const char *strings;
	size_t n_strings;
};

static bool
find_table(const struct elffile *f, uint32_t type, struct table *out)
{
	const Elf64_Ehdr *head = (const void *)f->data;
	const Elf64_Shdr *s =
		at(f, head->e_shoff, (uint64_t)head->e_shnum * sizeof *s);
	size_t i;

	if (!s || head->e_shentsize != sizeof *s)
		return false;
	for (i = 0; i < head->e_shnum; i++) {
		const Elf64_Shdr *text;

		if (s[i].sh_type != type || s[i].sh_link >= head->e_shnum)
			continue;
		text = &s[s[i].sh_link];
		out->symbols = at(f, s[i].sh_offset, s[i].sh_size);
		out->n = s[i].sh_size / sizeof *out->symbols;
		if (!out->symbols || text->sh_offset > f->size ||
		    text->sh_size > f->size - text->sh_offset || !text->sh_size)
			continue;
		out->strings = (const char *)f->data + text->sh_offset;
		out->n_strings = text->sh_size;
		if (!out->strings[out->n_strings - 1])
			return true;
	}
	return false;
}

static size_t
underscores(const char *name)
{
	/* Those of C++ begin so. */
	return name[0] == '_' && name[1] == 'Z' ? 0 : strspn(name, "_");
}

/*
 * Of several names of one function the public one (strdup, not __strdup), and
 * always the same, whatever the order of the table.
 */
static bool
is_better_name(const char *name, const char *best)
{
	size_t n = underscores(name), m = best ? underscores(best) : 0;

	return !best || n < m || (n == m && strcmp(name, best) < 0);
}

const char *
elffile_function(const struct elffile *f, uintptr_t address)
{
	static const uint32_t kinds[] = {SHT_SYMTAB, SHT_DYNSYM};
	const char *best = NULL;
	struct table t;
	size_t k, i;

	for (k = 0; k < 2 && !best; k++) {
		if (!find_table(f, kinds[k], &t))
			continue;
		for (i = 0; i < t.n; i++) {
			const Elf64_Sym *y = &t.symbols[i];

			if (ELF64_ST_TYPE(y->st_info) == STT_FUNC &&
			    y->st_shndx != SHN_UNDEF &&
			    address - y->st_value < y->st_size &&
			    y->st_name < t.n_strings &&
			    is_better_name(t.strings + y->st_name, best))
				best = t.strings + y->st_name;
		}
	}
	return best;
}
