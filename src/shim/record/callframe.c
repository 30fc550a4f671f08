#include "config.h"

#include "shim/record/callframe.h"

#include <string.h>

/* How pointers are written. */
enum {
	AS_UDATA4 = 0x03,
	AS_SDATA4 = 0x0b,
	FROM_HERE = 0x10,
	FROM_HEADER = 0x30,
	OMITTED = 0xff,
};

/* Instructions; the first three have an operand in their lower bits. */
enum {
	CFA_ADVANCE_LOC = 1,
	CFA_OFFSET = 2,
	CFA_RESTORE = 3,
	CFA_NOP = 0x00,
	CFA_ADVANCE_LOC1 = 0x02,
	CFA_ADVANCE_LOC2 = 0x03,
	CFA_ADVANCE_LOC4 = 0x04,
	CFA_OFFSET_EXTENDED = 0x05,
	CFA_RESTORE_EXTENDED = 0x06,
	CFA_UNDEFINED = 0x07,
	CFA_SAME_VALUE = 0x08,
	CFA_REMEMBER_STATE = 0x0a,
	CFA_RESTORE_STATE = 0x0b,
	CFA_DEF_CFA = 0x0c,
	CFA_DEF_CFA_REGISTER = 0x0d,
	CFA_DEF_CFA_OFFSET = 0x0e,
	CFA_GNU_ARGS_SIZE = 0x2e,
};

#if defined __x86_64__
enum { SP_REGISTER = 7, RETURN_REGISTER = 16 };
#else
enum { SP_REGISTER = 31, RETURN_REGISTER = 30 };
#endif

enum { MOST_REMEMBERED = 4 };

struct reader {
	const unsigned char *at, *end;
	bool failed; /* it has come to the end */
};

static uint64_t
take(struct reader *r, size_t n)
{
	uint64_t v = 0;

	if ((size_t)(r->end - r->at) < n) {
		r->failed = true;
		r->at = r->end;
		return 0;
	}
	memcpy(&v, r->at, n); /* little-endian machines only */
	r->at += n;
	return v;
}

