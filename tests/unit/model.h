/*
 * model.h - a small Python heap without Python, for tests of the analysis
 *
 * Types, objects that hold each other, and the collector's lists, laid out as
 * CPython 3.8 has them.  What the modules under test ask CPython for is this
 * model's: references are counted, and tp_traverse visits them.
 */
#ifndef LEAKSHIM_UNIT_MODEL_H
#define LEAKSHIM_UNIT_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/base/mirror.h"

enum { MODEL_OBJECT_BYTES = 104 }; /* with the collector's header */

/* Forget all that was made; first of all in each test. */
void model_begin(void);

/* A type of the C API, whose instances the collector tracks. */
void *model_type(const char *name);

/* Its instances have a legacy finalizer (tp_del). */
void model_set_legacy(void *type);

/* An object of the type, in the youngest generation; nobody holds it yet. */
void *model_object(void *type);

/* An object takes a reference to another one. */
void model_hold(void *from, void *to);

/* So does somebody whom the collector does not see. */
void model_hold_outside(void *o);

/* Somebody has taken, or given back, one reference too many. */
void model_miscount(void *o, int by);

/* Into that generation. */
void model_move(void *o, int generation);

/* The collector's lists, as they are now. */
const struct gclists *model_lists(void);

/* A mirror of all of them. */
struct mirror model_mirror(void);

#endif /* LEAKSHIM_UNIT_MODEL_H */
