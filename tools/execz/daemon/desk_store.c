/* SPDX-License-Identifier: MIT */
/* The words about the store: check, quarantine, restore. */
#include "daemon/desk.h"

#include "control/wire.h"

#include <execz/state.h>

json_t *
ez_desk_check(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err)
{
    const ez_param params[] = {{NULL}};

    (void)caller;
    return ez_wire_read_params(request, params, err) == EXECZ_OK
               ? ez_examination_ask(self->examination)
               : NULL;
}

static void
add_task(void *user, const execz_quarantined_task *task)
{
    json_t *one = json_object();

    ez_desk_set_text(one, "task", task->task);
    ez_desk_set_text(one, "reason", task->reason);
    ez_desk_set_text(one, "record", task->record);
    ez_desk_set_time(one, "since", task->since);
    json_array_append_new(user, one);
}

json_t *
ez_desk_quarantine(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err)
{
    const ez_param params[] = {{NULL}};
    json_t *tasks;

    (void)caller;
    if (ez_wire_read_params(request, params, err) != EXECZ_OK) {
        return NULL;
    }
    tasks = json_array();
    if (execz_scheduler_list_quarantine(self->scheduler, add_task, tasks, err) != EXECZ_OK) {
        json_decref(tasks);
        return NULL;
    }
    return json_pack("{s:o}", "tasks", tasks);
}

json_t *
ez_desk_restore(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err)
{
    const char *id = NULL;
    const ez_param params[] = {{"task", EZ_PARAM_TEXT, &id, true}, {NULL}};

    (void)caller;
    if (ez_wire_read_params(request, params, err) != EXECZ_OK ||
        execz_scheduler_restore_task(self->scheduler, id, err) != EXECZ_OK) {
        return NULL;
    }
    return json_pack("{s:b}", "changed", true);
}
