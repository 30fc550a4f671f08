#include "config.h"

#include "python/code.h"

#include "python/api.h"
#include "python/frames.h"
#include "python/objects.h"
#include "python/pytext.h"

bool
code_read(const void *code, struct code_info *out)
{
	const struct frame_layout *l = frames_layout();

	if (!l || object_type(code) != py.PyCode_Type)
		return false;
	*out = (struct code_info){
		.name = object_pointer(code, l->code_name),
		.filename = object_pointer(code, l->code_filename),
		.first_line = object_int(code, l->code_first_line),
	};
	out->table = pytext_bytes(object_pointer(code, l->code_table),
				  &out->n_table);
	if (l->code_bytecode) {
		out->bytecode = (const char *)code + l->code_bytecode;
		out->first_traceable =
			object_int(code, l->code_first_traceable) * 2;
	}
	return true;
}
