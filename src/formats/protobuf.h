/*
 * protobuf.h - the little of Protocol Buffers' wire format that a profile needs
 *
 * A message is made in a buf of its own and then put into its parent.  Fields
 * of value 0 are left out, as proto3 has it.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  the buf's memory
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_FORMATS_PROTOBUF_H
#define LEAKSHIM_FORMATS_PROTOBUF_H

#include <stddef.h>
#include <stdint.h>

struct buf;

/* An int64, uint64 or bool. */
void protobuf_number(struct buf *b, unsigned field, int64_t v);

/* A string, a message or packed numbers; put also when it is empty. */
void protobuf_bytes(struct buf *b, unsigned field, const void *data, size_t n);

/* A message out of m, which is empty afterwards. */
void protobuf_message(struct buf *b, unsigned field, struct buf *m);

/* One number of a packed field. */
void protobuf_packed(struct buf *b, int64_t v);

#endif /* LEAKSHIM_FORMATS_PROTOBUF_H */
