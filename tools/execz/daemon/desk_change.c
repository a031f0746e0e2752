/* SPDX-License-Identifier: MIT */
/* The words that change what tasks do: run, pause, resume, remove.  With dry_run they only look whether
 * they could. */
#include "daemon/desk.h"

#include "control/fault.h"
#include "control/wire.h"
#include "text.h"

#include <string.h>
#include <time.h>

typedef struct request_of_task {
    const char *id; /* NULL: it is about the scheduler */
    const char *reason;
    const char *until;
    bool dry_run;
} request_of_task;

static void
keep_info(void *user, const execz_task_info *info)
{
    json_t **task_out = user;

    *task_out = ez_desk_task(info, false);
}

/* The task as it is now; NULL if there is none. */
static json_t *
look(ez_desk *self, const char *id, execz_error *err)
{
    json_t *task = NULL;

    (void)execz_scheduler_get_task(self->scheduler, id, keep_info, &task, err);
    return task;
}

/* What an answer to a change is: what was or would be changed. */
static json_t *
changed(const request_of_task *of, json_t *task)
{
    json_t *result = json_pack("{s:b}", "changed", !of->dry_run);

    if (task != NULL) {
        json_object_set_new(result, "task", task);
    }
    return result;
}

static bool
read_task(const json_t *request, request_of_task *out, execz_error *err)
{
    const ez_param params[] = {{"task", EZ_PARAM_TEXT, &out->id, true},
                               {"dry_run", EZ_PARAM_YES, &out->dry_run, false},
                               {NULL}};

    return ez_wire_read_params(request, params, err) == EXECZ_OK;
}

json_t *
ez_desk_run(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err)
{
    request_of_task of = {NULL};
    json_t *task;

    (void)caller;
    if (!read_task(request, &of, err) || (task = look(self, of.id, err)) == NULL) {
        return NULL;
    }
    if (!of.dry_run && execz_scheduler_run_task(self->scheduler, of.id, err) != EXECZ_OK) {
        json_decref(task);
        return NULL;
    }
    return changed(&of, task);
}

json_t *
ez_desk_remove(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err)
{
    request_of_task of = {NULL};
    json_t *task;

    (void)caller;
    if (!read_task(request, &of, err) || (task = look(self, of.id, err)) == NULL) {
        return NULL;
    }
    if (!of.dry_run && execz_scheduler_remove_task(self->scheduler, of.id, err) != EXECZ_OK) {
        json_decref(task);
        return NULL;
    }
    return changed(&of, task);
}

/* ---- pause and resume ----------------------------------------------------------------------- */

static json_t *
pause_task(ez_desk *self, const request_of_task *of, execz_error *err)
{
    execz_time until = EXECZ_TIME_NEVER;
    json_t *before;

    if (of->until != NULL && !ez_text_parse_utc_time(of->until, &until)) {
        ez_fault_set(err, EXECZ_E_INVAL,
                     "'until' is to be a time in UTC like 2027-01-31T09:00:00Z, not '%.64s'",
                     of->until);
        return NULL;
    }
    before = look(self, of->id, err);
    if (before == NULL || of->dry_run) {
        return before == NULL ? NULL : changed(of, before);
    }
    json_decref(before);
    if (execz_scheduler_pause_task(self->scheduler, of->id, of->reason, until, err) != EXECZ_OK) {
        return NULL;
    }
    return changed(of, look(self, of->id, NULL));
}

json_t *
ez_desk_pause(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err)
{
    request_of_task of = {NULL};
    const ez_param params[] = {{"task", EZ_PARAM_TEXT, &of.id, false},
                               {"reason", EZ_PARAM_TEXT, &of.reason, false},
                               {"until", EZ_PARAM_TEXT, &of.until, false},
                               {"dry_run", EZ_PARAM_YES, &of.dry_run, false},
                               {NULL}};

    (void)caller;
    if (ez_wire_read_params(request, params, err) != EXECZ_OK) {
        return NULL;
    }
    if (of.id != NULL) {
        return pause_task(self, &of, err);
    }
    if (of.reason != NULL || of.until != NULL) {
        ez_fault_set(err, EXECZ_E_INVAL, "'reason' and 'until' are for a pause of one 'task'");
        return NULL;
    }
    if (!of.dry_run && execz_scheduler_pause(self->scheduler, err) != EXECZ_OK) {
        return NULL;
    }
    return changed(&of, NULL);
}

json_t *
ez_desk_resume(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err)
{
    request_of_task of = {NULL};
    const ez_param params[] = {{"task", EZ_PARAM_TEXT, &of.id, false},
                               {"dry_run", EZ_PARAM_YES, &of.dry_run, false},
                               {NULL}};
    json_t *before, *after;

    (void)caller;
    if (ez_wire_read_params(request, params, err) != EXECZ_OK) {
        return NULL;
    }
    if (of.id == NULL) {
        return of.dry_run || execz_scheduler_resume(self->scheduler, err) == EXECZ_OK
                   ? changed(&of, NULL)
                   : NULL;
    }
    before = look(self, of.id, err);
    if (before == NULL || of.dry_run) {
        return before == NULL ? NULL : changed(&of, before);
    }
    if (execz_scheduler_resume_task(self->scheduler, of.id, err) != EXECZ_OK) {
        json_decref(before);
        return NULL;
    }
    after = look(self, of.id, NULL);
    if (after == NULL) { /* no run time is left for it, and so it is gone */
        return changed(&of, before);
    }
    json_decref(before);
    return changed(&of, after);
}
