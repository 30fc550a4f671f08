/*
 * cxxname.h - the name of a function, as its author wrote it
 *
 * What a symbol table has is of the compiler: of a C++ function (Itanium C++ ABI,
 * section 5.1) the types of its arguments too, of a part that it cut off a
 * suffix (.cold, .isra.0), of a Rust function a hash that each build has anew.  Of
 * all that the qualified name is kept; arguments of templates become <...>.  It is
 * the same in the library, which may not call the C++ library's demangler, for
 * that allocates, and in the command.
 *
 * Contract:
 *   side       analysis child and tool
 *   allocates  the arena that is passed
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_CXXNAME_H
#define LEAKSHIM_REPORT_CXXNAME_H

struct arena;

/* The symbol itself where there is nothing to leave out, or no memory. */
const char *cxxname_show(struct arena *a, const char *symbol);

#endif /* LEAKSHIM_REPORT_CXXNAME_H */
