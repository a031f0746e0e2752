/* SPDX-License-Identifier: MIT */
#include "executor/takes.h"

#include "base/error.h"

static bool
has_any(const ez_executor *self, const uint32_t *caps)
{
    return ez_executor_has_caps(self, caps[0]) || ez_executor_has_caps(self, caps[1]);
}

bool
ez_executor_takes(const ez_executor *self, const ez_task *task, execz_error *err)
{
    static const struct {
        uint32_t kind, caps[2]; /* one of them is enough */
        const char *name;
    } kinds[] = {
        {EXECZ_TASK_FUNCTION, {EXECZ_CAP_FUNCTION, EXECZ_CAP_FUNCTION}, "functions"},
        {EXECZ_TASK_COROUTINE, {EXECZ_CAP_FUNCTION, EXECZ_CAP_COROUTINE}, "coroutines"},
        {EXECZ_TASK_COMMAND, {EXECZ_CAP_COMMAND, EXECZ_CAP_COMMAND}, "commands"},
        {EXECZ_TASK_PAYLOAD, {EXECZ_CAP_PAYLOAD, EXECZ_CAP_PAYLOAD}, "payloads"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (kinds[i].kind == task->plan->abi.kind && !has_any(self, kinds[i].caps)) {
            ez_fail(err, EXECZ_E_UNSUPPORTED, "executor '%s' (plugin %s) takes no %s",
                    ez_executor_alias(self), ez_executor_type(self), kinds[i].name);
            return false;
        }
    }
    return true;
}
