/* SPDX-License-Identifier: MIT */
#include "task/spec.h"

void
ez_task_get_spec(const ez_task *self, execz_task_spec *spec_out)
{
    const ez_plan *plan = self->plan;
    const execz_task *abi = &plan->abi;

    /* A field that is missing here would be lost whenever a task is changed. */
    EXECZ_STATIC_ASSERT(sizeof *spec_out == 216, "copy the new fields, too");
    *spec_out = (execz_task_spec){
        .size = sizeof *spec_out,
        .max_instances = abi->max_instances,
        .id = self->id,
        .name = ez_task_name(self),
        .executor = plan->executor,
        .trigger = self->schedule->text,
        .timezone = self->schedule->timezone,
        .function = abi->function,
        .argv = abi->argv,
        .env = abi->env,
        .cwd = abi->cwd,
        .args = ez_task_args(self),
        .options = abi->options,
        .n_options = abi->n_options,
        .misfire_grace_time = abi->misfire_grace_time,
        .timeout = abi->timeout,
        .kill_grace = abi->kill_grace,
        .output_limit = abi->output_limit,
        .coalesce = plan->coalesce,
        .priority = abi->priority,
        .overlap = plan->overlap,
        .overlap_limit = plan->overlap == EXECZ_OVERLAP_QUEUE ? plan->overlap_limit : 0,
        .delivery = plan->delivery,
        .origin = plan->origin,
        .retry_delay = EXECZ_UNSET,
        .retry_max_delay = EXECZ_UNSET,
    };
    if (plan->retry != NULL) {
        ez_retry_policy_get_spec(plan->retry, spec_out);
    }
}
