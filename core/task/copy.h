/* SPDX-License-Identifier: MIT */
/* A task as another scheduler shows it to its executors, for whoever runs it on behalf of that. */
#ifndef EZ_TASK_COPY_H
#define EZ_TASK_COPY_H

#include "task/task.h"

/* Makes a task whose view is equal to from, of which nothing is checked: its arguments may be any
 * bytes.  It has no schedule, and exactly one run is to be opened of it. */
ez_task *ez_task_copy(const execz_task *from);

#endif
