/* SPDX-License-Identifier: MIT */
/* The way back from a task to its spec, for whoever changes a part of it. */
#ifndef EZ_TASK_SPEC_H
#define EZ_TASK_SPEC_H

#include "task/task.h"

/* The spec that makes an equal task, with nothing left to a default; its texts are the task's. */
void ez_task_get_spec(const ez_task *self, execz_task_spec *spec_out);

#endif
