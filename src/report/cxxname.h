/*
 * cxxname.h - the name of a function, as its author wrote it
 *
 * A symbol table has the compiler's names: with the types of a C++ function's
 * arguments (Itanium C++ ABI, section 5.1), a suffix for a part that was cut
 * off (.cold, .isra.0), and a hash that changes with each build of a Rust
 * function.  Only the qualified name is kept; template arguments become <...>.
 * Library and command have the same code for it: the library may not call the
 * C++ library's demangler, which allocates.
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
