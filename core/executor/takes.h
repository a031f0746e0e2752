/* SPDX-License-Identifier: MIT */
/* Which kinds of tasks an executor takes. */
#ifndef EZ_EXECUTOR_TAKES_H
#define EZ_EXECUTOR_TAKES_H

#include "executor/executor.h"

/* Whether it takes tasks of this kind; if not, err says so. */
bool ez_executor_takes(const ez_executor *self, const ez_task *task, execz_error *err);

#endif
