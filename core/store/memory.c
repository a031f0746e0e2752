/* SPDX-License-Identifier: MIT */
#include "store/memory.h"

#include <glib.h>

static void
memory_free(ez_store *self)
{
    g_free(self);
}

ez_store *
ez_memory_store_new(void)
{
    static const ez_store_ops ops = {.type = "memory", .free = memory_free};
    ez_store *self = g_new0(ez_store, 1);

    self->ops = &ops;
    return self;
}
