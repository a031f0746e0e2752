/* SPDX-License-Identifier: MIT */
/* Leaves a watch behind, and a call that comes too late: both would use what is gone. */
#define ALIAS "lingers"
#define DESTROY leave
#include <execz/plugin.h>

static void leave(execz_executor *self);

#include "body.h"

#include <unistd.h>

static void
call_too_late(void *argument)
{
    abort();
}

static void
leave(execz_executor *self)
{
    const execz_host *host = self->host;
    const execz_loop_ext *loop = host->extension(host, EXECZ_EXTENSION_LOOP);
    int ends[2];

    host->post(host, call_too_late, self);
    if (pipe(ends) == 0 && write(ends[1], "x", 1) == 1) {
        loop->watch(host, ends[0], call_too_late, self);
    }
    destroy(self);
}