/* sign: the bit that is above the number, or 0 where it is not negative. */
static uint64_t
take_leb(struct reader *r, uint64_t *sign)
{
	uint64_t v = 0, byte;
	unsigned shift = 0;

	do {
		byte = take(r, 1);
		if (shift < 64)
			v |= (byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80 && !r->failed);
	*sign = byte & 0x40 && shift < 64 ? (uint64_t)1 << shift : 0;
	return v;
}

static uint64_t
take_uleb(struct reader *r)
{
	uint64_t sign;

	return take_leb(r, &sign);
}

static int64_t
take_sleb(struct reader *r)
{
	uint64_t sign, v = take_leb(r, &sign);

	return (int64_t)(v - sign);
}

static int32_t
word_at(const unsigned char *p)
{
	int32_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

/* ---- from the address to the tables ---- */

/* The header's own table is sorted by address: {function, its entry}. */
static const unsigned char *
find_entry(const struct callframe_tables *t, uintptr_t address)
{
	const unsigned char *h = t->header, *table;
	size_t from = 0, to;
	uintptr_t end = t->end;
	int64_t wanted = (int64_t)(address - (uintptr_t)h);

	if (!h || (uintptr_t)h < t->start || end - (uintptr_t)h < 12 ||
	    h[0] != 1 || h[1] != (FROM_HERE | AS_SDATA4) || h[2] != AS_UDATA4 ||
	    h[3] != (FROM_HEADER | AS_SDATA4))
		return NULL;
	table = h + 12;
	to = (uint32_t)word_at(h + 8);
	if (to > (end - (uintptr_t)table) / 8)
		return NULL;
	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (word_at(table + 8 * middle) <= wanted)
			from = middle + 1;
		else
			to = middle;
	}
	return from ? h + word_at(table + 8 * (from - 1) + 4) : NULL;
}

/* What common and own entry say. */
struct rules {
	struct reader common, own; /* their instructions */
	uint64_t code_unit;
	uintptr_t start; /* of the function */
};

/* An entry without its length.  False: none, or a 64-bit one. */
static bool
open_entry(const struct callframe_tables *t, const unsigned char *at,
	   struct reader *out)
{
	struct reader r = {at, (const unsigned char *)t->end, false};
	uint64_t n;

	if ((uintptr_t)at < t->start || (uintptr_t)at >= t->end)
		return false;
	n = take(&r, 4);
	if (r.failed || n >= 0xfffffff0 || n > (size_t)(r.end - r.at))
		return false;
	*out = (struct reader){r.at, r.at + n, false};
	return true;
}

/* Letters that say what follows.  False: some that are not known. */
static bool
read_augmentation(struct reader *r, const char *letters)
{
	struct reader data;
	uint64_t n;

	if (letters[0] != 'z')
		return false;
	n = take_uleb(r);
	if (n > (size_t)(r->end - r->at))
		return false;
	data = (struct reader){r->at, r->at + n, false};
	r->at += n;
	for (letters++; *letters; letters++) {
		switch (*letters) {
		case 'R':
			if (take(&data, 1) != (FROM_HERE | AS_SDATA4))
				return false;
			break;
		case 'L':
			take(&data, 1);
			break;
		case 'P': /* a personality; 4 bytes, or else too much work */
			if ((take(&data, 1) & 0x0f) != AS_SDATA4)
				return false;
			take(&data, 4);
			break;
		default: /* 'S': a signal's frame */
			return false;
		}
	}
	return !data.failed;
}

static bool
read_common(const struct callframe_tables *t, const unsigned char *at,
	    struct rules *out)
{
	struct reader r;
	const char *letters;
	uint64_t version;
	size_t n;

	if (!open_entry(t, at, &r) || take(&r, 4) != 0)
		return false;
	version = take(&r, 1);
	if (version != 1 && version != 3)
		return false;
	letters = (const char *)r.at;
	n = strnlen(letters, (size_t)(r.end - r.at));
	if (n == (size_t)(r.end - r.at))
		return false;
	r.at += n + 1;
	out->code_unit = take_uleb(&r);
	take_sleb(&r);
	if ((version == 1 ? take(&r, 1) : take_uleb(&r)) != RETURN_REGISTER)
		return false;
	if (!read_augmentation(&r, letters))
		return false;
	out->common = r;
	return !r.failed;
}

static bool
read_entry(const struct callframe_tables *t, const unsigned char *at,
	   uintptr_t address, struct rules *out)
{
	const unsigned char *field;
	struct reader r;
	uint64_t n;

	if (!open_entry(t, at, &r))
		return false;
	field = r.at;
	n = take(&r, 4);
	if (!n || n > (uintptr_t)field - t->start ||
	    !read_common(t, field - n, out))
		return false;
	field = r.at;
	out->start =
		(uintptr_t)field + (uintptr_t)(int64_t)(int32_t)take(&r, 4);
	n = take(&r, 4);
	if (r.failed || address - out->start >= n)
		return false;
	n = take_uleb(&r);
	if (n > (size_t)(r.end - r.at))
		return false;
	r.at += n;
	out->own = r;
	return true;
}

/* ---- what they say ---- */

struct frame_state {
	uint64_t reg, offset;
};

struct machine {
	struct frame_state now, remembered[MOST_REMEMBERED];
	size_t n_remembered;
	uintptr_t at;
	bool is_lost; /* an instruction that is not known */
};

static void
remember(struct machine *m)
{
	if (m->n_remembered == MOST_REMEMBERED)
		m->is_lost = true;
	else
		m->remembered[m->n_remembered++] = m->now;
}

static void
recall(struct machine *m)
{
	if (!m->n_remembered)
		m->is_lost = true;
	else
		m->now = m->remembered[--m->n_remembered];
}

/* How far an instruction goes on, in units; 0: it is of another kind. */
static uint64_t
take_advance(struct reader *r, unsigned op)
{
	if (op >> 6 == CFA_ADVANCE_LOC)
		return op & 0x3f;
	switch (op) {
	case CFA_ADVANCE_LOC1:
		return take(r, 1);
	case CFA_ADVANCE_LOC2:
		return take(r, 2);
	case CFA_ADVANCE_LOC4:
		return take(r, 4);
	}
	return 0;
}

/* Where registers are saved does not matter, but for the return address. */
static void
skip_register(struct machine *m, struct reader *r, unsigned op)
{
	switch (op >> 6) {
	case CFA_OFFSET:
		take_uleb(r);
		return;
	case CFA_RESTORE:
		return;
	}
	switch (op) {
	case CFA_OFFSET_EXTENDED:
		take_uleb(r);
		take_uleb(r);
		break;
	case CFA_UNDEFINED: /* the return address: there is no caller */
		m->is_lost |= take_uleb(r) == RETURN_REGISTER;
		break;
	case CFA_RESTORE_EXTENDED:
	case CFA_SAME_VALUE:
	case CFA_GNU_ARGS_SIZE:
		take_uleb(r);
		break;
	case CFA_NOP:
		break;
	default: /* expressions among them */
		m->is_lost = true;
	}
}

static void
execute(struct machine *m, struct reader *r, unsigned op)
{
	switch (op) {
	case CFA_REMEMBER_STATE:
		remember(m);
		break;
	case CFA_RESTORE_STATE:
		recall(m);
		break;
	case CFA_DEF_CFA:
		m->now.reg = take_uleb(r);
		m->now.offset = take_uleb(r);
		break;
	case CFA_DEF_CFA_REGISTER:
		m->now.reg = take_uleb(r);
		break;
	case CFA_DEF_CFA_OFFSET:
		m->now.offset = take_uleb(r);
		break;
	default:
		skip_register(m, r, op);
	}
}

/* All instructions that hold at the address. */
static void
run(struct machine *m, struct reader *r, uint64_t unit, uintptr_t address)
{
	while (r->at < r->end && !m->is_lost && !r->failed) {
		unsigned op = (unsigned)take(r, 1);
		uint64_t advance = take_advance(r, op);

		m->at += advance * unit;
		if (m->at > address)
			return;
		if (!advance && op != CFA_ADVANCE_LOC1 &&
		    op >> 6 != CFA_ADVANCE_LOC)
			execute(m, r, op);
	}
}

bool
callframe_size(const struct callframe_tables *t, uintptr_t ip, size_t *size)
{
	/* Behind the call may be another function. */
	uintptr_t address = ip - 1;
	const unsigned char *entry = find_entry(t, address);
	struct machine m = {{0, 0}, {{0, 0}}, 0, 0, false};
	struct rules rules;

	if (!entry || !read_entry(t, entry, address, &rules))
		return false;
	m.at = rules.start;
	run(&m, &rules.common, rules.code_unit, address);
	run(&m, &rules.own, rules.code_unit, address);
	*size = (size_t)m.now.offset;
	return !m.is_lost && !rules.common.failed && !rules.own.failed &&
	       m.now.reg == SP_REGISTER && *size >= sizeof(uintptr_t) &&
	       *size % sizeof(uintptr_t) == 0;
}
