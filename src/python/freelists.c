#include "config.h"

#include "python/freelists.h"

#include "python/api.h"

bool
freelists_need_tracer(void)
{
	return python.version > 0x030d ||
	       (python.version == 0x030d && python.micro >= 3);
}

unsigned
python_block_alignment(void)
{
	/* Objects/obmalloc.c: ALIGNMENT was 8 up to 3.6. */
	return python.version <= 0x0306 ? 8 : 16;
}
