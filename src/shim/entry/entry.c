/*
 * entry.c - what src/attach looks for in a process that has the shim
 *
 * Beside the interposers, because names out of the layers' archives are not
 * exported.
 */
#include "config.h"

#include <stddef.h>

#include "common/attachpage.h"
#include "shim/base/export.h"
#include "shim/check/statuspage.h"
#include "shim/entry/enter.h"
#include "shim/entry/serve.h"

LS_EXPORT extern struct attach_status_page leakshim_status;
LS_EXPORT void *leakshim_serve(struct attach_page *page);
LS_EXPORT int leakshim_enter(const char *path, int channel);

struct attach_status_page leakshim_status = {
	.magic = ATTACH_MAGIC,
	.version = ATTACH_VERSION,
	.bytes = sizeof(struct attach_status_page),
	.state = ATTACH_STATE_LOADED,
	.tool = PACKAGE_VERSION,
};

__attribute__((constructor)) static void
publish(void)
{
	statuspage_use(&leakshim_status);
}

void *
leakshim_serve(struct attach_page *page)
{
	serve(page);
	return NULL;
}

int
leakshim_enter(const char *path, int channel)
{
	return enter(path, channel);
}
