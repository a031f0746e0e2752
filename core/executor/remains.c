/* SPDX-License-Identifier: MIT */
#include "executor/remains.h"

typedef struct one_start {
    ez_host *host; /* owned */
    execz_executor *plugin;
    const execz_executor_ops *ops;
} one_start;

void
ez_remains_keep(ez_remains *self, ez_host *host, execz_executor *plugin,
                const execz_executor_ops *ops)
{
    one_start left = {host, plugin, ops};

    if (self->starts == NULL) {
        self->starts = g_array_new(FALSE, FALSE, sizeof(one_start));
    }
    g_array_append_val(self->starts, left);
}

bool
ez_remains_clear(ez_remains *self)
{
    guint n = self->starts == NULL ? 0 : self->starts->len;

    for (guint i = n; i > 0; i--) {
        one_start at = g_array_index(self->starts, one_start, i - 1);

        if (atomic_load(&at.host->owed) == 0 && ez_threads_join(&at.host->threads, 0)) {
            if (at.plugin != NULL) {
                at.ops->destroy(at.plugin);
            }
            ez_host_deinit(at.host);
            g_free(at.host);
            g_array_remove_index(self->starts, i - 1);
            n--;
        }
    }
    return n == 0;
}

void
ez_remains_deinit(ez_remains *self)
{
    g_clear_pointer(&self->starts, g_array_unref);
}
