/* SPDX-License-Identifier: MIT */
/* Tasks whose fields a program gives as a configuration file spells them: added, and changed. */
#include "base/error.h"
#include "config/body.h"
#include "config/pairs.h"
#include "config/schedule.h"
#include "config/schema.h"
#include "scheduler/modify.h"
#include "task/spec.h"

#include <string.h>

static const char *const bodies[] = {"function", "command", "shell"};
static const char *const schedules[] = {"trigger", "every", "at", "cron"};

/* What is to be changed, and what reading it takes. */
typedef struct update {
    execz_scheduler *scheduler;
    const char *id;
    bool adds; /* there is no such task yet, so that all it needs is to be among the pairs */
    const execz_pair *pairs;
    size_t n;
    ez_document *document; /* owned, as the next two */
    GPtrArray *arena;
    ez_report *report;
} update;

static void
update_clear(update *self)
{
    g_clear_pointer(&self->document, ez_document_free);
    g_clear_pointer(&self->arena, g_ptr_array_unref);
    g_clear_pointer(&self->report, ez_report_free);
}

static bool
has_any(const ez_section *section, const char *const *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (ez_section_find(section, keys[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static bool
names_same(const char *variable, const char *other)
{
    size_t length = strcspn(variable, "=");

    return strncmp(variable, other, length + 1) == 0;
}

/* The variables there were, less those that are given anew, and these. */
static const char *const *
merge_env(const ez_reading *reading, const char *const *before, const char *const *changed)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    for (size_t i = 0; before != NULL && before[i] != NULL; i++) {
        bool again = false;

        for (size_t k = 0; changed[k] != NULL; k++) {
            again |= names_same(changed[k], before[i]);
        }
        if (!again) {
            g_strv_builder_add(builder, before[i]);
        }
    }
    g_strv_builder_addv(builder, (const char **)changed);
    return ez_reading_keep(reading, g_strv_builder_end(builder));
}

/* The same of options of the executor; texts are those of the section and the spec. */
static void
merge_options(const ez_reading *reading, const ez_section *section, execz_task_spec *spec)
{
    size_t n = 0;
    execz_pair *pairs = g_new0(execz_pair, spec->n_options + section->entries->len + 1);

    g_ptr_array_add(reading->arena, pairs);
    for (size_t i = 0; i < spec->n_options; i++) {
        g_autofree char *key = g_strconcat("option.", spec->options[i].key, NULL);

        if (ez_section_find(section, key) == NULL) {
            pairs[n++] = spec->options[i];
        }
    }
    for (guint i = 0; i < section->entries->len; i++) {
        const ez_setting *setting = &((const ez_ini_entry *)section->entries->pdata[i])->setting;

        if (g_str_has_prefix(setting->key, "option.")) {
            pairs[n++] = (execz_pair){setting->key + strlen("option."), setting->value};
        }
    }
    spec->options = pairs;
    spec->n_options = n;
}

/* With another body, what was for the old one goes. */
static void
clear_body(const ez_section *section, execz_task_spec *spec)
{
    bool was_function = spec->function != NULL;
    bool is_function = ez_body_is_function(section);

    spec->function = NULL;
    spec->argv = NULL;
    spec->shell = NULL;
    if (is_function != was_function) {
        spec->args = NULL;
        spec->env = NULL;
        spec->cwd = NULL;
    }
}

static void
read_body(const update *self, const ez_reading *reading, const ez_section *section,
          execz_task_spec *spec)
{
    const char *const *env = ez_body_read_env(reading, section);

    if (self->adds || has_any(section, bodies, G_N_ELEMENTS(bodies))) {
        ez_body_check(reading, section);
    } else {
        ez_body_check_keys(reading, section, spec->function != NULL);
    }
    if (env != NULL) {
        spec->env = merge_env(reading, spec->env, env);
    }
}

static void
read_section(const update *self, const ez_reading *reading, const ez_section *section,
             execz_task_spec *spec)
{
    const char *zone;
    const char *trigger;

    if (has_any(section, bodies, G_N_ELEMENTS(bodies))) {
        clear_body(section, spec);
    }
    ez_schema_read(ez_schema_find("task"), reading, section, spec);
    read_body(self, reading, section, spec);
    merge_options(reading, section, spec);
    zone = spec->timezone != NULL ? spec->timezone : self->scheduler->timezone;
    if (self->adds || has_any(section, schedules, G_N_ELEMENTS(schedules))) {
        trigger = ez_schedule_read(reading, section, zone, NULL);
        spec->trigger = trigger != NULL ? trigger : spec->trigger;
    } else {
        spec->trigger = ez_schedule_jittered(reading, section, spec->trigger, zone, NULL);
    }
}

/* All problems, each in a line of its own, as far as there is room. */
static execz_status
fail(const update *self, execz_error *err)
{
    g_autoptr(GString) text = g_string_new(NULL);
    size_t n = ez_report_count(self->report);

    for (size_t i = 0; i < n; i++) {
        g_autofree char *line = ez_problem_format(ez_report_get(self->report, i));

        g_string_append_printf(text, "%s%s", i == 0 ? "" : "\n", line);
    }
    return ez_fail(err, EXECZ_E_CONFIG, "task '%s' is not %s: %s", self->id,
                   self->adds ? "added" : "changed", text->str);
}

/* Called again if the task was changed by somebody else meanwhile. */
static execz_status
change(void *user, execz_task_spec *spec, execz_error *err)
{
    update *self = user;
    g_autofree char *base_dir = g_get_current_dir();
    const ez_section *section;

    update_clear(self);
    self->document = ez_document_new();
    self->arena = g_ptr_array_new_with_free_func(g_free);
    self->report = ez_report_new();
    section =
        ez_pairs_read_section(self->document, "task", self->id, self->pairs, self->n, self->report);
    read_section(self, &(ez_reading){base_dir, self->arena, self->report}, section, spec);
    return ez_report_count(self->report) == 0 ? EXECZ_OK : fail(self, err);
}

execz_status
execz_scheduler_update_task(execz_scheduler *self, const char *id, const execz_pair *changes,
                            size_t n, execz_error *err)
{
    update wanted = {.scheduler = self, .id = id, .pairs = changes, .n = n};
    execz_status status = ez_modify_task(self, id, change, &wanted, err);

    update_clear(&wanted);
    return status;
}

/* ---- adding --------------------------------------------------------------------------------- */

execz_status
execz_scheduler_add_task_from_pairs(execz_scheduler *self, const char *id, const execz_pair *pairs,
                                    size_t n, execz_error *err)
{
    update wanted = {.scheduler = self, .id = id, .adds = true, .pairs = pairs, .n = n};
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    execz_status status;

    spec.id = id;
    status = change(&wanted, &spec, err);
    if (status == EXECZ_OK) {
        status = execz_scheduler_add_task(self, &spec, err);
    }
    update_clear(&wanted);
    return status;
}

/* ---- only looking --------------------------------------------------------------------------- */

typedef struct check {
    update *wanted;
    execz_spec_function spec; /* NULL: nobody hears */
    void *user;
    execz_status status;
    execz_error *err;
} check;

static void
check_spec(void *user, const execz_task_spec *before)
{
    check *self = user;
    execz_task_spec spec = *before;
    g_auto(ez_draft) draft = {0};

    self->status = change(self->wanted, &spec, self->err);
    if (self->status == EXECZ_OK) {
        self->status = ez_draft_make(self->wanted->scheduler, &spec, &draft, self->err);
    }
    if (self->status == EXECZ_OK && self->spec != NULL) {
        ez_task_get_spec(draft.task, &spec);
        self->spec(self->user, &spec);
    }
}

/* It takes what the function takes that it stands for, and who hears. */
execz_status /* NOLINTNEXTLINE(readability-function-size) */
execz_scheduler_check_task(execz_scheduler *self, const char *id, const execz_pair *pairs, size_t n,
                           execz_spec_function spec, void *user, execz_error *err)
{
    update wanted = {.scheduler = self, .id = id, .pairs = pairs, .n = n};
    check looked = {&wanted, spec, user, EXECZ_OK, err};
    execz_task_spec none = EXECZ_TASK_SPEC_INIT;

    if (execz_scheduler_get_task_spec(self, id, check_spec, &looked, NULL) != EXECZ_OK) {
        wanted.adds = true;
        none.id = id;
        check_spec(&looked, &none);
    }
    update_clear(&wanted);
    return looked.status;
}
