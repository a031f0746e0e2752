/* SPDX-License-Identifier: MIT */
#include "task/spec.h"

void
ez_task_get_spec(const ez_task *self, execz_task_spec *spec_out)
{
    const execz_task *abi = &self->abi;

    /* A field that is missing here would be lost whenever a task is changed. */
    EXECZ_STATIC_ASSERT(sizeof *spec_out == 160, "copy the new fields, too");
    *spec_out = (execz_task_spec){
        .size = sizeof *spec_out,
        .max_instances = abi->max_instances,
        .id = abi->id,
        .name = abi->name,
        .executor = self->executor,
        .trigger = self->trigger,
        .timezone = self->timezone,
        .function = abi->function,
        .argv = abi->argv,
        .env = abi->env,
        .cwd = abi->cwd,
        .args = abi->args,
        .options = abi->options,
        .n_options = abi->n_options,
        .misfire_grace_time = abi->misfire_grace_time,
        .timeout = abi->timeout,
        .kill_grace = abi->kill_grace,
        .output_limit = abi->output_limit,
        .coalesce = self->coalesce,
        .priority = abi->priority,
        .overlap = self->overlap,
        .overlap_limit = self->overlap == EXECZ_OVERLAP_QUEUE ? self->overlap_limit : 0,
    };
}
