/* SPDX-License-Identifier: MIT */
#include "subject.h"

#include "plugin/codes.h"

#include "verdict.h"

#include <string.h>

ez_subject ez_the_subject;

/* The executor that is asked for; NULL if the file has none. */
static const ez_plugin_part *
choose_part(const ez_plugin_file *file, const char *alias)
{
    if (alias != NULL) {
        return ez_plugin_file_part(file, alias);
    }
    for (uint32_t i = 0; i < file->n_parts; i++) {
        if (g_strcmp0(file->parts[i].kind, EXECZ_KIND_EXECUTOR) == 0) {
            return &file->parts[i];
        }
    }
    return file->n_parts > 0 ? &file->parts[0] : NULL;
}

void
ez_subject_describe(void)
{
    ez_subject *self = &ez_the_subject;

    if (self->file != NULL) {
        return;
    }
    self->file = ez_plugin_file_new(self->path);
    if (self->file->refusal.status != EXECZ_OK) {
        ez_verdict_fail("%s [%s]", self->file->refusal.message, self->file->refusal.code);
    }
    self->part = choose_part(self->file, self->alias);
    if (self->part == NULL) {
        ez_verdict_fail("%s has no executor '%s'", self->path,
                        self->alias == NULL ? "" : self->alias);
    }
}

bool
ez_subject_try_load(execz_error *err)
{
    ez_subject *self = &ez_the_subject;
    const ez_component *component;

    ez_subject_describe();
    ez_verdict_in(false, "what runs when it is loaded: constructors, execz_plugin_entry()");
    self->module = ez_module_load(self->file, err);
    ez_verdict_in(false, NULL);
    component = self->module == NULL
                    ? NULL
                    : ez_module_component(self->module, self->part->aliases[0], err);
    if (component == NULL) {
        return false;
    }
    if (g_strcmp0(self->part->kind, EXECZ_KIND_STORE) == 0) {
        self->store = component->ops;
    } else {
        self->ops = component->ops;
    }
    self->caps = component->part->caps;
    return true;
}

void
ez_subject_load_any(void)
{
    execz_error err = EXECZ_ERROR_INIT;

    if (!ez_subject_try_load(&err)) {
        ez_verdict_fail("%s [%s]", err.message, err.code);
    }
    if (g_strcmp0(ez_the_subject.part->kind, EXECZ_KIND_EXECUTOR) != 0 &&
        ez_the_subject.store == NULL) {
        ez_verdict_fail("it is of kind '%s', neither an executor nor a store",
                        ez_the_subject.part->kind);
    }
}

void
ez_subject_load(void)
{
    ez_subject_load_any();
    EZ_NEEDED(ez_the_subject.store == NULL);
}

void
ez_subject_load_store(void)
{
    ez_subject_load_any();
    EZ_NEEDED(ez_the_subject.store != NULL);
}

const execz_option *
ez_subject_option(const char *name)
{
    const ez_option_table *table = &ez_the_subject.part->options;

    for (uint32_t i = 0; i < table->n; i++) {
        if (strcmp(table->option[i].name, name) == 0) {
            return &table->option[i];
        }
    }
    return NULL;
}
