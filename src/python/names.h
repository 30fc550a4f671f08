/*
 * names.h - the names of types, modules and functions
 *
 * Everything is read from memory: there is no attribute look-up (which may run
 * Python code), and no string is created.
 *
 * Contract of every function here:
 *   side       shim and child
 *   allocates  from the arena that is passed
 *   locks      none; the GIL is held, or this is the child
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_NAMES_H
#define LEAKSHIM_PYTHON_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* The value under a str key of an exact dict, borrowed; NULL if absent. */
void *dict_find(void *dict, const char *key);

/*
 * "module.qualname" of what o is an instance of (an old-style instance names
 * its class, not `instance'); "?" when it cannot be read.  Types of the
 * builtins module are printed without it, as in tracebacks.
 */
const char *name_of_class(struct arena *a, void *o);

/* The type's or old-style class's own name and module as above. */
const char *name_of_type(struct arena *a, void *type);

/* "module NAME" of a module; NULL if o is not one, or has no name. */
const char *name_of_module(struct arena *a, void *o);

/*
 * __file__ of the module that defines o's class, NULL when it has none
 * (builtins) or the module is gone.
 */
const char *module_file_of_class(struct arena *a, void *o);

/* The same for a type, also a static one. */
const char *module_file_of_type(struct arena *a, void *type);

/* sys.modules, borrowed; without the GIL as last seen. */
void *dict_of_modules(void);

/*
 * The module that records the actions of all signals when it is first imported,
 * mostly at the start.
 */
const char *name_of_signal_module(void);

/* The dict of an imported module, borrowed; NULL if there is none. */
void *dict_of_module(const char *name);

/* The class is written in Python (its type is a heap type with a module). */
bool is_python_class(void *o);

/* The identity of a class: the type, or the old-style class. */
void *class_of(void *o);

#endif /* LEAKSHIM_PYTHON_NAMES_H */
