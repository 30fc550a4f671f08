/*
 * elffile.h - what an ELF file says about an address: function and build ID
 *
 * The file is data from outside: every place in it is checked before it is
 * read.  Only the symbol tables are known here; files and lines of the source
 * are the tool's business (cli/symbolize.h).
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2): the file
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_ELFFILE_H
#define LEAKSHIM_ANALYSIS_ELFFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elffile {
	const unsigned char *data;
	size_t size;
};

/* False if it cannot be read or is not a 64-bit ELF file of this machine. */
bool elffile_open(struct elffile *f, const char *path);

void elffile_close(struct elffile *f);

/*
 * What to subtract from an address of a mapping that begins at start and shows
 * the file from offset on, to get the address that the file itself uses.
 */
bool elffile_bias(const struct elffile *f, uintptr_t start, size_t offset,
		  uintptr_t *out);

/* The build id and its length; NULL when there is none.  The file's memory. */
const unsigned char *elffile_build_id(const struct elffile *f, size_t *n);

/* The same of the module that is mapped with this bias. */
bool elffile_is_mapped(const struct elffile *f, uintptr_t bias);

/* The function around the file's own address, or NULL.  The file's memory. */
const char *elffile_function(const struct elffile *f, uintptr_t address);

#endif /* LEAKSHIM_ANALYSIS_ELFFILE_H */
