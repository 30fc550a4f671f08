#include "config.h"

#include "formats/protobuf.h"

#include "common/buf.h"

enum { WIRE_VARINT = 0, WIRE_BYTES = 2 };

static void
put_varint(struct buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_putc(b, (char)(v | 0x80));
	buf_putc(b, (char)v);
}

void
protobuf_number(struct buf *b, unsigned field, int64_t v)
{
	if (!v)
		return;
	put_varint(b, field << 3 | WIRE_VARINT);
	put_varint(b, (uint64_t)v);
}

void
protobuf_bytes(struct buf *b, unsigned field, const void *data, size_t n)
{
	put_varint(b, field << 3 | WIRE_BYTES);
	put_varint(b, n);
	buf_putn(b, data, n);
}

void
protobuf_message(struct buf *b, unsigned field, struct buf *m)
{
	protobuf_bytes(b, field, m->data, m->len);
	b->failed |= m->failed;
	buf_clear(m);
}

void
protobuf_packed(struct buf *b, int64_t v)
{
	put_varint(b, (uint64_t)v);
}
