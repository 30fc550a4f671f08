/*
 * objects.h - the fields of an object and its type, read without the C API
 *
 * Accessors over layout.h, so that no other file adds an offset.  They load
 * directly: the object must be a live one (from a generation list, a live
 * block that was recognized, or a referent that tp_traverse visited).
 *
 * Contract of every function here:
 *   side       shim and child
 *   allocates  never
 *   locks      none; the GIL is held, or this is the child
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_OBJECTS_H
#define LEAKSHIM_PYTHON_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "python/api.h"
#include "python/layout.h"

/* The maximum offset of an object in its block. */
enum { OBJECT_MOST_BEFORE = 48 };

/* PyMemberDef (Include/structmember.h, descrobject.h): tp_members ends with
 * one without a name. */
struct member {
	const char *name;
	int type;
	intptr_t offset;
	int flags;
	const char *doc;
};

/* The field of type T at byte `offset' of the object p. */
static inline uintptr_t
object_word(const void *p, size_t offset)
{
	return *(const uintptr_t *)((const char *)p + offset);
}

static inline void *
object_pointer(const void *p, size_t offset)
{
	return (void *)object_word(p, offset);
}

static inline int
object_int(const void *p, size_t offset)
{
	return *(const int *)((const char *)p + offset);
}

static inline void *
object_type(const void *o)
{
	return object_pointer(o, OB_TYPE);
}

static inline unsigned long
type_flags(const void *type)
{
	return object_word(type, TP_FLAGS);
}

/* Exact reference count; meaningless for an immortal object. */
int64_t object_refcount(const void *o);

/* 3.12+: kept forever, not counted.  Always false before. */
bool object_is_immortal(const void *o);

/*
 * Is o preceded by a collector header? tp_is_gc is not called: it is
 * third-party code, which reads fields that an object does not have while it is
 * being made or destroyed (greenlet's).  When objects are allocated, the flag
 * decides.
 */
bool object_is_gc(const void *o);

/* The finalizer of a GC object has run already (3.4+). */
bool object_is_finalized(const void *o);

/* An object whose header is at `head', and the reverse. */
static inline void *
object_of_head(uintptr_t head)
{
	return (void *)(head + layout->gc_head_bytes);
}

static inline uintptr_t
head_of_object(const void *o)
{
	return (uintptr_t)o - layout->gc_head_bytes;
}

/* Bytes of words in front of the collector header, by tp_flags. */
size_t object_pre_header(unsigned long flags);

/*
 * Where the block that contains o starts: the collector header precedes the
 * object, and from 3.11 on the words of a managed dict precede that.  By the
 * type alone; o may be incomplete.  A static type is in no block.
 */
uintptr_t object_block(const void *o);

/* A generator, coroutine or async generator. */
bool object_is_generator(const void *o);

/* The code of an _PyInterpreterFrame (3.11+); NULL if it has none. */
void *object_frame_code(const void *frame);

/* type is t or inherits from it by single-inheritance layout (tp_base). */
bool type_is_subtype(const void *type, const void *t);

/*
 * Visit what tp_traverse visits, without the borrowed references that frames
 * of suspended generators hold on 3.14 and later: those are counted nowhere.
 * (Objects/genobject.c, Python/gc.c: only the collector's own visit_decref
 * leaves them out.)  Types without tp_traverse visit nothing.
 */
int object_traverse(void *o, visit_fn visit, void *ctx);

/*
 * The offset from word alignment of the interpreter's variables in _PyRuntime:
 * linkers have placed it at a multiple of 4 (Debian's static 3.13, and its
 * debug build of 3.11).
 */
static inline uintptr_t
python_data_shift(bool is_in_runtime)
{
	return is_in_runtime ? (uintptr_t)py._PyRuntime & 7 : 0;
}

/* A word that may stand anywhere. */
static inline uintptr_t
unaligned_word(uintptr_t address)
{
	uintptr_t w;

	memcpy(&w, (const void *)address, sizeof w);
	return w;
}

#endif /* LEAKSHIM_PYTHON_OBJECTS_H */
