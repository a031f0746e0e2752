/* SPDX-License-Identifier: MIT */
/* Functions of the program, and figures for it. */
#include "base/error.h"
#include "scheduler/scheduler.h"

#include <execz/execz.h>

#include <string.h>

const char *
execz_version(void)
{
    return EXECZ_VERSION;
}

execz_status
execz_scheduler_add_functions(execz_scheduler *self, const char *module,
                              const execz_function *const *functions, size_t n, execz_error *err)
{
    execz_status status = ez_modules_register(self->modules, module, functions, n, err);

    if (status == EXECZ_OK) {
        pthread_mutex_lock(&self->lock);
        self->recheck = true;
        pthread_mutex_unlock(&self->lock);
        ez_mailbox_ring(&self->mailbox);
    }
    return status;
}

void
execz_scheduler_get_info(execz_scheduler *self, execz_scheduler_info *info_out)
{
    execz_scheduler_info info = {.next_run = EXECZ_TIME_NEVER};

    pthread_mutex_lock(&self->lock);
    info.size = MIN(info_out->size, (uint32_t)sizeof info);
    info.state = self->state;
    info.tasks = self->tasks.length;
    info.scheduled = self->due.length;
    info.blocked = self->n_blocked;
    info.paused = g_hash_table_size(self->pauses);
    info.starts = self->n_starts;
    info.unfinished = ez_runs_count(self->runs) + self->n_held + self->n_waiting + self->n_retries +
                      self->manual.length;
    (void)ez_heap_first(&self->due, &info.next_run);
    pthread_mutex_unlock(&self->lock);
    memcpy(info_out, &info, info.size);
}
