/* SPDX-License-Identifier: MIT */
/* The words that change what tasks are: add, update, reload. */
#include "daemon/desk.h"

#include "control/fault.h"
#include "control/wire.h"
#include "daemon/reload.h"
#include "daemon/spec.h"

#include <string.h>

typedef struct edit {
    const char *id;
    const json_t *set; /* key -> value, as in [task:ID] */
    bool dry_run;
} edit;

static bool
read_edit(const json_t *request, edit *out, execz_error *err)
{
    const ez_param params[] = {{"task", EZ_PARAM_TEXT, &out->id, true},
                               {"set", EZ_PARAM_OBJECT, &out->set, true},
                               {"dry_run", EZ_PARAM_YES, &out->dry_run, false},
                               {NULL}};

    return ez_wire_read_params(request, params, err) == EXECZ_OK;
}

/* Texts are the request's.  Caller frees. */
static execz_pair *
pairs_of(const json_t *set, size_t *n_out)
{
    execz_pair *pairs = g_new0(execz_pair, json_object_size(set) + 1);
    const char *key;
    const json_t *value;

    *n_out = 0;
    json_object_foreach((json_t *)set, key, value)
    {
        pairs[(*n_out)++] = (execz_pair){key, json_string_value(value)};
    }
    return pairs;
}

static void
take_spec(void *user, const execz_task_spec *spec)
{
    json_t **spec_out = user;

    *spec_out = ez_spec_json(spec);
}

static void
add_times(void *user, const execz_task_info *info)
{
    json_t *task = ez_desk_task(info, false);

    json_object_update_missing_new(user, task);
}

/* Does it, or only looks. */
static json_t *
carry_out(ez_desk *self, const edit *of, bool adds, execz_error *err)
{
    size_t n;
    g_autofree execz_pair *pairs = pairs_of(of->set, &n);
    json_t *spec = NULL;
    execz_status status =
        execz_scheduler_check_task(self->scheduler, of->id, pairs, n, take_spec, &spec, err);

    if (status == EXECZ_OK && !of->dry_run) {
        status = adds ? execz_scheduler_add_task_from_pairs(self->scheduler, of->id, pairs, n, err)
                      : execz_scheduler_update_task(self->scheduler, of->id, pairs, n, err);
    }
    if (status != EXECZ_OK) {
        json_decref(spec);
        return NULL;
    }
    if (!of->dry_run) {
        (void)execz_scheduler_get_task(self->scheduler, of->id, add_times, spec, NULL);
    }
    return json_pack("{s:b, s:o}", "changed", !of->dry_run, "task", spec);
}

static bool
exists(ez_desk *self, const char *id, execz_error *err)
{
    json_t *spec = NULL;
    bool found =
        execz_scheduler_get_task_spec(self->scheduler, id, take_spec, &spec, err) == EXECZ_OK;

    json_decref(spec);
    return found;
}

json_t *
ez_desk_add(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err)
{
    edit of = {NULL};

    (void)caller;
    if (!read_edit(request, &of, err)) {
        return NULL;
    }
    if (exists(self, of.id, NULL)) {
        ez_fault_set(err, EXECZ_E_EXISTS,
                     "there is a task '%s' already; change it with execz update", of.id);
        return NULL;
    }
    return carry_out(self, &of, true, err);
}

json_t *
ez_desk_update(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err)
{
    edit of = {NULL};

    (void)caller;
    if (!read_edit(request, &of, err) || !exists(self, of.id, err)) {
        return NULL;
    }
    return carry_out(self, &of, false, err);
}

json_t *
ez_desk_reload(ez_desk *self, ez_caller *caller, const json_t *request, execz_error *err)
{
    bool dry_run = false;
    const ez_param params[] = {{"dry_run", EZ_PARAM_YES, &dry_run, false}, {NULL}};

    (void)caller;
    if (ez_wire_read_params(request, params, err) != EXECZ_OK) {
        return NULL;
    }
    return ez_reloader_apply(self->reloader, dry_run, err);
}
