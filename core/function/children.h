/* SPDX-License-Identifier: MIT */
/* The children of one call by number: that part of its execz_call_ops. */
#ifndef EZ_FUNCTION_CHILDREN_H
#define EZ_FUNCTION_CHILDREN_H

#include "function/call.h"

int32_t ez_children_spawn(execz_call *face, execz_child_function function, void *argument);
int32_t ez_children_join(execz_call *face, int32_t child, execz_duration timeout,
                         int32_t *result_out);
int32_t ez_children_cancel(execz_call *face, int32_t child);

/* Cancels those that were not joined and waits for their end; its function has returned. */
void ez_children_end(ez_call *call);

#endif
