/* SPDX-License-Identifier: MIT */
/* What is wrong with what a program says about a task. */
#ifndef EZ_TASK_CHECK_H
#define EZ_TASK_CHECK_H

#include "task/task.h"

/* Whether a task can be made of it: by what is the task's own, apart from what its trigger says, and
 * by what is in its plan.  If not, err says why. */
bool ez_task_check_own(const execz_task_spec *spec, execz_error *err);
bool ez_task_check_plan(const execz_task_spec *spec, execz_error *err);

/* The same for what a scheduler gives to tasks that leave it open. */
bool ez_task_check_defaults(const ez_task_defaults *defaults, execz_error *err);

#endif
